"""States of assets over time, warranties, parts that assets are built of; assets change by version.

Why: availability needs to know when an asset was down, coverage is decided by what was under warranty that day.
What was said of states so far is taken from the audit; a time down was unplanned then, as nobody could say otherwise.
Locks: `asset` gets a column with a constant default; the other tables are new.
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

STATES = ("up", "degraded", "down", "idle", "standby", "decommissioned")


def tenant_columns() -> list[sa.Column[object]]:
    return [
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    ]


def tenant_keys(table: str) -> list[sa.Constraint]:
    return [
        sa.ForeignKeyConstraint(
            ["tenant_id", "asset_id"], ["asset.tenant_id", "asset.id"], name=op.f(f"fk_{table}_tenant_id_asset_id")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f(f"fk_{table}_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f(f"uq_{table}_tenant_id_id")),
    ]


def wall_off(table: str) -> None:
    op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
    op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
    op.execute(
        f'CREATE POLICY tenant_rows ON "{table}"'
        " USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON "{table}" TO fieldhand_app')


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("asset", sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False))
    op.create_table(
        "asset_state_change",
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(*STATES, name="assetstate", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("planned", sa.Boolean(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        *tenant_columns(),
        sa.CheckConstraint(
            "(state = 'down') = (planned IS NOT NULL)", name=op.f("ck_asset_state_change_down_is_planned_or_not")
        ),
        sa.UniqueConstraint("tenant_id", "asset_id", "at", name=op.f("uq_asset_state_change_tenant_id_asset_id_at")),
        *tenant_keys("asset_state_change"),
    )
    wall_off("asset_state_change")
    op.execute("""INSERT INTO asset_state_change (tenant_id, id, asset_id, at, state, planned)
        SELECT a.tenant_id, gen_random_uuid(), a.id, a.created_at, s.state, CASE s.state WHEN 'down' THEN false END
        FROM asset a CROSS JOIN LATERAL (SELECT coalesce((SELECT e.detail ->> 'from' FROM audit_entry e
            WHERE e.tenant_id = a.tenant_id AND e.subject_id = a.id AND e.action = 'asset.state'
            ORDER BY e.at, e.id LIMIT 1), a.state) AS state) s""")
    op.execute("""INSERT INTO asset_state_change (tenant_id, id, asset_id, at, state, planned, note, actor_id)
        SELECT DISTINCT ON (a.id, e.at) a.tenant_id, gen_random_uuid(), a.id, e.at, e.detail ->> 'to',
            CASE e.detail ->> 'to' WHEN 'down' THEN false END, coalesce(e.detail ->> 'note', ''), e.actor_id
        FROM asset a JOIN audit_entry e ON e.tenant_id = a.tenant_id AND e.subject_id = a.id
            AND e.action = 'asset.state' AND e.at > a.created_at
        ORDER BY a.id, e.at, e.id DESC""")
    op.create_table(
        "warranty",
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("labour", sa.Boolean(), nullable=False),
        sa.Column("parts", sa.Boolean(), nullable=False),
        sa.Column("travel", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        *tenant_columns(),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_warranty_starts_before_end")),
        sa.CheckConstraint("labour OR parts OR travel", name=op.f("ck_warranty_covers_something")),
        *tenant_keys("warranty"),
    )
    wall_off("warranty")
    op.create_index("ix_warranty_asset_id", "warranty", ["tenant_id", "asset_id", "ends_on"])
    op.create_table(
        "bom_line",
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.Numeric(14, 4), nullable=False),
        sa.Column("position", sa.Text(), server_default="", nullable=False),
        *tenant_columns(),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_bom_line_quantity_positive")),
        sa.UniqueConstraint(
            "tenant_id", "asset_id", "part_id", "position", name=op.f("uq_bom_line_tenant_id_asset_id_part_id_position")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "part_id"], ["part.tenant_id", "part.id"], name=op.f("fk_bom_line_tenant_id_part_id")
        ),
        *tenant_keys("bom_line"),
    )
    wall_off("bom_line")
    op.create_index("ix_bom_line_part_id", "bom_line", ["tenant_id", "part_id"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in ("bom_line", "warranty", "asset_state_change"):
        op.drop_table(table)
    op.drop_column("asset", "version")
