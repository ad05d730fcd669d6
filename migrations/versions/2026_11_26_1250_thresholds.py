"""Limits that people set on metrics of devices and of whole models.

Why: a physical limit is known from the first sample on, and needs nothing that has to be learned.
Locks: a new table only.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "threshold",
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "above",
                "below",
                "rate_up",
                "rate_down",
                "forecast",
                name="thresholdkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("for_seconds", sa.Integer(), nullable=False),
        sa.Column("clear_seconds", sa.Integer(), nullable=False),
        sa.Column("hysteresis", sa.Float(), nullable=False),
        sa.Column("horizon_hours", sa.Integer(), nullable=True),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("failure_group", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(device_id IS NULL) <> (model IS NULL)", name=op.f("ck_threshold_device_or_model")),
        sa.CheckConstraint("value > '-Infinity' AND value < 'Infinity'", name=op.f("ck_threshold_value_finite")),
        sa.CheckConstraint("hysteresis >= 0 AND hysteresis < 'Infinity'", name=op.f("ck_threshold_hysteresis_finite")),
        sa.CheckConstraint(
            "kind NOT IN ('rate_up', 'rate_down') OR value > 0", name=op.f("ck_threshold_rate_positive")
        ),
        sa.CheckConstraint("for_seconds BETWEEN 0 AND 604800", name=op.f("ck_threshold_for_within_a_week")),
        sa.CheckConstraint("clear_seconds BETWEEN 0 AND 604800", name=op.f("ck_threshold_clear_within_a_week")),
        sa.CheckConstraint(
            "(kind = 'forecast') = (horizon_hours IS NOT NULL)", name=op.f("ck_threshold_forecast_has_horizon")
        ),
        sa.CheckConstraint("horizon_hours BETWEEN 1 AND 2160", name=op.f("ck_threshold_horizon_within_90_days")),
        sa.CheckConstraint("severity BETWEEN 1 AND 4", name=op.f("ck_threshold_severity_1_to_4")),
        sa.CheckConstraint("metric <> '' AND failure_group <> ''", name=op.f("ck_threshold_named")),
        sa.CheckConstraint("version > 0", name=op.f("ck_threshold_version_positive")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "device_id"],
            ["device.tenant_id", "device.id"],
            name=op.f("fk_threshold_tenant_id_device_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_threshold_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_threshold")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_threshold_tenant_id_id")),
    )
    op.execute('ALTER TABLE "threshold" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "threshold" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"threshold\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('CREATE POLICY ingest_rows ON "threshold" TO fieldhand_ingest USING (true) WITH CHECK (true)')
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "threshold" TO fieldhand_app')
    op.execute('GRANT SELECT ON "threshold" TO fieldhand_ingest')
    op.create_index(
        "uq_threshold_device",
        "threshold",
        ["device_id", "metric", "kind"],
        unique=True,
        postgresql_where=sa.text("device_id IS NOT NULL"),
    )
    op.create_index(
        "uq_threshold_model",
        "threshold",
        ["tenant_id", "model", "metric", "kind"],
        unique=True,
        postgresql_where=sa.text("model IS NOT NULL"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("threshold")
