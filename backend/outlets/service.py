"""Use cases of outlets."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from backend.outlets import repository
from backend.outlets.errors import OutletTaken, OutletUnknown, StaleOutlet
from backend.outlets.models import Outlet
from backend.prices import service as prices
from kernel import audit


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What is known of a partner."""

    name: str
    region: str = ""
    contact_name: str = ""
    phone: str | None = None
    email: str | None = None
    price_list_id: UUID | None = None
    active: bool = True


def create_outlet(session: Session, code: str, draft: Draft, *, by: UUID | None = None) -> Outlet:
    """Add a partner.

    Raises:
        OutletTaken: another one has the code.
        PriceListUnknown: there is no such price list.
    """
    if repository.by_code(session, code) is not None:
        raise OutletTaken(f"There is an outlet {code} already.", code=code)
    _check(session, draft)
    row = Outlet(code=code, **asdict(draft), version=1)
    session.add(row)
    session.flush()
    audit.record(session, action="outlet.create", subject="outlet", subject_id=row.id, actor_id=by)
    return row


def replace_outlet(
    session: Session, outlet_id: UUID, draft: Draft, *, expected_version: int, by: UUID | None = None
) -> Outlet:
    """Write down anew what is known of a partner.

    Raises:
        OutletUnknown: there is no such partner.
        StaleOutlet: it changed since it was read.
        PriceListUnknown: there is no such price list.
    """
    row = repository.outlet(session, outlet_id, lock=True)
    if row is None:
        raise OutletUnknown("No outlet has this id.", outlet_id=outlet_id)
    if row.version != expected_version:
        raise StaleOutlet("The outlet was changed since you read it.", version=row.version)
    _check(session, draft)
    for name, value in asdict(draft).items():
        setattr(row, name, value)
    row.version += 1
    audit.record(session, action="outlet.replace", subject="outlet", subject_id=row.id, actor_id=by)
    session.flush()
    return row


def _check(session: Session, draft: Draft) -> None:
    if draft.price_list_id is not None:
        prices.get_price_list(session, draft.price_list_id)


def get_outlet(session: Session, outlet_id: UUID) -> Outlet:
    """Return a partner.

    Raises:
        OutletUnknown: there is none with this id.
    """
    row = repository.outlet(session, outlet_id)
    if row is None:
        raise OutletUnknown("No outlet has this id.", outlet_id=outlet_id)
    return row


def outlets_by_id(session: Session, ids: Collection[UUID]) -> dict[UUID, Outlet]:
    """Return partners by id; unknown ids are missing."""
    return {row.id: row for row in repository.by_id(session, ids)}


def list_outlets(
    session: Session,
    *,
    text: str | None = None,
    active: bool | None = None,
    after: tuple[str, UUID] | None = None,
    limit: int,
) -> Sequence[Outlet]:
    """Return partners by name, behind a key."""
    return repository.listed(session, text=text, active=active, after=after, limit=limit)
