"""Roll-ups of the telemetry by minute and hour, and how long a tenant keeps what.

Why: a chart of a year reads hours, not samples; what is past its retention is dropped by partition.
Locks: none that matter; every table is new. The roll-ups start with the batches that are still listed; older samples are
taken in by `python -m iot_gateway.cli rebuild-rollups --from DATE`.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

OWN = "tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid"


def _wall(table: str) -> None:
    op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
    op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
    op.execute(f'CREATE POLICY tenant_rows ON "{table}" USING ({OWN})')


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in ("rollup_minute", "rollup_hour"):
        op.create_table(
            table,
            sa.Column("tenant_id", sa.Uuid(), nullable=False),
            sa.Column("device_number", sa.Integer(), autoincrement=False, nullable=False),
            sa.Column("bucket", sa.DateTime(timezone=True), nullable=False),
            sa.Column("sample_count", sa.Integer(), nullable=False),
            sa.Column("stats", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
            sa.PrimaryKeyConstraint("device_number", "bucket", name=op.f(f"pk_{table}")),
            postgresql_partition_by="RANGE (bucket)",
        )
        _wall(table)
        op.execute(f'CREATE POLICY ingest_rows ON "{table}" TO fieldhand_ingest USING (true) WITH CHECK (true)')
        op.execute(f'GRANT SELECT ON "{table}" TO fieldhand_app')
        op.execute(f'GRANT SELECT, INSERT, UPDATE ON "{table}" TO fieldhand_ingest')
    op.create_table(
        "rollup_due",
        sa.Column("width", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("device_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("bucket", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("width IN (60, 3600)", name=op.f("ck_rollup_due_width")),
        sa.PrimaryKeyConstraint("width", "device_number", "bucket", name=op.f("pk_rollup_due")),
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "rollup_due" TO fieldhand_ingest')
    op.create_index("ix_rollup_due_order", "rollup_due", ["width", "due_at"], unique=False)
    op.create_index("ix_rollup_due_bucket", "rollup_due", ["bucket"], unique=False)
    op.create_table(
        "telemetry_retention",
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("raw_days", sa.Integer(), nullable=True),
        sa.Column("minute_days", sa.Integer(), server_default="365", nullable=False),
        sa.Column("hour_days", sa.Integer(), server_default="1825", nullable=False),
        sa.CheckConstraint("raw_days > 0", name=op.f("ck_telemetry_retention_raw_days_positive")),
        sa.CheckConstraint("minute_days > 0", name=op.f("ck_telemetry_retention_minute_days_positive")),
        sa.CheckConstraint("hour_days > 0", name=op.f("ck_telemetry_retention_hour_days_positive")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_telemetry_retention_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_telemetry_retention")),
    )
    _wall("telemetry_retention")
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "telemetry_retention" TO fieldhand_app')
    op.execute("INSERT INTO scorer_checkpoint (name, xid, batch_id, at) VALUES ('rollup', '0', 0, now())")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DELETE FROM scorer_checkpoint WHERE name = 'rollup'")
    op.drop_table("telemetry_retention")
    op.drop_table("rollup_due")
    op.drop_table("rollup_hour")
    op.drop_table("rollup_minute")
