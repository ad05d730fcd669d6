"""What assets are built of: parts, how many, where."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from backend.assets import record_rows, repository
from backend.assets.errors import AssetUnknown, StaleVersion, TwiceInBom
from backend.assets.models import Asset, BomLine
from inventory import service as stock


@dataclass(frozen=True)
class Line:
    """A part of an asset by design: `position` says where, as the drawing does."""

    part_id: UUID
    quantity: Decimal
    position: str = ""


def replace_bom(session: Session, asset_id: UUID, lines: Sequence[Line], *, version: int) -> Asset:
    """Say what an asset is built of; what was said before is replaced.

    Raises:
        AssetUnknown: there is no such asset.
        StaleVersion: the asset changed since it was read.
        UnknownPart: there is no such part.
        TwiceInBom: a part is named twice at one position.
    """
    asset = repository.asset(session, asset_id, lock=True)
    if asset is None:
        raise AssetUnknown("No asset has this id.", asset_id=asset_id)
    if asset.version != version:
        raise StaleVersion("Read the asset again before changing it.", version=asset.version)
    stock.parts_by_id(session, {line.part_id for line in lines})
    seen: set[tuple[UUID, str]] = set()
    for line in lines:
        if (line.part_id, line.position) in seen:
            raise TwiceInBom("Add the quantities of one position.", part_id=line.part_id, position=line.position)
        seen.add((line.part_id, line.position))
    record_rows.clear_bom(session, asset_id)
    session.add_all(BomLine(asset_id=asset_id, **vars(line)) for line in lines)
    asset.version += 1
    session.flush()
    return asset


def bom_of(session: Session, asset_id: UUID) -> Sequence[BomLine]:
    """Return what an asset is built of, by position."""
    return record_rows.bom(session, asset_id)
