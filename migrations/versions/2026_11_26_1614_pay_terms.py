"""Terms of pay.

Why: what is overtime, a rest day or a night, and what that is paid, differs from company to company.
Locks: a new table.
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

CURRENT_TENANT = "NULLIF(current_setting('app.tenant_id', true), '')::uuid"
PERCENTS = (
    "overtime_percent BETWEEN 100 AND 1000 AND weekend_percent BETWEEN 100 AND 1000"
    " AND holiday_percent BETWEEN 100 AND 1000 AND night_percent BETWEEN 0 AND 1000"
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "pay_terms",
        sa.Column("daily_minutes", sa.Integer(), nullable=False),
        sa.Column("weekly_minutes", sa.Integer(), nullable=False),
        sa.Column("night_from", sa.Time(), nullable=False),
        sa.Column("night_to", sa.Time(), nullable=False),
        sa.Column("overtime_percent", sa.Integer(), nullable=False),
        sa.Column("weekend_percent", sa.Integer(), nullable=False),
        sa.Column("holiday_percent", sa.Integer(), nullable=False),
        sa.Column("night_percent", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), server_default=sa.text(CURRENT_TENANT), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("daily_minutes BETWEEN 0 AND 1440", name=op.f("ck_pay_terms_minutes_of_a_day")),
        sa.CheckConstraint("weekly_minutes BETWEEN 0 AND 10080", name=op.f("ck_pay_terms_minutes_of_a_week")),
        sa.CheckConstraint(PERCENTS, name=op.f("ck_pay_terms_percents")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_pay_terms_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_terms")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_pay_terms_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", name=op.f("uq_pay_terms_tenant_id")),
    )
    op.execute('ALTER TABLE "pay_terms" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "pay_terms" FORCE ROW LEVEL SECURITY')
    op.execute(f'CREATE POLICY tenant_rows ON "pay_terms" USING (tenant_id = {CURRENT_TENANT})')
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "pay_terms" TO fieldhand_app')


def downgrade() -> None:
    op.drop_table("pay_terms")
