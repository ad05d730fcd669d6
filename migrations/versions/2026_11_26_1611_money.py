"""Contracts and what pays for orders: price lists, outlets, coverage and entitlements, quotes, costs, settlements.

Why: who pays for an order is decided when it is opened and must stay decided; what it cost is settled once.
Locks: new tables; a column with a constant default on `tenant` and an empty one on `technician`, without a rewrite; the
foreign key of the latter is checked over the technicians, which takes milliseconds.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "price_list",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "standard", "own_cost", "special", name="purpose", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("ck_price_list_version")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_price_list_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_list")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_price_list_tenant_id_code")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_price_list_tenant_id_id")),
    )
    op.execute('ALTER TABLE "price_list" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "price_list" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"price_list\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "price_list" TO fieldhand_app')
    op.create_index(
        "uq_price_list_purpose",
        "price_list",
        ["tenant_id", "purpose"],
        unique=True,
        postgresql_where=sa.text("purpose <> 'special'"),
    )
    op.create_table(
        "contract",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_contract_starts_before_end")),
        sa.CheckConstraint("version > 0", name=op.f("ck_contract_version")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customer.tenant_id", "customer.id"],
            name=op.f("fk_contract_tenant_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_contract_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_contract_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_contract_tenant_id_number")),
    )
    op.execute('ALTER TABLE "contract" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "contract" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"contract\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "contract" TO fieldhand_app')
    op.create_index("ix_contract_customer_id", "contract", ["tenant_id", "customer_id"], unique=False)
    op.create_index("ix_contract_ends_on", "contract", ["tenant_id", "ends_on", "id"], unique=False)
    op.create_table(
        "outlet",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), server_default="", nullable=False),
        sa.Column("contact_name", sa.Text(), server_default="", nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("price_list_id", sa.Uuid(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("ck_outlet_version")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "price_list_id"],
            ["price_list.tenant_id", "price_list.id"],
            name=op.f("fk_outlet_tenant_id_price_list_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_outlet_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outlet")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_outlet_tenant_id_code")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_outlet_tenant_id_id")),
    )
    op.execute('ALTER TABLE "outlet" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "outlet" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"outlet\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "outlet" TO fieldhand_app')
    op.create_index("ix_outlet_name", "outlet", ["tenant_id", "name", "id"], unique=False)
    op.create_table(
        "price_list_version",
        sa.Column("price_list_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("per_kilometre", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.Column("per_visit", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.Column("travel_time_percent", sa.Integer(), nullable=False),
        sa.Column("parts_markup_percent", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "parts_markup_percent BETWEEN 0 AND 1000", name=op.f("ck_price_list_version_parts_markup_percent")
        ),
        sa.CheckConstraint("per_kilometre >= 0 AND per_visit >= 0", name=op.f("ck_price_list_version_not_negative")),
        sa.CheckConstraint(
            "travel_time_percent BETWEEN 0 AND 100", name=op.f("ck_price_list_version_travel_time_percent")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "price_list_id"],
            ["price_list.tenant_id", "price_list.id"],
            name=op.f("fk_price_list_version_tenant_id_price_list_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_price_list_version_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_list_version")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_price_list_version_tenant_id_id")),
        sa.UniqueConstraint(
            "tenant_id", "price_list_id", "version", name=op.f("uq_price_list_version_tenant_id_price_list_id_version")
        ),
        info={"append_only": True},
    )
    op.execute('ALTER TABLE "price_list_version" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "price_list_version" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"price_list_version\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT ON "price_list_version" TO fieldhand_app')
    op.create_table(
        "contract_allowance",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column(
            "unit",
            sa.Enum("visit", "hour", "amount", name="unit", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("balance", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("balance >= 0", name=op.f("ck_contract_allowance_never_negative")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_contract_allowance_starts_before_end")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contract_id"],
            ["contract.tenant_id", "contract.id"],
            name=op.f("fk_contract_allowance_tenant_id_contract_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_contract_allowance_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_allowance")),
        sa.UniqueConstraint(
            "tenant_id",
            "contract_id",
            "unit",
            "starts_on",
            name=op.f("uq_contract_allowance_tenant_id_contract_id_unit_starts_on"),
        ),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_contract_allowance_tenant_id_id")),
        info={"app": "SELECT, INSERT, UPDATE"},
    )
    op.execute('ALTER TABLE "contract_allowance" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "contract_allowance" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"contract_allowance\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE ON "contract_allowance" TO fieldhand_app')
    op.create_index(
        "ix_contract_allowance_ends_on",
        "contract_allowance",
        ["tenant_id", "ends_on"],
        unique=False,
        postgresql_where=sa.text("balance > 0"),
    )
    op.create_table(
        "contract_version",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("labour_percent", sa.Integer(), nullable=False),
        sa.Column("parts_percent", sa.Integer(), nullable=False),
        sa.Column("travel_percent", sa.Integer(), nullable=False),
        sa.Column("consumables_percent", sa.Integer(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=True),
        sa.Column("price_list_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_contract_version_starts_before_end")),
        sa.CheckConstraint(
            "labour_percent BETWEEN 0 AND 100 AND parts_percent BETWEEN 0 AND 100 AND travel_percent BETWEEN 0 AND 100 AND consumables_percent BETWEEN 0 AND 100",
            name=op.f("ck_contract_version_percents"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contract_id"],
            ["contract.tenant_id", "contract.id"],
            name=op.f("fk_contract_version_tenant_id_contract_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "price_list_id"],
            ["price_list.tenant_id", "price_list.id"],
            name=op.f("fk_contract_version_tenant_id_price_list_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_contract_version_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_version")),
        sa.UniqueConstraint(
            "tenant_id", "contract_id", "version", name=op.f("uq_contract_version_tenant_id_contract_id_version")
        ),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_contract_version_tenant_id_id")),
        info={"append_only": True},
    )
    op.execute('ALTER TABLE "contract_version" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "contract_version" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"contract_version\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT ON "contract_version" TO fieldhand_app')
    op.create_table(
        "labour_rate",
        sa.Column("price_list_version_id", sa.Uuid(), nullable=False),
        sa.Column("skill", sa.Text(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("weekdays", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("starts", sa.Time(), nullable=True),
        sa.Column("ends", sa.Time(), nullable=True),
        sa.Column("per_hour", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(starts IS NULL) = (ends IS NULL)", name=op.f("ck_labour_rate_starts_and_ends")),
        sa.CheckConstraint("level BETWEEN 1 AND 3", name=op.f("ck_labour_rate_level_1_to_3")),
        sa.CheckConstraint("level IS NULL OR skill IS NOT NULL", name=op.f("ck_labour_rate_level_of_a_skill")),
        sa.CheckConstraint("per_hour >= 0", name=op.f("ck_labour_rate_not_negative")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "price_list_version_id"],
            ["price_list_version.tenant_id", "price_list_version.id"],
            name=op.f("fk_labour_rate_tenant_id_price_list_version_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_labour_rate_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_labour_rate")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_labour_rate_tenant_id_id")),
        info={"append_only": True},
    )
    op.execute('ALTER TABLE "labour_rate" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "labour_rate" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"labour_rate\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT ON "labour_rate" TO fieldhand_app')
    op.create_index("ix_labour_rate_version", "labour_rate", ["tenant_id", "price_list_version_id"], unique=False)
    op.create_table(
        "part_price",
        sa.Column("price_list_version_id", sa.Uuid(), nullable=False),
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.Column("unit_price", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("unit_price >= 0", name=op.f("ck_part_price_not_negative")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "part_id"], ["part.tenant_id", "part.id"], name=op.f("fk_part_price_tenant_id_part_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "price_list_version_id"],
            ["price_list_version.tenant_id", "price_list_version.id"],
            name=op.f("fk_part_price_tenant_id_price_list_version_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_part_price_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_part_price")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_part_price_tenant_id_id")),
        sa.UniqueConstraint(
            "tenant_id",
            "price_list_version_id",
            "part_id",
            name=op.f("uq_part_price_tenant_id_price_list_version_id_part_id"),
        ),
        info={"append_only": True},
    )
    op.execute('ALTER TABLE "part_price" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "part_price" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"part_price\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT ON "part_price" TO fieldhand_app')
    op.create_table(
        "settlement",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column(
            "party",
            sa.Enum("customer", "outlet", "own", name="party", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("outlet_id", sa.Uuid(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("total", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "customer_id IS NULL OR party = 'customer'", name=op.f("ck_settlement_customer_of_customers")
        ),
        sa.CheckConstraint("outlet_id IS NULL OR party = 'outlet'", name=op.f("ck_settlement_outlet_of_outlets")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_settlement_starts_before_end")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customer.tenant_id", "customer.id"],
            name=op.f("fk_settlement_tenant_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "outlet_id"],
            ["outlet.tenant_id", "outlet.id"],
            name=op.f("fk_settlement_tenant_id_outlet_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_settlement_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_settlement_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_settlement_tenant_id_number")),
        info={"append_only": True},
    )
    op.execute('ALTER TABLE "settlement" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "settlement" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"settlement\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT ON "settlement" TO fieldhand_app')
    op.create_table(
        "contract_allowance_entry",
        sa.Column("allowance_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "grant",
                "consume",
                "give_back",
                "expire",
                name="entrykind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("quantity", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.Column("work_order_id", sa.Uuid(), nullable=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_contract_allowance_entry_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "allowance_id"],
            ["contract_allowance.tenant_id", "contract_allowance.id"],
            name=op.f("fk_contract_allowance_entry_tenant_id_allowance_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_contract_allowance_entry_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_allowance_entry")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_contract_allowance_entry_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "key", name=op.f("uq_contract_allowance_entry_tenant_id_key")),
        info={"append_only": True},
    )
    op.execute('ALTER TABLE "contract_allowance_entry" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "contract_allowance_entry" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"contract_allowance_entry\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT ON "contract_allowance_entry" TO fieldhand_app')
    op.create_index(
        "ix_contract_allowance_entry_allowance",
        "contract_allowance_entry",
        ["tenant_id", "allowance_id", "id"],
        unique=False,
    )
    op.create_index(
        "ix_contract_allowance_entry_order",
        "contract_allowance_entry",
        ["tenant_id", "work_order_id"],
        unique=False,
        postgresql_where=sa.text("work_order_id IS NOT NULL"),
    )
    op.create_table(
        "contract_entitlement",
        sa.Column("contract_version_id", sa.Uuid(), nullable=False),
        sa.Column(
            "unit",
            sa.Enum("visit", "hour", "amount", name="unit", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("quantity", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.Column(
            "cycle",
            sa.Enum(
                "month", "quarter", "year", "term", name="cycle", native_enum=False, create_constraint=True, length=32
            ),
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
        sa.CheckConstraint("quantity > 0", name=op.f("ck_contract_entitlement_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contract_version_id"],
            ["contract_version.tenant_id", "contract_version.id"],
            name=op.f("fk_contract_entitlement_tenant_id_contract_version_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_contract_entitlement_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_entitlement")),
        sa.UniqueConstraint(
            "tenant_id",
            "contract_version_id",
            "unit",
            name=op.f("uq_contract_entitlement_tenant_id_contract_version_id_unit"),
        ),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_contract_entitlement_tenant_id_id")),
        info={"append_only": True},
    )
    op.execute('ALTER TABLE "contract_entitlement" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "contract_entitlement" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"contract_entitlement\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT ON "contract_entitlement" TO fieldhand_app')
    op.create_table(
        "order_coverage",
        sa.Column("work_order_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column(
            "basis",
            sa.Enum("warranty", "contract", "none", name="basis", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "reason",
            sa.Enum(
                "in_warranty",
                "in_contract",
                "warranty_ended",
                "contract_ended",
                "not_begun",
                "not_in_scope",
                "entitlement_spent",
                "nothing_agreed",
                "overridden",
                name="reason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason_on", sa.Date(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("contract_version_id", sa.Uuid(), nullable=True),
        sa.Column("tier", sa.Text(), nullable=True),
        sa.Column("price_list_version_id", sa.Uuid(), nullable=True),
        sa.Column("labour_percent", sa.Integer(), nullable=False),
        sa.Column("parts_percent", sa.Integer(), nullable=False),
        sa.Column("travel_percent", sa.Integer(), nullable=False),
        sa.Column("consumables_percent", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(reason = 'overridden') = (note IS NOT NULL)", name=op.f("ck_order_coverage_override_says_why")
        ),
        sa.CheckConstraint(
            "basis <> 'contract' OR contract_version_id IS NOT NULL", name=op.f("ck_order_coverage_contract_is_named")
        ),
        sa.CheckConstraint(
            "labour_percent BETWEEN 0 AND 100 AND parts_percent BETWEEN 0 AND 100 AND travel_percent BETWEEN 0 AND 100 AND consumables_percent BETWEEN 0 AND 100",
            name=op.f("ck_order_coverage_percents"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contract_version_id"],
            ["contract_version.tenant_id", "contract_version.id"],
            name=op.f("fk_order_coverage_tenant_id_contract_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "price_list_version_id"],
            ["price_list_version.tenant_id", "price_list_version.id"],
            name=op.f("fk_order_coverage_tenant_id_price_list_version_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_order_coverage_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_coverage")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_order_coverage_tenant_id_id")),
        sa.UniqueConstraint(
            "tenant_id", "work_order_id", "seq", name=op.f("uq_order_coverage_tenant_id_work_order_id_seq")
        ),
        info={"append_only": True},
    )
    op.execute('ALTER TABLE "order_coverage" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "order_coverage" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"order_coverage\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT ON "order_coverage" TO fieldhand_app')
    op.create_index(
        "ix_order_coverage_contract", "order_coverage", ["tenant_id", "contract_version_id", "id"], unique=False
    )
    op.create_table(
        "contract_scope",
        sa.Column("contract_version_id", sa.Uuid(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=True),
        sa.Column("class_id", sa.Uuid(), nullable=True),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "num_nonnulls(asset_id, class_id, site_id) = 1", name=op.f("ck_contract_scope_names_one_thing")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "asset_id"],
            ["asset.tenant_id", "asset.id"],
            name=op.f("fk_contract_scope_tenant_id_asset_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "class_id"],
            ["asset_class.tenant_id", "asset_class.id"],
            name=op.f("fk_contract_scope_tenant_id_class_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contract_version_id"],
            ["contract_version.tenant_id", "contract_version.id"],
            name=op.f("fk_contract_scope_tenant_id_contract_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "site_id"], ["site.tenant_id", "site.id"], name=op.f("fk_contract_scope_tenant_id_site_id")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_contract_scope_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_scope")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_contract_scope_tenant_id_id")),
        info={"append_only": True},
    )
    op.execute('ALTER TABLE "contract_scope" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "contract_scope" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"contract_scope\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT ON "contract_scope" TO fieldhand_app')
    op.create_index("ix_contract_scope_version", "contract_scope", ["tenant_id", "contract_version_id"], unique=False)
    op.create_table(
        "cost_entry",
        sa.Column("work_order_id", sa.Uuid(), nullable=False),
        sa.Column(
            "entry",
            sa.Enum("outside", "distance", name="entrykind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "labour",
                "parts",
                "travel",
                "consumables",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("cost", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("price", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("kilometres", sa.Numeric(precision=14, scale=4), nullable=True),
        sa.Column("technician_id", sa.Uuid(), nullable=True),
        sa.Column("client_op_id", sa.Uuid(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_by", sa.Uuid(), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(entry = 'distance') = (kilometres IS NOT NULL AND technician_id IS NOT NULL)",
            name=op.f("ck_cost_entry_distance"),
        ),
        sa.CheckConstraint(
            "(entry = 'outside') = (cost IS NOT NULL AND price IS NOT NULL)", name=op.f("ck_cost_entry_outside")
        ),
        sa.CheckConstraint("cost >= 0 AND price >= 0 AND kilometres >= 0", name=op.f("ck_cost_entry_not_negative")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "technician_id"],
            ["technician.tenant_id", "technician.id"],
            name=op.f("fk_cost_entry_tenant_id_technician_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "work_order_id"],
            ["work_order.tenant_id", "work_order.id"],
            name=op.f("fk_cost_entry_tenant_id_work_order_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_cost_entry_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cost_entry")),
        sa.UniqueConstraint("tenant_id", "client_op_id", name=op.f("uq_cost_entry_tenant_id_client_op_id")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_cost_entry_tenant_id_id")),
    )
    op.execute('ALTER TABLE "cost_entry" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "cost_entry" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"cost_entry\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "cost_entry" TO fieldhand_app')
    op.create_index("ix_cost_entry_order", "cost_entry", ["tenant_id", "work_order_id", "id"], unique=False)
    op.create_table(
        "cost_sheet",
        sa.Column("work_order_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("cost", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("price", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("customer", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("house", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("coverage_seq", sa.Integer(), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("customer + house = price", name=op.f("ck_cost_sheet_shares_are_the_price")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "asset_id"], ["asset.tenant_id", "asset.id"], name=op.f("fk_cost_sheet_tenant_id_asset_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customer.tenant_id", "customer.id"],
            name=op.f("fk_cost_sheet_tenant_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "work_order_id"],
            ["work_order.tenant_id", "work_order.id"],
            name=op.f("fk_cost_sheet_tenant_id_work_order_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_cost_sheet_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cost_sheet")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_cost_sheet_tenant_id_id")),
        sa.UniqueConstraint(
            "tenant_id", "work_order_id", "seq", name=op.f("uq_cost_sheet_tenant_id_work_order_id_seq")
        ),
        info={"append_only": True},
    )
    op.execute('ALTER TABLE "cost_sheet" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "cost_sheet" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"cost_sheet\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT ON "cost_sheet" TO fieldhand_app')
    op.create_index("ix_cost_sheet_asset", "cost_sheet", ["tenant_id", "asset_id", "closed_at"], unique=False)
    op.create_index("ix_cost_sheet_closed", "cost_sheet", ["tenant_id", "closed_at", "work_order_id"], unique=False)
    op.create_table(
        "quote",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("work_order_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "sent",
                "accepted",
                "refused",
                "expired",
                "withdrawn",
                name="quotestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("total", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column(
            "on_refusal",
            sa.Enum("cancel", "leave", name="onrefusal", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("token_hash", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_name", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decision_note", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(state IN ('accepted', 'refused')) = (decided_name IS NOT NULL)", name=op.f("ck_quote_decided_by_somebody")
        ),
        sa.CheckConstraint(
            "(state IN ('draft', 'withdrawn')) OR token_hash IS NOT NULL", name=op.f("ck_quote_sent_has_link")
        ),
        sa.CheckConstraint("total >= 0", name=op.f("ck_quote_not_negative")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "work_order_id"],
            ["work_order.tenant_id", "work_order.id"],
            name=op.f("fk_quote_tenant_id_work_order_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_quote_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_quote_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_quote_tenant_id_number")),
    )
    op.execute('ALTER TABLE "quote" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "quote" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"quote\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "quote" TO fieldhand_app')
    op.create_index("ix_quote_order", "quote", ["tenant_id", "work_order_id", "id"], unique=False)
    op.create_index("ix_quote_state", "quote", ["tenant_id", "state", "id"], unique=False)
    op.create_index(
        "ix_quote_waiting",
        "quote",
        ["tenant_id", "valid_until"],
        unique=False,
        postgresql_where=sa.text("state = 'sent'"),
    )
    op.create_index("uq_quote_token_hash", "quote", ["token_hash"], unique=True)
    op.create_index(
        "uq_quote_undecided",
        "quote",
        ["tenant_id", "work_order_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('draft', 'sent')"),
    )
    op.create_table(
        "cost_sheet_line",
        sa.Column("sheet_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "work",
                "travel_time",
                "call_out",
                "distance",
                "part",
                "outside",
                "quote",
                name="source",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "labour",
                "parts",
                "travel",
                "consumables",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("cost", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("price", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("customer", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("cost_known", sa.Boolean(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("technician_id", sa.Uuid(), nullable=True),
        sa.Column("outlet_id", sa.Uuid(), nullable=True),
        sa.Column("part_id", sa.Uuid(), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "outlet_id"],
            ["outlet.tenant_id", "outlet.id"],
            name=op.f("fk_cost_sheet_line_tenant_id_outlet_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "sheet_id"],
            ["cost_sheet.tenant_id", "cost_sheet.id"],
            name=op.f("fk_cost_sheet_line_tenant_id_sheet_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_cost_sheet_line_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cost_sheet_line")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_cost_sheet_line_tenant_id_id")),
        sa.UniqueConstraint(
            "tenant_id", "sheet_id", "position", name=op.f("uq_cost_sheet_line_tenant_id_sheet_id_position")
        ),
        info={"append_only": True},
    )
    op.execute('ALTER TABLE "cost_sheet_line" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "cost_sheet_line" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"cost_sheet_line\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT ON "cost_sheet_line" TO fieldhand_app')
    op.create_index(
        "ix_cost_sheet_line_outlet",
        "cost_sheet_line",
        ["tenant_id", "outlet_id"],
        unique=False,
        postgresql_where=sa.text("outlet_id IS NOT NULL"),
    )
    op.create_table(
        "quote_line",
        sa.Column("quote_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "labour",
                "parts",
                "travel",
                "consumables",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("part_id", sa.Uuid(), nullable=True),
        sa.Column("quantity", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("unit_price", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_quote_line_quantity_positive")),
        sa.CheckConstraint("unit_price >= 0 AND amount >= 0", name=op.f("ck_quote_line_not_negative")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "part_id"], ["part.tenant_id", "part.id"], name=op.f("fk_quote_line_tenant_id_part_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "quote_id"],
            ["quote.tenant_id", "quote.id"],
            name=op.f("fk_quote_line_tenant_id_quote_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_quote_line_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote_line")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_quote_line_tenant_id_id")),
        sa.UniqueConstraint(
            "tenant_id", "quote_id", "position", name=op.f("uq_quote_line_tenant_id_quote_id_position")
        ),
    )
    op.execute('ALTER TABLE "quote_line" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "quote_line" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"quote_line\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "quote_line" TO fieldhand_app')
    op.create_table(
        "settlement_line",
        sa.Column("settlement_id", sa.Uuid(), nullable=False),
        sa.Column("work_order_id", sa.Uuid(), nullable=False),
        sa.Column("sheet_id", sa.Uuid(), nullable=False),
        sa.Column(
            "party",
            sa.Enum("customer", "outlet", "own", name="party", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("outlet_id", sa.Uuid(), nullable=True),
        sa.Column(
            "settled_as",
            sa.Enum("order", "adjustment", name="settledas", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(party = 'customer') = (customer_id IS NOT NULL)", name=op.f("ck_settlement_line_names_customer")
        ),
        sa.CheckConstraint(
            "(party = 'outlet') = (outlet_id IS NOT NULL)", name=op.f("ck_settlement_line_names_outlet")
        ),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_settlement_line_amount_not_zero")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customer.tenant_id", "customer.id"],
            name=op.f("fk_settlement_line_tenant_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "outlet_id"],
            ["outlet.tenant_id", "outlet.id"],
            name=op.f("fk_settlement_line_tenant_id_outlet_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "settlement_id"],
            ["settlement.tenant_id", "settlement.id"],
            name=op.f("fk_settlement_line_tenant_id_settlement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "sheet_id"],
            ["cost_sheet.tenant_id", "cost_sheet.id"],
            name=op.f("fk_settlement_line_tenant_id_sheet_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "work_order_id"],
            ["work_order.tenant_id", "work_order.id"],
            name=op.f("fk_settlement_line_tenant_id_work_order_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_settlement_line_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement_line")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_settlement_line_tenant_id_id")),
        info={"append_only": True},
    )
    op.execute('ALTER TABLE "settlement_line" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "settlement_line" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"settlement_line\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT ON "settlement_line" TO fieldhand_app')
    op.create_index("ix_settlement_line_order", "settlement_line", ["tenant_id", "work_order_id"], unique=False)
    op.create_index(
        "ix_settlement_line_settlement", "settlement_line", ["tenant_id", "settlement_id", "id"], unique=False
    )
    op.create_index(
        "uq_settlement_line_once",
        "settlement_line",
        ["tenant_id", "work_order_id", "party", sa.literal_column("COALESCE(outlet_id::text, '')")],
        unique=True,
        postgresql_where=sa.text("settled_as = 'order'"),
    )
    op.add_column("technician", sa.Column("outlet_id", sa.Uuid(), nullable=True))
    op.create_index("ix_technician_outlet_id", "technician", ["tenant_id", "outlet_id"], unique=False)
    op.create_foreign_key(
        op.f("fk_technician_tenant_id_outlet_id"),
        "technician",
        "outlet",
        ["tenant_id", "outlet_id"],
        ["tenant_id", "id"],
    )
    op.add_column("tenant", sa.Column("currency", sa.Text(), server_default="CNY", nullable=False))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_column("tenant", "currency")
    op.drop_constraint(op.f("fk_technician_tenant_id_outlet_id"), "technician", type_="foreignkey")
    op.drop_index("ix_technician_outlet_id", table_name="technician")
    op.drop_column("technician", "outlet_id")
    op.drop_table("settlement_line")
    op.drop_table("quote_line")
    op.drop_table("cost_sheet_line")
    op.drop_table("quote")
    op.drop_table("cost_sheet")
    op.drop_table("cost_entry")
    op.drop_table("contract_scope")
    op.drop_table("order_coverage")
    op.drop_table("contract_entitlement")
    op.drop_table("contract_allowance_entry")
    op.drop_table("settlement")
    op.drop_table("part_price")
    op.drop_table("labour_rate")
    op.drop_table("contract_version")
    op.drop_table("contract_allowance")
    op.drop_table("price_list_version")
    op.drop_table("outlet")
    op.drop_table("contract")
    op.drop_table("price_list")
