"""The terms of promises: escalation ladders."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from backend.identity import service as identity
from backend.sla import clock_rows, repository, terms
from backend.sla.errors import LadderInUse, LadderTaken, StaleTerms
from backend.sla.models import ClockKind, EscalationLadder, EscalationStep, StepAction
from kernel import audit
from kernel.auth import Role


@dataclass(frozen=True, kw_only=True)
class StepDraft:
    """One step: when on which clock, what it does, and whether it keeps to service hours."""

    clock: ClockKind
    percent: int | None = None
    minutes: int | None = None
    action: StepAction
    role: Role | None = None
    user_id: UUID | None = None
    queue: str | None = None
    in_service_hours: bool = False


def create_ladder(
    session: Session, name: str, *, calendar_id: UUID | None, steps: Sequence[StepDraft], by: UUID | None = None
) -> EscalationLadder:
    """Add a ladder.

    Raises:
        LadderTaken: another one has the name.
        CalendarUnknown, UserUnknown: they do not exist here.
    """
    _check(session, name, calendar_id=calendar_id, steps=steps, but=None)
    row = EscalationLadder(name=name, calendar_id=calendar_id, version=1)
    session.add(row)
    session.flush()
    _write_steps(session, row, steps, by=by)
    return row


def replace_ladder(
    session: Session,
    ladder_id: UUID,
    *,
    name: str,
    calendar_id: UUID | None,
    steps: Sequence[StepDraft],
    expected_version: int,
    by: UUID | None = None,
) -> EscalationLadder:
    """Replace a ladder; clocks that run already keep the steps that they started with.

    Raises:
        LadderUnknown: there is no such ladder.
        StaleTerms: it changed since it was read.
        LadderTaken: another one has the name.
        CalendarUnknown, UserUnknown: they do not exist here.
    """
    row = repository.ladder(session, ladder_id, lock=True)
    if row.version != expected_version:
        raise StaleTerms("The ladder was changed since you read it.", version=row.version)
    _check(session, name, calendar_id=calendar_id, steps=steps, but=ladder_id)
    row.name, row.calendar_id, row.version = name, calendar_id, row.version + 1
    for step in clock_rows.steps_of(session, ladder_id):
        session.delete(step)
    session.flush()
    _write_steps(session, row, steps, by=by)
    return row


def delete_ladder(session: Session, ladder_id: UUID, *, by: UUID | None = None) -> None:
    """Remove a ladder that no policy climbs, nor a former version of one.

    Raises:
        LadderUnknown: there is no such ladder.
        LadderInUse: a policy climbs it.
    """
    row = repository.ladder(session, ladder_id, lock=True)
    if repository.ladder_is_used(session, ladder_id):
        raise LadderInUse("Policies climb it, or did in a former version.", ladder_id=ladder_id)
    session.delete(row)
    audit.record(session, action="ladder.delete", subject="ladder", subject_id=ladder_id, actor_id=by)
    session.flush()


def _check(
    session: Session, name: str, *, calendar_id: UUID | None, steps: Sequence[StepDraft], but: UUID | None
) -> None:
    other = repository.ladder_by_name(session, name)
    if other is not None and other.id != but:
        raise LadderTaken(f"There is a ladder {name} already.", name=name)
    if calendar_id is not None:
        terms.get_calendar(session, calendar_id)
    for step in steps:
        if step.user_id is not None:
            identity.get_user(session, step.user_id)


def _write_steps(session: Session, ladder: EscalationLadder, steps: Sequence[StepDraft], *, by: UUID | None) -> None:
    session.add_all(
        EscalationStep(ladder_id=ladder.id, seq=number, **asdict(step)) for number, step in enumerate(steps, start=1)
    )
    detail = {"version": ladder.version, "steps": len(steps)}
    audit.record(session, action="ladder.write", subject="ladder", subject_id=ladder.id, actor_id=by, detail=detail)
    session.flush()


def list_ladders(session: Session) -> Sequence[EscalationLadder]:
    """Return all ladders by name."""
    return repository.ladders(session)


def steps_of(session: Session, ladder_id: UUID) -> Sequence[EscalationStep]:
    """Return the steps of a ladder."""
    return clock_rows.steps_of(session, ladder_id)
