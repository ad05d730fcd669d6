"""Firmware releases, campaigns and their devices.

Why: images are brought to devices wave by wave, stopped when too many fail, and proved by the births that follow.
Locks: none that matter; every table is new (the foreign keys lock `device` and `device_command` for a moment).
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "firmware_release",
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_firmware_release_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firmware_release")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_firmware_release_tenant_id_id")),
    )
    op.execute("ALTER TABLE firmware_release ALTER COLUMN content SET STORAGE EXTERNAL")
    op.execute('ALTER TABLE "firmware_release" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "firmware_release" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"firmware_release\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT ON "firmware_release" TO fieldhand_app')
    op.create_index("uq_firmware_release", "firmware_release", ["tenant_id", "model", "version"], unique=True)
    op.create_table(
        "firmware_campaign",
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "running",
                "paused",
                "stopped",
                "done",
                name="campaignstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("target", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("waves", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("pause_seconds", sa.Integer(), nullable=False),
        sa.Column("lifetime_seconds", sa.Integer(), nullable=False),
        sa.Column("restart_seconds", sa.Integer(), nullable=False),
        sa.Column("max_failed_count", sa.Integer(), nullable=True),
        sa.Column("max_failed_percent", sa.Double(), nullable=True),
        sa.Column("wave", sa.Integer(), nullable=False),
        sa.Column("wave_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("forgiven", sa.Integer(), nullable=False),
        sa.Column("device_count", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "release_id"],
            ["firmware_release.tenant_id", "firmware_release.id"],
            name=op.f("fk_firmware_campaign_tenant_id_release_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_firmware_campaign_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firmware_campaign")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_firmware_campaign_tenant_id_id")),
    )
    op.execute('ALTER TABLE "firmware_campaign" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "firmware_campaign" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"firmware_campaign\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE ON "firmware_campaign" TO fieldhand_app')
    op.create_table(
        "campaign_device",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("wave", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "sent",
                "downloading",
                "installed",
                "failed",
                "skipped",
                name="updatestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("boot_before", sa.Integer(), nullable=True),
        sa.Column("firmware_before", sa.Text(), nullable=True),
        sa.Column("boot_acked", sa.Integer(), nullable=True),
        sa.Column("command_id", sa.Uuid(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "campaign_id"],
            ["firmware_campaign.tenant_id", "firmware_campaign.id"],
            name=op.f("fk_campaign_device_tenant_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "command_id"],
            ["device_command.tenant_id", "device_command.id"],
            name=op.f("fk_campaign_device_tenant_id_command_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "device_id"],
            ["device.tenant_id", "device.id"],
            name=op.f("fk_campaign_device_tenant_id_device_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_campaign_device_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_device")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_campaign_device_tenant_id_id")),
    )
    op.execute('ALTER TABLE "campaign_device" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "campaign_device" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"campaign_device\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE ON "campaign_device" TO fieldhand_app')
    op.create_index(
        "ix_campaign_device_work",
        "campaign_device",
        ["device_id"],
        unique=False,
        postgresql_where=sa.text("state IN ('sent', 'downloading')"),
    )
    op.create_index("uq_campaign_device", "campaign_device", ["campaign_id", "device_id"], unique=True)
    op.create_index("uq_campaign_device_position", "campaign_device", ["campaign_id", "position"], unique=True)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("campaign_device")
    op.drop_table("firmware_campaign")
    op.drop_table("firmware_release")
