"""Raised limits of series and failures that no case foresaw, and cases found by device and by what is alike.

Why: the findings of engineers are to change what the detectors do, visibly, and to tell how good they are.
Locks: new tables; two indexes on `device_case`, which hold its writers for as long as they take: it has a row per case.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "series_limit",
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("change_no", sa.Integer(), nullable=False),
        sa.Column("factor", sa.Float(), nullable=False),
        sa.Column("factor_before", sa.Float(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "factor BETWEEN 1 AND 4 AND factor_before BETWEEN 1 AND 4", name=op.f("ck_series_limit_factor_1_to_4")
        ),
        sa.CheckConstraint("change_no > 0", name=op.f("ck_series_limit_change_no_positive")),
        sa.CheckConstraint("(case_id IS NULL) <> (actor_id IS NULL)", name=op.f("ck_series_limit_case_or_person")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "device_id"],
            ["device.tenant_id", "device.id"],
            name=op.f("fk_series_limit_tenant_id_device_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["device_case.tenant_id", "device_case.id"],
            name=op.f("fk_series_limit_tenant_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_series_limit_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series_limit")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_series_limit_tenant_id_id")),
    )
    op.execute('ALTER TABLE "series_limit" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "series_limit" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"series_limit\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('CREATE POLICY ingest_rows ON "series_limit" TO fieldhand_ingest USING (true) WITH CHECK (true)')
    op.execute('GRANT SELECT, INSERT ON "series_limit" TO fieldhand_app')
    op.execute('GRANT SELECT ON "series_limit" TO fieldhand_ingest')
    op.create_index("uq_series_limit_series", "series_limit", ["device_id", "metric", "change_no"], unique=True)
    op.create_index("uq_series_limit_case", "series_limit", ["case_id"], unique=True)
    op.create_index("ix_series_limit_list", "series_limit", ["tenant_id", "at", "id"], unique=False)
    op.create_table(
        "device_failure",
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("failure_group", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source_ref", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
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
            name=op.f("fk_device_failure_tenant_id_device_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_device_failure_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_failure")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_device_failure_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "source_ref", name=op.f("uq_device_failure_tenant_id_source_ref")),
    )
    op.execute('ALTER TABLE "device_failure" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "device_failure" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"device_failure\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT ON "device_failure" TO fieldhand_app')
    op.create_index("ix_device_failure_list", "device_failure", ["tenant_id", "occurred_at", "id"], unique=False)
    op.create_index("ix_device_case_device", "device_case", ["device_id", "opened_at"], unique=False)
    op.create_index(
        "ix_device_case_alike", "device_case", ["tenant_id", "model", "failure_group", "opened_at"], unique=False
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("ix_device_case_alike", table_name="device_case")
    op.drop_index("ix_device_case_device", table_name="device_case")
    op.drop_table("device_failure")
    op.drop_table("series_limit")
