"""Failure codes: the words by which failures of a class of assets are written down.

Why: a Pareto of failures needs words that mean the same each time.
Locks: a new table only.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

KINDS = ("mode", "mechanism", "cause", "activity")
OWN = "NULLIF(current_setting('app.tenant_id', true), '')::uuid"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "failure_code",
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(*KINDS, name="codekind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("retired", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), server_default=sa.text(OWN), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "class_id"],
            ["asset_class.tenant_id", "asset_class.id"],
            name=op.f("fk_failure_code_tenant_id_class_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_failure_code_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failure_code")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_failure_code_tenant_id_id")),
        sa.UniqueConstraint(
            "tenant_id", "class_id", "kind", "code", name=op.f("uq_failure_code_tenant_id_class_id_kind_code")
        ),
    )
    op.execute('ALTER TABLE "failure_code" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "failure_code" FORCE ROW LEVEL SECURITY')
    op.execute(f'CREATE POLICY tenant_rows ON "failure_code" USING (tenant_id = {OWN})')
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "failure_code" TO fieldhand_app')


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("failure_code")
