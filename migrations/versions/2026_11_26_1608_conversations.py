"""Messages of tickets; tickets that stand for others; when a person answered first.

Why: what is said with the customer and in the house is kept with the ticket, once for each message of a channel, and a
duplicate keeps its own messages when it becomes a part of another ticket.
Locks: a new table; `ticket` gets columns without a default, no rewrite; its checks and its index are made while
writers of `ticket` wait, about a second for a million tickets.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

CURRENT_TENANT = "NULLIF(current_setting('app.tenant_id', true), '')::uuid"
CHANNELS = ("device", "phone", "web", "mail", "qr", "wechat", "mobile", "api")


def _kind(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "message",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("kind", _kind("messagekind", "note", "reply", "received", "automatic"), nullable=False),
        sa.Column("visibility", _kind("visibility", "internal", "customer"), nullable=False),
        sa.Column("channel", _kind("channel", *CHANNELS), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column(
            "mentions", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.Column("client_op_id", sa.Uuid(), nullable=True),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), server_default=sa.text(CURRENT_TENANT), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(kind = 'note') = (visibility = 'internal')", name=op.f("ck_message_notes_are_internal")),
        sa.CheckConstraint(
            "kind NOT IN ('note', 'reply') OR author_id IS NOT NULL", name=op.f("ck_message_people_have_names")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_message_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_message_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "client_op_id", name=op.f("uq_message_tenant_id_client_op_id")),
        sa.UniqueConstraint(
            "tenant_id", "channel", "external_id", name=op.f("uq_message_tenant_id_channel_external_id")
        ),
    )
    op.create_index("ix_message_subject", "message", ["tenant_id", "subject_id", "occurred_at", "id"])
    op.execute('ALTER TABLE "message" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "message" FORCE ROW LEVEL SECURITY')
    op.execute(f'CREATE POLICY tenant_rows ON "message" USING (tenant_id = {CURRENT_TENANT})')
    op.execute('GRANT SELECT, INSERT ON "message" TO fieldhand_app')
    op.add_column("ticket", sa.Column("merged_into_id", sa.Uuid(), nullable=True))
    for column in ("first_response_at", "auto_ack_at", "unanswered_since"):
        op.add_column("ticket", sa.Column(column, sa.DateTime(timezone=True), nullable=True))
    op.create_foreign_key(
        op.f("fk_ticket_tenant_id_merged_into_id"),
        "ticket",
        "ticket",
        ["tenant_id", "merged_into_id"],
        ["tenant_id", "id"],
    )
    op.create_check_constraint(
        op.f("ck_ticket_only_merged_points_on"), "ticket", "merged_into_id IS NULL OR state = 'merged'"
    )
    op.create_check_constraint(op.f("ck_ticket_not_merged_into_itself"), "ticket", "merged_into_id <> id")
    op.create_index(
        "ix_ticket_merged",
        "ticket",
        ["tenant_id", "merged_into_id"],
        postgresql_where=sa.text("merged_into_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("ix_ticket_merged", "ticket", postgresql_where=sa.text("merged_into_id IS NOT NULL"))
    op.drop_constraint(op.f("ck_ticket_not_merged_into_itself"), "ticket")
    op.drop_constraint(op.f("ck_ticket_only_merged_points_on"), "ticket")
    op.drop_constraint(op.f("fk_ticket_tenant_id_merged_into_id"), "ticket")
    for column in ("unanswered_since", "auto_ack_at", "first_response_at", "merged_into_id"):
        op.drop_column("ticket", column)
    op.drop_table("message")
