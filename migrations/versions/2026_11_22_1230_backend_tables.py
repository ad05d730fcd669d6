"""Users, customers, assets, technicians, promises, work, plans, surveys, field operations.

Why: the first tables of this floor.
Locks: none that matter; every table is new.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import kernel.geo

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "app_user",
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("roles", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "locale",
            sa.Enum("zh", "en", name="locale", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("technician_id", sa.Uuid(), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("username = lower(username) AND username <> ''", name=op.f("ck_app_user_username_lower")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_app_user_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_user")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_app_user_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "username", name=op.f("uq_app_user_tenant_id_username")),
    )
    op.execute('ALTER TABLE "app_user" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "app_user" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"app_user\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "app_user" TO fieldhand_app')
    op.create_index("ix_app_user_technician_id", "app_user", ["tenant_id", "technician_id"], unique=False)
    op.create_table(
        "asset_class",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_asset_class_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset_class")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_asset_class_tenant_id_code")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_asset_class_tenant_id_id")),
    )
    op.execute('ALTER TABLE "asset_class" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "asset_class" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"asset_class\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "asset_class" TO fieldhand_app')
    op.create_table(
        "business_calendar",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_business_calendar_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_business_calendar")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_business_calendar_tenant_id_code")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_business_calendar_tenant_id_id")),
    )
    op.execute('ALTER TABLE "business_calendar" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "business_calendar" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"business_calendar\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "business_calendar" TO fieldhand_app')
    op.create_table(
        "checklist_template",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("asset_class", sa.Text(), nullable=True),
        sa.Column("work_type", sa.Text(), nullable=True),
        sa.Column("items", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("ck_checklist_template_version_positive")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_checklist_template_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist_template")),
        sa.UniqueConstraint("tenant_id", "code", "version", name=op.f("uq_checklist_template_tenant_id_code_version")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_checklist_template_tenant_id_id")),
    )
    op.execute('ALTER TABLE "checklist_template" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "checklist_template" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"checklist_template\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "checklist_template" TO fieldhand_app')
    op.create_index(
        "uq_checklist_template_current",
        "checklist_template",
        ["tenant_id", "code"],
        unique=True,
        postgresql_where=sa.text("published_at IS NOT NULL AND retired_at IS NULL"),
    )
    op.create_table(
        "customer",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("locale", sa.Text(), server_default="zh", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_customer_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_customer_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_customer_tenant_id_number")),
    )
    op.execute('ALTER TABLE "customer" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "customer" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"customer\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "customer" TO fieldhand_app')
    op.create_index("ix_customer_name", "customer", ["tenant_id", "name"], unique=False)
    op.create_table(
        "login_attempts",
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_login_attempts_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_attempts")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_login_attempts_tenant_id_id")),
        sa.UniqueConstraint(
            "tenant_id", "username", "address", name=op.f("uq_login_attempts_tenant_id_username_address")
        ),
    )
    op.execute('ALTER TABLE "login_attempts" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "login_attempts" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"login_attempts\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "login_attempts" TO fieldhand_app')
    op.create_index("ix_login_attempts_last_at", "login_attempts", ["last_at"], unique=False)
    op.create_table(
        "plan",
        sa.Column(
            "mode",
            sa.Enum("auto", "draft", name="planmode", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "solving",
                "draft",
                "committed",
                "discarded",
                "failed",
                name="planstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.Uuid(), nullable=True),
        sa.Column("engine", sa.Text(), nullable=True),
        sa.Column("cost", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("summary", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("solved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_plan_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_plan_tenant_id_id")),
    )
    op.execute('ALTER TABLE "plan" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "plan" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"plan\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "plan" TO fieldhand_app')
    op.create_index(
        "uq_plan_waiting", "plan", ["tenant_id", "mode"], unique=True, postgresql_where=sa.text("state = 'queued'")
    )
    op.create_table(
        "position_fix",
        sa.Column("technician_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "position",
            kernel.geo.PointType(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=False,
        ),
        sa.Column("accuracy_m", sa.Double(), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("accuracy_m >= 0", name=op.f("ck_position_fix_accuracy_not_negative")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_position_fix_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_position_fix")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_position_fix_tenant_id_id")),
        sa.UniqueConstraint(
            "tenant_id", "technician_id", "at", name=op.f("uq_position_fix_tenant_id_technician_id_at")
        ),
    )
    op.execute('ALTER TABLE "position_fix" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "position_fix" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"position_fix\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, DELETE ON "position_fix" TO fieldhand_app')
    op.create_index("ix_position_fix_at", "position_fix", ["tenant_id", "at"], unique=False)
    op.create_table(
        "technician",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column(
            "home",
            kernel.geo.PointType(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=False,
        ),
        sa.Column("van_location_id", sa.Uuid(), nullable=True),
        sa.Column(
            "territory",
            kernel.geo.AreaType(
                geometry_type="POLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_technician_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_technician")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_technician_tenant_id_id")),
    )
    op.execute("CREATE INDEX ix_technician_home ON technician USING gist ((home::geography))")
    op.execute(
        "\nCREATE OR REPLACE FUNCTION technicians_near(from_lon double precision, from_lat double precision, within_m double precision,\n                                 at_most integer)\nRETURNS TABLE (technician_id uuid, metres double precision)\nLANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$\n    SELECT id, ST_Distance(home::geography, ST_SetSRID(ST_MakePoint(from_lon, from_lat), 4326)::geography)\n      FROM technician\n     WHERE tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid\n       AND active\n       AND ST_DWithin(home::geography, ST_SetSRID(ST_MakePoint(from_lon, from_lat), 4326)::geography, within_m)\n     ORDER BY 2, 1\n     LIMIT least(at_most, 500)\n$$\n"
    )
    op.execute("REVOKE ALL ON FUNCTION technicians_near FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION technicians_near TO fieldhand_app")
    op.execute('ALTER TABLE "technician" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "technician" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"technician\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "technician" TO fieldhand_app')
    op.create_index("ix_technician_name", "technician", ["tenant_id", "name"], unique=False)
    op.create_table(
        "technician_position",
        sa.Column("technician_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "position",
            kernel.geo.PointType(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=False,
        ),
        sa.Column("accuracy_m", sa.Double(), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_technician_position_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_technician_position")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_technician_position_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "technician_id", name=op.f("uq_technician_position_tenant_id_technician_id")),
    )
    op.execute('ALTER TABLE "technician_position" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "technician_position" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"technician_position\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "technician_position" TO fieldhand_app')
    op.create_table(
        "absence",
        sa.Column("technician_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_absence_starts_before_end")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "technician_id"],
            ["technician.tenant_id", "technician.id"],
            name=op.f("fk_absence_tenant_id_technician_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_absence_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_absence_tenant_id_id")),
    )
    op.execute('ALTER TABLE "absence" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "absence" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"absence\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "absence" TO fieldhand_app')
    op.create_index("ix_absence_technician_id", "absence", ["tenant_id", "technician_id", "ends_at"], unique=False)
    op.create_table(
        "calendar_day",
        sa.Column("calendar_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("works_as", sa.Integer(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("works_as BETWEEN 0 AND 6", name=op.f("ck_calendar_day_weekday_0_to_6")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "calendar_id"],
            ["business_calendar.tenant_id", "business_calendar.id"],
            name=op.f("fk_calendar_day_tenant_id_calendar_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_calendar_day_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_day")),
        sa.UniqueConstraint("tenant_id", "calendar_id", "day", name=op.f("uq_calendar_day_tenant_id_calendar_id_day")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_calendar_day_tenant_id_id")),
    )
    op.execute('ALTER TABLE "calendar_day" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "calendar_day" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"calendar_day\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "calendar_day" TO fieldhand_app')
    op.create_table(
        "calendar_interval",
        sa.Column("calendar_id", sa.Uuid(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("ends > starts OR ends = '00:00'", name=op.f("ck_calendar_interval_starts_before_end")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_calendar_interval_weekday_0_to_6")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "calendar_id"],
            ["business_calendar.tenant_id", "business_calendar.id"],
            name=op.f("fk_calendar_interval_tenant_id_calendar_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_calendar_interval_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_interval")),
        sa.UniqueConstraint(
            "tenant_id",
            "calendar_id",
            "weekday",
            "starts",
            name=op.f("uq_calendar_interval_tenant_id_calendar_id_weekday_starts"),
        ),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_calendar_interval_tenant_id_id")),
    )
    op.execute('ALTER TABLE "calendar_interval" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "calendar_interval" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"calendar_interval\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "calendar_interval" TO fieldhand_app')
    op.create_table(
        "contact",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("is_primary", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customer.tenant_id", "customer.id"],
            name=op.f("fk_contact_tenant_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_contact_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_contact_tenant_id_id")),
    )
    op.execute('ALTER TABLE "contact" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "contact" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"contact\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "contact" TO fieldhand_app')
    op.create_index("ix_contact_customer_id", "contact", ["tenant_id", "customer_id"], unique=False)
    op.create_index(
        "uq_contact_primary",
        "contact",
        ["tenant_id", "customer_id"],
        unique=True,
        postgresql_where=sa.text("is_primary"),
    )
    op.create_table(
        "failure_group_rule",
        sa.Column("failure_group", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("skill", sa.Text(), nullable=False),
        sa.Column("skill_level", sa.Integer(), nullable=False),
        sa.Column("priority_a", sa.Integer(), nullable=False),
        sa.Column("priority_b", sa.Integer(), nullable=False),
        sa.Column("priority_c", sa.Integer(), nullable=False),
        sa.Column("part_id", sa.Uuid(), nullable=True),
        sa.Column("quantity", sa.Numeric(precision=14, scale=4), nullable=True),
        sa.Column("duration_minutes", sa.Integer(), nullable=False),
        sa.Column("work_type", sa.Text(), nullable=False),
        sa.Column("verify_samples", sa.Integer(), server_default="120", nullable=False),
        sa.Column("verify_seconds", sa.Integer(), server_default="3600", nullable=False),
        sa.Column("text_zh", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(part_id IS NULL) = (quantity IS NULL)", name=op.f("ck_failure_group_rule_part_with_quantity")
        ),
        sa.CheckConstraint("duration_minutes > 0", name=op.f("ck_failure_group_rule_duration_positive")),
        sa.CheckConstraint("priority_a BETWEEN 1 AND 4", name=op.f("ck_failure_group_rule_priority_a_1_to_4")),
        sa.CheckConstraint("priority_b BETWEEN 1 AND 4", name=op.f("ck_failure_group_rule_priority_b_1_to_4")),
        sa.CheckConstraint("priority_c BETWEEN 1 AND 4", name=op.f("ck_failure_group_rule_priority_c_1_to_4")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_failure_group_rule_quantity_positive")),
        sa.CheckConstraint("skill_level BETWEEN 1 AND 3", name=op.f("ck_failure_group_rule_level_1_to_3")),
        sa.CheckConstraint(
            "verify_samples > 0 AND verify_seconds >= 0", name=op.f("ck_failure_group_rule_proof_positive")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "part_id"],
            ["part.tenant_id", "part.id"],
            name=op.f("fk_failure_group_rule_tenant_id_part_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_failure_group_rule_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failure_group_rule")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_failure_group_rule_tenant_id_id")),
    )
    op.execute('ALTER TABLE "failure_group_rule" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "failure_group_rule" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"failure_group_rule\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "failure_group_rule" TO fieldhand_app')
    op.create_index(
        "uq_failure_group_rule",
        "failure_group_rule",
        ["tenant_id", "failure_group", sa.literal_column("COALESCE(model, '')")],
        unique=True,
    )
    op.create_table(
        "field_operation",
        sa.Column("client_op_id", sa.Uuid(), nullable=False),
        sa.Column("technician_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "applied",
                "duplicate",
                "conflict",
                "rejected",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("entity", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("problem", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "technician_id"],
            ["technician.tenant_id", "technician.id"],
            name=op.f("fk_field_operation_tenant_id_technician_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_field_operation_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_operation")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_field_operation_tenant_id_id")),
    )
    op.execute('ALTER TABLE "field_operation" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "field_operation" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"field_operation\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "field_operation" TO fieldhand_app')
    op.create_index("ix_field_operation_subject", "field_operation", ["tenant_id", "subject", "id"], unique=False)
    op.create_index("uq_field_operation", "field_operation", ["tenant_id", "client_op_id"], unique=True)
    op.create_table(
        "notification",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("technician_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("body_zh", sa.Text(), nullable=False),
        sa.Column("body_en", sa.Text(), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "sent",
                "failed",
                "off",
                name="notificationstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(technician_id IS NULL) <> (user_id IS NULL)", name=op.f("ck_notification_one_recipient")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"],
            ["app_user.tenant_id", "app_user.id"],
            name=op.f("fk_notification_tenant_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_notification_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_notification_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "key", name=op.f("uq_notification_tenant_id_key")),
    )
    op.execute('ALTER TABLE "notification" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "notification" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"notification\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "notification" TO fieldhand_app')
    op.create_index(
        "ix_notification_due",
        "notification",
        ["tenant_id", "due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_index("ix_notification_technician", "notification", ["tenant_id", "technician_id", "id"], unique=False)
    op.create_index("ix_notification_user", "notification", ["tenant_id", "user_id", "id"], unique=False)
    op.create_table(
        "push_registration",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("technician_id", sa.Uuid(), nullable=True),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum("fcm", name="pushchannel", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), server_default="zh", nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dead_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"],
            ["app_user.tenant_id", "app_user.id"],
            name=op.f("fk_push_registration_tenant_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_push_registration_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_registration")),
        sa.UniqueConstraint("tenant_id", "channel", "token", name=op.f("uq_push_registration_tenant_id_channel_token")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_push_registration_tenant_id_id")),
    )
    op.execute('ALTER TABLE "push_registration" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "push_registration" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"push_registration\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "push_registration" TO fieldhand_app')
    op.create_index(
        "ix_push_registration_technician", "push_registration", ["tenant_id", "technician_id"], unique=False
    )
    op.create_index(
        "uq_push_registration_device",
        "push_registration",
        ["tenant_id", "user_id", "device_id", "channel"],
        unique=True,
        postgresql_where=sa.text("dead_at IS NULL"),
    )
    op.create_table(
        "session_family",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("refresh_hash", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=True),
        sa.Column("rotated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_reason", sa.Text(), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"],
            ["app_user.tenant_id", "app_user.id"],
            name=op.f("fk_session_family_tenant_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_session_family_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_family")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_session_family_tenant_id_id")),
    )
    op.execute('ALTER TABLE "session_family" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "session_family" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"session_family\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "session_family" TO fieldhand_app')
    op.create_index("ix_session_family_expires_at", "session_family", ["expires_at"], unique=False)
    op.create_index("ix_session_family_user_id", "session_family", ["tenant_id", "user_id", "device_id"], unique=False)
    op.create_table(
        "shift",
        sa.Column("technician_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("breaks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_shift_starts_before_end")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "technician_id"],
            ["technician.tenant_id", "technician.id"],
            name=op.f("fk_shift_tenant_id_technician_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_shift_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_shift_tenant_id_id")),
    )
    op.execute('ALTER TABLE "shift" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "shift" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"shift\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "shift" TO fieldhand_app')
    op.create_index("ix_shift_day", "shift", ["tenant_id", "day", "technician_id"], unique=False)
    op.create_table(
        "shift_pattern",
        sa.Column("technician_id", sa.Uuid(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.Column("breaks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_shift_pattern_validity_in_order")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_shift_pattern_weekday_0_to_6")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "technician_id"],
            ["technician.tenant_id", "technician.id"],
            name=op.f("fk_shift_pattern_tenant_id_technician_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_shift_pattern_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_pattern")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_shift_pattern_tenant_id_id")),
    )
    op.execute('ALTER TABLE "shift_pattern" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "shift_pattern" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"shift_pattern\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "shift_pattern" TO fieldhand_app')
    op.create_index(
        "ix_shift_pattern_technician_id", "shift_pattern", ["tenant_id", "technician_id", "weekday"], unique=False
    )
    op.create_table(
        "site",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column(
            "position",
            kernel.geo.PointType(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=False,
        ),
        sa.Column("access_notes", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "opening_hours",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customer.tenant_id", "customer.id"],
            name=op.f("fk_site_tenant_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_site_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_site_tenant_id_id")),
    )
    op.execute('ALTER TABLE "site" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "site" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"site\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "site" TO fieldhand_app')
    op.create_index("ix_site_customer_id", "site", ["tenant_id", "customer_id"], unique=False)
    op.create_index("ix_site_position", "site", ["position"], unique=False, postgresql_using="gist")
    op.create_table(
        "sla_clock",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column(
            "clock",
            sa.Enum(
                "response", "on_site", "restore", name="clockkind", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("target_minutes", sa.Integer(), nullable=False),
        sa.Column("calendar_id", sa.Uuid(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paused_seconds", sa.Integer(), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("met_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("breached_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("paused_seconds >= 0", name=op.f("ck_sla_clock_paused_not_negative")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "calendar_id"],
            ["business_calendar.tenant_id", "business_calendar.id"],
            name=op.f("fk_sla_clock_tenant_id_calendar_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_sla_clock_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_clock")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_sla_clock_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "subject_id", "clock", name=op.f("uq_sla_clock_tenant_id_subject_id_clock")),
    )
    op.execute('ALTER TABLE "sla_clock" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "sla_clock" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"sla_clock\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "sla_clock" TO fieldhand_app')
    op.create_index(
        "ix_sla_clock_running",
        "sla_clock",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("met_at IS NULL AND breached_at IS NULL AND stopped_at IS NULL AND paused_at IS NULL"),
    )
    op.create_table(
        "sla_policy",
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("criticality", sa.Text(), nullable=True),
        sa.Column("response_minutes", sa.Integer(), nullable=False),
        sa.Column("on_site_minutes", sa.Integer(), nullable=False),
        sa.Column("restore_minutes", sa.Integer(), nullable=False),
        sa.Column("calendar_id", sa.Uuid(), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("priority BETWEEN 1 AND 4", name=op.f("ck_sla_policy_priority_1_to_4")),
        sa.CheckConstraint(
            "response_minutes > 0 AND on_site_minutes > 0 AND restore_minutes > 0", name=op.f("ck_sla_policy_positive")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "calendar_id"],
            ["business_calendar.tenant_id", "business_calendar.id"],
            name=op.f("fk_sla_policy_tenant_id_calendar_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_sla_policy_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_policy")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_sla_policy_tenant_id_id")),
    )
    op.execute('ALTER TABLE "sla_policy" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "sla_policy" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"sla_policy\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "sla_policy" TO fieldhand_app')
    op.create_index(
        "uq_sla_policy_case",
        "sla_policy",
        ["tenant_id", "priority", sa.literal_column("COALESCE(criticality, '')")],
        unique=True,
    )
    op.create_table(
        "technician_skill",
        sa.Column("technician_id", sa.Uuid(), nullable=False),
        sa.Column("skill", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("certificate", sa.Text(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("level BETWEEN 1 AND 3", name=op.f("ck_technician_skill_level_1_to_3")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "technician_id"],
            ["technician.tenant_id", "technician.id"],
            name=op.f("fk_technician_skill_tenant_id_technician_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_technician_skill_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_technician_skill")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_technician_skill_tenant_id_id")),
        sa.UniqueConstraint(
            "tenant_id", "technician_id", "skill", name=op.f("uq_technician_skill_tenant_id_technician_id_skill")
        ),
    )
    op.execute('ALTER TABLE "technician_skill" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "technician_skill" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"technician_skill\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "technician_skill" TO fieldhand_app')
    op.create_table(
        "location_node",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum("site", "area", "unit", name="nodekind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(kind = 'site') = (parent_id IS NULL)", name=op.f("ck_location_node_site_on_top")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "parent_id"],
            ["location_node.tenant_id", "location_node.id"],
            name=op.f("fk_location_node_tenant_id_parent_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "site_id"], ["site.tenant_id", "site.id"], name=op.f("fk_location_node_tenant_id_site_id")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_location_node_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_location_node")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_location_node_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "path", name=op.f("uq_location_node_tenant_id_path")),
    )
    op.execute("CREATE INDEX ix_location_node_below ON location_node (tenant_id, path text_pattern_ops)")
    op.execute('ALTER TABLE "location_node" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "location_node" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"location_node\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "location_node" TO fieldhand_app')
    op.create_index("ix_location_node_parent_id", "location_node", ["tenant_id", "parent_id"], unique=False)
    op.create_index(
        "uq_location_node_top",
        "location_node",
        ["tenant_id", "site_id"],
        unique=True,
        postgresql_where=sa.text("parent_id IS NULL"),
    )
    op.create_table(
        "asset",
        sa.Column("asset_no", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("location_id", sa.Uuid(), nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("maker", sa.Text(), server_default="", nullable=False),
        sa.Column("model", sa.Text(), server_default="", nullable=False),
        sa.Column("serial", sa.Text(), nullable=True),
        sa.Column(
            "criticality",
            sa.Enum("A", "B", "C", name="criticality", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "up",
                "degraded",
                "down",
                "idle",
                "standby",
                "decommissioned",
                name="assetstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "position",
            kernel.geo.PointType(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("qr_token", sa.Text(), nullable=True),
        sa.Column("installed_on", sa.Date(), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_asset_not_its_own_parent")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "class_id"],
            ["asset_class.tenant_id", "asset_class.id"],
            name=op.f("fk_asset_tenant_id_class_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customer.tenant_id", "customer.id"],
            name=op.f("fk_asset_tenant_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "location_id"],
            ["location_node.tenant_id", "location_node.id"],
            name=op.f("fk_asset_tenant_id_location_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "parent_id"], ["asset.tenant_id", "asset.id"], name=op.f("fk_asset_tenant_id_parent_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "site_id"], ["site.tenant_id", "site.id"], name=op.f("fk_asset_tenant_id_site_id")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_asset_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset")),
        sa.UniqueConstraint("qr_token", name=op.f("uq_asset_qr_token")),
        sa.UniqueConstraint("tenant_id", "asset_no", name=op.f("uq_asset_tenant_id_asset_no")),
        sa.UniqueConstraint("tenant_id", "device_id", name=op.f("uq_asset_tenant_id_device_id")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_asset_tenant_id_id")),
    )
    op.execute('ALTER TABLE "asset" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "asset" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"asset\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "asset" TO fieldhand_app')
    op.create_index("ix_asset_customer_id", "asset", ["tenant_id", "customer_id"], unique=False)
    op.create_index("ix_asset_location_id", "asset", ["tenant_id", "location_id"], unique=False)
    op.create_index("ix_asset_parent_id", "asset", ["tenant_id", "parent_id"], unique=False)
    op.create_index("ix_asset_serial", "asset", ["tenant_id", "serial"], unique=False)
    op.create_index("ix_asset_site_id", "asset", ["tenant_id", "site_id"], unique=False)
    op.create_table(
        "asset_component",
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("installed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("client_op_id", sa.Uuid(), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("removed_at >= installed_at", name=op.f("ck_asset_component_installed_before_removed")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "asset_id"],
            ["asset.tenant_id", "asset.id"],
            name=op.f("fk_asset_component_tenant_id_asset_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_asset_component_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset_component")),
        sa.UniqueConstraint("tenant_id", "client_op_id", name=op.f("uq_asset_component_tenant_id_client_op_id")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_asset_component_tenant_id_id")),
    )
    op.execute('ALTER TABLE "asset_component" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "asset_component" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"asset_component\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "asset_component" TO fieldhand_app')
    op.create_index(
        "ix_asset_component_asset_id", "asset_component", ["tenant_id", "asset_id", "installed_at"], unique=False
    )
    op.create_index("ix_asset_component_serial", "asset_component", ["tenant_id", "part_id", "serial"], unique=False)
    op.create_index(
        "uq_asset_component_inside",
        "asset_component",
        ["tenant_id", "asset_id", "place"],
        unique=True,
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_table(
        "failure_record",
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("mechanism", sa.Text(), server_default="", nullable=False),
        sa.Column("cause", sa.Text(), server_default="", nullable=False),
        sa.Column("activity", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "asset_id"],
            ["asset.tenant_id", "asset.id"],
            name=op.f("fk_failure_record_tenant_id_asset_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_failure_record_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failure_record")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_failure_record_tenant_id_id")),
        sa.UniqueConstraint(
            "tenant_id", "order_id", "asset_id", name=op.f("uq_failure_record_tenant_id_order_id_asset_id")
        ),
    )
    op.execute('ALTER TABLE "failure_record" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "failure_record" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"failure_record\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "failure_record" TO fieldhand_app')
    op.create_index("ix_failure_record_asset_id", "failure_record", ["tenant_id", "asset_id", "at"], unique=False)
    op.create_table(
        "ticket",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "device",
                "phone",
                "web",
                "mail",
                "qr",
                "wechat",
                "mobile",
                "api",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("asset_id", sa.Uuid(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("topic", sa.Text(), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "new",
                "triaged",
                "remote_trial",
                "pending_customer",
                "in_progress",
                "resolved",
                "closed",
                "merged",
                "cancelled",
                name="ticketstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("survey_invited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopen_count", sa.Integer(), nullable=False),
        sa.Column("follow_up_of_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("priority BETWEEN 1 AND 4", name=op.f("ck_ticket_priority_1_to_4")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "asset_id"], ["asset.tenant_id", "asset.id"], name=op.f("fk_ticket_tenant_id_asset_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customer.tenant_id", "customer.id"],
            name=op.f("fk_ticket_tenant_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "follow_up_of_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_ticket_tenant_id_follow_up_of_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "site_id"], ["site.tenant_id", "site.id"], name=op.f("fk_ticket_tenant_id_site_id")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_ticket_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
        sa.UniqueConstraint(
            "tenant_id", "channel", "external_id", name=op.f("uq_ticket_tenant_id_channel_external_id")
        ),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_ticket_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_ticket_tenant_id_number")),
    )
    op.execute('ALTER TABLE "ticket" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "ticket" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"ticket\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "ticket" TO fieldhand_app')
    op.create_index("ix_ticket_asset", "ticket", ["tenant_id", "asset_id"], unique=False)
    op.create_index("ix_ticket_case", "ticket", ["tenant_id", "case_id"], unique=False)
    op.create_index("ix_ticket_customer", "ticket", ["tenant_id", "customer_id"], unique=False)
    op.create_index("ix_ticket_list", "ticket", ["tenant_id", "created_at", "id"], unique=False)
    op.create_index("ix_ticket_state", "ticket", ["tenant_id", "state", "created_at", "id"], unique=False)
    op.create_table(
        "work_order",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column(
            "source",
            sa.Enum(
                "agent",
                "customer",
                "case",
                "plan",
                "rule",
                "api",
                name="ordersource",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("source_key", sa.Text(), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=True),
        sa.Column("work_type", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("skill", sa.Text(), nullable=False),
        sa.Column("skill_level", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "pending_approval",
                "open",
                "waiting_parts",
                "scheduled",
                "in_progress",
                "completed",
                "verified",
                "closed",
                "cancelled",
                name="orderstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("waiting_cause", sa.Text(), nullable=True),
        sa.Column("substatus", sa.Text(), nullable=True),
        sa.Column(
            "labels", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.Column("duration_minutes", sa.Integer(), nullable=False),
        sa.Column("earliest_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "due_basis",
            sa.Enum(
                "sla",
                "failure_window",
                "promise",
                name="duebasis",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "finding_result",
            sa.Enum(
                "confirmed",
                "no_fault_found",
                "other",
                name="findingresult",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("finding_failure_mode", sa.Text(), nullable=True),
        sa.Column("finding_cause", sa.Text(), nullable=True),
        sa.Column("finding_activity", sa.Text(), nullable=True),
        sa.Column("finding_note", sa.Text(), nullable=True),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(due_at IS NULL) = (due_basis IS NULL)", name=op.f("ck_work_order_due_has_basis")),
        sa.CheckConstraint("duration_minutes > 0", name=op.f("ck_work_order_duration_positive")),
        sa.CheckConstraint("priority BETWEEN 1 AND 4", name=op.f("ck_work_order_priority_1_to_4")),
        sa.CheckConstraint("skill_level BETWEEN 1 AND 3", name=op.f("ck_work_order_level_1_to_3")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "asset_id"], ["asset.tenant_id", "asset.id"], name=op.f("fk_work_order_tenant_id_asset_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customer.tenant_id", "customer.id"],
            name=op.f("fk_work_order_tenant_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "site_id"], ["site.tenant_id", "site.id"], name=op.f("fk_work_order_tenant_id_site_id")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_work_order_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_order")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_work_order_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_work_order_tenant_id_number")),
        sa.UniqueConstraint("tenant_id", "source_key", name=op.f("uq_work_order_tenant_id_source_key")),
    )
    op.execute('ALTER TABLE "work_order" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "work_order" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"work_order\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "work_order" TO fieldhand_app')
    op.create_index("ix_work_order_asset", "work_order", ["tenant_id", "asset_id"], unique=False)
    op.create_index("ix_work_order_case", "work_order", ["tenant_id", "case_id"], unique=False)
    op.create_index("ix_work_order_customer", "work_order", ["tenant_id", "customer_id"], unique=False)
    op.create_index("ix_work_order_list", "work_order", ["tenant_id", "created_at", "id"], unique=False)
    op.create_index("ix_work_order_site", "work_order", ["tenant_id", "site_id"], unique=False)
    op.create_index("ix_work_order_state", "work_order", ["tenant_id", "state", "created_at", "id"], unique=False)
    op.create_index("ix_work_order_ticket", "work_order", ["tenant_id", "ticket_id"], unique=False)
    op.create_table(
        "case_intake",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=True),
        sa.Column("work_order_id", sa.Uuid(), nullable=True),
        sa.Column("rolled_up", sa.Boolean(), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_case_intake_tenant_id_ticket_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "work_order_id"],
            ["work_order.tenant_id", "work_order.id"],
            name=op.f("fk_case_intake_tenant_id_work_order_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_case_intake_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_intake")),
        sa.UniqueConstraint("tenant_id", "case_id", name=op.f("uq_case_intake_tenant_id_case_id")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_case_intake_tenant_id_id")),
    )
    op.execute('ALTER TABLE "case_intake" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "case_intake" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"case_intake\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "case_intake" TO fieldhand_app')
    op.create_index("ix_case_intake_order", "case_intake", ["tenant_id", "work_order_id"], unique=False)
    op.create_index("ix_case_intake_ticket", "case_intake", ["tenant_id", "ticket_id"], unique=False)
    op.create_table(
        "plan_unserved",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("work_order_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("text_zh", sa.Text(), nullable=False),
        sa.Column("refused", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "plan_id"], ["plan.tenant_id", "plan.id"], name=op.f("fk_plan_unserved_tenant_id_plan_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "work_order_id"],
            ["work_order.tenant_id", "work_order.id"],
            name=op.f("fk_plan_unserved_tenant_id_work_order_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_plan_unserved_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_unserved")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_plan_unserved_tenant_id_id")),
    )
    op.execute('ALTER TABLE "plan_unserved" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "plan_unserved" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"plan_unserved\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "plan_unserved" TO fieldhand_app')
    op.create_index("uq_plan_unserved_order", "plan_unserved", ["plan_id", "work_order_id"], unique=True)
    op.create_table(
        "plan_visit",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("work_order_id", sa.Uuid(), nullable=False),
        sa.Column("order_version", sa.Integer(), nullable=False),
        sa.Column("technician_id", sa.Uuid(), nullable=False),
        sa.Column("start_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("travel_seconds", sa.Integer(), nullable=False),
        sa.Column("parts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("pickup", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("refused", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "plan_id"], ["plan.tenant_id", "plan.id"], name=op.f("fk_plan_visit_tenant_id_plan_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "technician_id"],
            ["technician.tenant_id", "technician.id"],
            name=op.f("fk_plan_visit_tenant_id_technician_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "work_order_id"],
            ["work_order.tenant_id", "work_order.id"],
            name=op.f("fk_plan_visit_tenant_id_work_order_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_plan_visit_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_visit")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_plan_visit_tenant_id_id")),
    )
    op.execute('ALTER TABLE "plan_visit" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "plan_visit" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"plan_visit\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "plan_visit" TO fieldhand_app')
    op.create_index("ix_plan_visit_order", "plan_visit", ["tenant_id", "work_order_id", "id"], unique=False)
    op.create_index("uq_plan_visit_order", "plan_visit", ["plan_id", "work_order_id"], unique=True)
    op.create_table(
        "survey",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("nps", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(rating IS NULL) = (answered_at IS NULL)", name=op.f("ck_survey_answered_with_rating")),
        sa.CheckConstraint("nps BETWEEN 0 AND 10", name=op.f("ck_survey_nps_0_to_10")),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ck_survey_rating_1_to_5")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"], name=op.f("fk_survey_tenant_id_ticket_id")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_survey_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_survey_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "ticket_id", name=op.f("uq_survey_tenant_id_ticket_id")),
    )
    op.execute('ALTER TABLE "survey" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "survey" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"survey\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "survey" TO fieldhand_app')
    op.create_index("uq_survey_token_hash", "survey", ["token_hash"], unique=True)
    op.create_table(
        "ticket_event",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_ticket_event_tenant_id_ticket_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_ticket_event_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_event")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_ticket_event_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "ticket_id", "seq", name=op.f("uq_ticket_event_tenant_id_ticket_id_seq")),
    )
    op.execute('ALTER TABLE "ticket_event" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "ticket_event" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"ticket_event\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT ON "ticket_event" TO fieldhand_app')
    op.create_table(
        "visit",
        sa.Column("work_order_id", sa.Uuid(), nullable=False),
        sa.Column("visit_no", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "dispatched",
                "accepted",
                "travelling",
                "on_site",
                "in_progress",
                "on_hold",
                "completed",
                "incomplete",
                "rejected",
                "no_access",
                "cancelled",
                name="visitstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("planned_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("planned_end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("travel_seconds", sa.Integer(), nullable=False),
        sa.Column("pinned", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=True),
        sa.Column("checklist_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("signature_name", sa.Text(), nullable=True),
        sa.Column("dispatched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("travel_started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("work_started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("planned_end > planned_start", name=op.f("ck_visit_starts_before_end")),
        sa.CheckConstraint("travel_seconds >= 0", name=op.f("ck_visit_travel_not_negative")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "checklist_id"],
            ["checklist_template.tenant_id", "checklist_template.id"],
            name=op.f("fk_visit_tenant_id_checklist_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "work_order_id"],
            ["work_order.tenant_id", "work_order.id"],
            name=op.f("fk_visit_tenant_id_work_order_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_visit_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_visit_tenant_id_id")),
        sa.UniqueConstraint(
            "tenant_id", "work_order_id", "visit_no", name=op.f("uq_visit_tenant_id_work_order_id_visit_no")
        ),
    )
    op.execute('ALTER TABLE "visit" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "visit" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"visit\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "visit" TO fieldhand_app')
    op.create_index("ix_visit_changed", "visit", ["tenant_id", "changed_at", "id"], unique=False)
    op.create_index("ix_visit_planned", "visit", ["tenant_id", "planned_start", "id"], unique=False)
    op.create_index(
        "uq_visit_active",
        "visit",
        ["tenant_id", "work_order_id"],
        unique=True,
        postgresql_where=sa.text(
            "state IN ('planned', 'dispatched', 'accepted', 'travelling', 'on_site', 'in_progress', 'on_hold')"
        ),
    )
    op.create_table(
        "work_order_event",
        sa.Column("work_order_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "web",
                "mobile",
                "rule",
                "plan",
                "telemetry",
                name="eventsource",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("client_op_id", sa.Uuid(), nullable=True),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "work_order_id"],
            ["work_order.tenant_id", "work_order.id"],
            name=op.f("fk_work_order_event_tenant_id_work_order_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_work_order_event_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_order_event")),
        sa.UniqueConstraint("tenant_id", "client_op_id", name=op.f("uq_work_order_event_tenant_id_client_op_id")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_work_order_event_tenant_id_id")),
        sa.UniqueConstraint(
            "tenant_id", "work_order_id", "seq", name=op.f("uq_work_order_event_tenant_id_work_order_id_seq")
        ),
    )
    op.execute('ALTER TABLE "work_order_event" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "work_order_event" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"work_order_event\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT ON "work_order_event" TO fieldhand_app')
    op.create_table(
        "work_order_part",
        sa.Column("work_order_id", sa.Uuid(), nullable=False),
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_work_order_part_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "part_id"], ["part.tenant_id", "part.id"], name=op.f("fk_work_order_part_tenant_id_part_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "work_order_id"],
            ["work_order.tenant_id", "work_order.id"],
            name=op.f("fk_work_order_part_tenant_id_work_order_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_work_order_part_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_order_part")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_work_order_part_tenant_id_id")),
        sa.UniqueConstraint(
            "tenant_id", "work_order_id", "part_id", name=op.f("uq_work_order_part_tenant_id_work_order_id_part_id")
        ),
    )
    op.execute('ALTER TABLE "work_order_part" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "work_order_part" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"work_order_part\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "work_order_part" TO fieldhand_app')
    op.create_index("ix_work_order_part_part", "work_order_part", ["tenant_id", "part_id"], unique=False)
    op.create_table(
        "conflict_item",
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("members", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("technician_id", sa.Uuid(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("client_op_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "applied",
                "dismissed",
                name="conflictstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.Uuid(), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "visit_id"], ["visit.tenant_id", "visit.id"], name=op.f("fk_conflict_item_tenant_id_visit_id")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_conflict_item_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict_item")),
        sa.UniqueConstraint("tenant_id", "client_op_id", name=op.f("uq_conflict_item_tenant_id_client_op_id")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_conflict_item_tenant_id_id")),
    )
    op.execute('ALTER TABLE "conflict_item" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "conflict_item" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"conflict_item\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "conflict_item" TO fieldhand_app')
    op.create_index(
        "ix_conflict_item_open",
        "conflict_item",
        ["tenant_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_conflict_item_visit", "conflict_item", ["tenant_id", "visit_id"], unique=False)
    op.create_table(
        "visit_answer",
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("client_op_id", sa.Uuid(), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "visit_id"], ["visit.tenant_id", "visit.id"], name=op.f("fk_visit_answer_tenant_id_visit_id")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_visit_answer_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_answer")),
        sa.UniqueConstraint("tenant_id", "client_op_id", name=op.f("uq_visit_answer_tenant_id_client_op_id")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_visit_answer_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "visit_id", "item", name=op.f("uq_visit_answer_tenant_id_visit_id_item")),
    )
    op.execute('ALTER TABLE "visit_answer" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "visit_answer" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"visit_answer\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "visit_answer" TO fieldhand_app')
    op.create_table(
        "visit_event",
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "web",
                "mobile",
                "rule",
                "plan",
                "telemetry",
                name="eventsource",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "position",
            kernel.geo.PointType(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("accuracy_m", sa.Double(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("client_op_id", sa.Uuid(), nullable=True),
        sa.Column("flagged", sa.Text(), nullable=True),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "visit_id"], ["visit.tenant_id", "visit.id"], name=op.f("fk_visit_event_tenant_id_visit_id")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_visit_event_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_event")),
        sa.UniqueConstraint("tenant_id", "client_op_id", name=op.f("uq_visit_event_tenant_id_client_op_id")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_visit_event_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "visit_id", "seq", name=op.f("uq_visit_event_tenant_id_visit_id_seq")),
    )
    op.execute('ALTER TABLE "visit_event" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "visit_event" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"visit_event\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT ON "visit_event" TO fieldhand_app')
    op.create_table(
        "visit_note",
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("client_op_id", sa.Uuid(), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "visit_id"], ["visit.tenant_id", "visit.id"], name=op.f("fk_visit_note_tenant_id_visit_id")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_visit_note_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_note")),
        sa.UniqueConstraint("tenant_id", "client_op_id", name=op.f("uq_visit_note_tenant_id_client_op_id")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_visit_note_tenant_id_id")),
    )
    op.execute('ALTER TABLE "visit_note" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "visit_note" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"visit_note\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT ON "visit_note" TO fieldhand_app')
    op.create_index("ix_visit_note_visit", "visit_note", ["tenant_id", "visit_id"], unique=False)
    op.create_table(
        "visit_part",
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.Column("serial", sa.Text(), nullable=True),
        sa.Column("old_serial", sa.Text(), nullable=True),
        sa.Column("move_id", sa.Uuid(), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("client_op_id", sa.Uuid(), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_visit_part_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "part_id"], ["part.tenant_id", "part.id"], name=op.f("fk_visit_part_tenant_id_part_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "visit_id"], ["visit.tenant_id", "visit.id"], name=op.f("fk_visit_part_tenant_id_visit_id")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_visit_part_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_part")),
        sa.UniqueConstraint("tenant_id", "client_op_id", name=op.f("uq_visit_part_tenant_id_client_op_id")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_visit_part_tenant_id_id")),
    )
    op.execute('ALTER TABLE "visit_part" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "visit_part" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"visit_part\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT ON "visit_part" TO fieldhand_app')
    op.create_index("ix_visit_part_visit", "visit_part", ["tenant_id", "visit_id"], unique=False)
    op.create_table(
        "visit_technician",
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("technician_id", sa.Uuid(), nullable=False),
        sa.Column("lead", sa.Boolean(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "technician_id"],
            ["technician.tenant_id", "technician.id"],
            name=op.f("fk_visit_technician_tenant_id_technician_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "visit_id"],
            ["visit.tenant_id", "visit.id"],
            name=op.f("fk_visit_technician_tenant_id_visit_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_visit_technician_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_technician")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_visit_technician_tenant_id_id")),
    )
    op.execute('ALTER TABLE "visit_technician" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "visit_technician" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"visit_technician\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "visit_technician" TO fieldhand_app')
    op.create_index(
        "ix_visit_technician_technician", "visit_technician", ["tenant_id", "technician_id", "visit_id"], unique=False
    )
    op.create_index(
        "uq_visit_technician_lead",
        "visit_technician",
        ["tenant_id", "visit_id"],
        unique=True,
        postgresql_where=sa.text("lead AND released_at IS NULL"),
    )
    op.create_index(
        "uq_visit_technician_now",
        "visit_technician",
        ["tenant_id", "visit_id", "technician_id"],
        unique=True,
        postgresql_where=sa.text("released_at IS NULL"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index(
        "uq_visit_technician_now", table_name="visit_technician", postgresql_where=sa.text("released_at IS NULL")
    )
    op.drop_index(
        "uq_visit_technician_lead",
        table_name="visit_technician",
        postgresql_where=sa.text("lead AND released_at IS NULL"),
    )
    op.drop_index("ix_visit_technician_technician", table_name="visit_technician")
    op.drop_table("visit_technician")
    op.drop_index("ix_visit_part_visit", table_name="visit_part")
    op.drop_table("visit_part")
    op.drop_index("ix_visit_note_visit", table_name="visit_note")
    op.drop_table("visit_note")
    op.drop_table("visit_event")
    op.drop_table("visit_answer")
    op.drop_index("ix_conflict_item_visit", table_name="conflict_item")
    op.drop_index("ix_conflict_item_open", table_name="conflict_item", postgresql_where=sa.text("state = 'open'"))
    op.drop_table("conflict_item")
    op.drop_index("ix_work_order_part_part", table_name="work_order_part")
    op.drop_table("work_order_part")
    op.drop_table("work_order_event")
    op.drop_index(
        "uq_visit_active",
        table_name="visit",
        postgresql_where=sa.text(
            "state IN ('planned', 'dispatched', 'accepted', 'travelling', 'on_site', 'in_progress', 'on_hold')"
        ),
    )
    op.drop_index("ix_visit_planned", table_name="visit")
    op.drop_index("ix_visit_changed", table_name="visit")
    op.drop_table("visit")
    op.drop_table("ticket_event")
    op.drop_index("uq_survey_token_hash", table_name="survey")
    op.drop_table("survey")
    op.drop_index("uq_plan_visit_order", table_name="plan_visit")
    op.drop_index("ix_plan_visit_order", table_name="plan_visit")
    op.drop_table("plan_visit")
    op.drop_index("uq_plan_unserved_order", table_name="plan_unserved")
    op.drop_table("plan_unserved")
    op.drop_index("ix_case_intake_ticket", table_name="case_intake")
    op.drop_index("ix_case_intake_order", table_name="case_intake")
    op.drop_table("case_intake")
    op.drop_index("ix_work_order_ticket", table_name="work_order")
    op.drop_index("ix_work_order_state", table_name="work_order")
    op.drop_index("ix_work_order_site", table_name="work_order")
    op.drop_index("ix_work_order_list", table_name="work_order")
    op.drop_index("ix_work_order_customer", table_name="work_order")
    op.drop_index("ix_work_order_case", table_name="work_order")
    op.drop_index("ix_work_order_asset", table_name="work_order")
    op.drop_table("work_order")
    op.drop_index("ix_ticket_state", table_name="ticket")
    op.drop_index("ix_ticket_list", table_name="ticket")
    op.drop_index("ix_ticket_customer", table_name="ticket")
    op.drop_index("ix_ticket_case", table_name="ticket")
    op.drop_index("ix_ticket_asset", table_name="ticket")
    op.drop_table("ticket")
    op.drop_index("ix_failure_record_asset_id", table_name="failure_record")
    op.drop_table("failure_record")
    op.drop_index(
        "uq_asset_component_inside", table_name="asset_component", postgresql_where=sa.text("removed_at IS NULL")
    )
    op.drop_index("ix_asset_component_serial", table_name="asset_component")
    op.drop_index("ix_asset_component_asset_id", table_name="asset_component")
    op.drop_table("asset_component")
    op.drop_index("ix_asset_site_id", table_name="asset")
    op.drop_index("ix_asset_serial", table_name="asset")
    op.drop_index("ix_asset_parent_id", table_name="asset")
    op.drop_index("ix_asset_location_id", table_name="asset")
    op.drop_index("ix_asset_customer_id", table_name="asset")
    op.drop_table("asset")
    op.drop_index("uq_location_node_top", table_name="location_node", postgresql_where=sa.text("parent_id IS NULL"))
    op.drop_index("ix_location_node_parent_id", table_name="location_node")
    op.drop_table("location_node")
    op.drop_table("technician_skill")
    op.drop_index("uq_sla_policy_case", table_name="sla_policy")
    op.drop_table("sla_policy")
    op.drop_index(
        "ix_sla_clock_running",
        table_name="sla_clock",
        postgresql_where=sa.text("met_at IS NULL AND breached_at IS NULL AND stopped_at IS NULL AND paused_at IS NULL"),
    )
    op.drop_table("sla_clock")
    op.drop_index("ix_site_position", table_name="site", postgresql_using="gist")
    op.drop_index("ix_site_customer_id", table_name="site")
    op.drop_table("site")
    op.drop_index("ix_shift_pattern_technician_id", table_name="shift_pattern")
    op.drop_table("shift_pattern")
    op.drop_index("ix_shift_day", table_name="shift")
    op.drop_table("shift")
    op.drop_index("ix_session_family_user_id", table_name="session_family")
    op.drop_index("ix_session_family_expires_at", table_name="session_family")
    op.drop_table("session_family")
    op.drop_index(
        "uq_push_registration_device", table_name="push_registration", postgresql_where=sa.text("dead_at IS NULL")
    )
    op.drop_index("ix_push_registration_technician", table_name="push_registration")
    op.drop_table("push_registration")
    op.drop_index("ix_notification_user", table_name="notification")
    op.drop_index("ix_notification_technician", table_name="notification")
    op.drop_index("ix_notification_due", table_name="notification", postgresql_where=sa.text("state = 'queued'"))
    op.drop_table("notification")
    op.drop_index("uq_field_operation", table_name="field_operation")
    op.drop_index("ix_field_operation_subject", table_name="field_operation")
    op.drop_table("field_operation")
    op.drop_index("uq_failure_group_rule", table_name="failure_group_rule")
    op.drop_table("failure_group_rule")
    op.drop_index("uq_contact_primary", table_name="contact", postgresql_where=sa.text("is_primary"))
    op.drop_index("ix_contact_customer_id", table_name="contact")
    op.drop_table("contact")
    op.drop_table("calendar_interval")
    op.drop_table("calendar_day")
    op.drop_index("ix_absence_technician_id", table_name="absence")
    op.drop_table("absence")
    op.drop_table("technician_position")
    op.drop_index("ix_technician_name", table_name="technician")
    op.drop_table("technician")
    op.drop_index("ix_position_fix_at", table_name="position_fix")
    op.drop_table("position_fix")
    op.drop_index("uq_plan_waiting", table_name="plan", postgresql_where=sa.text("state = 'queued'"))
    op.drop_table("plan")
    op.drop_index("ix_login_attempts_last_at", table_name="login_attempts")
    op.drop_table("login_attempts")
    op.drop_index("ix_customer_name", table_name="customer")
    op.drop_table("customer")
    op.drop_index(
        "uq_checklist_template_current",
        table_name="checklist_template",
        postgresql_where=sa.text("published_at IS NOT NULL AND retired_at IS NULL"),
    )
    op.drop_table("checklist_template")
    op.drop_table("business_calendar")
    op.drop_table("asset_class")
    op.drop_index("ix_app_user_technician_id", table_name="app_user")
    op.drop_table("app_user")
