"""The case policy: roll-up along the asset tree, incidents, a budget of tickets, each decision with its reason.

Why: many cases of one cause are one ticket, and what is beyond the budget waits, ranked, instead of flooding people.
What a case says is copied to the row that says what it became, for rows there from the case itself.
Locks: new tables; `case_intake`, one row for each case ever opened, is written once while nobody else reads or writes it.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "intake_policy",
        sa.Column("sibling_minutes", sa.Integer(), server_default="1440", nullable=False),
        sa.Column("incident_percent", sa.Integer(), server_default="5", nullable=False),
        sa.Column("incident_devices", sa.Integer(), server_default="3", nullable=False),
        sa.Column("incident_minutes", sa.Integer(), server_default="120", nullable=False),
        sa.Column("tickets_per_day", sa.Integer(), server_default="50", nullable=True),
        sa.Column("tickets_per_week", sa.Integer(), server_default="200", nullable=True),
        sa.Column("site_tickets_per_day", sa.Integer(), server_default="10", nullable=True),
        sa.Column("site_tickets_per_week", sa.Integer(), server_default="40", nullable=True),
        sa.Column("severity_at_once", sa.Integer(), server_default="3", nullable=False),
        sa.Column(
            "criticality_at_once",
            sa.Enum("A", "B", "C", name="criticality", native_enum=False, create_constraint=True, length=32),
            server_default="A",
            nullable=True,
        ),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "LEAST(tickets_per_day, tickets_per_week, site_tickets_per_day, site_tickets_per_week) >= 0",
            name=op.f("ck_intake_policy_budgets_not_negative"),
        ),
        sa.CheckConstraint("incident_devices >= 2", name=op.f("ck_intake_policy_incident_devices_at_least_2")),
        sa.CheckConstraint("incident_minutes > 0", name=op.f("ck_intake_policy_incident_minutes_positive")),
        sa.CheckConstraint(
            "incident_percent BETWEEN 1 AND 100", name=op.f("ck_intake_policy_incident_percent_1_to_100")
        ),
        sa.CheckConstraint("severity_at_once BETWEEN 1 AND 5", name=op.f("ck_intake_policy_severity_at_once_1_to_5")),
        sa.CheckConstraint("sibling_minutes >= 0", name=op.f("ck_intake_policy_sibling_minutes_not_negative")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_intake_policy_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_policy")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_intake_policy_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", name=op.f("uq_intake_policy_tenant_id")),
    )
    op.execute('ALTER TABLE "intake_policy" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "intake_policy" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"intake_policy\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "intake_policy" TO fieldhand_app')
    op.create_table(
        "asset_hold",
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("own", sa.Boolean(), nullable=False),
        sa.Column("last_case_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "asset_id"], ["asset.tenant_id", "asset.id"], name=op.f("fk_asset_hold_tenant_id_asset_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_asset_hold_tenant_id_ticket_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_asset_hold_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset_hold")),
        sa.UniqueConstraint("tenant_id", "asset_id", name=op.f("uq_asset_hold_tenant_id_asset_id")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_asset_hold_tenant_id_id")),
    )
    op.execute('ALTER TABLE "asset_hold" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "asset_hold" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"asset_hold\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "asset_hold" TO fieldhand_app')
    op.create_table(
        "incident",
        sa.Column(
            "scope",
            sa.Enum("site", "model", name="incidentscope", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("scope_key", sa.Text(), nullable=False),
        sa.Column("scope_name", sa.Text(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_case_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fleet_count", sa.Integer(), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"], ["ticket.tenant_id", "ticket.id"], name=op.f("fk_incident_tenant_id_ticket_id")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_incident_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_incident_tenant_id_id")),
    )
    op.execute('ALTER TABLE "incident" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "incident" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"incident\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "incident" TO fieldhand_app')
    op.create_index("ix_incident_ticket", "incident", ["tenant_id", "ticket_id"], unique=False)
    op.create_index(
        "uq_incident_open",
        "incident",
        ["tenant_id", "scope", "scope_key"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "intake_decision",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "ticket",
                "rolled_up",
                "incident",
                "waiting",
                "gone",
                name="decisionkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("opened", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=True),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
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
            name=op.f("fk_intake_decision_tenant_id_ticket_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "site_id"], ["site.tenant_id", "site.id"], name=op.f("fk_intake_decision_tenant_id_site_id")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_intake_decision_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_decision")),
        sa.UniqueConstraint("tenant_id", "case_id", "seq", name=op.f("uq_intake_decision_tenant_id_case_id_seq")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_intake_decision_tenant_id_id")),
    )
    op.execute('ALTER TABLE "intake_decision" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "intake_decision" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"intake_decision\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT ON "intake_decision" TO fieldhand_app')
    op.create_index("ix_intake_decision_at", "intake_decision", ["tenant_id", "at"], unique=False)
    op.add_column("case_intake", sa.Column("device_id", sa.Uuid(), nullable=True))
    op.add_column("case_intake", sa.Column("model", sa.Text(), nullable=True))
    op.add_column("case_intake", sa.Column("failure_group", sa.Text(), nullable=True))
    op.add_column("case_intake", sa.Column("severity", sa.Integer(), nullable=True))
    op.add_column("case_intake", sa.Column("happened_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("case_intake", sa.Column("asset_id", sa.Uuid(), nullable=True))
    op.add_column("case_intake", sa.Column("site_id", sa.Uuid(), nullable=True))
    op.add_column("case_intake", sa.Column("incident_id", sa.Uuid(), nullable=True))
    op.add_column("case_intake", sa.Column("state", sa.String(length=32), server_default="ticket", nullable=False))
    op.add_column("case_intake", sa.Column("rank", sa.Integer(), server_default="0", nullable=False))
    op.add_column("case_intake", sa.Column("split_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE case_intake SET device_id = c.device_id, model = c.model, failure_group = c.failure_group, "
        "severity = c.severity, happened_at = c.opened_at FROM device_case c WHERE c.id = case_intake.case_id"
    )
    op.execute(
        "UPDATE case_intake SET asset_id = t.asset_id, site_id = t.site_id "
        "FROM ticket t WHERE t.tenant_id = case_intake.tenant_id AND t.id = case_intake.ticket_id"
    )
    op.alter_column("case_intake", "state", server_default=None)
    for name in ("device_id", "model", "failure_group", "severity", "happened_at"):
        op.alter_column("case_intake", name, nullable=False)
    op.create_check_constraint(
        op.f("ck_case_intake_intakestate"), "case_intake", "state IN ('ticket', 'waiting', 'gone')"
    )
    op.create_check_constraint(op.f("ck_case_intake_severity_1_to_4"), "case_intake", "severity BETWEEN 1 AND 4")
    op.create_check_constraint(
        op.f("ck_case_intake_waits_without_ticket"), "case_intake", "state <> 'waiting' OR ticket_id IS NULL"
    )
    op.create_index("ix_case_intake_incident", "case_intake", ["tenant_id", "incident_id", "id"], unique=False)
    op.create_index("ix_case_intake_model", "case_intake", ["tenant_id", "model", "happened_at"], unique=False)
    op.create_index("ix_case_intake_site", "case_intake", ["tenant_id", "site_id", "happened_at"], unique=False)
    op.create_index(
        "ix_case_intake_waiting",
        "case_intake",
        ["tenant_id", "rank", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_foreign_key(
        op.f("fk_case_intake_tenant_id_asset_id"),
        "case_intake",
        "asset",
        ["tenant_id", "asset_id"],
        ["tenant_id", "id"],
    )
    op.create_foreign_key(
        op.f("fk_case_intake_tenant_id_incident_id"),
        "case_intake",
        "incident",
        ["tenant_id", "incident_id"],
        ["tenant_id", "id"],
    )
    op.create_foreign_key(
        op.f("fk_case_intake_tenant_id_site_id"), "case_intake", "site", ["tenant_id", "site_id"], ["tenant_id", "id"]
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_constraint(op.f("fk_case_intake_tenant_id_site_id"), "case_intake", type_="foreignkey")
    op.drop_constraint(op.f("fk_case_intake_tenant_id_incident_id"), "case_intake", type_="foreignkey")
    op.drop_constraint(op.f("fk_case_intake_tenant_id_asset_id"), "case_intake", type_="foreignkey")
    op.drop_index("ix_case_intake_waiting", table_name="case_intake", postgresql_where=sa.text("state = 'waiting'"))
    op.drop_index("ix_case_intake_site", table_name="case_intake")
    op.drop_index("ix_case_intake_model", table_name="case_intake")
    op.drop_index("ix_case_intake_incident", table_name="case_intake")
    op.drop_column("case_intake", "split_at")
    op.drop_column("case_intake", "rank")
    op.drop_column("case_intake", "state")
    op.drop_column("case_intake", "incident_id")
    op.drop_column("case_intake", "site_id")
    op.drop_column("case_intake", "asset_id")
    op.drop_column("case_intake", "happened_at")
    op.drop_column("case_intake", "severity")
    op.drop_column("case_intake", "failure_group")
    op.drop_column("case_intake", "model")
    op.drop_column("case_intake", "device_id")
    op.drop_index("ix_intake_decision_at", table_name="intake_decision")
    op.drop_table("intake_decision")
    op.drop_index("uq_incident_open", table_name="incident", postgresql_where=sa.text("ended_at IS NULL"))
    op.drop_index("ix_incident_ticket", table_name="incident")
    op.drop_table("incident")
    op.drop_table("asset_hold")
    op.drop_table("intake_policy")
