"""When a promise will probably be kept: what is planned, or what is left of hand-over, travel and work.

Simple on purpose: every part of the sum is named, so that a person can check it and knows what to change.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LEAST_SHARE_LEFT = 0.1
"""Work that takes longer than it should is believed to need a tenth of its time still."""
FEW = 5
"""With fewer cases than this the past says nothing: what was planned counts."""
LONGEST_MARGIN = timedelta(hours=1)
MARGIN_SHARE = 0.1
SOONEST_LOOK, LATEST_LOOK = timedelta(minutes=1), timedelta(minutes=15)


class Piece(StrEnum):
    """What time is needed for."""

    HAND_OVER = "hand_over"
    TRAVEL = "travel"
    WAIT = "wait"
    WORK = "work"


@dataclass(frozen=True, kw_only=True)
class History:
    """What the last months say, with how many cases stand behind it; None: nothing is known."""

    hand_over: timedelta | None = None
    """From sending a visit to its being accepted, in the middle."""
    hand_over_count: int = 0
    travel: timedelta | None = None
    """From setting out to being there, in the middle."""
    travel_count: int = 0
    work_ratio: float | None = None
    """Time that work of this kind took by the time that was planned, where four in five need no more."""
    work_count: int = 0


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of an order: its work, and the visit that stands, if there is one."""

    work: timedelta
    planned_start: datetime | None = None
    travel: timedelta | None = None
    accepted_at: datetime | None = None
    travel_started_at: datetime | None = None
    arrived_at: datetime | None = None
    work_started_at: datetime | None = None


@dataclass(frozen=True)
class Part:
    """One part of the sum."""

    piece: Piece
    length: timedelta
    cases: int
    """Past cases behind it; 0: from the plan."""


@dataclass(frozen=True)
class Forecast:
    """When a promise will probably be kept, and what that is made of."""

    at: datetime
    parts: tuple[Part, ...]


DEFAULT = {Piece.HAND_OVER: timedelta(minutes=10), Piece.TRAVEL: timedelta(minutes=30)}
"""What is believed where neither plan nor past says anything."""


def predict(upto: Piece, facts: Facts, history: History, *, now: datetime) -> Forecast:
    """Return when a promise that is not kept yet will probably be kept: by hand-over, by travel, or by the work."""
    parts: list[Part] = []
    if facts.accepted_at is None and facts.arrived_at is None:
        parts.append(_known(Piece.HAND_OVER, history.hand_over, history.hand_over_count))
    if upto is Piece.HAND_OVER:
        return _sum(parts, now)
    if facts.arrived_at is None:
        parts += _way(facts, history, now=now + sum((part.length for part in parts), timedelta()))
    if upto is Piece.WORK:
        parts.append(_work(facts, history, now=now))
    return _sum(parts, now)


def _sum(parts: list[Part], now: datetime) -> Forecast:
    return Forecast(now + sum((part.length for part in parts), timedelta()), tuple(parts))


def _known(piece: Piece, length: timedelta | None, count: int) -> Part:
    return Part(piece, length, count) if length is not None and count >= FEW else Part(piece, DEFAULT[piece], 0)


def _way(facts: Facts, history: History, *, now: datetime) -> list[Part]:
    """Return the way that is left, and the wait until the planned time where that lies behind it."""
    if facts.travel:
        travel = Part(Piece.TRAVEL, facts.travel, 0)
    else:
        travel = _known(Piece.TRAVEL, history.travel, history.travel_count)
    if facts.travel_started_at is not None:
        gone = max(now - facts.travel_started_at, timedelta())
        return [Part(Piece.TRAVEL, max(travel.length - gone, timedelta()), travel.cases)]
    if facts.planned_start is not None and facts.planned_start > now + travel.length:
        return [Part(Piece.WAIT, facts.planned_start - now - travel.length, 0), travel]
    return [travel]


def _work(facts: Facts, history: History, *, now: datetime) -> Part:
    ratio, cases = 1.0, 0
    if history.work_ratio is not None and history.work_count >= FEW:
        ratio, cases = history.work_ratio, history.work_count
    whole = facts.work * ratio
    done = max(now - facts.work_started_at, timedelta()) if facts.work_started_at else timedelta()
    return Part(Piece.WORK, max(whole - done, whole * LEAST_SHARE_LEFT), cases)


def margin(target: timedelta) -> timedelta:
    """Return how much before its due time a promise has to be kept to be safe: a tenth of it, an hour at most."""
    return min(target * MARGIN_SHARE, LONGEST_MARGIN)


def look_again(forecast: Forecast, *, due_at: datetime, target: timedelta, now: datetime) -> datetime:
    """Return when to forecast anew: half-way to where it would get tight, in a minute to a quarter of an hour."""
    slack = due_at - margin(target) - forecast.at
    return now + min(max(slack / 2, SOONEST_LOOK), LATEST_LOOK)
