"""A command, its proof in telemetry, and what follows: a ticket resolved without a visit, or the usual order."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from backend.assets.models import Criticality
from backend.intake import casework
from backend.intake import handlers as intake
from backend.playbooks import handlers, repository, service
from backend.playbooks.errors import PlaybookTaken, StalePlaybook, TrialEnded
from backend.playbooks.events import TrialFinished
from backend.playbooks.lifecycle import TrialState, TrialStep
from backend.playbooks.models import Playbook, Trial
from backend.playbooks.service import Draft, Who
from backend.tickets import handlers as ticket_handlers
from backend.tickets import service as tickets
from backend.tickets.lifecycle import TicketState
from backend.tickets.models import Ticket
from backend.work.events import WorkOrderOpened
from backend.work.models import WorkOrder
from iot_gateway.events import CaseCleared, CaseRelapsed, CommandFinished
from iot_gateway.lifecycle import CaseState, Finding
from iot_gateway.service import cases, commands
from kernel import clock
from kernel.outbox import OutboxEvent, decode
from tests.integration.backend.intake.fleet import Machine, a_machine, a_taken_case, row_of
from tests.integration.backend.work.scene import a_scene

DRAFT = Draft(
    name="Flush the filter",
    model="pump",
    failure_group="filter",
    active=True,
    severity_at_most=2,
    most_critical=Criticality.B,
    cold_start=False,
    command="backflush",
    args={"seconds": 60},
    command_seconds=600,
    proof_samples=20,
    proof_seconds=60,
    proof_limit_seconds=900,
    rest_hours=24,
)


def a_playbook(session: Session, **other: object) -> Playbook:
    return service.create_playbook(session, Draft(**{**vars(DRAFT), **other}))


def a_trial(session: Session, **other: object) -> tuple[Machine, UUID, Trial]:
    """Have a playbook tried on a case."""
    machine = a_machine(session, a_scene(session), "pump")
    a_playbook(session, **other)
    case_id = a_taken_case(session, machine, group="filter")
    return machine, case_id, trial_of(session, case_id)


def trial_of(session: Session, case_id: UUID) -> Trial:
    session.flush()
    return session.scalars(
        select(Trial).where(Trial.case_id == case_id).execution_options(populate_existing=True)
    ).one()


def ticket_of(session: Session, case_id: UUID) -> Ticket:
    ticket_id = row_of(session, case_id).ticket_id
    assert ticket_id is not None
    return tickets.get_ticket(session, ticket_id)


def answer(session: Session, trial: Trial, state: str, *, told: bool = True) -> None:
    """Let the device answer the command, as the gateway would write it; `told`: the news arrives, twice."""
    at = clock.now()
    values = {"state": state, "at": at, "id": trial.command_id}
    session.execute(text("UPDATE device_command SET state = :state, finished_at = :at WHERE id = :id"), values)
    session.expire_all()
    news = CommandFinished(
        command_id=trial.command_id, device_id=trial.device_id, command=trial.command, state=state, at=at
    )
    for _ in range(2 if told else 0):
        handlers.follow_command(session, news)


def recover(session: Session, machine: Machine, case_id: UUID, *, told: bool = True) -> None:
    at = clock.now()
    cases.clear_case(session, case_id, at=at, evidence={"samples": 20})
    news = CaseCleared(case_id=case_id, device_id=machine.device, recovered_at=at, evidence={"samples": 20})
    for _ in range(2 if told else 0):
        intake.verify_on_recovery(session, news)
        handlers.succeed_on_recovery(session, news)


def settle(session: Session) -> None:
    """Deliver the end of trials and the opening of orders, twice."""
    session.flush()
    for topic, kind, handler in (
        (TrialFinished.topic, TrialFinished, intake.settle_on_trial),
        (WorkOrderOpened.topic, WorkOrderOpened, ticket_handlers.begin_on_order),
    ):
        for body in session.scalars(select(OutboxEvent.body).where(OutboxEvent.topic == topic)).all():
            for _ in range(2):
                handler(session, decode(kind, body))  # type: ignore[arg-type, operator]
        session.flush()


def orders(session: Session) -> list[WorkOrder]:
    session.flush()
    return list(session.scalars(select(WorkOrder).order_by(WorkOrder.id)))


def test_a_case_that_a_playbook_fits_is_tried_before_anybody_is_sent(session: Session) -> None:
    machine, case_id, trial = a_trial(session)

    ticket = ticket_of(session, case_id)
    assert (ticket.state, orders(session)) == (TicketState.REMOTE_TRIAL, [])
    (command,) = commands.list_commands(session, machine.device)
    assert (command.id, command.command, command.args) == (trial.command_id, "backflush", {"seconds": 60})
    assert [step.step for step in repository.events(session, trial.id)] == [TrialStep.BEGIN]


def test_a_cure_that_telemetry_proves_resolves_the_ticket_without_an_order(session: Session) -> None:
    machine, case_id, trial = a_trial(session)
    answer(session, trial, "acked")
    case = cases.get_case(session, case_id)
    assert (case.state, case.verify_samples, case.verify_seconds) == (CaseState.VERIFYING, 20, 60)

    recover(session, machine, case_id)
    settle(session)

    assert trial_of(session, case_id).state is TrialState.SUCCEEDED
    assert (ticket_of(session, case_id).state, orders(session)) == (TicketState.RESOLVED, [])
    assert (case.state, case.finding, case.finding_note) == (CaseState.CLOSED, Finding.CONFIRMED, "remote:backflush")
    told = [step.step for step in repository.events(session, trial.id)]
    assert told == [TrialStep.BEGIN, TrialStep.OBEY, TrialStep.CLEAR]


@pytest.mark.parametrize(("said", "reason"), [("failed", "refuse"), ("expired", "expire"), ("cancelled", "withdraw")])
def test_a_device_that_does_not_obey_gets_the_usual_order(session: Session, said: str, reason: str) -> None:
    _, case_id, trial = a_trial(session)

    answer(session, trial, said)
    settle(session)

    (order,) = orders(session)
    assert order.evidence is not None
    assert (order.evidence["remote_trial"]["command"], order.evidence["remote_trial"]["reason"]) == (
        "backflush",
        reason,
    )
    assert order.evidence["metric"] == "vibration_mm_s"
    assert (ticket_of(session, case_id).state, row_of(session, case_id).work_order_id) == ("in_progress", order.id)
    assert cases.get_case(session, case_id).state is CaseState.OPEN


def test_telemetry_that_contradicts_sends_somebody(session: Session) -> None:
    machine, case_id, trial = a_trial(session)
    answer(session, trial, "acked")
    cases.relapse_case(session, case_id, at=clock.now(), evidence={})

    back = CaseRelapsed(case_id=case_id, device_id=machine.device, at=clock.now(), evidence={"limit": 3})
    for _ in range(2):
        handlers.fail_on_relapse(session, back)
        intake.reopen_on_relapse(session, back)
    settle(session)

    ended = trial_of(session, case_id)
    assert (ended.state, ended.reason, len(orders(session))) == (TrialState.FAILED, TrialStep.RELAPSE, 1)


def later(trial: Trial) -> datetime:
    return trial.due_at + timedelta(seconds=1)


def test_a_device_that_says_nothing_in_time_gets_the_usual_order(session: Session) -> None:
    _, case_id, trial = a_trial(session)
    answer(session, trial, "acked")

    assert service.sweep(session, at=clock.now()) == 0
    assert service.sweep(session, at=later(trial_of(session, case_id))) == 1
    settle(session)

    ended = trial_of(session, case_id)
    assert (ended.state, ended.reason) == (TrialState.FAILED, TrialStep.TIME_OUT)
    assert (cases.get_case(session, case_id).state, len(orders(session))) == (CaseState.OPEN, 1)


def test_the_sweeper_finds_what_nobody_was_told_of(session: Session) -> None:
    machine, case_id, trial = a_trial(session)

    answer(session, trial, "acked", told=False)
    service.sweep(session, at=later(trial))
    assert trial_of(session, case_id).state is TrialState.PROVING
    recover(session, machine, case_id, told=False)
    service.sweep(session, at=later(trial_of(session, case_id)))
    settle(session)

    assert (trial_of(session, case_id).state, ticket_of(session, case_id).state) == ("succeeded", "resolved")


@pytest.mark.parametrize(
    ("playbook", "severity"),
    [
        ({}, 3),
        ({"most_critical": Criticality.C}, 2),
        ({"active": False}, 2),
        ({"model": "chiller"}, 2),
        ({"failure_group": "bearing"}, 2),
    ],
)
def test_a_case_outside_the_condition_is_sent_somebody_at_once(
    session: Session, playbook: dict[str, object], severity: int
) -> None:
    machine = a_machine(session, a_scene(session), "pump")
    a_playbook(session, **playbook)

    case_id = a_taken_case(session, machine, group="filter", severity=severity)

    assert session.scalar(select(func.count()).select_from(Trial)) == 0
    assert row_of(session, case_id).work_order_id is not None


def test_a_device_that_was_tried_rests_before_it_is_tried_again(session: Session) -> None:
    machine, case_id, trial = a_trial(session)
    answer(session, trial, "acked")
    recover(session, machine, case_id)
    settle(session)

    again = a_taken_case(session, machine, group="filter")

    assert row_of(session, again).work_order_id is not None
    assert session.scalar(select(func.count()).select_from(Trial)) == 1


def test_a_case_that_gets_too_severe_is_tried_no_longer(session: Session) -> None:
    _, case_id, trial = a_trial(session)
    answer(session, trial, "acked")
    cases.worsen_case(session, case_id, severity=4, window=None, low_confidence=False, at=clock.now())

    for _ in range(2):
        casework.worsen(session, casework.suspected(session, case_id, at=clock.now()), at=clock.now())
    settle(session)

    (order,) = orders(session)
    assert (trial_of(session, case_id).state, order.priority) == (TrialState.WITHDRAWN, 2)
    assert cases.get_case(session, case_id).state is CaseState.OPEN


def test_a_second_case_of_the_asset_keeps_the_ticket_open_after_the_cure_of_the_first(session: Session) -> None:
    machine, case_id, trial = a_trial(session)
    second = a_taken_case(session, machine, group="bearing")
    answer(session, trial, "acked")

    recover(session, machine, case_id)
    settle(session)

    assert row_of(session, second).ticket_id == row_of(session, case_id).ticket_id
    assert ticket_of(session, case_id).state is TicketState.IN_PROGRESS
    assert [order.state for order in orders(session)] == ["open"]


def test_a_person_ends_a_trial_once(session: Session) -> None:
    _, _, trial = a_trial(session)

    service.withdraw(session, trial.id, at=clock.now(), by=Who(name="lin"))
    settle(session)

    assert len(orders(session)) == 1
    assert repository.events(session, trial.id)[-1].actor_name == "lin"
    with pytest.raises(TrialEnded):
        service.withdraw(session, trial.id, at=clock.now(), by=Who())


def test_playbooks_are_changed_by_version_and_one_for_each_fault(session: Session) -> None:
    row = a_playbook(session)
    changed = Draft(**{**vars(DRAFT), "severity_at_most": 4})

    assert service.replace_playbook(session, row.id, changed, expected_version=1).version == 2
    assert service.replace_playbook(session, row.id, changed, expected_version=2).version == 2
    with pytest.raises(StalePlaybook):
        service.replace_playbook(session, row.id, DRAFT, expected_version=1)
    with pytest.raises(PlaybookTaken):
        a_playbook(session)
