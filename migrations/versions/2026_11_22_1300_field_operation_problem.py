"""Operations from the field keep their refusal, and sequence numbers beyond 32 bits.

Why: a replay is answered as the first time, with the whole problem; an app may take milliseconds as `seq`.
Locks: the new column is a change of the catalogue only; the wider `seq` rewrites the table, which is small.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("field_operation", sa.Column("problem", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.alter_column(
        "field_operation", "seq", existing_type=sa.Integer(), type_=sa.BigInteger(), existing_nullable=False
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.alter_column(
        "field_operation", "seq", existing_type=sa.BigInteger(), type_=sa.Integer(), existing_nullable=False
    )
    op.drop_column("field_operation", "problem")
