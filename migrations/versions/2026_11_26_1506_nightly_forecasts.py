"""The coming days of the leading metric of open cases, and how far the calibration of models has drifted.

Why: both are made by night and read by people with the case and on the API.
Locks: new tables only.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def own_columns() -> list[sa.Column]:
    return [
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    ]


def secure(table: str) -> None:
    op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
    op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
    op.execute(
        f"CREATE POLICY tenant_rows ON \"{table}\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON "{table}" TO fieldhand_app')


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "case_forecast",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("method", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("points", postgresql.JSONB(), nullable=False),
        *own_columns(),
        sa.CheckConstraint("(method IS NULL) = (note IS NOT NULL)", name=op.f("ck_case_forecast_method_or_note")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["device_case.tenant_id", "device_case.id"],
            name=op.f("fk_case_forecast_tenant_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_case_forecast_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_forecast")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_case_forecast_tenant_id_id")),
    )
    secure("case_forecast")
    op.create_index("uq_case_forecast", "case_forecast", ["case_id"], unique=True)
    op.create_table(
        "calibration_drift",
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("device_count", sa.Integer(), nullable=False),
        sa.Column("shift", sa.Float(), nullable=False),
        sa.Column("spread", sa.Float(), nullable=False),
        sa.Column("beyond_share", sa.Float(), nullable=False),
        sa.Column("representative_id", sa.Uuid(), nullable=False),
        sa.Column("wander", sa.Float(), nullable=True),
        *own_columns(),
        sa.CheckConstraint("device_count > 0", name=op.f("ck_calibration_drift_device_count_positive")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "representative_id"],
            ["device.tenant_id", "device.id"],
            name=op.f("fk_calibration_drift_tenant_id_representative_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_calibration_drift_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calibration_drift")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_calibration_drift_tenant_id_id")),
    )
    secure("calibration_drift")
    op.create_index("uq_calibration_drift", "calibration_drift", ["tenant_id", "model", "metric"], unique=True)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("calibration_drift")
    op.drop_table("case_forecast")
