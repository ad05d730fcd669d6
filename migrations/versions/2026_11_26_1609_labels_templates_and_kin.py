"""Labels, substatuses of states, templates of kinds of work; orders that are a part of others or follow them.

Why: a tenant names its own substatuses and labels while the states stay the same for everybody, and an order whose
work falls into parts does not close before them. A parent is older than its children, so that no circle can arise.
Locks: new tables; `work_order` gets columns without a default, no rewrite; its constraints and indexes are made while
its writers wait, about a second for a million orders. A substatus that stands nowhere in a catalogue is taken away;
nothing could set one until now.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

CURRENT_TENANT = "NULLIF(current_setting('app.tenant_id', true), '')::uuid"
STATES = (
    "draft",
    "pending_approval",
    "open",
    "waiting_parts",
    "scheduled",
    "in_progress",
    "completed",
    "verified",
    "closed",
    "cancelled",
)
EMPTY_LIST = sa.text("'[]'::jsonb")


def _table(name: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        *columns,
        sa.Column("tenant_id", sa.Uuid(), server_default=sa.text(CURRENT_TENANT), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f(f"fk_{name}_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f(f"uq_{name}_tenant_id_id")),
    )
    op.execute(f'ALTER TABLE "{name}" ENABLE ROW LEVEL SECURITY')
    op.execute(f'ALTER TABLE "{name}" FORCE ROW LEVEL SECURITY')
    op.execute(f'CREATE POLICY tenant_rows ON "{name}" USING (tenant_id = {CURRENT_TENANT})')
    op.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON "{name}" TO fieldhand_app')


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _table(
        "order_label",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("colour", sa.Text(), nullable=False),
        sa.Column("retired", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint("colour ~ '^#[0-9a-f]{6}$'", name=op.f("ck_order_label_colour_is_hex")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_order_label_tenant_id_code")),
    )
    _table(
        "order_substatus",
        sa.Column(
            "state",
            sa.Enum(*STATES, name="orderstate", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("retired", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.UniqueConstraint("tenant_id", "state", "code", name=op.f("uq_order_substatus_tenant_id_state_code")),
    )
    _table(
        "work_template",
        sa.Column("work_type", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("duration_minutes", sa.Integer(), nullable=False),
        sa.Column("skill", sa.Text(), nullable=True),
        sa.Column("skill_level", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=True),
        sa.Column("labels", postgresql.JSONB(astext_type=sa.Text()), server_default=EMPTY_LIST, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("duration_minutes BETWEEN 5 AND 1440", name=op.f("ck_work_template_duration_within_a_day")),
        sa.CheckConstraint("skill_level BETWEEN 1 AND 3", name=op.f("ck_work_template_level_1_to_3")),
        sa.CheckConstraint("priority BETWEEN 1 AND 4", name=op.f("ck_work_template_priority_1_to_4")),
        sa.UniqueConstraint("tenant_id", "work_type", name=op.f("uq_work_template_tenant_id_work_type")),
    )
    _table(
        "work_template_part",
        sa.Column("template_id", sa.Uuid(), nullable=False),
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_work_template_part_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "template_id"],
            ["work_template.tenant_id", "work_template.id"],
            name=op.f("fk_work_template_part_tenant_id_template_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "part_id"],
            ["part.tenant_id", "part.id"],
            name=op.f("fk_work_template_part_tenant_id_part_id"),
        ),
        sa.UniqueConstraint(
            "tenant_id", "template_id", "part_id", name=op.f("uq_work_template_part_tenant_id_template_id_part_id")
        ),
    )
    for column in ("parent_id", "follow_up_of_id"):
        op.add_column("work_order", sa.Column(column, sa.Uuid(), nullable=True))
        op.create_foreign_key(
            op.f(f"fk_work_order_tenant_id_{column}"),
            "work_order",
            "work_order",
            ["tenant_id", column],
            ["tenant_id", "id"],
        )
    op.create_check_constraint(
        op.f("ck_work_order_kin_is_older"), "work_order", "parent_id < id AND follow_up_of_id < id"
    )
    op.execute("UPDATE work_order SET substatus = NULL WHERE substatus IS NOT NULL")
    op.create_foreign_key(
        "fk_work_order_substatus_of_state",
        "work_order",
        "order_substatus",
        ["tenant_id", "state", "substatus"],
        ["tenant_id", "state", "code"],
    )
    op.create_index(
        "ix_work_order_parent",
        "work_order",
        ["tenant_id", "parent_id"],
        postgresql_where=sa.text("parent_id IS NOT NULL"),
    )
    op.create_index(
        "ix_work_order_follow_up",
        "work_order",
        ["tenant_id", "follow_up_of_id"],
        postgresql_where=sa.text("follow_up_of_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("ix_work_order_follow_up", "work_order", postgresql_where=sa.text("follow_up_of_id IS NOT NULL"))
    op.drop_index("ix_work_order_parent", "work_order", postgresql_where=sa.text("parent_id IS NOT NULL"))
    op.drop_constraint("fk_work_order_substatus_of_state", "work_order", type_="foreignkey")
    op.drop_constraint(op.f("ck_work_order_kin_is_older"), "work_order")
    for column in ("follow_up_of_id", "parent_id"):
        op.drop_constraint(op.f(f"fk_work_order_tenant_id_{column}"), "work_order", type_="foreignkey")
        op.drop_column("work_order", column)
    for table in ("work_template_part", "work_template", "order_substatus", "order_label"):
        op.drop_table(table)
