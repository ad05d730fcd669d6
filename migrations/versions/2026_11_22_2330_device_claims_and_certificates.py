"""Device claims and certificates; stored answers sealed.

Why: devices get their identity for a claim, as a secret or a certificate; stored answers held secrets in the clear.
Those there are lose their body: their request still counts once, and is answered with 409 until they go after two days.
Locks: new tables; a rewrite of the rows of `idempotency_key`, two days of keys, which blocks no reader.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "claim_attempt",
        sa.Column("address_hash", sa.Text(), nullable=False),
        sa.Column("window_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("address_hash", name=op.f("pk_claim_attempt")),
    )
    op.create_table(
        "device_claim",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("sampling_seconds", sa.Integer(), nullable=False),
        sa.Column("max_age_days", sa.Integer(), nullable=False),
        sa.Column("name_prefix", sa.Text(), nullable=False),
        sa.Column("uses_allowed", sa.Integer(), nullable=False),
        sa.Column("uses", sa.Integer(), server_default="0", nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("uses BETWEEN 0 AND uses_allowed", name=op.f("ck_device_claim_uses_in_bounds")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_device_claim_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_claim")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_device_claim_tenant_id_id")),
    )
    op.execute('ALTER TABLE "device_claim" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "device_claim" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"device_claim\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE ON "device_claim" TO fieldhand_app')
    op.create_index("uq_device_claim_token", "device_claim", ["token_hash"], unique=True)
    op.create_table(
        "claimed_device",
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("hardware_id", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "claim_id"],
            ["device_claim.tenant_id", "device_claim.id"],
            name=op.f("fk_claimed_device_tenant_id_claim_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "device_id"],
            ["device.tenant_id", "device.id"],
            name=op.f("fk_claimed_device_tenant_id_device_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_claimed_device_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claimed_device")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_claimed_device_tenant_id_id")),
    )
    op.execute('ALTER TABLE "claimed_device" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "claimed_device" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"claimed_device\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE ON "claimed_device" TO fieldhand_app')
    op.create_index("uq_claimed_device", "claimed_device", ["claim_id", "hardware_id"], unique=True)
    op.create_table(
        "device_certificate",
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("enforced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "device_id"],
            ["device.tenant_id", "device.id"],
            name=op.f("fk_device_certificate_tenant_id_device_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_device_certificate_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_certificate")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_device_certificate_tenant_id_id")),
    )
    op.execute('ALTER TABLE "device_certificate" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "device_certificate" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"device_certificate\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('CREATE POLICY ingest_rows ON "device_certificate" TO fieldhand_ingest USING (true) WITH CHECK (true)')
    op.execute('GRANT SELECT, INSERT, UPDATE ON "device_certificate" TO fieldhand_app')
    op.execute('GRANT SELECT, UPDATE ON "device_certificate" TO fieldhand_ingest')
    op.create_index("ix_device_certificate_device", "device_certificate", ["device_id", "id"], unique=False)
    op.create_index(
        "ix_device_certificate_open",
        "device_certificate",
        ["revoked_at"],
        unique=False,
        postgresql_where=sa.text("revoked_at IS NOT NULL AND enforced_at IS NULL"),
    )
    op.create_index("uq_device_certificate_serial", "device_certificate", ["serial"], unique=True)
    op.execute("UPDATE idempotency_key SET key = encode(sha256(convert_to(key, 'UTF8')), 'hex'), body = ''")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("uq_device_certificate_serial", table_name="device_certificate")
    op.drop_index(
        "ix_device_certificate_open",
        table_name="device_certificate",
        postgresql_where=sa.text("revoked_at IS NOT NULL AND enforced_at IS NULL"),
    )
    op.drop_index("ix_device_certificate_device", table_name="device_certificate")
    op.drop_table("device_certificate")
    op.drop_index("uq_claimed_device", table_name="claimed_device")
    op.drop_table("claimed_device")
    op.drop_index("uq_device_claim_token", table_name="device_claim")
    op.drop_table("device_claim")
    op.drop_table("claim_attempt")
    op.execute("DELETE FROM idempotency_key")
