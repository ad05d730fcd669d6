"""Queries of playbooks and trials."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.playbooks.errors import PlaybookUnknown, TrialUnknown
from backend.playbooks.lifecycle import RUNNING, TrialState
from backend.playbooks.models import Playbook, Trial, TrialEvent


def playbook(session: Session, playbook_id: UUID, *, lock: bool = False) -> Playbook:
    """Return a playbook.

    Raises:
        PlaybookUnknown: there is none with this id.
    """
    found = session.get(Playbook, playbook_id, with_for_update=lock or None, populate_existing=lock)
    if found is None:
        raise PlaybookUnknown("No playbook has this id.", playbook_id=playbook_id)
    return found


def playbook_for(session: Session, model: str, failure_group: str) -> Playbook | None:
    """Return the playbook of a model and failure group."""
    return session.scalar(select(Playbook).where(Playbook.model == model, Playbook.failure_group == failure_group))


def playbooks(session: Session, *, after: UUID | None, limit: int) -> Sequence[Playbook]:
    """Return playbooks in the order of their making, behind one."""
    query = select(Playbook).order_by(Playbook.id).limit(limit)
    return session.scalars(query if after is None else query.where(Playbook.id > after)).all()


def trial(session: Session, trial_id: UUID, *, lock: bool = False) -> Trial:
    """Return a trial, as it stands now if it is locked.

    Raises:
        TrialUnknown: there is none with this id.
    """
    found = session.get(Trial, trial_id, with_for_update=lock or None, populate_existing=lock)
    if found is None:
        raise TrialUnknown("No trial has this id.", trial_id=trial_id)
    return found


def trial_of_command(session: Session, command_id: UUID) -> Trial | None:
    """Return the trial that asked for a command, locked."""
    return _locked(session, Trial.command_id == command_id)


def running_of_case(session: Session, case_id: UUID) -> Trial | None:
    """Return the trial under way for a case, locked."""
    return _locked(session, Trial.case_id == case_id, Trial.state.in_(RUNNING))


def _locked(session: Session, *conditions: object) -> Trial | None:
    query = select(Trial).where(*conditions)  # type: ignore[arg-type]
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))


def tried_since(session: Session, device_id: UUID, failure_group: str, since: datetime) -> bool:
    """Tell whether a fault of a device was tried after an instant."""
    query = select(Trial.id).where(
        Trial.device_id == device_id, Trial.failure_group == failure_group, Trial.begun_at > since
    )
    return session.scalar(query.limit(1)) is not None


def due(session: Session, *, at: datetime, limit: int) -> Sequence[Trial]:
    """Return trials under way whose time is over, locked; those that another process holds are left to it."""
    query = select(Trial).where(Trial.state.in_(RUNNING), Trial.due_at <= at).order_by(Trial.due_at).limit(limit)
    return session.scalars(query.with_for_update(skip_locked=True)).all()


def trials(
    session: Session,
    *,
    state: TrialState | None,
    case_id: UUID | None,
    playbook_id: UUID | None,
    before: UUID | None,
    limit: int,
) -> Sequence[Trial]:
    """Return trials, the newest first, behind one."""
    query = select(Trial).order_by(Trial.id.desc()).limit(limit)
    for column, value in (
        (Trial.state, state),
        (Trial.case_id, case_id),
        (Trial.playbook_id, playbook_id),
    ):
        if value is not None:
            query = query.where(column == value)
    return session.scalars(query if before is None else query.where(Trial.id < before)).all()


def events(session: Session, trial_id: UUID) -> Sequence[TrialEvent]:
    """Return the steps of a trial."""
    return session.scalars(select(TrialEvent).where(TrialEvent.trial_id == trial_id).order_by(TrialEvent.seq)).all()


def next_seq(session: Session, trial_id: UUID) -> int:
    """Return the number of a trial's next step; the trial is locked."""
    last = session.scalar(select(func.max(TrialEvent.seq)).where(TrialEvent.trial_id == trial_id))
    return (last or 0) + 1
