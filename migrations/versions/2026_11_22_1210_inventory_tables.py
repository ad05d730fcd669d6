"""Stock ledger, reservations, planned demand.

Why: the first tables of this floor.
Locks: none that matter; every table is new.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import kernel.geo

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "part",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), server_default="pcs", nullable=False),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("gtin", sa.Text(), nullable=True),
        sa.Column("serial_tracked", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("lot_tracked", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("supersedes_id <> id", name=op.f("ck_part_supersedes_another")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "supersedes_id"], ["part.tenant_id", "part.id"], name=op.f("fk_part_tenant_id_supersedes_id")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_part_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_part")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_part_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_part_tenant_id_number")),
    )
    op.execute('ALTER TABLE "part" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "part" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"part\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE ON "part" TO fieldhand_app')
    op.create_index(
        "uq_part_gtin", "part", ["tenant_id", "gtin"], unique=True, postgresql_where=sa.text("gtin IS NOT NULL")
    )
    op.create_table(
        "stock_location",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "warehouse",
                "bin",
                "van",
                "site",
                "in_transit",
                "quarantine",
                "vendor",
                "installed",
                "scrap",
                "count",
                "repair",
                name="locationkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("virtual", sa.Boolean(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column(
            "position",
            kernel.geo.PointType(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column(
            "opening_hours",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "virtual = (kind IN ('vendor', 'installed', 'scrap', 'count', 'repair'))",
            name=op.f("ck_stock_location_virtual_by_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "parent_id"],
            ["stock_location.tenant_id", "stock_location.id"],
            name=op.f("fk_stock_location_tenant_id_parent_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_stock_location_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_location")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_stock_location_tenant_id_code")),
        sa.UniqueConstraint("tenant_id", "id", "virtual", name=op.f("uq_stock_location_tenant_id_id_virtual")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_stock_location_tenant_id_id")),
    )
    op.execute('ALTER TABLE "stock_location" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "stock_location" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"stock_location\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE ON "stock_location" TO fieldhand_app')
    op.create_table(
        "planned_demand",
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.Column("location_id", sa.Uuid(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.Column("source_ref", sa.Text(), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_planned_demand_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "location_id"],
            ["stock_location.tenant_id", "stock_location.id"],
            name=op.f("fk_planned_demand_tenant_id_location_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "part_id"], ["part.tenant_id", "part.id"], name=op.f("fk_planned_demand_tenant_id_part_id")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_planned_demand_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planned_demand")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_planned_demand_tenant_id_id")),
        sa.UniqueConstraint(
            "tenant_id", "source_ref", "part_id", name=op.f("uq_planned_demand_tenant_id_source_ref_part_id")
        ),
    )
    op.execute('ALTER TABLE "planned_demand" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "planned_demand" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"planned_demand\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "planned_demand" TO fieldhand_app')
    op.create_index("ix_planned_demand_due", "planned_demand", ["tenant_id", "part_id", "due_on"], unique=False)
    op.create_table(
        "reservation",
        sa.Column("client_op_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("demand_id", sa.Uuid(), nullable=False),
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.Column("location_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.Column("consumed", sa.Numeric(precision=14, scale=4), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "held",
                "consumed",
                "released",
                "expired",
                name="reservationstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default=sa.text("'held'"),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("state <> 'consumed' OR consumed = quantity", name=op.f("ck_reservation_consumed_is_whole")),
        sa.CheckConstraint("state <> 'held' OR consumed < quantity", name=op.f("ck_reservation_held_is_open")),
        sa.CheckConstraint("consumed BETWEEN 0 AND quantity", name=op.f("ck_reservation_consumed_in_bounds")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_reservation_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "location_id"],
            ["stock_location.tenant_id", "stock_location.id"],
            name=op.f("fk_reservation_tenant_id_location_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "part_id"], ["part.tenant_id", "part.id"], name=op.f("fk_reservation_tenant_id_part_id")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_reservation_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservation")),
        sa.UniqueConstraint(
            "tenant_id", "client_op_id", "line", name=op.f("uq_reservation_tenant_id_client_op_id_line")
        ),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_reservation_tenant_id_id")),
    )
    op.execute('ALTER TABLE "reservation" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "reservation" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"reservation\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE ON "reservation" TO fieldhand_app')
    op.create_index("ix_reservation_demand", "reservation", ["tenant_id", "demand_id"], unique=False)
    op.create_index(
        "ix_reservation_due", "reservation", ["expires_at"], unique=False, postgresql_where=sa.text("state = 'held'")
    )
    op.create_index(
        "ix_reservation_held",
        "reservation",
        ["tenant_id", "part_id", "location_id"],
        unique=False,
        postgresql_where=sa.text("state = 'held'"),
    )
    op.create_table(
        "stock_balance",
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.Column("location_id", sa.Uuid(), nullable=False),
        sa.Column("virtual", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "condition",
            sa.Enum(
                "good",
                "defective",
                "refurbished",
                "scrap",
                name="condition",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("on_hand", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.Column("held", sa.Numeric(precision=14, scale=4), server_default=sa.text("0"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("held = 0 OR condition = 'good'", name=op.f("ck_stock_balance_only_good_stock_is_held")),
        sa.CheckConstraint("NOT virtual", name=op.f("ck_stock_balance_on_our_shelves")),
        sa.CheckConstraint("held BETWEEN 0 AND on_hand", name=op.f("ck_stock_balance_never_over_reserved")),
        sa.CheckConstraint("on_hand >= 0", name=op.f("ck_stock_balance_never_negative")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "location_id", "virtual"],
            ["stock_location.tenant_id", "stock_location.id", "stock_location.virtual"],
            name=op.f("fk_stock_balance_tenant_id_location_id_virtual"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "part_id"], ["part.tenant_id", "part.id"], name=op.f("fk_stock_balance_tenant_id_part_id")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_stock_balance_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_balance")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_stock_balance_tenant_id_id")),
        sa.UniqueConstraint(
            "tenant_id",
            "part_id",
            "location_id",
            "condition",
            name=op.f("uq_stock_balance_tenant_id_part_id_location_id_condition"),
        ),
        postgresql_with={"fillfactor": 70},
    )
    op.execute('ALTER TABLE "stock_balance" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "stock_balance" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"stock_balance\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE ON "stock_balance" TO fieldhand_app')
    op.create_index("ix_stock_balance_location", "stock_balance", ["tenant_id", "location_id"], unique=False)
    op.create_table(
        "stock_lot",
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.Column("location_id", sa.Uuid(), nullable=False),
        sa.Column("virtual", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "condition",
            sa.Enum(
                "good",
                "defective",
                "refurbished",
                "scrap",
                name="condition",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("lot", sa.Text(), nullable=False),
        sa.Column("on_hand", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("NOT virtual", name=op.f("ck_stock_lot_on_our_shelves")),
        sa.CheckConstraint("on_hand >= 0", name=op.f("ck_stock_lot_never_negative")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "location_id", "virtual"],
            ["stock_location.tenant_id", "stock_location.id", "stock_location.virtual"],
            name=op.f("fk_stock_lot_tenant_id_location_id_virtual"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "part_id"], ["part.tenant_id", "part.id"], name=op.f("fk_stock_lot_tenant_id_part_id")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_stock_lot_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_lot")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_stock_lot_tenant_id_id")),
        sa.UniqueConstraint(
            "tenant_id",
            "part_id",
            "location_id",
            "condition",
            "lot",
            name=op.f("uq_stock_lot_tenant_id_part_id_location_id_condition_lot"),
        ),
    )
    op.execute('ALTER TABLE "stock_lot" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "stock_lot" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"stock_lot\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE ON "stock_lot" TO fieldhand_app')
    op.create_table(
        "stock_move",
        sa.Column("client_op_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "receipt",
                "issue",
                "transfer",
                "adjustment",
                "return",
                "swap",
                name="movekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.Column(
            "condition",
            sa.Enum(
                "good",
                "defective",
                "refurbished",
                "scrap",
                name="condition",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("lot", sa.Text(), nullable=True),
        sa.Column("serial", sa.Text(), nullable=True),
        sa.Column("from_location_id", sa.Uuid(), nullable=False),
        sa.Column("to_location_id", sa.Uuid(), nullable=False),
        sa.Column("unit_cost", sa.Numeric(precision=14, scale=4), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("ref_kind", sa.Text(), nullable=True),
        sa.Column("ref_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reverses_id", sa.Uuid(), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(unit_cost IS NULL) = (currency IS NULL)", name=op.f("ck_stock_move_money_has_currency")),
        sa.CheckConstraint("from_location_id <> to_location_id", name=op.f("ck_stock_move_moves")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_stock_move_quantity_positive")),
        sa.CheckConstraint("serial IS NULL OR quantity = 1", name=op.f("ck_stock_move_serial_is_one")),
        sa.CheckConstraint("unit_cost >= 0", name=op.f("ck_stock_move_cost_not_negative")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "from_location_id"],
            ["stock_location.tenant_id", "stock_location.id"],
            name=op.f("fk_stock_move_tenant_id_from_location_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "part_id"], ["part.tenant_id", "part.id"], name=op.f("fk_stock_move_tenant_id_part_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "reverses_id"],
            ["stock_move.tenant_id", "stock_move.id"],
            name=op.f("fk_stock_move_tenant_id_reverses_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "to_location_id"],
            ["stock_location.tenant_id", "stock_location.id"],
            name=op.f("fk_stock_move_tenant_id_to_location_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_stock_move_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_move")),
        sa.UniqueConstraint(
            "tenant_id", "client_op_id", "line", name=op.f("uq_stock_move_tenant_id_client_op_id_line")
        ),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_stock_move_tenant_id_id")),
    )
    op.execute(
        "CREATE OR REPLACE FUNCTION stock_move_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n    RAISE EXCEPTION 'stock_move is append-only: reverse the move' USING ERRCODE = 'restrict_violation';\nEND $$"
    )
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON stock_move FOR EACH STATEMENT EXECUTE FUNCTION stock_move_is_append_only()"
    )
    op.execute('ALTER TABLE "stock_move" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "stock_move" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"stock_move\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT ON "stock_move" TO fieldhand_app')
    op.create_index("ix_stock_move_at", "stock_move", ["tenant_id", "moved_at", "id"], unique=False)
    op.create_index(
        "ix_stock_move_from_at", "stock_move", ["tenant_id", "from_location_id", "moved_at", "id"], unique=False
    )
    op.create_index("ix_stock_move_part_at", "stock_move", ["tenant_id", "part_id", "moved_at", "id"], unique=False)
    op.create_index(
        "ix_stock_move_ref",
        "stock_move",
        ["tenant_id", "ref_id"],
        unique=False,
        postgresql_where=sa.text("ref_id IS NOT NULL"),
    )
    op.create_index(
        "ix_stock_move_serial",
        "stock_move",
        ["tenant_id", "part_id", "serial"],
        unique=False,
        postgresql_where=sa.text("serial IS NOT NULL"),
    )
    op.create_index(
        "ix_stock_move_to_at", "stock_move", ["tenant_id", "to_location_id", "moved_at", "id"], unique=False
    )
    op.create_index(
        "uq_stock_move_reversed_once",
        "stock_move",
        ["tenant_id", "reverses_id"],
        unique=True,
        postgresql_where=sa.text("reverses_id IS NOT NULL"),
    )
    op.create_table(
        "stock_serial",
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("lot", sa.Text(), nullable=True),
        sa.Column("location_id", sa.Uuid(), nullable=False),
        sa.Column(
            "condition",
            sa.Enum(
                "good",
                "defective",
                "refurbished",
                "scrap",
                name="condition",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "location_id"],
            ["stock_location.tenant_id", "stock_location.id"],
            name=op.f("fk_stock_serial_tenant_id_location_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "part_id"], ["part.tenant_id", "part.id"], name=op.f("fk_stock_serial_tenant_id_part_id")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_stock_serial_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_serial")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_stock_serial_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "part_id", "serial", name=op.f("uq_stock_serial_tenant_id_part_id_serial")),
    )
    op.execute('ALTER TABLE "stock_serial" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "stock_serial" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"stock_serial\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE ON "stock_serial" TO fieldhand_app')
    op.create_index("ix_stock_serial_location", "stock_serial", ["tenant_id", "location_id"], unique=False)
    op.create_index("ix_stock_serial_serial", "stock_serial", ["tenant_id", "serial"], unique=False)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("ix_stock_serial_serial", table_name="stock_serial")
    op.drop_index("ix_stock_serial_location", table_name="stock_serial")
    op.drop_table("stock_serial")
    op.drop_index(
        "uq_stock_move_reversed_once", table_name="stock_move", postgresql_where=sa.text("reverses_id IS NOT NULL")
    )
    op.drop_index("ix_stock_move_to_at", table_name="stock_move")
    op.drop_index("ix_stock_move_serial", table_name="stock_move", postgresql_where=sa.text("serial IS NOT NULL"))
    op.drop_index("ix_stock_move_ref", table_name="stock_move", postgresql_where=sa.text("ref_id IS NOT NULL"))
    op.drop_index("ix_stock_move_part_at", table_name="stock_move")
    op.drop_index("ix_stock_move_from_at", table_name="stock_move")
    op.drop_index("ix_stock_move_at", table_name="stock_move")
    op.drop_table("stock_move")
    op.drop_table("stock_lot")
    op.drop_index("ix_stock_balance_location", table_name="stock_balance")
    op.drop_table("stock_balance")
    op.drop_index("ix_reservation_held", table_name="reservation", postgresql_where=sa.text("state = 'held'"))
    op.drop_index("ix_reservation_due", table_name="reservation", postgresql_where=sa.text("state = 'held'"))
    op.drop_index("ix_reservation_demand", table_name="reservation")
    op.drop_table("reservation")
    op.drop_index("ix_planned_demand_due", table_name="planned_demand")
    op.drop_table("planned_demand")
    op.drop_table("stock_location")
    op.drop_index("uq_part_gtin", table_name="part", postgresql_where=sa.text("gtin IS NOT NULL"))
    op.drop_table("part")
