"""Cases that a person has called off, and the decision that says so.

Why: cancelling the ticket or the order of a case left the case active for ever.
Locks: ACCESS EXCLUSIVE on both tables for an instant, without a rewrite; the constraint is checked afterwards under a
weaker lock.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

FORMER = ("ticket", "rolled_up", "incident", "waiting", "gone")
CHECK = "ck_intake_decision_decisionkind"


def allow(kinds: tuple[str, ...]) -> None:
    names = ", ".join(f"'{kind}'" for kind in kinds)
    op.execute(f'ALTER TABLE intake_decision DROP CONSTRAINT "{CHECK}"')
    op.execute(f'ALTER TABLE intake_decision ADD CONSTRAINT "{CHECK}" CHECK (kind IN ({names})) NOT VALID')
    op.execute(f'ALTER TABLE intake_decision VALIDATE CONSTRAINT "{CHECK}"')


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("device_case", sa.Column("dismissed", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    allow((*FORMER, "dismissed"))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DELETE FROM intake_decision WHERE kind = 'dismissed'")
    allow(FORMER)
    op.drop_column("device_case", "dismissed")
