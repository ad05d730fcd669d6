"""Replay of dead letters, figures of ingest and broker.

Why: a dead letter can be sent through the gateway again or laid aside; the fleet page shows rates and the broker.
Locks: `telemetry_dead_letter` exclusively for a moment (columns with constant defaults), then shared against writes
while its two indexes are built: gateways wait meanwhile and lose nothing.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TENANT = "tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid"
STATES = ("open", "requested", "stored", "refused", "discarded")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    letters()
    op.create_table(
        "ingest_minute",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("minute", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sample_count", sa.BigInteger(), nullable=False),
        sa.Column("letter_count", sa.BigInteger(), nullable=False),
        sa.Column("commit_ms", sa.BigInteger(), nullable=False),
        sa.Column("commit_ms_max", sa.Integer(), nullable=False),
        sa.Column("newest_age_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "minute", name=op.f("pk_ingest_minute")),
    )
    op.create_index("ix_ingest_minute_minute", "ingest_minute", ["minute"])
    op.execute('ALTER TABLE "ingest_minute" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "ingest_minute" FORCE ROW LEVEL SECURITY')
    op.execute(f'CREATE POLICY tenant_rows ON "ingest_minute" USING ({TENANT})')
    op.execute('CREATE POLICY ingest_rows ON "ingest_minute" TO fieldhand_ingest USING (true) WITH CHECK (true)')
    op.execute('GRANT SELECT ON "ingest_minute" TO fieldhand_app')
    op.execute('GRANT SELECT, INSERT, UPDATE ON "ingest_minute" TO fieldhand_ingest')
    broker()


def letters() -> None:
    op.add_column(
        "telemetry_dead_letter",
        sa.Column(
            "state",
            sa.Enum(*STATES, name="letterstate", native_enum=False, create_constraint=True, length=32),
            server_default="open",
            nullable=False,
        ),
    )
    op.add_column("telemetry_dead_letter", sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("telemetry_dead_letter", sa.Column("asked_by", sa.Uuid(), nullable=True))
    op.add_column("telemetry_dead_letter", sa.Column("replayed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("telemetry_dead_letter", sa.Column("stored_count", sa.Integer(), nullable=True))
    op.add_column("telemetry_dead_letter", sa.Column("outcome_reason", sa.Text(), nullable=True))
    op.add_column("telemetry_dead_letter", sa.Column("outcome_detail", sa.Text(), nullable=True))
    op.create_index("ix_telemetry_dead_letter_received", "telemetry_dead_letter", ["received_at"])
    op.create_index(
        "ix_telemetry_dead_letter_requested",
        "telemetry_dead_letter",
        ["asked_at"],
        postgresql_where=sa.text("state = 'requested'"),
    )
    op.execute('GRANT UPDATE (state, asked_at, asked_by) ON "telemetry_dead_letter" TO fieldhand_app')
    op.execute('GRANT UPDATE ON "telemetry_dead_letter" TO fieldhand_ingest')


def broker() -> None:
    op.create_table(
        "broker_status",
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Text(), nullable=True),
        sa.Column("uptime_seconds", sa.BigInteger(), nullable=True),
        sa.Column("clients_connected", sa.BigInteger(), nullable=True),
        sa.Column("sessions_abandoned", sa.BigInteger(), nullable=True),
        sa.Column("messages_queued", sa.BigInteger(), nullable=True),
        sa.Column("bytes_held", sa.BigInteger(), nullable=True),
        sa.Column("dropped_total", sa.BigInteger(), nullable=True),
        sa.Column("received_total", sa.BigInteger(), nullable=True),
        sa.Column("sent_total", sa.BigInteger(), nullable=True),
        sa.Column("bytes_received_total", sa.BigInteger(), nullable=True),
        sa.Column("bytes_sent_total", sa.BigInteger(), nullable=True),
        sa.Column("backlog", sa.Integer(), nullable=False),
        sa.Column("scorer_lag_seconds", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("gateway", name=op.f("pk_broker_status")),
    )
    op.execute('GRANT SELECT ON "broker_status" TO fieldhand_app')
    op.execute('GRANT SELECT, INSERT, UPDATE ON "broker_status" TO fieldhand_ingest')
    op.create_table(
        "broker_history",
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("clients_connected", sa.BigInteger(), nullable=True),
        sa.Column("sessions_abandoned", sa.BigInteger(), nullable=True),
        sa.Column("messages_queued", sa.BigInteger(), nullable=True),
        sa.Column("dropped_total", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("gateway", "at", name=op.f("pk_broker_history")),
    )
    op.create_index("ix_broker_history_at", "broker_history", ["at"])
    op.execute('GRANT SELECT ON "broker_history" TO fieldhand_app')
    op.execute('GRANT SELECT, INSERT ON "broker_history" TO fieldhand_ingest')


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("broker_history")
    op.drop_table("broker_status")
    op.drop_table("ingest_minute")
    op.execute('REVOKE UPDATE (state, asked_at, asked_by) ON "telemetry_dead_letter" FROM fieldhand_app')
    op.execute('REVOKE UPDATE ON "telemetry_dead_letter" FROM fieldhand_ingest')
    op.drop_index("ix_telemetry_dead_letter_requested", "telemetry_dead_letter")
    op.drop_index("ix_telemetry_dead_letter_received", "telemetry_dead_letter")
    op.drop_constraint(op.f("ck_telemetry_dead_letter_letterstate"), "telemetry_dead_letter")
    for column in (
        "outcome_detail", "outcome_reason", "stored_count", "replayed_at", "asked_by", "asked_at", "state",
    ):  # fmt: skip
        op.drop_column("telemetry_dead_letter", column)
