"""A claim may name the asset or the site of what will be claimed.

Why: an installer who stands before the machine knows where the device belongs, and nobody has to link it afterwards.
Locks: `device_claim` for a moment; it is small.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("device_claim", sa.Column("asset_id", sa.Uuid(), nullable=True))
    op.add_column("device_claim", sa.Column("site_id", sa.Uuid(), nullable=True))
    op.create_check_constraint(
        op.f("ck_device_claim_asset_has_one_device"), "device_claim", "asset_id IS NULL OR uses_allowed = 1"
    )
    op.create_check_constraint(op.f("ck_device_claim_one_place"), "device_claim", "asset_id IS NULL OR site_id IS NULL")


def downgrade() -> None:
    op.drop_column("device_claim", "site_id")
    op.drop_column("device_claim", "asset_id")
