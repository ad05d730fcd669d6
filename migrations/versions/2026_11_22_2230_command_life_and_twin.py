"""Commands that come due and can be withdrawn; the twin of a device; who is silent, by index.

Why: commands are sent again until answered, held for absent devices and cancelled; devices have desired and reported
settings; the sweep that says that a silent device speaks again must not read every device.
Locks: `device_command` exclusively for a moment (columns with constant defaults, a check over a small table, two
indexes); `telemetry_last` against writes while one partial index over it is built, milliseconds for 100,000 devices.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

CHECK = "ck_device_command_commandstate"
BEFORE = ("queued", "sent", "acked", "failed", "expired")


def _only(states: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{state}'" for state in states)
    op.execute(f'ALTER TABLE device_command DROP CONSTRAINT "{CHECK}"')
    op.execute(f'ALTER TABLE device_command ADD CONSTRAINT "{CHECK}" CHECK (state IN ({listed}))')


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _only((*BEFORE, "cancelled"))
    op.add_column(
        "device_command",
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )
    op.add_column("device_command", sa.Column("attempts", sa.Integer(), server_default="0", nullable=False))
    op.execute("UPDATE device_command SET attempts = 1 WHERE state = 'sent'")
    op.create_index(
        "ix_device_command_due",
        "device_command",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('queued', 'sent')"),
    )
    op.create_index("ix_device_command_list", "device_command", ["device_id", "id"], unique=False)
    op.create_index(
        "ix_telemetry_last_silent",
        "telemetry_last",
        ["device_number"],
        unique=False,
        postgresql_where=sa.text("silent_at IS NOT NULL"),
    )
    op.create_table(
        "device_twin",
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column(
            "desired",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("desired_version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("desired_by", sa.Uuid(), nullable=True),
        sa.Column("desired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "reported",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("reported_version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reported_boot", sa.Integer(), server_default="-1", nullable=False),
        sa.Column("reported_seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "device_id"],
            ["device.tenant_id", "device.id"],
            name=op.f("fk_device_twin_tenant_id_device_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_device_twin_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_twin")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_device_twin_tenant_id_id")),
    )
    op.execute('ALTER TABLE "device_twin" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "device_twin" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"device_twin\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('CREATE POLICY ingest_rows ON "device_twin" TO fieldhand_ingest USING (true) WITH CHECK (true)')
    op.execute('GRANT SELECT, INSERT, UPDATE ON "device_twin" TO fieldhand_app')
    op.execute('GRANT SELECT, INSERT, UPDATE ON "device_twin" TO fieldhand_ingest')
    op.create_index("uq_device_twin", "device_twin", ["device_id"], unique=True)
    op.create_index(
        "ix_device_twin_due",
        "device_twin",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("desired_version > reported_version"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("device_twin")
    op.drop_index("ix_telemetry_last_silent", table_name="telemetry_last")
    op.drop_index("ix_device_command_list", table_name="device_command")
    op.drop_index("ix_device_command_due", table_name="device_command")
    op.drop_column("device_command", "attempts")
    op.drop_column("device_command", "due_at")
    op.execute("UPDATE device_command SET state = 'expired' WHERE state = 'cancelled'")
    _only(BEFORE)
