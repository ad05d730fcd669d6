"""Use cases of price lists: write one, change it, read what it says."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from backend.prices import repository
from backend.prices.errors import PriceListTaken, PriceListUnknown, StalePrices
from backend.prices.models import LabourRate, PartPrice, PriceList, PriceListVersion, Purpose
from backend.prices.rates import Rate
from inventory import service as stock
from kernel import audit
from kernel.money import HUNDRED


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a price list says."""

    name: str
    purpose: Purpose = Purpose.SPECIAL
    per_kilometre: Decimal = Decimal(0)
    per_visit: Decimal = Decimal(0)
    travel_time_percent: int = 100
    parts_markup_percent: int = 0
    rates: Sequence[Rate] = ()
    parts: Mapping[UUID, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Prices:
    """One version of a price list, as plain values."""

    version_id: UUID
    per_kilometre: Decimal
    per_visit: Decimal
    travel_time_percent: int
    parts_markup_percent: int
    rates: tuple[Rate, ...]
    parts: Mapping[UUID, Decimal]

    def of_part(self, part_id: UUID, cost: Decimal | None) -> Decimal | None:
        """Return the price of one unit: its own, else its cost with the markup; None if neither is known."""
        if part_id in self.parts:
            return self.parts[part_id]
        return None if cost is None else cost * (HUNDRED + self.parts_markup_percent) / HUNDRED


def create_price_list(session: Session, code: str, draft: Draft, *, by: UUID | None = None) -> PriceList:
    """Add a price list.

    Raises:
        PriceListTaken: another one has the code, or is the one for the purpose.
        UnknownPart: a price is for a part that is not here.
    """
    if repository.by_code(session, code) is not None:
        raise PriceListTaken(f"There is a price list {code} already.", code=code)
    row = PriceList(code=code, name=draft.name, purpose=_free(session, draft.purpose, None), version=1)
    session.add(row)
    session.flush()
    _write(session, row, draft, by=by)
    return row


def replace_price_list(
    session: Session, price_list_id: UUID, draft: Draft, *, expected_version: int, by: UUID | None = None
) -> PriceList:
    """Give a list a new version; orders that were opened before keep the one that held then.

    Raises:
        PriceListUnknown: there is no such list.
        StalePrices: it changed since it was read.
        PriceListTaken: another list is the one for the purpose.
        UnknownPart: a price is for a part that is not here.
    """
    row = repository.price_list(session, price_list_id, lock=True)
    if row is None:
        raise PriceListUnknown("No price list has this id.", price_list_id=price_list_id)
    if row.version != expected_version:
        raise StalePrices("The price list was changed since you read it.", version=row.version)
    row.name, row.purpose, row.version = draft.name, _free(session, draft.purpose, row.id), row.version + 1
    session.flush()
    _write(session, row, draft, by=by)
    return row


def _free(session: Session, purpose: Purpose, own_id: UUID | None) -> Purpose:
    other = None if purpose is Purpose.SPECIAL else repository.of_purpose(session, purpose)
    if other is not None and other.id != own_id:
        raise PriceListTaken(f"The list for '{purpose}' is {other.code}.", code=other.code)
    return purpose


def _write(session: Session, row: PriceList, draft: Draft, *, by: UUID | None) -> None:
    stock.parts_by_id(session, draft.parts)
    version = PriceListVersion(
        price_list_id=row.id,
        version=row.version,
        per_kilometre=draft.per_kilometre,
        per_visit=draft.per_visit,
        travel_time_percent=draft.travel_time_percent,
        parts_markup_percent=draft.parts_markup_percent,
        actor_id=by,
    )
    session.add(version)
    session.flush()
    session.add_all(
        LabourRate(
            price_list_version_id=version.id,
            skill=rate.skill,
            level=rate.level,
            weekdays=None if rate.weekdays is None else sorted(rate.weekdays),
            starts=rate.starts,
            ends=rate.ends,
            per_hour=rate.per_hour,
        )
        for rate in draft.rates
    )
    session.add_all(
        PartPrice(price_list_version_id=version.id, part_id=part_id, unit_price=price)
        for part_id, price in draft.parts.items()
    )
    audit.record(
        session,
        action="price_list.write",
        subject="price_list",
        subject_id=row.id,
        actor_id=by,
        detail={"version": row.version},
    )
    session.flush()


def get_price_list(session: Session, price_list_id: UUID) -> tuple[PriceList, Prices]:
    """Return a price list with what it says now.

    Raises:
        PriceListUnknown: there is no such list.
    """
    row = repository.price_list(session, price_list_id)
    if row is None:
        raise PriceListUnknown("No price list has this id.", price_list_id=price_list_id)
    return row, _read(session, [repository.version(session, row.id, row.version)])[0]


def list_price_lists(session: Session, *, after: tuple[str, UUID] | None, limit: int) -> Sequence[PriceList]:
    """Return price lists by name, behind a key."""
    return repository.listed(session, after=after, limit=limit)


def current_version(session: Session, price_list_id: UUID | None) -> UUID | None:
    """Return the version that holds now of a list, or of the standard one if none is named."""
    row = (
        repository.price_list(session, price_list_id)
        if price_list_id is not None
        else repository.of_purpose(session, Purpose.STANDARD)
    )
    return None if row is None else repository.version(session, row.id, row.version).id


def own_cost(session: Session, at: datetime) -> Prices | None:
    """Return what the house's own people cost it at an instant, if that has been said."""
    row = repository.of_purpose(session, Purpose.OWN_COST)
    return None if row is None else as_of(session, [row.id], at)[row.id]


def by_version(session: Session, version_ids: Collection[UUID]) -> dict[UUID, Prices]:
    """Return versions of price lists by their own ids."""
    return {prices.version_id: prices for prices in _read(session, repository.versions_by_id(session, version_ids))}


def as_of(session: Session, list_ids: Collection[UUID], at: datetime) -> dict[UUID, Prices]:
    """Return what lists said at an instant, by list; one that was not written yet says what it first said."""
    chosen: dict[UUID, PriceListVersion] = {}
    for row in repository.versions_of(session, list_ids):
        if row.price_list_id not in chosen or row.created_at <= at:
            chosen[row.price_list_id] = row
    return dict(zip(chosen, _read(session, list(chosen.values())), strict=True))


def currency_of(session: Session) -> str:
    """Return the currency in which the tenant of the transaction keeps its books."""
    return repository.currency(session)


def _read(session: Session, versions: Sequence[PriceListVersion]) -> list[Prices]:
    ids = [row.id for row in versions]
    rates: dict[UUID, list[Rate]] = {key: [] for key in ids}
    for rate in repository.rates(session, ids):
        rates[rate.price_list_version_id].append(_rate(rate))
    parts: dict[UUID, dict[UUID, Decimal]] = {key: {} for key in ids}
    for price in repository.part_prices(session, ids):
        parts[price.price_list_version_id][price.part_id] = price.unit_price
    return [
        Prices(
            version_id=row.id,
            per_kilometre=row.per_kilometre,
            per_visit=row.per_visit,
            travel_time_percent=row.travel_time_percent,
            parts_markup_percent=row.parts_markup_percent,
            rates=tuple(rates[row.id]),
            parts=parts[row.id],
        )
        for row in versions
    ]


def _rate(row: LabourRate) -> Rate:
    return Rate(
        per_hour=row.per_hour,
        skill=row.skill,
        level=row.level,
        weekdays=None if row.weekdays is None else frozenset(row.weekdays),
        starts=row.starts,
        ends=row.ends,
    )
