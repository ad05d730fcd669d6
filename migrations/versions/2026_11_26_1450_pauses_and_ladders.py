"""Versions of policies, pauses with their reasons, escalation ladders, forecasts of promises.

Why: which reason stops which clock is a matter of the contract, and a ladder is climbed from rows, so that neither a
queue nor a stopped process loses a step. A policy that changes gets a new row; clocks keep the one they started with.
Time that went into pauses before they were rows is kept as credit.
Locks: new tables; small tables get columns and values; `sla_clock` gets columns with constant defaults, clocks that run
are written once, and its indexes are made anew while it is locked.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

STEP_TARGETS = (
    "(action = 'notify_role') = (role IS NOT NULL) AND (action = 'notify_user') = (user_id IS NOT NULL)"
    " AND (action = 'set_queue') = (queue IS NOT NULL)"
)
PAUSES = '{"customer": ["response", "on_site", "restore"], "no_access": ["restore"], "weather": ["restore"]}'
LIVE = "met_at IS NULL AND stopped_at IS NULL"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "sla_pause",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "customer",
                "no_access",
                "parts",
                "approval",
                "weather",
                "safety",
                name="pausereason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("ended_at >= started_at", name=op.f("ck_sla_pause_starts_before_end")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_sla_pause_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_pause")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_sla_pause_tenant_id_id")),
    )
    op.execute('ALTER TABLE "sla_pause" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "sla_pause" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"sla_pause\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "sla_pause" TO fieldhand_app')
    op.create_index("ix_sla_pause_subject", "sla_pause", ["tenant_id", "subject_id", "started_at"], unique=False)
    op.create_index(
        "uq_sla_pause_open",
        "sla_pause",
        ["tenant_id", "subject_id", "source"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "escalation_ladder",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("calendar_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("ck_escalation_ladder_version")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "calendar_id"],
            ["business_calendar.tenant_id", "business_calendar.id"],
            name=op.f("fk_escalation_ladder_tenant_id_calendar_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_escalation_ladder_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation_ladder")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_escalation_ladder_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_escalation_ladder_tenant_id_name")),
    )
    op.execute('ALTER TABLE "escalation_ladder" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "escalation_ladder" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"escalation_ladder\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "escalation_ladder" TO fieldhand_app')
    op.create_table(
        "escalation_step",
        sa.Column("ladder_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column(
            "clock",
            sa.Enum(
                "response", "on_site", "restore", name="clockkind", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column(
            "action",
            sa.Enum(
                "notify_role",
                "notify_user",
                "raise_priority",
                "set_queue",
                name="stepaction",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "role",
            sa.Enum(
                "customer",
                "agent",
                "dispatcher",
                "technician",
                "warehouse",
                "asset_manager",
                "supervisor",
                "admin",
                "auditor",
                "integrator",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("queue", sa.Text(), nullable=True),
        sa.Column("in_service_hours", sa.Boolean(), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(STEP_TARGETS, name=op.f("ck_escalation_step_target_of_action")),
        sa.CheckConstraint(
            "(percent IS NULL) <> (minutes IS NULL)", name=op.f("ck_escalation_step_percent_or_minutes")
        ),
        sa.CheckConstraint("minutes BETWEEN -43200 AND 43200", name=op.f("ck_escalation_step_minutes_within_30_days")),
        sa.CheckConstraint("percent BETWEEN 1 AND 300", name=op.f("ck_escalation_step_percent_1_to_300")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ladder_id"],
            ["escalation_ladder.tenant_id", "escalation_ladder.id"],
            name=op.f("fk_escalation_step_tenant_id_ladder_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"],
            ["app_user.tenant_id", "app_user.id"],
            name=op.f("fk_escalation_step_tenant_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_escalation_step_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation_step")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_escalation_step_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "ladder_id", "seq", name=op.f("uq_escalation_step_tenant_id_ladder_id_seq")),
    )
    op.execute('ALTER TABLE "escalation_step" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "escalation_step" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"escalation_step\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "escalation_step" TO fieldhand_app')
    op.create_table(
        "sla_escalation",
        sa.Column("clock_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("ladder", sa.Text(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column(
            "action",
            sa.Enum(
                "notify_role",
                "notify_user",
                "raise_priority",
                "set_queue",
                name="stepaction",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "role",
            sa.Enum(
                "customer",
                "agent",
                "dispatcher",
                "technician",
                "warehouse",
                "asset_manager",
                "supervisor",
                "admin",
                "auditor",
                "integrator",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("queue", sa.Text(), nullable=True),
        sa.Column("in_service_hours", sa.Boolean(), nullable=False),
        sa.Column("calendar_id", sa.Uuid(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(STEP_TARGETS, name=op.f("ck_sla_escalation_target_of_action")),
        sa.CheckConstraint("(percent IS NULL) <> (minutes IS NULL)", name=op.f("ck_sla_escalation_percent_or_minutes")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "calendar_id"],
            ["business_calendar.tenant_id", "business_calendar.id"],
            name=op.f("fk_sla_escalation_tenant_id_calendar_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "clock_id"],
            ["sla_clock.tenant_id", "sla_clock.id"],
            name=op.f("fk_sla_escalation_tenant_id_clock_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"],
            ["app_user.tenant_id", "app_user.id"],
            name=op.f("fk_sla_escalation_tenant_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_sla_escalation_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_escalation")),
        sa.UniqueConstraint("tenant_id", "clock_id", "seq", name=op.f("uq_sla_escalation_tenant_id_clock_id_seq")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_sla_escalation_tenant_id_id")),
    )
    op.execute('ALTER TABLE "sla_escalation" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "sla_escalation" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"sla_escalation\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "sla_escalation" TO fieldhand_app')
    op.create_index(
        "ix_sla_escalation_due",
        "sla_escalation",
        ["tenant_id", "due_at"],
        unique=False,
        postgresql_where=sa.text("fired_at IS NULL AND due_at IS NOT NULL"),
    )
    op.add_column("business_calendar", sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False))
    op.add_column("customer", sa.Column("tier", sa.Text(), nullable=True))
    op.add_column("sla_clock", sa.Column("policy_version_id", sa.Uuid(), nullable=True))
    op.add_column(
        "sla_clock",
        sa.Column("paused_by", postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default='["customer"]'),
    )
    op.add_column("sla_clock", sa.Column("credit_seconds", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("sla_clock", sa.Column("recount", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("sla_clock", sa.Column("look_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("sla_clock", sa.Column("forecast_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "sla_clock",
        sa.Column(
            "forecast", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
    )
    op.add_column("sla_clock", sa.Column("at_risk_since", sa.DateTime(timezone=True), nullable=True))
    op.drop_index(
        op.f("ix_sla_clock_running"),
        table_name="sla_clock",
        postgresql_where="((met_at IS NULL) AND (breached_at IS NULL) AND (stopped_at IS NULL) AND (paused_at IS NULL))",
    )
    op.create_index(
        "ix_sla_clock_running",
        "sla_clock",
        ["tenant_id", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("met_at IS NULL AND stopped_at IS NULL AND breached_at IS NULL AND paused_at IS NULL"),
    )
    op.create_index(
        "ix_sla_clock_breached",
        "sla_clock",
        ["tenant_id", "breached_at", "id"],
        unique=False,
        postgresql_where=sa.text("breached_at IS NOT NULL"),
    )
    op.create_index(
        "ix_sla_clock_calendar",
        "sla_clock",
        ["tenant_id", "calendar_id"],
        unique=False,
        postgresql_where=sa.text("met_at IS NULL AND stopped_at IS NULL"),
    )
    op.create_index(
        "ix_sla_clock_look",
        "sla_clock",
        ["tenant_id", "look_at"],
        unique=False,
        postgresql_where=sa.text("look_at IS NOT NULL"),
    )
    op.create_index(
        "ix_sla_clock_recount", "sla_clock", ["tenant_id", "id"], unique=False, postgresql_where=sa.text("recount")
    )
    op.create_index(
        "ix_sla_clock_risk",
        "sla_clock",
        ["tenant_id", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("at_risk_since IS NOT NULL"),
    )
    op.create_foreign_key(
        op.f("fk_sla_clock_tenant_id_policy_version_id"),
        "sla_clock",
        "sla_policy",
        ["tenant_id", "policy_version_id"],
        ["tenant_id", "id"],
    )
    op.add_column("sla_policy", sa.Column("policy_id", sa.Uuid(), nullable=True))
    op.add_column("sla_policy", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("sla_policy", sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("sla_policy", sa.Column("name", sa.Text(), server_default="", nullable=False))
    op.add_column("sla_policy", sa.Column("customer_id", sa.Uuid(), nullable=True))
    op.add_column("sla_policy", sa.Column("tier", sa.Text(), nullable=True))
    op.add_column("sla_policy", sa.Column("work_type", sa.Text(), nullable=True))
    op.add_column("sla_policy", sa.Column("ladder_id", sa.Uuid(), nullable=True))
    op.add_column(
        "sla_policy",
        sa.Column("pauses", postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default=PAUSES),
    )
    op.drop_index(op.f("uq_sla_policy_case"), table_name="sla_policy")
    op.create_index(
        "uq_sla_policy_case",
        "sla_policy",
        [
            "tenant_id",
            "priority",
            sa.literal_column("COALESCE(criticality, '')"),
            sa.literal_column("COALESCE(customer_id::text, '')"),
            sa.literal_column("COALESCE(tier, '')"),
            sa.literal_column("COALESCE(work_type, '')"),
        ],
        unique=True,
        postgresql_where=sa.text("replaced_at IS NULL"),
    )
    op.create_unique_constraint(
        op.f("uq_sla_policy_tenant_id_policy_id_version"), "sla_policy", ["tenant_id", "policy_id", "version"]
    )
    op.create_foreign_key(
        op.f("fk_sla_policy_tenant_id_customer_id"),
        "sla_policy",
        "customer",
        ["tenant_id", "customer_id"],
        ["tenant_id", "id"],
    )
    op.create_foreign_key(
        op.f("fk_sla_policy_tenant_id_ladder_id"),
        "sla_policy",
        "escalation_ladder",
        ["tenant_id", "ladder_id"],
        ["tenant_id", "id"],
    )
    op.add_column("work_order", sa.Column("queue", sa.Text(), nullable=True))
    op.execute("UPDATE sla_policy SET policy_id = id")
    op.alter_column("sla_policy", "policy_id", nullable=False)
    for table, column in (
        ("sla_policy", "version"),
        ("sla_policy", "pauses"),
        ("sla_clock", "paused_by"),
        ("sla_clock", "credit_seconds"),
    ):
        op.alter_column(table, column, server_default=None)
    op.create_check_constraint(
        op.f("ck_sla_policy_customer_or_tier"), "sla_policy", "customer_id IS NULL OR tier IS NULL"
    )
    op.create_check_constraint(op.f("ck_business_calendar_version"), "business_calendar", "version > 0")
    op.create_check_constraint(op.f("ck_sla_clock_credit_not_negative"), "sla_clock", "credit_seconds >= 0")
    op.execute(f"""UPDATE sla_clock SET credit_seconds = paused_seconds, look_at = now(),
        paused_by = CASE WHEN clock = 'restore' THEN '["customer", "no_access", "weather"]'::jsonb ELSE paused_by END
        WHERE {LIVE}""")
    op.execute(f"""INSERT INTO sla_pause (tenant_id, id, subject_id, reason, source, started_at)
        SELECT DISTINCT ON (c.tenant_id, c.subject_id) c.tenant_id, gen_random_uuid(), c.subject_id,
            CASE WHEN v.reason IN ('no_access', 'weather') THEN v.reason ELSE 'customer' END,
            coalesce('visit:' || v.id, 'ticket'), c.paused_at
        FROM sla_clock c LEFT JOIN visit v ON v.tenant_id = c.tenant_id AND v.work_order_id = c.subject_id AND v.state = 'on_hold'
        WHERE c.paused_at IS NOT NULL AND c.{LIVE.replace("AND ", "AND c.")}""")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_constraint(op.f("fk_sla_clock_tenant_id_policy_version_id"), "sla_clock", type_="foreignkey")
    op.execute("DELETE FROM sla_policy WHERE replaced_at IS NOT NULL OR num_nonnulls(customer_id, tier, work_type) > 0")
    op.drop_column("work_order", "queue")
    op.drop_constraint(op.f("fk_sla_policy_tenant_id_ladder_id"), "sla_policy", type_="foreignkey")
    op.drop_constraint(op.f("fk_sla_policy_tenant_id_customer_id"), "sla_policy", type_="foreignkey")
    op.drop_constraint(op.f("uq_sla_policy_tenant_id_policy_id_version"), "sla_policy", type_="unique")
    op.drop_index("uq_sla_policy_case", table_name="sla_policy", postgresql_where=sa.text("replaced_at IS NULL"))
    op.create_index(
        op.f("uq_sla_policy_case"),
        "sla_policy",
        ["tenant_id", "priority", sa.literal_column("COALESCE(criticality, ''::text)")],
        unique=True,
    )
    op.drop_column("sla_policy", "pauses")
    op.drop_column("sla_policy", "ladder_id")
    op.drop_column("sla_policy", "work_type")
    op.drop_column("sla_policy", "tier")
    op.drop_column("sla_policy", "customer_id")
    op.drop_column("sla_policy", "name")
    op.drop_column("sla_policy", "replaced_at")
    op.drop_column("sla_policy", "version")
    op.drop_column("sla_policy", "policy_id")
    op.drop_index("ix_sla_clock_risk", table_name="sla_clock", postgresql_where=sa.text("at_risk_since IS NOT NULL"))
    op.drop_index("ix_sla_clock_recount", table_name="sla_clock", postgresql_where=sa.text("recount"))
    op.drop_index("ix_sla_clock_look", table_name="sla_clock", postgresql_where=sa.text("look_at IS NOT NULL"))
    op.drop_index(
        "ix_sla_clock_calendar",
        table_name="sla_clock",
        postgresql_where=sa.text("met_at IS NULL AND stopped_at IS NULL"),
    )
    op.drop_index("ix_sla_clock_breached", table_name="sla_clock", postgresql_where=sa.text("breached_at IS NOT NULL"))
    op.drop_index(
        "ix_sla_clock_running",
        table_name="sla_clock",
        postgresql_where=sa.text("met_at IS NULL AND stopped_at IS NULL AND breached_at IS NULL AND paused_at IS NULL"),
    )
    op.create_index(
        op.f("ix_sla_clock_running"),
        "sla_clock",
        ["due_at"],
        unique=False,
        postgresql_where="((met_at IS NULL) AND (breached_at IS NULL) AND (stopped_at IS NULL) AND (paused_at IS NULL))",
    )
    op.drop_column("sla_clock", "at_risk_since")
    op.drop_column("sla_clock", "forecast")
    op.drop_column("sla_clock", "forecast_at")
    op.drop_column("sla_clock", "look_at")
    op.drop_column("sla_clock", "recount")
    op.drop_column("sla_clock", "credit_seconds")
    op.drop_column("sla_clock", "paused_by")
    op.drop_column("sla_clock", "policy_version_id")
    op.drop_column("customer", "tier")
    op.drop_column("business_calendar", "version")
    op.drop_index(
        "ix_sla_escalation_due",
        table_name="sla_escalation",
        postgresql_where=sa.text("fired_at IS NULL AND due_at IS NOT NULL"),
    )
    op.drop_table("sla_escalation")
    op.drop_table("escalation_step")
    op.drop_table("escalation_ladder")
    op.drop_index("uq_sla_pause_open", table_name="sla_pause", postgresql_where=sa.text("ended_at IS NULL"))
    op.drop_index("ix_sla_pause_subject", table_name="sla_pause")
    op.drop_table("sla_pause")
