"""Edge nodes of Sparkplug B and the devices behind them.

Why: the alias names and the sequence of an edge node's session must survive a restart of the gateway.
Locks: none that matter; both tables are new.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

EMPTY = sa.text("'{}'::jsonb")


def _secure(table: str) -> None:
    own = "tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid"
    op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
    op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
    op.execute(f'CREATE POLICY tenant_rows ON "{table}" USING ({own})')
    op.execute(f'CREATE POLICY ingest_rows ON "{table}" TO fieldhand_ingest USING (true) WITH CHECK (true)')
    op.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON "{table}" TO fieldhand_app')
    op.execute(f'GRANT SELECT, UPDATE ON "{table}" TO fieldhand_ingest')


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "sparkplug_edge",
        sa.Column("device_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("boot", sa.Integer(), server_default="0", nullable=False),
        sa.Column("born", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("bd_seq", sa.Integer(), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("names", postgresql.JSONB(astext_type=sa.Text()), server_default=EMPTY, nullable=False),
        sa.Column("texts", postgresql.JSONB(astext_type=sa.Text()), server_default=EMPTY, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "device_number"],
            ["device.tenant_id", "device.number"],
            name=op.f("fk_sparkplug_edge_tenant_id_device_number"),
        ),
        sa.PrimaryKeyConstraint("device_number", name=op.f("pk_sparkplug_edge")),
        sa.UniqueConstraint("tenant_id", "device_number", name=op.f("uq_sparkplug_edge_tenant_id_device_number")),
        postgresql_with={"fillfactor": 50},
    )
    _secure("sparkplug_edge")
    op.create_table(
        "sparkplug_part",
        sa.Column("device_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("edge_number", sa.Integer(), nullable=False),
        sa.Column("boot", sa.Integer(), server_default="0", nullable=False),
        sa.Column("names", postgresql.JSONB(astext_type=sa.Text()), server_default=EMPTY, nullable=False),
        sa.Column("texts", postgresql.JSONB(astext_type=sa.Text()), server_default=EMPTY, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "device_number"],
            ["device.tenant_id", "device.number"],
            name=op.f("fk_sparkplug_part_tenant_id_device_number"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "edge_number"],
            ["sparkplug_edge.tenant_id", "sparkplug_edge.device_number"],
            name=op.f("fk_sparkplug_part_tenant_id_edge_number"),
        ),
        sa.PrimaryKeyConstraint("device_number", name=op.f("pk_sparkplug_part")),
        postgresql_with={"fillfactor": 50},
    )
    _secure("sparkplug_part")
    op.create_index("ix_sparkplug_part_edge", "sparkplug_part", ["edge_number"], unique=False)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("sparkplug_part")
    op.drop_table("sparkplug_edge")
