"""Customers and sites that change: versions, and duplicates that became a part of another customer.

Why: edits by two people must not overwrite each other, and a merged duplicate keeps its number and points to who stays.
Locks: new columns with constant defaults, no rewrite; the indexes are built while writers of `customer` wait, which for
a hundred thousand customers takes about a second.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

PHONE_DIGITS = r"right(regexp_replace(phone, '\D', '', 'g'), 10)"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("customer", sa.Column("merged_into_id", sa.Uuid(), nullable=True))
    op.add_column("customer", sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False))
    op.add_column("site", sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False))
    op.create_index("ix_customer_phone_digits", "customer", ["tenant_id", sa.text(PHONE_DIGITS)])
    op.create_index("ix_customer_email", "customer", ["tenant_id", sa.text("lower(email)")])
    op.create_index("ix_customer_merged_into_id", "customer", ["tenant_id", "merged_into_id"])
    op.create_foreign_key(
        op.f("fk_customer_tenant_id_merged_into_id"),
        "customer",
        "customer",
        ["tenant_id", "merged_into_id"],
        ["tenant_id", "id"],
    )
    op.create_check_constraint(op.f("ck_customer_not_merged_into_itself"), "customer", "merged_into_id <> id")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_constraint(op.f("ck_customer_not_merged_into_itself"), "customer")
    op.drop_constraint(op.f("fk_customer_tenant_id_merged_into_id"), "customer")
    for index in ("merged_into_id", "email", "phone_digits"):
        op.drop_index(f"ix_customer_{index}", "customer")
    op.drop_column("site", "version")
    op.drop_column("customer", "version")
    op.drop_column("customer", "merged_into_id")
