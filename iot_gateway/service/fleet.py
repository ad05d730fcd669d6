"""The fleet at a glance: who speaks, how much comes in, what is refused, and how the broker is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from iot_gateway import repository
from iot_gateway.broker_health import BrokerWarning, Reading, warnings_of
from iot_gateway.lifecycle import DISCARDABLE, Health, LetterState
from iot_gateway.models.devices import Device
from iot_gateway.models.fleet import BrokerHistory, BrokerStatus, IngestMinute
from iot_gateway.models.telemetry import TelemetryDeadLetter as DeadLetter
from iot_gateway.models.telemetry import TelemetryLast

MINUTE = timedelta(minutes=1)
LAG_SPAN, BEFORE, HISTORY = timedelta(minutes=5), timedelta(minutes=10), timedelta(hours=3)
LETTERS_COUNTED = 20_000
"""More letters than this are not counted one by one."""
MODELS_SHOWN, GATEWAYS_SHOWN = 200, 64


@dataclass
class Counts:
    """How many devices are how; the sum of all but `total` is `total`."""

    ok: int = 0
    alarm: int = 0
    silent: int = 0
    unknown: int = 0
    revoked: int = 0

    @property
    def online(self) -> int:
        """Return those heard of within five of their intervals."""
        return self.ok + self.alarm

    @property
    def total(self) -> int:
        """Return all."""
        return self.ok + self.alarm + self.silent + self.unknown + self.revoked


@dataclass(frozen=True)
class Minute:
    """What was committed in one minute."""

    at: datetime
    samples: int
    letters: int


@dataclass(frozen=True)
class Flow:
    """What comes in: samples a second now, by minute, and how long it took to commit in the last five minutes."""

    per_second: float
    minutes: Sequence[Minute]
    commit_ms: float | None
    """Mean time from receipt to commit."""
    commit_ms_max: int | None
    newest_age_ms: int | None
    """Least age of a sample at its commit, by the device's own clock."""


@dataclass(frozen=True)
class Refusals:
    """Dead letters of a span by reason, the most frequent first."""

    total: int
    waiting: int
    """Of these, open or refused again: somebody may want to look."""
    capped: bool
    """There are more than were counted."""
    reasons: Sequence[tuple[str, int]]


@dataclass(frozen=True)
class Summary:
    """The fleet of one tenant."""

    at: datetime
    counts: Counts
    models: Sequence[tuple[str, Counts]]
    flow: Flow
    refusals: Refusals
    scorer_lag_seconds: float | None


@dataclass(frozen=True)
class BrokerView:
    """The broker as the gateways hear it, for the whole deployment."""

    gateways: Sequence[BrokerStatus]
    newest: BrokerStatus | None
    history: Sequence[BrokerHistory]
    warnings: Sequence[BrokerWarning]


def summary(session: Session, *, span: timedelta, letters_since: datetime, at: datetime) -> Summary:
    """Return the fleet of the session's tenant; `span` is how far back minutes are given."""
    models = _counts(session)
    total = Counts()
    for _, counts in models:
        for name in vars(counts):
            setattr(total, name, getattr(total, name) + getattr(counts, name))
    newest = session.scalar(select(BrokerStatus).order_by(BrokerStatus.at.desc()).limit(1))
    lag = newest.scorer_lag_seconds if newest is not None else None
    return Summary(at, total, models, flow(session, span=span, at=at), refusals(session, since=letters_since), lag)


def _counts(session: Session) -> list[tuple[str, Counts]]:
    health = repository.health_of_device().label("health")
    revoked = Device.revoked_at.is_not(None).label("revoked")
    each = (
        select(Device.model, revoked, health)
        .outerjoin(TelemetryLast, TelemetryLast.device_number == Device.number)
        .subquery()
    )
    rows = session.execute(
        select(each.c.model, each.c.revoked, each.c.health, func.count()).group_by(
            each.c.model, each.c.revoked, each.c.health
        )
    )
    found: dict[str, Counts] = {}
    for model, gone, state, count in rows:
        counts = found.setdefault(model, Counts())
        name = "revoked" if gone else Health(state).value
        setattr(counts, name, getattr(counts, name) + count)
    return sorted(found.items(), key=lambda item: (-item[1].total, item[0]))[:MODELS_SHOWN]


def flow(session: Session, *, span: timedelta, at: datetime) -> Flow:
    """Return what came in during `span`, minute by minute, gaps as noughts."""
    this = at.astimezone(UTC).replace(second=0, microsecond=0)
    first = this - span
    rows = session.scalars(select(IngestMinute).where(IngestMinute.minute >= first, IngestMinute.minute <= this))
    known = {row.minute: row for row in rows}
    minutes = []
    moment = first
    while moment <= this:
        row = known.get(moment)
        minutes.append(Minute(moment, row.sample_count if row else 0, row.letter_count if row else 0))
        moment += MINUTE
    recent = [row for minute, row in known.items() if minute > this - LAG_SPAN and row.sample_count > 0]
    samples = sum(row.sample_count for row in recent)
    ages = [row.newest_age_ms for row in recent if row.newest_age_ms is not None]
    return Flow(
        per_second=_rate(minutes, at=at),
        minutes=minutes,
        commit_ms=sum(row.commit_ms for row in recent) / samples if samples else None,
        commit_ms_max=max((row.commit_ms_max for row in recent), default=None),
        newest_age_ms=min(ages, default=None),
    )


def _rate(minutes: Sequence[Minute], *, at: datetime) -> float:
    """Return samples a second over the last sixty seconds: this minute, and the rest from the one before."""
    share = (at - minutes[-1].at).total_seconds() / 60
    before = minutes[-2].samples if len(minutes) > 1 else 0
    return (minutes[-1].samples + before * max(0.0, 1 - share)) / 60


def refusals(session: Session, *, since: datetime) -> Refusals:
    """Return the dead letters since an instant by reason; counted from the newest, up to a limit."""
    newest = (
        select(DeadLetter.reason, DeadLetter.state)
        .where(DeadLetter.received_at >= since)
        .order_by(DeadLetter.received_at.desc())
        .limit(LETTERS_COUNTED + 1)
        .subquery()
    )
    rows = session.execute(
        select(newest.c.reason, newest.c.state, func.count()).group_by(newest.c.reason, newest.c.state)
    ).all()
    reasons: dict[str, int] = {}
    waiting = 0
    for reason, state, count in rows:
        reasons[reason] = reasons.get(reason, 0) + count
        waiting += count if LetterState(state) in DISCARDABLE else 0
    total = sum(reasons.values())
    ranked = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    return Refusals(min(total, LETTERS_COUNTED), waiting, total > LETTERS_COUNTED, ranked)


def broker(session: Session, *, at: datetime) -> BrokerView:
    """Return what the gateways last heard of the broker, and what is wrong with it."""
    gateways = session.scalars(select(BrokerStatus).order_by(BrokerStatus.gateway).limit(GATEWAYS_SHOWN)).all()
    newest = max(gateways, key=lambda row: row.at, default=None)
    if newest is None:
        return BrokerView((), None, (), (BrokerWarning.QUIET,))
    history = session.scalars(
        select(BrokerHistory)
        .where(BrokerHistory.gateway == newest.gateway, BrokerHistory.at >= at - HISTORY)
        .order_by(BrokerHistory.at)
    ).all()
    quiet = None if newest.heard_at is None else (at - min(newest.heard_at, newest.at)).total_seconds()
    found = warnings_of(
        Reading(newest.messages_queued, newest.sessions_abandoned, newest.dropped_total),
        before=_reading(history, at - BEFORE),
        hour_ago=_reading(history, at - timedelta(hours=1)),
        quiet_seconds=quiet,
        scorer_lag=newest.scorer_lag_seconds,
    )
    return BrokerView(gateways, newest, history, found)


def _reading(history: Sequence[BrokerHistory], at: datetime) -> Reading:
    """Return the first figures at or after an instant: with a short history, what there is of it."""
    row = next((row for row in history if row.at >= at), None)
    return Reading(row.messages_queued, row.sessions_abandoned, row.dropped_total) if row is not None else Reading()


def forget_figures(session: Session, *, before: datetime) -> int:
    """Delete minutes, the broker's history and gateways not heard of since an instant; return how many rows."""
    gone = 0
    for table, column in (
        (IngestMinute, IngestMinute.minute),
        (BrokerHistory, BrokerHistory.at),
        (BrokerStatus, BrokerStatus.at),
    ):
        gone += len(session.execute(delete(table).where(column < before).returning(column)).all())
    return gone
