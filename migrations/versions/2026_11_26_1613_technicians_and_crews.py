"""Technicians and contacts that change, absences that are asked for, reminders of certificates, crews.

Why: edits by two people must not overwrite each other; an absence needs somebody's yes; a certificate that ends is told
of in time, once for each step; people who go together have a name.
Locks: new tables; new columns with constant defaults on small tables, no rewrite; the indexes are built while writers of
`technician`, `technician_skill` and `absence` wait, which for some thousand rows takes milliseconds. The foreign key to
`business_calendar` is checked over no rows.
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

COVERING_FUNCTION = """
CREATE OR REPLACE FUNCTION technicians_covering(
    at_lon double precision, at_lat double precision, at_most integer)
RETURNS TABLE (technician_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT id
      FROM technician
     WHERE tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid
       AND active
       AND ST_Covers(territory, ST_SetSRID(ST_MakePoint(at_lon, at_lat), 4326))
     ORDER BY name, id
     LIMIT least(at_most, 500)
$$
"""
CURRENT_TENANT = "NULLIF(current_setting('app.tenant_id', true), '')::uuid"


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def base(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("tenant_id", sa.Uuid(), server_default=sa.text(CURRENT_TENANT), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f(f"fk_{table}_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f(f"uq_{table}_tenant_id_id")),
    )


def guard(table: str) -> None:
    op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
    op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
    op.execute(f'CREATE POLICY tenant_rows ON "{table}" USING (tenant_id = {CURRENT_TENANT})')
    op.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON "{table}" TO fieldhand_app')


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("technician", sa.Column("number", sa.Text(), nullable=True))
    op.add_column("technician", sa.Column("calendar_id", sa.Uuid(), nullable=True))
    op.add_column("technician", sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False))
    op.create_unique_constraint(op.f("uq_technician_tenant_id_number"), "technician", ["tenant_id", "number"])
    op.create_foreign_key(
        op.f("fk_technician_tenant_id_calendar_id"),
        "technician",
        "business_calendar",
        ["tenant_id", "calendar_id"],
        ["tenant_id", "id"],
    )
    op.execute("CREATE INDEX ix_technician_territory ON technician USING gist (territory)")
    op.execute(COVERING_FUNCTION)
    op.execute("REVOKE ALL ON FUNCTION technicians_covering FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION technicians_covering TO fieldhand_app")

    op.add_column("contact", sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False))

    op.add_column("technician_skill", sa.Column("reminded_days", sa.Integer(), nullable=True))
    op.create_index("ix_technician_skill_expires_on", "technician_skill", ["tenant_id", "expires_on"])

    kind = one_of("absencekind", "vacation", "sick", "training", "other")
    state = one_of("absencestate", "requested", "approved", "refused")
    op.add_column("absence", sa.Column("kind", kind, server_default="other", nullable=False))
    op.add_column("absence", sa.Column("state", state, server_default="approved", nullable=False))
    op.add_column("absence", sa.Column("requested_by", sa.Uuid(), nullable=True))
    op.add_column("absence", sa.Column("decided_by", sa.Uuid(), nullable=True))
    op.add_column("absence", sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("absence", sa.Column("decision_note", sa.Text(), server_default="", nullable=False))
    op.create_index("ix_absence_state", "absence", ["tenant_id", "state", "starts_at", "id"])

    op.create_table(
        "crew",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        *base("crew"),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_crew_tenant_id_name")),
    )
    guard("crew")
    op.create_table(
        "crew_member",
        sa.Column("crew_id", sa.Uuid(), nullable=False),
        sa.Column("technician_id", sa.Uuid(), nullable=False),
        sa.Column("lead", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        *base("crew_member"),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_crew_member_validity_in_order")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "crew_id"],
            ["crew.tenant_id", "crew.id"],
            name=op.f("fk_crew_member_tenant_id_crew_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "technician_id"],
            ["technician.tenant_id", "technician.id"],
            name=op.f("fk_crew_member_tenant_id_technician_id"),
            ondelete="CASCADE",
        ),
    )
    guard("crew_member")
    op.create_index("ix_crew_member_crew_id", "crew_member", ["tenant_id", "crew_id"])
    op.create_index("ix_crew_member_technician_id", "crew_member", ["tenant_id", "technician_id"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("crew_member")
    op.drop_table("crew")
    op.drop_index("ix_absence_state", "absence")
    for column in ("decision_note", "decided_at", "decided_by", "requested_by", "state", "kind"):
        op.drop_column("absence", column)
    op.drop_index("ix_technician_skill_expires_on", "technician_skill")
    op.drop_column("technician_skill", "reminded_days")
    op.drop_column("contact", "version")
    op.execute("DROP FUNCTION technicians_covering")
    op.execute("DROP INDEX ix_technician_territory")
    op.drop_constraint(op.f("fk_technician_tenant_id_calendar_id"), "technician")
    op.drop_constraint(op.f("uq_technician_tenant_id_number"), "technician")
    for column in ("version", "calendar_id", "number"):
        op.drop_column("technician", column)
