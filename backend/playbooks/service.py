"""Use cases of playbooks: write them, begin a trial, follow it to its end, look for those whose time is over."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from backend.assets.models import Criticality
from backend.identity import service as identity
from backend.playbooks import repository
from backend.playbooks.errors import PlaybookTaken, StalePlaybook, TrialEnded
from backend.playbooks.events import TrialFinished
from backend.playbooks.lifecycle import RUNNING, TrialState, TrialStep, after
from backend.playbooks.models import Playbook, Trial, TrialEvent
from backend.playbooks.rules import Condition, Facts, refusal
from iot_gateway.errors import DeviceRevoked
from iot_gateway.lifecycle import CaseState, CommandState
from iot_gateway.service import cases, commands
from kernel import audit
from kernel.log import get_logger
from kernel.outbox import publish

GRACE = timedelta(seconds=60)
"""So long after a command has expired the sweeper looks for what became of it, if nobody has told."""
AT_A_TIME = 200
NO_PROOF = "no_proof_in_time"
ANSWERS = {
    CommandState.ACKED: TrialStep.OBEY,
    CommandState.FAILED: TrialStep.REFUSE,
    CommandState.EXPIRED: TrialStep.EXPIRE,
    CommandState.CANCELLED: TrialStep.WITHDRAW,
}
PROOFS = {
    CaseState.RECOVERED: TrialStep.CLEAR,
    CaseState.OPEN: TrialStep.RELAPSE,
    CaseState.CLOSED: TrialStep.WITHDRAW,
}

CREATED = "playbook.create"

log = get_logger()


@dataclass(frozen=True, kw_only=True)
class Who:
    """Who takes a step; nobody: the house."""

    actor_id: UUID | None = None
    name: str = ""


HOUSE = Who()


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a person may write into a playbook; `models.Playbook` says what each member means."""

    name: str
    model: str
    failure_group: str
    active: bool
    severity_at_most: int
    most_critical: Criticality
    cold_start: bool
    command: str
    args: dict[str, Any]
    command_seconds: int
    proof_samples: int
    proof_seconds: int
    proof_limit_seconds: int
    rest_hours: int


def create_playbook(session: Session, draft: Draft, *, by: Who = HOUSE) -> Playbook:
    """Add a playbook.

    Raises:
        PlaybookTaken: the model has one for this failure group.
    """
    _check_free(session, draft, but=None)
    row = Playbook(**vars(draft), version=1)
    session.add(row)
    session.flush()
    _note(session, row, CREATED, by, vars(draft))
    return row


def replace_playbook(
    session: Session, playbook_id: UUID, draft: Draft, *, expected_version: int, by: Who = HOUSE
) -> Playbook:
    """Replace what a playbook says; trials under way keep what it said when they began.

    Raises:
        PlaybookUnknown: there is none with this id.
        StalePlaybook: it changed since it was read.
        PlaybookTaken: the model has another one for this failure group.
    """
    row = repository.playbook(session, playbook_id, lock=True)
    if row.version != expected_version:
        raise StalePlaybook("It was changed since you read it.", expected=expected_version, version=row.version)
    _check_free(session, draft, but=row.id)
    changed = {name: value for name, value in vars(draft).items() if getattr(row, name) != value}
    if changed:
        _note(session, row, "playbook.replace", by, {name: [getattr(row, name), changed[name]] for name in changed})
        for name, value in changed.items():
            setattr(row, name, value)
        row.version += 1
        session.flush()
    return row


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version of a playbook: when, by whom, and which members it changed, each from what to what."""

    version: int
    at: datetime
    actor_id: UUID | None
    actor_name: str | None
    changed: dict[str, tuple[Any, Any]]
    """The first version has changed everything from nothing."""


def versions(session: Session, playbook_id: UUID, *, limit: int) -> list[Version]:
    """Return the versions of a playbook, the newest first.

    Raises:
        PlaybookUnknown: there is none with this id.
    """
    newest = repository.playbook(session, playbook_id).version
    entries = audit.of_subject(session, playbook_id, limit=limit)
    names = identity.names_of(session, {entry.actor_id for entry in entries if entry.actor_id is not None})
    return [
        Version(
            version=newest - place,
            at=entry.at,
            actor_id=entry.actor_id,
            actor_name=names.get(entry.actor_id) if entry.actor_id is not None else None,
            changed=_changed(entry),
        )
        for place, entry in enumerate(entries)
    ]


def _changed(entry: audit.AuditEntry) -> dict[str, tuple[Any, Any]]:
    if entry.action == CREATED:
        return {name: (None, value) for name, value in entry.detail.items()}
    return {name: (before, after) for name, (before, after) in entry.detail.items()}


def _check_free(session: Session, draft: Draft, *, but: UUID | None) -> None:
    known = repository.playbook_for(session, draft.model, draft.failure_group)
    if known is not None and known.id != but:
        raise PlaybookTaken("Change the one that is there.", playbook_id=known.id)


def _note(session: Session, row: Playbook, action: str, by: Who, detail: dict[str, Any]) -> None:
    audit.record(session, action=action, subject="playbook", subject_id=row.id, actor_id=by.actor_id, detail=detail)


def condition_of(playbook: Playbook | Draft) -> Condition:
    """Return which cases a playbook is for."""
    return Condition(
        severity_at_most=playbook.severity_at_most,
        most_critical=playbook.most_critical,
        cold_start=playbook.cold_start,
    )


def begin(
    session: Session, case_id: UUID, *, ticket_id: UUID, criticality: Criticality | None, at: datetime, by: Who = HOUSE
) -> Trial | None:
    """Send the command of the playbook that fits a case; None if there is none, or the case is left to people.

    A case has one trial under way at most, and the same fault of the same device rests between two of them.
    """
    case = cases.get_case(session, case_id)
    playbook = repository.playbook_for(session, case.model, case.failure_group)
    if playbook is None or not playbook.active or case.state is not CaseState.OPEN:
        return None
    facts = Facts(severity=case.severity, criticality=criticality, low_confidence=case.low_confidence)
    refused = refusal(condition_of(playbook), facts)
    rest = at - timedelta(hours=playbook.rest_hours)
    if refused is None and repository.tried_since(session, case.device_id, case.failure_group, rest):
        refused = "tried_before"
    if refused is not None:
        log.info("case_not_tried_remotely", case_id=str(case_id), playbook_id=str(playbook.id), reason=refused)
        return None
    lifetime = timedelta(seconds=playbook.command_seconds)
    try:
        command = commands.request_command(
            session,
            case.device_id,
            command=playbook.command,
            args=playbook.args,
            requested_by=by.actor_id,
            lifetime=lifetime,
        )
    except DeviceRevoked:
        return None
    trial = Trial(
        playbook_id=playbook.id,
        ticket_id=ticket_id,
        case_id=case_id,
        device_id=case.device_id,
        failure_group=case.failure_group,
        severity_at_most=playbook.severity_at_most,
        command_id=command.id,
        command=playbook.command,
        args=playbook.args,
        proof_samples=playbook.proof_samples,
        proof_seconds=playbook.proof_seconds,
        proof_limit_seconds=playbook.proof_limit_seconds,
        state=TrialState.COMMANDED,
        begun_at=at,
        due_at=command.expires_at + GRACE,
    )
    session.add(trial)
    session.flush()
    _write(session, trial, TrialStep.BEGIN, at=at, by=by, detail={"command_id": str(command.id)})
    return trial


def take_step(
    session: Session,
    trial: Trial,
    step: TrialStep,
    *,
    at: datetime,
    by: Who = HOUSE,
    detail: dict[str, Any] | None = None,
) -> bool:
    """Move a locked trial by one step and tell whether it moved; news that comes twice or too late changes nothing."""
    target = after(trial.state, step)
    if target is None:
        return False
    trial.state = target
    _write(session, trial, step, at=at, by=by, detail=detail or {})
    if target is TrialState.PROVING:
        trial.due_at = at + timedelta(seconds=trial.proof_limit_seconds)
        cases.begin_verification(
            session, trial.case_id, at=at, samples=trial.proof_samples, seconds=trial.proof_seconds
        )
    elif target not in RUNNING:
        trial.ended_at, trial.reason = at, step
        if step in {TrialStep.TIME_OUT, TrialStep.WITHDRAW}:
            cases.relapse_case(session, trial.case_id, at=at, evidence={"reason": NO_PROOF})
        publish(
            session,
            TrialFinished(
                trial_id=trial.id,
                case_id=trial.case_id,
                ticket_id=trial.ticket_id,
                state=target,
                reason=step,
                command=trial.command,
                begun_at=trial.begun_at,
                at=at,
            ),
        )
    session.flush()
    return True


def _write(session: Session, trial: Trial, step: TrialStep, *, at: datetime, by: Who, detail: dict[str, Any]) -> None:
    session.add(
        TrialEvent(
            trial_id=trial.id,
            seq=repository.next_seq(session, trial.id),
            step=step,
            state=trial.state,
            at=at,
            detail=detail,
            actor_id=by.actor_id,
            actor_name=by.name,
        )
    )
    session.flush()


def withdraw(session: Session, trial_id: UUID, *, at: datetime, by: Who) -> Trial:
    """End a trial by hand: the case goes to people, with the trial in its evidence.

    Raises:
        TrialUnknown: there is none with this id.
        TrialEnded: it has come to its end.
    """
    trial = repository.trial(session, trial_id, lock=True)
    if not take_step(session, trial, TrialStep.WITHDRAW, at=at, by=by):
        raise TrialEnded("Only a trial under way is withdrawn.", state=trial.state)
    return trial


def reconsider(session: Session, case_id: UUID, *, severity: int, at: datetime) -> None:
    """End the trial of a case that has become more severe than its playbook allows."""
    trial = repository.running_of_case(session, case_id)
    if trial is not None and severity > trial.severity_at_most:
        take_step(session, trial, TrialStep.WITHDRAW, at=at, detail={"severity": severity})


def call_off(session: Session, case_id: UUID, *, at: datetime, by: Who) -> None:
    """End the trial of a case that a person has called off, if one is under way."""
    trial = repository.running_of_case(session, case_id)
    if trial is not None:
        take_step(session, trial, TrialStep.WITHDRAW, at=at, by=by)


def sweep(session: Session, *, at: datetime) -> int:
    """Look what became of trials whose time is over, and end those of which nothing came; return how many."""
    found = repository.due(session, at=at, limit=AT_A_TIME)
    for trial in found:
        if trial.state is TrialState.COMMANDED:
            command = commands.command_view(session, trial.command_id)
            take_step(session, trial, ANSWERS.get(command.state, TrialStep.TIME_OUT), at=at)
        else:
            state = cases.get_case(session, trial.case_id).state
            take_step(session, trial, PROOFS.get(state, TrialStep.TIME_OUT), at=at)
    return len(found)
