"""What follows when something about a clock has changed: its due time, its steps, its forecast; all from the start on.

Counting anew instead of adding up makes the order of reports indifferent: a pause that is heard of a day late, a visit
that arrived before it, a holiday that was entered this morning all lead to the same due time.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from backend.sla import clock_rows, repository
from backend.sla.calendar import Calendar, NeverWorksError, opens_at
from backend.sla.counting import Pause, Step, read, step_at
from backend.sla.errors import NoWorkingTime
from backend.sla.events import ClockAtRisk, ClockMoved, EscalationReached
from backend.sla.forecast import Forecast, look_again, margin
from backend.sla.models import SlaClock, SlaEscalation, SlaPause
from kernel.log import get_logger
from kernel.outbox import publish

log = get_logger()


class Calendars:
    """The calendars of one use case, each read once."""

    def __init__(self, session: Session) -> None:
        """Read from a session."""
        self.session = session
        self.known: dict[UUID, Calendar | None] = {}

    def get(self, calendar_id: UUID | None) -> Calendar | None:
        """Return a calendar; None stands for every minute of the year."""
        if calendar_id is None:
            return None
        if calendar_id not in self.known:
            self.known[calendar_id] = repository.calendar(self.session, calendar_id)
        return self.known[calendar_id]


def count(session: Session, clocks: Collection[SlaClock], *, at: datetime) -> None:
    """Read clocks anew from their start, pauses and calendar; the clocks are locked, `at` is when that was called for.

    Raises:
        NoWorkingTime: a calendar has too little working time.
    """
    calendars = Calendars(session)
    pauses = _by_subject(clock_rows.pauses(session, {clock.subject_id for clock in clocks}))
    steps = _by_clock(clock_rows.escalations(session, [clock.id for clock in clocks]))
    for clock in clocks:
        _count(session, clock, pauses.get(clock.subject_id, ()), steps.get(clock.id, ()), calendars, at=at)


def _by_subject(rows: Iterable[SlaPause]) -> dict[UUID, list[SlaPause]]:
    found: dict[UUID, list[SlaPause]] = {}
    for row in rows:
        found.setdefault(row.subject_id, []).append(row)
    return found


def _by_clock(rows: Iterable[SlaEscalation]) -> dict[UUID, list[SlaEscalation]]:
    found: dict[UUID, list[SlaEscalation]] = {}
    for row in rows:
        found.setdefault(row.clock_id, []).append(row)
    return found


def pauses_of(clock: SlaClock, rows: Iterable[SlaPause]) -> list[SlaPause]:
    """Return the pauses that this clock stands still for."""
    return [row for row in rows if row.reason in clock.paused_by]


def _until_its_end(clock: SlaClock, rows: Iterable[SlaPause]) -> list[Pause]:
    ended = clock.met_at or clock.stopped_at
    found = []
    for row in pauses_of(clock, rows):
        ends = [end for end in (row.ended_at, ended) if end is not None]
        found.append(Pause(row.started_at, min(ends, default=None)))
    return found


def _count(
    session: Session,
    clock: SlaClock,
    pauses: Iterable[SlaPause],
    steps: Iterable[SlaEscalation],
    calendars: Calendars,
    *,
    at: datetime,
) -> None:
    calendar, spans = calendars.get(clock.calendar_id), _until_its_end(clock, pauses)
    target = timedelta(minutes=clock.target_minutes, seconds=clock.credit_seconds)
    former_due_at, former_pause = clock.due_at, clock.paused_at
    try:
        reading = read(calendar, clock.started_at, target, spans)
    except NeverWorksError as error:
        raise NoWorkingTime("The calendar of the policy has too little working time.") from error
    clock.due_at, clock.paused_at = reading.due_at, reading.paused_at
    clock.paused_seconds = clock.credit_seconds + round(reading.paused.total_seconds())
    clock.recount = False
    _judge(clock, moved=former_due_at != clock.due_at, at=at)
    _place_steps(clock, steps, calendar, spans, calendars)
    if former_due_at != clock.started_at and (former_due_at, former_pause) != (clock.due_at, clock.paused_at):
        event = ClockMoved(
            subject_id=clock.subject_id,
            clock=clock.clock,
            former_due_at=former_due_at,
            due_at=clock.due_at,
            paused_at=clock.paused_at,
        )
        publish(session, event, tenant_id=clock.tenant_id)


def _judge(clock: SlaClock, *, moved: bool, at: datetime) -> None:
    """Say whether a promise is missed as far as that can be told now; of one that runs the sweeper tells."""
    ended = clock.met_at or clock.stopped_at
    if ended is not None:
        clock.breached_at = clock.due_at if ended > clock.due_at else None
    elif moved or clock.paused_at is not None:
        clock.breached_at = None
    runs = ended is None and clock.paused_at is None and clock.breached_at is None
    clock.look_at = at if runs else None
    if not runs:
        clock.at_risk_since = clock.forecast_at = None
        clock.forecast = []


def _place_steps(
    clock: SlaClock,
    steps: Iterable[SlaEscalation],
    calendar: Calendar | None,
    spans: Sequence[Pause],
    calendars: Calendars,
) -> None:
    """Set when the steps that are left come due; none do once a promise is kept or has fallen away."""
    target = timedelta(minutes=clock.target_minutes, seconds=clock.credit_seconds)
    live = clock.met_at is None and clock.stopped_at is None
    for step in steps:
        if step.fired_at is not None:
            continue
        step.due_at = None
        if live:
            reached = step_at(calendar, clock.started_at, target, spans, Step(step.percent, step.minutes))
            step.due_at = reached and _in_hours(step, reached, calendars)


def _in_hours(step: SlaEscalation, at: datetime, calendars: Calendars) -> datetime | None:
    """Return when a step may act from an instant on; None: never, since service hours have no end of days off."""
    if not step.in_service_hours:
        return at
    try:
        return opens_at(calendars.get(step.calendar_id), at)
    except NeverWorksError:
        return None


def recount(session: Session, *, at: datetime, limit: int) -> int:
    """Read clocks anew whose calendar has changed; return how many. One that cannot be read keeps its due time."""
    found = clock_rows.to_recount(session, limit=limit)
    for clock in found:
        try:
            count(session, [clock], at=at)
        except NoWorkingTime as problem:
            log.warning("clock_keeps_its_due_time", clock_id=str(clock.id), reason=problem.detail)
            clock.recount = False
    session.flush()
    return len(found)


def climb(session: Session, *, at: datetime, limit: int) -> int:
    """Take the steps that have come due, each at most once; return how many rows were looked at.

    After a stop of the process they come late, and those that keep to service hours wait for the next ones.
    """
    calendars = Calendars(session)
    found = clock_rows.due_escalations(session, at=at, limit=limit)
    for step, clock in found:
        due_at = step.due_at
        if due_at is None:
            continue
        may_act = _in_hours(step, at, calendars)
        if may_act != at:
            step.due_at = may_act
            continue
        step.fired_at = at
        event = EscalationReached(
            escalation_id=step.id,
            subject_id=clock.subject_id,
            clock=clock.clock,
            clock_due_at=clock.due_at,
            ladder=step.ladder,
            percent=step.percent,
            minutes=step.minutes,
            action=step.action,
            role=step.role,
            user_id=step.user_id,
            queue=step.queue,
            due_at=due_at,
            fired_at=at,
        )
        publish(session, event, tenant_id=step.tenant_id)
    session.flush()
    return len(found)


def to_look_at(session: Session, *, at: datetime, limit: int) -> Sequence[SlaClock]:
    """Return clocks whose forecast is due, locked."""
    return clock_rows.to_look_at(session, at=at, limit=limit)


def keep_forecast(session: Session, clock: SlaClock, forecast: Forecast, *, at: datetime) -> None:
    """Write when a promise will probably be kept, and tell when it comes to be at risk, or out of it; it is locked."""
    target = timedelta(minutes=clock.target_minutes)
    risky = forecast.at + margin(target) > clock.due_at
    clock.forecast_at = forecast.at
    clock.forecast = [
        {"piece": part.piece, "minutes": round(part.length.total_seconds() / 60), "cases": part.cases}
        for part in forecast.parts
    ]
    clock.look_at = look_again(forecast, due_at=clock.due_at, target=target, now=at)
    if risky == (clock.at_risk_since is not None):
        return
    clock.at_risk_since = at if risky else None
    event = ClockAtRisk(
        subject_id=clock.subject_id,
        clock=clock.clock,
        at_risk=risky,
        due_at=clock.due_at,
        forecast_at=forecast.at,
    )
    publish(session, event, tenant_id=clock.tenant_id)


def pass_over(clock: SlaClock) -> None:
    """Forecast a clock no more: there is nothing that it could be told from."""
    clock.look_at = clock.forecast_at = clock.at_risk_since = None
    clock.forecast = []
