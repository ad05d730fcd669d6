"""Maintenance plans, their levels and kits, how far they have got with each asset, what came due; inspection routes.

Why: maintenance comes due by calendar, meter or condition, and one order at a time is open for a plan and an asset.
Locks: new tables only.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "inspection_route",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("skill", sa.Text(), nullable=False),
        sa.Column("skill_level", sa.Integer(), nullable=False),
        sa.Column("duration_minutes", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("duration_minutes > 0", name=op.f("ck_inspection_route_duration_positive")),
        sa.CheckConstraint("skill_level BETWEEN 1 AND 3", name=op.f("ck_inspection_route_level_1_to_3")),
        sa.CheckConstraint("version > 0", name=op.f("ck_inspection_route_version_positive")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "site_id"], ["site.tenant_id", "site.id"], name=op.f("fk_inspection_route_tenant_id_site_id")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_inspection_route_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_route")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_inspection_route_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_inspection_route_tenant_id_name")),
    )
    op.execute('ALTER TABLE "inspection_route" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "inspection_route" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"inspection_route\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "inspection_route" TO fieldhand_app')
    op.create_table(
        "inspection_stop",
        sa.Column("route_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=True),
        sa.Column("location_id", sa.Uuid(), nullable=True),
        sa.Column("checklist_code", sa.Text(), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(asset_id IS NULL) <> (location_id IS NULL)", name=op.f("ck_inspection_stop_asset_or_place")
        ),
        sa.CheckConstraint("seq > 0", name=op.f("ck_inspection_stop_seq_positive")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "asset_id"],
            ["asset.tenant_id", "asset.id"],
            name=op.f("fk_inspection_stop_tenant_id_asset_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "location_id"],
            ["location_node.tenant_id", "location_node.id"],
            name=op.f("fk_inspection_stop_tenant_id_location_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "route_id"],
            ["inspection_route.tenant_id", "inspection_route.id"],
            name=op.f("fk_inspection_stop_tenant_id_route_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_inspection_stop_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_stop")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_inspection_stop_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "route_id", "seq", name=op.f("uq_inspection_stop_tenant_id_route_id_seq")),
    )
    op.execute('ALTER TABLE "inspection_stop" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "inspection_stop" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"inspection_stop\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "inspection_stop" TO fieldhand_app')
    op.create_table(
        "maintenance_plan",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "active",
                "paused",
                "retired",
                name="planstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=True),
        sa.Column("class_id", sa.Uuid(), nullable=True),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("route_id", sa.Uuid(), nullable=True),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("due_time", sa.Time(), nullable=False),
        sa.Column("meter", sa.Text(), nullable=True),
        sa.Column("every", sa.Numeric(precision=14, scale=4), nullable=True),
        sa.Column("metric", sa.Text(), nullable=True),
        sa.Column(
            "metric_limit",
            sa.Enum("above", "below", name="limit", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column("metric_value", sa.Double(), nullable=True),
        sa.Column("metric_seconds", sa.Integer(), nullable=False),
        sa.Column(
            "combinator",
            sa.Enum("any", "all", name="combinator", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "anchor",
            sa.Enum("fixed", "floating", name="anchor", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("season", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("tolerance_days", sa.Integer(), nullable=False),
        sa.Column("lead_days", sa.Integer(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("skill", sa.Text(), nullable=False),
        sa.Column("skill_level", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("signature_required", sa.Boolean(), nullable=False),
        sa.Column("mute_device", sa.Boolean(), nullable=False),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("enrol_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "metric_value > '-Infinity' AND metric_value < 'Infinity'", name=op.f("ck_maintenance_plan_value_finite")
        ),
        sa.CheckConstraint("(meter IS NULL) = (every IS NULL)", name=op.f("ck_maintenance_plan_meter_has_interval")),
        sa.CheckConstraint("every >= 1", name=op.f("ck_maintenance_plan_interval_at_least_1")),
        sa.CheckConstraint("lead_days BETWEEN 0 AND 365", name=op.f("ck_maintenance_plan_lead_within_a_year")),
        sa.CheckConstraint("metric_seconds BETWEEN 0 AND 604800", name=op.f("ck_maintenance_plan_for_within_a_week")),
        sa.CheckConstraint(
            "num_nonnulls(asset_id, route_id) + (num_nonnulls(class_id, site_id) > 0)::int = 1",
            name=op.f("ck_maintenance_plan_one_scope"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(metric, metric_limit, metric_value) IN (0, 3)",
            name=op.f("ck_maintenance_plan_condition_whole"),
        ),
        sa.CheckConstraint("num_nonnulls(rule, every, metric) > 0", name=op.f("ck_maintenance_plan_some_trigger")),
        sa.CheckConstraint("priority BETWEEN 1 AND 4", name=op.f("ck_maintenance_plan_priority_1_to_4")),
        sa.CheckConstraint(
            "route_id IS NULL OR num_nonnulls(every, metric) = 0", name=op.f("ck_maintenance_plan_rounds_by_calendar")
        ),
        sa.CheckConstraint("skill_level BETWEEN 1 AND 3", name=op.f("ck_maintenance_plan_level_1_to_3")),
        sa.CheckConstraint(
            "tolerance_days BETWEEN 0 AND 365", name=op.f("ck_maintenance_plan_tolerance_within_a_year")
        ),
        sa.CheckConstraint("version > 0", name=op.f("ck_maintenance_plan_version_positive")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "asset_id"],
            ["asset.tenant_id", "asset.id"],
            name=op.f("fk_maintenance_plan_tenant_id_asset_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "class_id"],
            ["asset_class.tenant_id", "asset_class.id"],
            name=op.f("fk_maintenance_plan_tenant_id_class_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "route_id"],
            ["inspection_route.tenant_id", "inspection_route.id"],
            name=op.f("fk_maintenance_plan_tenant_id_route_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "site_id"], ["site.tenant_id", "site.id"], name=op.f("fk_maintenance_plan_tenant_id_site_id")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_maintenance_plan_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maintenance_plan")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_maintenance_plan_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_maintenance_plan_tenant_id_name")),
    )
    op.execute('ALTER TABLE "maintenance_plan" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "maintenance_plan" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"maintenance_plan\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "maintenance_plan" TO fieldhand_app')
    op.create_index(
        "ix_maintenance_plan_enrol",
        "maintenance_plan",
        ["tenant_id", "enrol_at"],
        unique=False,
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_table(
        "maintenance_level",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("every", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("checklist_code", sa.Text(), nullable=True),
        sa.Column("duration_minutes", sa.Integer(), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("duration_minutes BETWEEN 1 AND 480", name=op.f("ck_maintenance_level_duration_of_a_day")),
        sa.CheckConstraint("every BETWEEN 1 AND 1000", name=op.f("ck_maintenance_level_every_1_to_1000")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "plan_id"],
            ["maintenance_plan.tenant_id", "maintenance_plan.id"],
            name=op.f("fk_maintenance_level_tenant_id_plan_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_maintenance_level_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maintenance_level")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_maintenance_level_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "plan_id", "every", name=op.f("uq_maintenance_level_tenant_id_plan_id_every")),
    )
    op.execute('ALTER TABLE "maintenance_level" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "maintenance_level" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"maintenance_level\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "maintenance_level" TO fieldhand_app')
    op.create_table(
        "maintenance_subject",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fresh", sa.Boolean(), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("passed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("passed_total", sa.Numeric(precision=14, scale=4), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("handled", sa.Integer(), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("last_ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("look_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("handled >= 0 AND number >= handled", name=op.f("ck_maintenance_subject_counted_upwards")),
        sa.CheckConstraint("missed >= 0", name=op.f("ck_maintenance_subject_missed_not_negative")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "asset_id"],
            ["asset.tenant_id", "asset.id"],
            name=op.f("fk_maintenance_subject_tenant_id_asset_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "plan_id"],
            ["maintenance_plan.tenant_id", "maintenance_plan.id"],
            name=op.f("fk_maintenance_subject_tenant_id_plan_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_maintenance_subject_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maintenance_subject")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_maintenance_subject_tenant_id_id")),
    )
    op.execute('ALTER TABLE "maintenance_subject" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "maintenance_subject" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"maintenance_subject\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "maintenance_subject" TO fieldhand_app')
    op.create_index("ix_maintenance_subject_asset", "maintenance_subject", ["tenant_id", "asset_id"], unique=False)
    op.create_index(
        "ix_maintenance_subject_look",
        "maintenance_subject",
        ["tenant_id", "look_at"],
        unique=False,
        postgresql_where=sa.text("look_at IS NOT NULL"),
    )
    op.create_index(
        "ix_maintenance_subject_opens",
        "maintenance_subject",
        ["tenant_id", "opens_at"],
        unique=False,
        postgresql_where=sa.text("opens_at IS NOT NULL"),
    )
    op.create_index(
        "uq_maintenance_subject_asset",
        "maintenance_subject",
        ["tenant_id", "plan_id", sa.literal_column("COALESCE(asset_id, plan_id)")],
        unique=True,
    )
    op.create_table(
        "maintenance_kit_part",
        sa.Column("level_id", sa.Uuid(), nullable=False),
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_maintenance_kit_part_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "level_id"],
            ["maintenance_level.tenant_id", "maintenance_level.id"],
            name=op.f("fk_maintenance_kit_part_tenant_id_level_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "part_id"],
            ["part.tenant_id", "part.id"],
            name=op.f("fk_maintenance_kit_part_tenant_id_part_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_maintenance_kit_part_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maintenance_kit_part")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_maintenance_kit_part_tenant_id_id")),
        sa.UniqueConstraint(
            "tenant_id", "level_id", "part_id", name=op.f("uq_maintenance_kit_part_tenant_id_level_id_part_id")
        ),
    )
    op.execute('ALTER TABLE "maintenance_kit_part" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "maintenance_kit_part" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"maintenance_kit_part\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "maintenance_kit_part" TO fieldhand_app')
    op.create_table(
        "maintenance_occurrence",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=True),
        sa.Column("class_id", sa.Uuid(), nullable=True),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "done",
                "missed",
                "cancelled",
                name="occurrencestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("window_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("window_to", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("work_order_id", sa.Uuid(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(state = 'missed') = (work_order_id IS NULL)", name=op.f("ck_maintenance_occurrence_missed_has_no_order")
        ),
        sa.CheckConstraint(
            "(state = 'open') = (ended_at IS NULL)", name=op.f("ck_maintenance_occurrence_open_until_ended")
        ),
        sa.CheckConstraint("window_to > window_from", name=op.f("ck_maintenance_occurrence_window_forwards")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "asset_id"],
            ["asset.tenant_id", "asset.id"],
            name=op.f("fk_maintenance_occurrence_tenant_id_asset_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "class_id"],
            ["asset_class.tenant_id", "asset_class.id"],
            name=op.f("fk_maintenance_occurrence_tenant_id_class_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "plan_id"],
            ["maintenance_plan.tenant_id", "maintenance_plan.id"],
            name=op.f("fk_maintenance_occurrence_tenant_id_plan_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "site_id"],
            ["site.tenant_id", "site.id"],
            name=op.f("fk_maintenance_occurrence_tenant_id_site_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "subject_id"],
            ["maintenance_subject.tenant_id", "maintenance_subject.id"],
            name=op.f("fk_maintenance_occurrence_tenant_id_subject_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "work_order_id"],
            ["work_order.tenant_id", "work_order.id"],
            name=op.f("fk_maintenance_occurrence_tenant_id_work_order_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_maintenance_occurrence_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maintenance_occurrence")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_maintenance_occurrence_tenant_id_id")),
        sa.UniqueConstraint(
            "tenant_id", "subject_id", "number", name=op.f("uq_maintenance_occurrence_tenant_id_subject_id_number")
        ),
    )
    op.execute('ALTER TABLE "maintenance_occurrence" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "maintenance_occurrence" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"maintenance_occurrence\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "maintenance_occurrence" TO fieldhand_app')
    op.create_index(
        "ix_maintenance_occurrence_due", "maintenance_occurrence", ["tenant_id", "due_at", "id"], unique=False
    )
    op.create_index(
        "ix_maintenance_occurrence_plan", "maintenance_occurrence", ["tenant_id", "plan_id", "due_at"], unique=False
    )
    op.create_index(
        "uq_maintenance_occurrence_open",
        "maintenance_occurrence",
        ["tenant_id", "subject_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "uq_maintenance_occurrence_order", "maintenance_occurrence", ["tenant_id", "work_order_id"], unique=True
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("uq_maintenance_occurrence_order", table_name="maintenance_occurrence")
    op.drop_index(
        "uq_maintenance_occurrence_open",
        table_name="maintenance_occurrence",
        postgresql_where=sa.text("state = 'open'"),
    )
    op.drop_index("ix_maintenance_occurrence_plan", table_name="maintenance_occurrence")
    op.drop_index("ix_maintenance_occurrence_due", table_name="maintenance_occurrence")
    op.drop_table("maintenance_occurrence")
    op.drop_table("maintenance_kit_part")
    op.drop_index("uq_maintenance_subject_asset", table_name="maintenance_subject")
    op.drop_index(
        "ix_maintenance_subject_opens",
        table_name="maintenance_subject",
        postgresql_where=sa.text("opens_at IS NOT NULL"),
    )
    op.drop_index(
        "ix_maintenance_subject_look", table_name="maintenance_subject", postgresql_where=sa.text("look_at IS NOT NULL")
    )
    op.drop_index("ix_maintenance_subject_asset", table_name="maintenance_subject")
    op.drop_table("maintenance_subject")
    op.drop_table("maintenance_level")
    op.drop_index(
        "ix_maintenance_plan_enrol", table_name="maintenance_plan", postgresql_where=sa.text("state = 'active'")
    )
    op.drop_table("maintenance_plan")
    op.drop_table("inspection_stop")
    op.drop_table("inspection_route")
