"""The states of an asset over time: dated changes in any order, and the time up and down between two instants."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from backend.assets import record_rows, repository
from backend.assets.errors import AssetUnknown, ReadInFuture, StateExists
from backend.assets.events import AssetStateChanged
from backend.assets.models import Asset, AssetState, AssetStateChange
from kernel import audit
from kernel.outbox import publish

SKEW = timedelta(minutes=2)
UP = frozenset({AssetState.UP, AssetState.DEGRADED, AssetState.IDLE, AssetState.STANDBY})
"""Able to do its work, asked for or not (EN 13306: up state)."""


class Period(NamedTuple):
    """A stretch of one state."""

    state: AssetState
    planned: bool | None
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Spent:
    """How long an asset was up and down within a span; decommissioned is neither."""

    up: timedelta
    down_planned: timedelta
    down_unplanned: timedelta

    @property
    def down(self) -> timedelta:
        """Return all time down."""
        return self.down_planned + self.down_unplanned


def set_state(
    session: Session,
    asset_id: UUID,
    *,
    state: AssetState,
    planned: bool = False,
    note: str = "",
    at: datetime,
    now: datetime,
    by: UUID | None = None,
) -> Asset:
    """Say since when an asset is in a state, also afterwards; the same again changes nothing.

    Raises:
        AssetUnknown: there is no such asset.
        ReadInFuture: it has not come to that yet.
        StateExists: another change of the same instant says something else.
    """
    asset = repository.asset(session, asset_id, lock=True)
    if asset is None:
        raise AssetUnknown("No asset has this id.", asset_id=asset_id)
    if at > now + SKEW:
        raise ReadInFuture("A state begins now or began before.", at=at)
    marked = planned if state is AssetState.DOWN else None
    same = record_rows.state_change_at(session, asset_id, at)
    if same is not None:
        if (same.state, same.planned) != (state, marked):
            raise StateExists("Another change of this instant is known.", state=str(same.state), planned=same.planned)
        return asset
    session.add(AssetStateChange(asset_id=asset_id, at=at, state=state, planned=marked, note=note, actor_id=by))
    detail = {"from": asset.state, "to": state, "planned": marked, "at": at.isoformat(), "note": note}
    audit.record(session, action="asset.state", subject="asset", subject_id=asset_id, actor_id=by, detail=detail)
    session.flush()
    latest = record_rows.state_changes(session, asset_id, before=None, limit=1)[0]
    asset.state = latest.state
    session.flush()
    publish(session, AssetStateChanged(asset_id=asset_id, state=state, planned=marked, at=at))
    return asset


def state_changes_of(
    session: Session, asset_id: UUID, *, before: datetime | None, limit: int
) -> Sequence[AssetStateChange]:
    """Return the changes of an asset's state, the latest first, before an instant."""
    return record_rows.state_changes(session, asset_id, before=before, limit=limit)


def periods(session: Session, asset_id: UUID, *, since: datetime, until: datetime) -> list[Period]:
    """Return the states of an asset between two instants, cut at both; nothing before its first change."""
    return periods_of(session, [asset_id], since=since, until=until).get(asset_id, [])


def periods_of(
    session: Session, asset_ids: Collection[UUID], *, since: datetime, until: datetime
) -> dict[UUID, list[Period]]:
    """Return the states of assets between two instants by asset, as `periods` does."""
    found: dict[UUID, list[AssetStateChange]] = {}
    for change in record_rows.state_changes_between(session, asset_ids, since=since, until=until):
        found.setdefault(change.asset_id, []).append(change)
    return {asset_id: cut(changes, since=since, until=until) for asset_id, changes in found.items()}


def cut(changes: Iterable[AssetStateChange], *, since: datetime, until: datetime) -> list[Period]:
    """Return the periods between changes in the order of time, cut at both ends."""
    ordered = list(changes)
    ends = [change.at for change in ordered[1:]] + [until]
    return [
        Period(change.state, change.planned, max(change.at, since), min(end, until))
        for change, end in zip(ordered, ends, strict=True)
        if min(end, until) > max(change.at, since)
    ]


def spent(stretches: Iterable[Period]) -> Spent:
    """Return how long an asset was up and down in all."""
    sums = {"up": timedelta(0), "planned": timedelta(0), "unplanned": timedelta(0)}
    for state, planned, start, end in stretches:
        if state is AssetState.DECOMMISSIONED:
            continue
        key = "up" if state in UP else "planned" if planned else "unplanned"
        sums[key] += end - start
    return Spent(sums["up"], sums["planned"], sums["unplanned"])
