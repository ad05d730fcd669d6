"""Reliability of one asset over a span, with what each figure rests on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from backend.assets import failures, meters, states
from backend.assets import service as assets
from backend.assets.models import AssetState, FailureRecord, MeterKind
from backend.assets.states import Period, Spent
from backend.reliability.errors import BadSpan
from backend.reliability.formulas import (
    HOUR,
    Between,
    Mean,
    between_failures,
    inherent_availability,
    mean,
    operational_availability,
)
from backend.work.service import repairs
from backend.work.service.repairs import Repair

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
HOURS_UNIT = "h"


class Basis(StrEnum):
    """What operating time rests on."""

    METER = "meter"
    """A counter of hours that was read up to both ends of the span."""
    CALENDAR = "calendar"
    """The time up by the states of the asset, night and day."""


@dataclass(frozen=True)
class Outage:
    """A failure from its start to its restoration."""

    record: FailureRecord
    repair: Repair | None
    started_at: datetime | None
    restored_at: datetime | None
    by_state: bool
    """Start and end are those of a time down; otherwise of the order."""


@dataclass(frozen=True)
class Reliability:
    """What is known of an asset's reliability over a span."""

    since: datetime
    until: datetime
    spent: Spent
    operating_hours: float
    basis: Basis
    between: Between
    repair: Mean
    restoration: Mean
    inherent: float | None
    operational: float | None
    outages: Sequence[Outage]


def reliability_of(session: Session, asset_id: UUID, *, since: datetime, until: datetime, now: datetime) -> Reliability:
    """Return how reliable an asset was in a span, as far as its states are known and not beyond now.

    Raises:
        AssetUnknown: there is no such asset.
        BadSpan: the span ends before it begins.
    """
    assets.get_asset(session, asset_id)
    if until <= since:
        raise BadSpan("`until` must be later than `since`.")
    until = min(until, now)
    known = states.periods(session, asset_id, since=BEGINNING, until=until) if until > since else []
    since = min(max(since, known[0].start if known else since), until)
    spent = states.spent(_within(known, since))
    outages = _outages(session, asset_id, known, since=since, until=until)
    hours, basis = _operating(session, asset_id, spent, since=since, until=until)
    between = between_failures(hours, len(outages))
    repair = mean([outage.repair.active for outage in outages if outage.repair and outage.repair.active])
    restoration = mean(
        [
            outage.restored_at - outage.started_at
            for outage in outages
            if outage.started_at is not None and outage.restored_at is not None
        ]
    )
    return Reliability(
        since=since,
        until=until,
        spent=spent,
        operating_hours=hours,
        basis=basis,
        between=between,
        repair=repair,
        restoration=restoration,
        inherent=inherent_availability(between, repair),
        operational=operational_availability(spent.up, spent.down),
        outages=outages,
    )


def _within(known: Sequence[Period], since: datetime) -> list[Period]:
    return [row._replace(start=max(row.start, since)) for row in known if row.end > since]


def _operating(
    session: Session, asset_id: UUID, spent: Spent, *, since: datetime, until: datetime
) -> tuple[float, Basis]:
    for meter in meters.meters_of(session, [asset_id]):
        if meter.kind is MeterKind.CUMULATIVE and meter.unit == HOURS_UNIT:
            first, last = (meters.total_at(session, meter.id, at) for at in (since, until))
            if first is not None and last is not None and last.read_at > since:
                return float(last.total - first.total), Basis.METER
    return spent.up / HOUR, Basis.CALENDAR


def _outages(
    session: Session, asset_id: UUID, known: Sequence[Period], *, since: datetime, until: datetime
) -> list[Outage]:
    records = failures.failures_between(session, asset_id, since=since, until=until)
    work = repairs.repairs_of(session, {record.order_id for record in records})
    down = [row for row in known if row.state is AssetState.DOWN and not row.planned]
    return [_outage(record, work.get(record.order_id), down, until=until) for record in records]


def _outage(record: FailureRecord, repair: Repair | None, down: Sequence[Period], *, until: datetime) -> Outage:
    """Take the unplanned time down in which the repair was made, else the time of its order."""
    began = repair.opened_at if repair else record.at
    ended = repair.completed_at if repair and repair.completed_at else record.at
    for row in down:
        if row.start <= ended and row.end > began:
            return Outage(record, repair, row.start, row.end if row.end < until else None, by_state=True)
    started = repair.opened_at if repair else None
    return Outage(record, repair, started, repair.completed_at if repair else None, by_state=False)


DEFAULT_SPAN = timedelta(days=365)
