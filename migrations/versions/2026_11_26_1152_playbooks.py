"""Playbooks: what is tried from afar before somebody is sent, the trials, and each of their steps.

Why: a fault that a command puts right, proved by telemetry, needs no visit.
Locks: new tables only.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "playbook",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("failure_group", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("severity_at_most", sa.Integer(), nullable=False),
        sa.Column(
            "most_critical",
            sa.Enum("A", "B", "C", name="criticality", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("cold_start", sa.Boolean(), nullable=False),
        sa.Column("command", sa.Text(), nullable=False),
        sa.Column("args", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("command_seconds", sa.Integer(), nullable=False),
        sa.Column("proof_samples", sa.Integer(), nullable=False),
        sa.Column("proof_seconds", sa.Integer(), nullable=False),
        sa.Column("proof_limit_seconds", sa.Integer(), nullable=False),
        sa.Column("rest_hours", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("command_seconds BETWEEN 1 AND 86400", name=op.f("ck_playbook_command_within_a_day")),
        sa.CheckConstraint("proof_limit_seconds > proof_seconds", name=op.f("ck_playbook_limit_longer_than_proof")),
        sa.CheckConstraint("proof_samples > 0 AND proof_seconds >= 0", name=op.f("ck_playbook_proof_positive")),
        sa.CheckConstraint("rest_hours >= 0", name=op.f("ck_playbook_rest_not_negative")),
        sa.CheckConstraint("severity_at_most BETWEEN 1 AND 4", name=op.f("ck_playbook_severity_1_to_4")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_playbook_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_playbook")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_playbook_tenant_id_id")),
        sa.UniqueConstraint(
            "tenant_id", "model", "failure_group", name=op.f("uq_playbook_tenant_id_model_failure_group")
        ),
    )
    op.execute('ALTER TABLE "playbook" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "playbook" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"playbook\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "playbook" TO fieldhand_app')
    op.create_table(
        "playbook_trial",
        sa.Column("playbook_id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("failure_group", sa.Text(), nullable=False),
        sa.Column("severity_at_most", sa.Integer(), nullable=False),
        sa.Column("command_id", sa.Uuid(), nullable=False),
        sa.Column("command", sa.Text(), nullable=False),
        sa.Column("args", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("proof_samples", sa.Integer(), nullable=False),
        sa.Column("proof_seconds", sa.Integer(), nullable=False),
        sa.Column("proof_limit_seconds", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "commanded",
                "proving",
                "succeeded",
                "failed",
                "withdrawn",
                name="trialstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "reason",
            sa.Enum(
                "begin",
                "obey",
                "refuse",
                "expire",
                "clear",
                "relapse",
                "time_out",
                "withdraw",
                name="trialstep",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "playbook_id"],
            ["playbook.tenant_id", "playbook.id"],
            name=op.f("fk_playbook_trial_tenant_id_playbook_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["ticket.tenant_id", "ticket.id"],
            name=op.f("fk_playbook_trial_tenant_id_ticket_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_playbook_trial_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_playbook_trial")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_playbook_trial_tenant_id_id")),
    )
    op.execute('ALTER TABLE "playbook_trial" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "playbook_trial" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"playbook_trial\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "playbook_trial" TO fieldhand_app')
    op.create_index(
        "ix_playbook_trial_due",
        "playbook_trial",
        ["tenant_id", "due_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('commanded', 'proving')"),
    )
    op.create_index("ix_playbook_trial_playbook", "playbook_trial", ["tenant_id", "playbook_id", "id"], unique=False)
    op.create_index(
        "ix_playbook_trial_rest",
        "playbook_trial",
        ["tenant_id", "device_id", "failure_group", "begun_at"],
        unique=False,
    )
    op.create_index(
        "uq_playbook_trial_case",
        "playbook_trial",
        ["tenant_id", "case_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('commanded', 'proving')"),
    )
    op.create_index("uq_playbook_trial_command", "playbook_trial", ["command_id"], unique=True)
    op.create_table(
        "playbook_trial_event",
        sa.Column("trial_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                "begin",
                "obey",
                "refuse",
                "expire",
                "clear",
                "relapse",
                "time_out",
                "withdraw",
                name="trialstep",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "commanded",
                "proving",
                "succeeded",
                "failed",
                "withdrawn",
                name="trialstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
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
            ["tenant_id", "trial_id"],
            ["playbook_trial.tenant_id", "playbook_trial.id"],
            name=op.f("fk_playbook_trial_event_tenant_id_trial_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_playbook_trial_event_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_playbook_trial_event")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_playbook_trial_event_tenant_id_id")),
        sa.UniqueConstraint(
            "tenant_id", "trial_id", "seq", name=op.f("uq_playbook_trial_event_tenant_id_trial_id_seq")
        ),
    )
    op.execute('ALTER TABLE "playbook_trial_event" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "playbook_trial_event" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"playbook_trial_event\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT ON "playbook_trial_event" TO fieldhand_app')


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("playbook_trial_event")
    op.drop_index("uq_playbook_trial_command", table_name="playbook_trial")
    op.drop_index(
        "uq_playbook_trial_case",
        table_name="playbook_trial",
        postgresql_where=sa.text("state IN ('commanded', 'proving')"),
    )
    op.drop_index("ix_playbook_trial_rest", table_name="playbook_trial")
    op.drop_index("ix_playbook_trial_playbook", table_name="playbook_trial")
    op.drop_index(
        "ix_playbook_trial_due",
        table_name="playbook_trial",
        postgresql_where=sa.text("state IN ('commanded', 'proving')"),
    )
    op.drop_table("playbook_trial")
    op.drop_table("playbook")
