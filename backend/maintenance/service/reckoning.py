"""From rows to plain values: the terms of a plan, how an asset was used, and what is due by them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from backend.assets import meters
from backend.assets.models import Asset, MeterKind
from backend.maintenance.conditions import held_at
from backend.maintenance.due import (
    Due,
    Mark,
    Part,
    Reading,
    Terms,
    Trigger,
    Why,
    begin,
    first_total,
    level,
    next_due,
)
from backend.maintenance.models import Limit, MaintenanceLevel, MaintenancePlan, MaintenanceSubject
from backend.maintenance.recurrence import instant, local_day
from backend.maintenance.service.drafts import Draft
from iot_gateway.service import charts
from kernel.db import Tenant, tenant_of

CONDITION_EVERY = timedelta(minutes=15)
"""How often a condition is looked at."""
USE_EVERY = timedelta(days=1)
"""How often the use of a meter is reckoned with no news of it."""
LEAST_GAP_SECONDS = 900
POINTS = 5_000


Said = Draft | MaintenancePlan
"""A plan, or the draft of one."""


def zone_of(session: Session) -> ZoneInfo:
    """Return the tenant's time zone."""
    return ZoneInfo(session.get_one(Tenant, tenant_of(session)).time_zone)


def terms_of(session: Session, said: Said) -> Terms:
    """Return the terms of a plan."""
    return Terms(
        zone=zone_of(session),
        combinator=said.combinator,
        anchor=said.anchor,
        rule=said.rule,
        starts_on=said.starts_on,
        due_time=said.due_time,
        every=said.every,
        conditional=said.metric is not None,
        season=frozenset(said.season),
    )


def reading_of(session: Session, said: Said, asset: Asset | None, *, since: datetime, at: datetime) -> Reading:
    """Return how an asset was used until an instant, as far as a plan asks; a condition counts from `since`."""
    total = read_at = per_day = None
    meter = meters.meter_of(session, asset.id, said.meter) if asset and said.meter else None
    counts = meter is not None and meter.kind is not MeterKind.GAUGE
    if meter is not None and counts:
        counted, use = meters.total_at(session, meter.id, at), meters.usage_rate(session, meter.id, at)
        total, read_at = (counted.total, counted.read_at) if counted else (None, None)
        per_day = use.per_day if use else None
    device_id = asset.device_id if asset else None
    held = _held_at(session, said, device_id, since=since, at=at) if said.metric and device_id else None
    return Reading(
        has_meter=counts,
        total=total,
        at=read_at,
        per_day=per_day,
        has_device=device_id is not None,
        held_at=held,
    )


def total_at(session: Session, said: Said, asset_id: UUID | None, at: datetime) -> Decimal | None:
    """Return what the meter of a plan had counted on an asset, None before its first reading."""
    meter = meters.meter_of(session, asset_id, said.meter) if asset_id and said.meter else None
    if meter is None or meter.kind is MeterKind.GAUGE:
        return None
    counted = meters.total_at(session, meter.id, at)
    return counted.total if counted else None


def _held_at(session: Session, said: Said, device_id: UUID, *, since: datetime, at: datetime) -> datetime | None:
    start = max(since, at - timedelta(seconds=said.metric_seconds) - 2 * CONDITION_EVERY)
    if start >= at or said.metric is None or said.metric_value is None:
        return None
    seen = charts.series(session, device_id, metric=said.metric, start=start, end=at, max_points=POINTS)
    held = held_at(
        seen.points,
        above=said.metric_limit is Limit.ABOVE,
        value=said.metric_value,
        seconds=said.metric_seconds,
        gap_seconds=max(LEAST_GAP_SECONDS, 2 * (seen.step_seconds or 0)),
    )
    return datetime.fromtimestamp(held / 1000, UTC) if held is not None else None


def mark_of(subject: MaintenanceSubject) -> Mark:
    """Return how far a subject has got; it has been reckoned once."""
    return Mark(
        passed_at=subject.passed_at or subject.entered_at,
        passed_total=subject.passed_total,
        number=subject.number,
        handled=subject.handled,
    )


@dataclass(frozen=True, kw_only=True)
class Window:
    """When an order opens, and from when until when it counts as done in time: whole local days."""

    opens_at: datetime
    start: datetime
    end: datetime


def window(plan: MaintenancePlan, due_at: datetime, zone: ZoneInfo) -> Window:
    """Return the window of an occurrence."""
    day, tolerance = local_day(due_at, zone), timedelta(days=plan.tolerance_days)
    return Window(
        opens_at=opens_at(due_at, lead_days=plan.lead_days, zone=zone),
        start=instant(day - tolerance, time.min, zone),
        end=instant(day + tolerance + timedelta(days=1), time.min, zone),
    )


def opens_at(due_at: datetime, *, lead_days: int, zone: ZoneInfo) -> datetime:
    """Return when the order opens of what is due then: the start of a local day."""
    return instant(local_day(due_at, zone) - timedelta(days=lead_days), time.min, zone)


def reckon(
    session: Session,
    plan: MaintenancePlan,
    subject: MaintenanceSubject,
    asset: Asset | None,
    *,
    levels: Sequence[MaintenanceLevel],
    opened: bool,
    at: datetime,
) -> Due:
    """Write down when the next occurrence of a subject is due, and when to look again; `opened`: an order is open."""
    terms = terms_of(session, plan)
    since = subject.last_ended_at or subject.entered_at
    reading = reading_of(session, plan, asset, since=since, at=at)
    if subject.passed_at is None:
        mark = begin(terms, at=subject.entered_at, total=reading.total, fresh=subject.fresh)
        subject.passed_at, subject.passed_total = mark.passed_at, mark.passed_total
    elif subject.passed_total is None:
        subject.passed_total = first_total(terms, reading.total)
    due = next_due(terms, mark_of(subject), reading, now=at)
    subject.due_at = due.at
    subject.why = [to_json(part) for part in due.parts]
    subject.level = level([row.every for row in levels], after_number=subject.handled, number=subject.number + 1)
    subject.opens_at = window(plan, due.at, terms.zone).opens_at if due.at and not opened else None
    subject.look_at = None if opened else _look_at(plan, due, at)
    session.flush()
    return due


def _look_at(plan: MaintenancePlan, due: Due, at: datetime) -> datetime | None:
    condition = due.of(Trigger.CONDITION)
    if condition is not None and condition.why is not Why.HELD:
        return at + CONDITION_EVERY
    return at + USE_EVERY if plan.every is not None else None


def to_json(part: Part) -> dict[str, Any]:
    """Return what a trigger says, as it is kept."""
    return {
        "trigger": part.trigger.value,
        "at": part.at.isoformat() if part.at else None,
        "why": part.why.value,
        "figures": dict(part.figures),
    }


def from_json(kept: Sequence[dict[str, Any]], due_at: datetime) -> Due:
    """Return what made an occurrence due, as it was kept."""
    parts = (
        Part(
            Trigger(item["trigger"]),
            datetime.fromisoformat(item["at"]) if item["at"] else None,
            Why(item["why"]),
            tuple(item["figures"].items()),
        )
        for item in kept
    )
    return Due(due_at, tuple(parts))
