"""Checklists with conditions, photos, scores, readings and signatures; an item of an old version has none of them.

Why: what is asked depends on what was answered, and a visit is passed or failed as a whole.
Locks: `checklist_template`, a few dozen rows per tenant, for a moment; its items are written once.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

NEW = '{"asset_id": null, "failing": [], "shown_if": null, "needs_photo": false, "weight": 0, "meter": null}'


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("checklist_template", sa.Column("pass_mark", sa.Integer(), nullable=True))
    op.add_column(
        "checklist_template",
        sa.Column(
            "signature",
            sa.Enum(
                "none", "name", "drawn", name="signaturepolicy", native_enum=False, create_constraint=True, length=32
            ),
            server_default="none",
            nullable=False,
        ),
    )
    op.create_check_constraint(
        op.f("ck_checklist_template_pass_mark_per_cent"), "checklist_template", "pass_mark BETWEEN 0 AND 100"
    )
    op.create_check_constraint(
        op.f("ck_checklist_template_retired_was_published"),
        "checklist_template",
        "retired_at IS NULL OR published_at IS NOT NULL",
    )
    op.execute(f"""UPDATE checklist_template SET items = (
        SELECT jsonb_agg('{NEW}'::jsonb || item ORDER BY place)
        FROM jsonb_array_elements(items) WITH ORDINALITY AS lines(item, place)
    ) WHERE jsonb_array_length(items) > 0""")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_checklist_template_retired_was_published"), "checklist_template", type_="check")
    op.drop_constraint(op.f("ck_checklist_template_pass_mark_per_cent"), "checklist_template", type_="check")
    op.drop_column("checklist_template", "signature")
    op.drop_column("checklist_template", "pass_mark")
    op.execute("""UPDATE checklist_template SET items = (
        SELECT jsonb_agg(item - '{failing,shown_if,needs_photo,weight,meter}'::text[] ORDER BY place)
        FROM jsonb_array_elements(items) WITH ORDINALITY AS lines(item, place)
    ) WHERE jsonb_array_length(items) > 0""")
