"""A person calls work off: the cases behind it end with what that person says, whatever was cancelled."""

from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.intake import casework, decisions, dismissal
from backend.intake.errors import CaseDoesNotWait
from backend.intake.models import DecisionKind, IntakeState
from backend.subscriptions import EVENTS, HANDLERS, handler_names
from backend.tickets import service as tickets
from backend.tickets.events import TicketChanged
from backend.tickets.lifecycle import TicketAction, TicketState
from backend.tickets.models import Channel
from backend.tickets.service import By
from backend.work.actors import system
from backend.work.events import WorkOrderChanged
from backend.work.lifecycle import OrderAction, OrderState, VisitAction
from backend.work.models import OrderSource
from backend.work.service import orders
from backend.work.service import views as work
from iot_gateway.lifecycle import CaseState, Finding
from iot_gateway.models.detection import DeviceCase
from iot_gateway.service import cases, limits
from kernel import clock
from kernel.ids import new_id
from kernel.outbox import OutboxEvent, decode
from tests.integration.backend.intake.fleet import (
    Machine,
    a_machine,
    a_taken_case,
    open_case,
    row_of,
    set_terms,
    take_in,
)
from tests.integration.backend.work.scene import Scene, a_scene, a_visit, desk, do_visit, phone_of

MEI = By(actor_id=new_id(), name="mei", source="web")


def deliver(session: Session) -> None:
    """Hand what happened to tickets and orders to whoever hears of it, twice."""
    session.flush()
    topics = (WorkOrderChanged.topic, TicketChanged.topic)
    for _ in range(2):
        rows = select(OutboxEvent).where(OutboxEvent.topic.in_(topics)).order_by(OutboxEvent.id)
        for row in session.scalars(rows).all():
            for name in handler_names()[row.topic]:
                if name.startswith(("intake.", "tickets.")):
                    HANDLERS[name](session, decode(EVENTS[row.topic], row.body))
    session.flush()


def cancel_order(
    session: Session, order_id: UUID, *, reason: str = "taken out of service", no_fault: bool = False
) -> None:
    orders.act_on_order(
        session, order_id, OrderAction.CANCEL, actor=desk(), at=clock.now(), reason=reason, no_fault=no_fault
    )
    deliver(session)


def cancel_ticket(session: Session, ticket_id: UUID, *, no_fault: bool = False) -> None:
    tickets.act(session, ticket_id, TicketAction.CANCEL, by=MEI, at=clock.now(), reason="known", no_fault=no_fault)
    deliver(session)


def of(session: Session, case_id: UUID) -> DeviceCase:
    session.flush()
    case = cases.get_case(session, case_id)
    session.refresh(case)
    return case


def kinds(session: Session, case_id: UUID) -> list[tuple[DecisionKind, str]]:
    return [(row.kind, row.reason) for row in decisions.of_case(session, case_id)]


def a_machine_with_case(session: Session) -> tuple[Scene, Machine, UUID]:
    scene = a_scene(session)
    machine = a_machine(session, scene, "pump")
    return scene, machine, a_taken_case(session, machine)


@pytest.mark.parametrize(
    ("no_fault", "finding", "factor", "reason"),
    [(True, Finding.NO_FAULT_FOUND, 1.5, "no_fault"), (False, Finding.OTHER, None, "called_off")],
)
def test_a_cancelled_order_ends_its_case_as_false_or_unknown_by_what_the_person_says(
    session: Session, no_fault: bool, finding: Finding, factor: float | None, reason: str
) -> None:
    _, machine, case_id = a_machine_with_case(session)
    row = row_of(session, case_id)

    cancel_order(session, row.work_order_id, no_fault=no_fault)

    case = of(session, case_id)
    assert (case.state, case.finding, case.finding_note) == (CaseState.CLOSED, finding, "taken out of service")
    assert case.dismissed
    assert limits.factors_of(session, [machine.device]).get(machine.device, {}).get("vibration_mm_s") == factor
    assert kinds(session, case_id)[-1] == (DecisionKind.DISMISSED, reason)
    assert len(kinds(session, case_id)) == 2
    told = decisions.of_case(session, case_id)[-1]
    assert (told.actor_name, told.detail) == ("desk", {"words": "taken out of service"})
    assert tickets.get_ticket(session, row.ticket_id).state is TicketState.CANCELLED


def test_a_cancelled_ticket_ends_its_cases_and_the_orders_that_nobody_has_begun(session: Session) -> None:
    _, machine, case_id = a_machine_with_case(session)
    joined = a_taken_case(session, machine, group="filter")
    row = row_of(session, case_id)

    cancel_ticket(session, row.ticket_id, no_fault=True)

    assert {of(session, one).finding for one in (case_id, joined)} == {Finding.NO_FAULT_FOUND}
    assert {held.state for held in work.orders_of_ticket(session, row.ticket_id)} == {OrderState.CANCELLED}
    again = open_case(session, machine)
    take_in(session, again)
    assert again != case_id
    assert row_of(session, again).ticket_id != row.ticket_id


def test_work_that_has_begun_goes_on_and_keeps_its_case(session: Session) -> None:
    scene, _, case_id = a_machine_with_case(session)
    row = row_of(session, case_id)
    visit = a_visit(session, scene, work.get_order(session, row.work_order_id))
    do_visit(session, visit.id, phone_of(scene.chen), until=VisitAction.START)

    cancel_ticket(session, row.ticket_id)

    assert of(session, case_id).state is CaseState.OPEN
    assert work.get_order(session, row.work_order_id).state is OrderState.IN_PROGRESS


def test_another_order_of_the_ticket_takes_the_case_over(session: Session) -> None:
    scene, machine, case_id = a_machine_with_case(session)
    row = row_of(session, case_id)
    other = orders.open_work_order(
        session, site_id=scene.site, asset_id=machine.asset, summary="again", work_type="predictive", priority=3,
        skill="rotating", ticket_id=row.ticket_id, source=OrderSource.AGENT, at=clock.now(),
    )  # fmt: skip

    cancel_order(session, row.work_order_id)

    assert row_of(session, case_id).work_order_id == other.id
    assert of(session, case_id).state is CaseState.OPEN
    assert tickets.get_ticket(session, row.ticket_id).state is not TicketState.CANCELLED


def test_what_the_house_cancels_dismisses_nothing(session: Session) -> None:
    _, _, case_id = a_machine_with_case(session)
    row = row_of(session, case_id)

    orders.act_on_order(session, row.work_order_id, OrderAction.CANCEL, actor=system(), at=clock.now(), reason="merged")
    deliver(session)

    assert of(session, case_id).state is CaseState.OPEN


def test_the_ticket_of_a_customer_stays_when_the_order_of_a_case_that_joined_it_is_called_off(session: Session) -> None:
    scene = a_scene(session)
    machine = a_machine(session, scene, "pump")
    ticket, _ = tickets.open_ticket(
        session, channel=Channel.PHONE, summary="loud", asset_id=machine.asset, topic="bearing", priority=3,
        at=clock.now(),
    )  # fmt: skip
    case_id = a_taken_case(session, machine)
    row = row_of(session, case_id)
    assert row.ticket_id == ticket.id

    cancel_order(session, row.work_order_id)

    assert of(session, case_id).state is CaseState.CLOSED
    assert tickets.get_ticket(session, ticket.id).state is not TicketState.CANCELLED


def test_a_waiting_case_is_called_off_and_leaves_the_list(session: Session) -> None:
    scene = a_scene(session)
    set_terms(session, tickets_per_day=0, criticality_at_once=None)
    case_id = a_taken_case(session, a_machine(session, scene, "pump"))
    said = dismissal.Said(reason="known", no_fault=True, by=MEI, at=clock.now())

    dismissal.of_waiting(session, case_id, said)

    assert row_of(session, case_id).state is IntakeState.GONE
    assert of(session, case_id).finding is Finding.NO_FAULT_FOUND
    assert list(casework.waiting(session, after=None, limit=5)) == []
    with pytest.raises(CaseDoesNotWait):
        dismissal.of_waiting(session, case_id, said)
