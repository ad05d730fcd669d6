"""Which assets a rule is for: one, those of a class, those at a site."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.assets import repository
from backend.assets.errors import ClassUnknown
from backend.assets.models import Asset, AssetClass, AssetState


def class_by_code(session: Session, code: str) -> AssetClass:
    """Return a kind of asset.

    Raises:
        ClassUnknown: none has this code.
    """
    kind = repository.class_by_code(session, code)
    if kind is None:
        raise ClassUnknown(f"No asset class has the code {code}.", code=code)
    return kind


def assets_in(
    session: Session,
    *,
    asset_id: UUID | None = None,
    class_id: UUID | None = None,
    site_id: UUID | None = None,
    after: UUID | None = None,
    limit: int,
) -> Sequence[Asset]:
    """Return the assets in use that fit everything that is given, by id, behind one."""
    query = select(Asset).where(Asset.state != AssetState.DECOMMISSIONED)
    for column, value in ((Asset.id, asset_id), (Asset.class_id, class_id), (Asset.site_id, site_id)):
        if value is not None:
            query = query.where(column == value)
    if after is not None:
        query = query.where(Asset.id > after)
    return session.scalars(query.order_by(Asset.id).limit(limit)).all()
