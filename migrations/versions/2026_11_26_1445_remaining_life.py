"""What past failures say of remaining life, and what the window of a case rests on.

Why: the window of an open case is forecast in the stage that the confirmed failures of its kind allow.
Locks: a new table; `device_case` gets two columns without a default, and two checks that read its few rows.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "life_model",
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("failure_group", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("failure_count", sa.Integer(), nullable=False),
        sa.Column("horizon", sa.Float(), nullable=False),
        sa.Column("body", postgresql.JSONB(), nullable=False),
        sa.Column("calibration", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("made_of", sa.Text(), nullable=False),
        sa.Column("fitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("stage IN ('trend', 'matching', 'boosting')", name=op.f("ck_life_model_stage_known")),
        sa.CheckConstraint(
            "(stage = 'trend') = (calibration IS NULL)", name=op.f("ck_life_model_calibrated_beyond_trend")
        ),
        sa.CheckConstraint("failure_count > 0", name=op.f("ck_life_model_failure_count_positive")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_life_model_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_life_model")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_life_model_tenant_id_id")),
    )
    op.execute('ALTER TABLE "life_model" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "life_model" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"life_model\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('CREATE POLICY ingest_rows ON "life_model" TO fieldhand_ingest USING (true) WITH CHECK (true)')
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "life_model" TO fieldhand_app')
    op.execute('GRANT SELECT ON "life_model" TO fieldhand_ingest')
    op.create_index("uq_life_model", "life_model", ["tenant_id", "model", "failure_group"], unique=True)
    op.add_column("device_case", sa.Column("window_basis", sa.Text(), nullable=True))
    op.add_column("device_case", sa.Column("window_failures", sa.Integer(), nullable=True))
    op.create_check_constraint(
        op.f("ck_device_case_window_basis_known"),
        "device_case",
        "window_basis IN ('line', 'trend', 'matching', 'boosting')",
    )
    op.create_check_constraint(
        op.f("ck_device_case_window_failures_not_negative"), "device_case", "window_failures >= 0"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_column("device_case", "window_failures")
    op.drop_column("device_case", "window_basis")
    op.drop_table("life_model")
