"""Warranties of assets: from day to day, and what they cover."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from backend.assets import record_rows, service
from backend.assets.errors import WarrantyUnknown
from backend.assets.models import Warranty
from kernel import audit


@dataclass(frozen=True)
class WarrantyCover:
    """What the warranties of an asset cover on a day, taken together."""

    labour: bool
    parts: bool
    travel: bool
    ends_on: date
    """The last day of the one that lasts longest."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """A warranty as it was given, both days included."""

    starts_on: date
    ends_on: date
    labour: bool
    parts: bool
    travel: bool
    note: str = ""


def add_warranty(session: Session, asset_id: UUID, terms: Terms, *, by: UUID | None = None) -> Warranty:
    """Add a warranty to an asset; several may be in force on one day.

    Raises:
        AssetUnknown: there is no such asset.
    """
    service.get_asset(session, asset_id)
    row = Warranty(asset_id=asset_id, **vars(terms))
    session.add(row)
    session.flush()
    _note(session, row, "asset.warranty_added", by)
    return row


def remove_warranty(session: Session, warranty_id: UUID, *, by: UUID | None = None) -> None:
    """Remove a warranty that was entered wrongly; what was decided by it before stays decided.

    Raises:
        WarrantyUnknown: there is no such warranty.
    """
    row = record_rows.warranty(session, warranty_id)
    if row is None:
        raise WarrantyUnknown("No warranty has this id.", warranty_id=warranty_id)
    _note(session, row, "asset.warranty_removed", by)
    session.delete(row)
    session.flush()


def _note(session: Session, row: Warranty, action: str, by: UUID | None) -> None:
    detail = {
        "starts_on": row.starts_on.isoformat(), "ends_on": row.ends_on.isoformat(),
        "labour": row.labour, "parts": row.parts, "travel": row.travel,
    }  # fmt: skip
    audit.record(session, action=action, subject="asset", subject_id=row.asset_id, actor_id=by, detail=detail)


def warranties_of(session: Session, asset_id: UUID) -> Sequence[Warranty]:
    """Return all warranties of an asset, the latest first."""
    return record_rows.warranties(session, asset_id)


def warranty_of(session: Session, asset_id: UUID, on_date: date) -> WarrantyCover | None:
    """Return what is covered by warranty on a day; None: nothing is.

    Raises:
        AssetUnknown: there is no such asset.
    """
    service.get_asset(session, asset_id)
    rows = record_rows.warranties(session, asset_id, on_date=on_date)
    if not rows:
        return None
    return WarrantyCover(
        labour=any(row.labour for row in rows),
        parts=any(row.parts for row in rows),
        travel=any(row.travel for row in rows),
        ends_on=rows[0].ends_on,
    )
