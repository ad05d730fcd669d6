"""Meters of assets and their readings.

Why: maintenance is due by hours and starts, too, and a total has to be right over rollovers and replaced counters.
Locks: new tables only.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def of_enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


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
    op.create_table(
        "meter",
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("kind", of_enum("meterkind", "cumulative", "gauge"), nullable=False),
        sa.Column("rolls_over_at", sa.Numeric(14, 4), nullable=True),
        sa.Column("metric", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        *tenant_columns(),
        sa.CheckConstraint("rolls_over_at > 0", name=op.f("ck_meter_rolls_over_above_zero")),
        sa.CheckConstraint(
            "rolls_over_at IS NULL OR kind = 'cumulative'", name=op.f("ck_meter_only_counters_roll_over")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "asset_id"], ["asset.tenant_id", "asset.id"], name=op.f("fk_meter_tenant_id_asset_id")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_meter_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meter")),
        sa.UniqueConstraint("tenant_id", "asset_id", "code", name=op.f("uq_meter_tenant_id_asset_id_code")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_meter_tenant_id_id")),
    )
    wall_off("meter")
    op.create_index("ix_meter_metric", "meter", ["tenant_id", "id"], postgresql_where=sa.text("metric IS NOT NULL"))
    op.create_table(
        "meter_reading",
        sa.Column("meter_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("value", sa.Numeric(14, 4), nullable=False),
        sa.Column("new_first", sa.Numeric(14, 4), nullable=True),
        sa.Column("new_rolls_over_at", sa.Numeric(14, 4), nullable=True),
        sa.Column("total", sa.Numeric(20, 4), nullable=True),
        sa.Column(
            "fault",
            of_enum("readingfault", "fell_back", "same_instant", "out_of_range", "future", "voided"),
            nullable=True,
        ),
        sa.Column("source", of_enum("readingsource", "manual", "visit", "telemetry", "import"), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("client_op_id", sa.Uuid(), nullable=True),
        *tenant_columns(),
        sa.CheckConstraint("fault IS NULL OR total IS NULL", name=op.f("ck_meter_reading_faulty_has_no_total")),
        sa.CheckConstraint(
            "new_first IS NOT NULL OR new_rolls_over_at IS NULL",
            name=op.f("ck_meter_reading_new_counter_has_a_first_value"),
        ),
        sa.CheckConstraint("new_rolls_over_at > 0", name=op.f("ck_meter_reading_new_rolls_over_above_zero")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "meter_id"], ["meter.tenant_id", "meter.id"], name=op.f("fk_meter_reading_tenant_id_meter_id")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_meter_reading_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meter_reading")),
        sa.UniqueConstraint("tenant_id", "client_op_id", name=op.f("uq_meter_reading_tenant_id_client_op_id")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_meter_reading_tenant_id_id")),
    )
    wall_off("meter_reading")
    op.create_index(
        "uq_meter_reading_at",
        "meter_reading",
        ["tenant_id", "meter_id", "at"],
        unique=True,
        postgresql_where=sa.text("fault IS NULL"),
    )
    op.create_index("ix_meter_reading_meter_id", "meter_reading", ["tenant_id", "meter_id", "at", "id"])
    op.create_index(
        "ix_meter_reading_replaced",
        "meter_reading",
        ["tenant_id", "meter_id", "at"],
        postgresql_where=sa.text("new_first IS NOT NULL AND fault IS NULL"),
    )
    op.create_index(
        "ix_meter_reading_faulty",
        "meter_reading",
        ["tenant_id", "meter_id", "at"],
        postgresql_where=sa.text("fault IS NOT NULL"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("meter_reading")
    op.drop_table("meter")
