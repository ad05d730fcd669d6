"""Files by the hash of their content, uploads on their way in, and what a file is linked to.

Why: photos, signatures, documents and reports belong to orders, visits, assets and more, each content kept once.
Locks: new tables only.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "stored_file",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column(
            "evidence", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("uploaded_by", sa.Uuid(), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_stored_file_sha256")),
        sa.CheckConstraint("size > 0", name=op.f("ck_stored_file_size_positive")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_stored_file_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_stored_file_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "sha256", name=op.f("uq_stored_file_tenant_id_sha256")),
    )
    op.execute('ALTER TABLE "stored_file" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "stored_file" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"stored_file\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT ON "stored_file" TO fieldhand_app')
    op.create_table(
        "file_upload",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("started_by", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_file_upload_sha256")),
        sa.CheckConstraint("received BETWEEN 0 AND size", name=op.f("ck_file_upload_received_within_size")),
        sa.CheckConstraint("size > 0", name=op.f("ck_file_upload_size_positive")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "file_id"],
            ["stored_file.tenant_id", "stored_file.id"],
            name=op.f("fk_file_upload_tenant_id_file_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_file_upload_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_upload")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_file_upload_tenant_id_id")),
    )
    op.execute('ALTER TABLE "file_upload" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "file_upload" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"file_upload\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "file_upload" TO fieldhand_app')
    op.create_index(
        "ix_file_upload_open",
        "file_upload",
        ["tenant_id", "started_by", "sha256"],
        unique=False,
        postgresql_where=sa.text("file_id IS NULL"),
    )
    op.create_table(
        "file_link",
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "photo",
                "document",
                "signature",
                "report",
                "recording",
                "certificate",
                "manual",
                "drawing",
                name="linkrole",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("item", sa.Text(), server_default="", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("caption", sa.Text(), server_default="", nullable=False),
        sa.Column("linked_by", sa.Uuid(), nullable=True),
        sa.Column("linked_by_name", sa.Text(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_by", sa.Uuid(), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("subject_kind ~ '^[a-z_]{1,40}$'", name=op.f("ck_file_link_subject_kind")),
        sa.CheckConstraint(
            "(removed_at IS NULL) = (removed_by IS NULL)", name=op.f("ck_file_link_removed_by_somebody")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "file_id"],
            ["stored_file.tenant_id", "stored_file.id"],
            name=op.f("fk_file_link_tenant_id_file_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_file_link_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_link")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_file_link_tenant_id_id")),
    )
    op.execute('ALTER TABLE "file_link" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "file_link" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"file_link\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE ON "file_link" TO fieldhand_app')
    op.create_index("ix_file_link_file", "file_link", ["tenant_id", "file_id", "id"], unique=False)
    op.create_index(
        "ix_file_link_subject",
        "file_link",
        ["tenant_id", "subject_kind", "subject_id", "id"],
        unique=False,
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_index(
        "uq_file_link_once",
        "file_link",
        ["tenant_id", "subject_kind", "subject_id", "file_id", "role", "item"],
        unique=True,
        postgresql_where=sa.text("removed_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("file_link")
    op.drop_table("file_upload")
    op.drop_table("stored_file")
