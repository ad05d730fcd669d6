"""What trials do when they hear of their command and their case."""

from sqlalchemy.orm import Session

from backend.playbooks import repository, service
from backend.playbooks.lifecycle import TrialStep
from iot_gateway.events import CaseCleared, CaseRelapsed, CommandFinished
from iot_gateway.lifecycle import CaseState, CommandState
from iot_gateway.service import cases, commands

ENDED = frozenset({CaseState.RECOVERED, CaseState.CLOSED})


def follow_command(session: Session, event: CommandFinished) -> None:
    """Put a trial to the proof whose command the device has obeyed; end it if the device has not."""
    trial = repository.trial_of_command(session, event.command_id)
    if trial is not None:
        told = commands.command_view(session, event.command_id).detail
        step = service.ANSWERS[CommandState(event.state)]
        service.take_step(session, trial, step, at=event.at, detail={"answer": told})


def succeed_on_recovery(session: Session, event: CaseCleared) -> None:
    """End the trial as a success that telemetry proves."""
    trial = repository.running_of_case(session, event.case_id)
    if trial is not None and cases.get_case(session, event.case_id).state in ENDED:
        service.take_step(session, trial, TrialStep.CLEAR, at=event.recovered_at, detail={"evidence": event.evidence})


def fail_on_relapse(session: Session, event: CaseRelapsed) -> None:
    """End the trial that telemetry contradicts."""
    trial = repository.running_of_case(session, event.case_id)
    if trial is not None and cases.get_case(session, event.case_id).state is CaseState.OPEN:
        service.take_step(session, trial, TrialStep.RELAPSE, at=event.at, detail={"evidence": event.evidence})
