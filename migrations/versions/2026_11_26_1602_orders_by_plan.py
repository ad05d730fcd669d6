"""An order keeps the checklist and signature that its plan asks for, and the order whose checklist found it.

Why: a maintenance plan's policy holds for the orders it opens; what an inspection finds is linked both ways.
Locks: new columns without a rewrite; the check of the due date's basis reads the table once, the references hold
their tables for an instant.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

BASES = ("sla", "failure_window", "promise")


def _basis(*names: str) -> None:
    listed = ", ".join(f"'{name}'" for name in names)
    op.drop_constraint(op.f("ck_work_order_duebasis"), "work_order")
    op.create_check_constraint(op.f("ck_work_order_duebasis"), "work_order", f"due_basis IN ({listed})")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("work_order", sa.Column("checklist_id", sa.Uuid(), nullable=True))
    op.add_column(
        "work_order",
        sa.Column("signature_required", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column("work_order", sa.Column("found_by_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_work_order_tenant_id_checklist_id"),
        "work_order",
        "checklist_template",
        ["tenant_id", "checklist_id"],
        ["tenant_id", "id"],
    )
    op.create_foreign_key(
        op.f("fk_work_order_tenant_id_found_by_id"),
        "work_order",
        "work_order",
        ["tenant_id", "found_by_id"],
        ["tenant_id", "id"],
    )
    op.create_index(
        "ix_work_order_found_by",
        "work_order",
        ["tenant_id", "found_by_id"],
        postgresql_where=sa.text("found_by_id IS NOT NULL"),
    )
    _basis(*BASES, "plan")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("UPDATE work_order SET due_basis = 'promise' WHERE due_basis = 'plan'")
    _basis(*BASES)
    op.drop_index(
        "ix_work_order_found_by", table_name="work_order", postgresql_where=sa.text("found_by_id IS NOT NULL")
    )
    op.drop_column("work_order", "found_by_id")
    op.drop_column("work_order", "signature_required")
    op.drop_column("work_order", "checklist_id")
