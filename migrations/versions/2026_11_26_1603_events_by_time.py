"""Events, clocks and surveys by time, for the figures of a period.

Why: a figure of one month must not read the events of all years.
Locks: writers of these tables wait while their index is built, for ten million events about a minute.
"""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_work_order_event_occurred": ("work_order_event", ["tenant_id", "occurred_at", "work_order_id"]),
    "ix_visit_event_occurred": ("visit_event", ["tenant_id", "occurred_at", "visit_id"]),
    "ix_ticket_event_occurred": ("ticket_event", ["tenant_id", "occurred_at", "ticket_id"]),
    "ix_sla_clock_due": ("sla_clock", ["tenant_id", "due_at"]),
    "ix_survey_invited": ("survey", ["tenant_id", "invited_at"]),
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name, (table, columns) in INDEXES.items():
        op.create_index(name, table, columns)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name, (table, _) in INDEXES.items():
        op.drop_index(name, table)
