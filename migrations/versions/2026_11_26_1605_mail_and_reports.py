"""Outgoing mail and service reports.

Why: a report is kept as it was made, version by version, and a mail is a row that outlives a stopped process.
Locks: new tables only.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "outbound_mail",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("to_address", sa.Text(), nullable=False),
        sa.Column("to_name", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("file_name", sa.Text(), nullable=True),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued", "sent", "dead", "off", name="mailstate", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_outbound_mail_sent_at_if_sent")),
        sa.CheckConstraint("(file_id IS NULL) = (file_name IS NULL)", name=op.f("ck_outbound_mail_file_has_a_name")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "file_id"],
            ["stored_file.tenant_id", "stored_file.id"],
            name=op.f("fk_outbound_mail_tenant_id_file_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_outbound_mail_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbound_mail")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_outbound_mail_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "key", name=op.f("uq_outbound_mail_tenant_id_key")),
    )
    op.execute('ALTER TABLE "outbound_mail" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "outbound_mail" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"outbound_mail\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT, UPDATE, DELETE ON "outbound_mail" TO fieldhand_app')
    op.create_index("ix_outbound_mail_state", "outbound_mail", ["tenant_id", "state", "id"], unique=False)
    op.create_index("ix_outbound_mail_subject", "outbound_mail", ["tenant_id", "subject_id", "id"], unique=False)
    op.create_table(
        "service_report",
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("work_order_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "cause",
            sa.Enum("completed", "late", "asked", name="cause", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=True),
        sa.Column("signed_by", sa.Text(), nullable=True),
        sa.Column("zh_file_id", sa.Uuid(), nullable=False),
        sa.Column("en_file_id", sa.Uuid(), nullable=False),
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name=op.f("ck_service_report_digest")),
        sa.CheckConstraint(
            "(signature IS NULL) = (signed_by IS NULL)", name=op.f("ck_service_report_signature_has_a_signer")
        ),
        sa.CheckConstraint("version > 0", name=op.f("ck_service_report_version_positive")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "en_file_id"],
            ["stored_file.tenant_id", "stored_file.id"],
            name=op.f("fk_service_report_tenant_id_en_file_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "visit_id"],
            ["visit.tenant_id", "visit.id"],
            name=op.f("fk_service_report_tenant_id_visit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "work_order_id"],
            ["work_order.tenant_id", "work_order.id"],
            name=op.f("fk_service_report_tenant_id_work_order_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "zh_file_id"],
            ["stored_file.tenant_id", "stored_file.id"],
            name=op.f("fk_service_report_tenant_id_zh_file_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_service_report_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_report")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_service_report_tenant_id_id")),
        sa.UniqueConstraint(
            "tenant_id", "visit_id", "version", name=op.f("uq_service_report_tenant_id_visit_id_version")
        ),
        info={"append_only": True},
    )
    op.execute('ALTER TABLE "service_report" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "service_report" FORCE ROW LEVEL SECURITY')
    op.execute(
        "CREATE POLICY tenant_rows ON \"service_report\" USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
    )
    op.execute('GRANT SELECT, INSERT ON "service_report" TO fieldhand_app')
    op.create_index("ix_service_report_order", "service_report", ["tenant_id", "work_order_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_table("service_report")
    op.drop_table("outbound_mail")
