"""From a case to a closed order: once, however often the news comes."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from backend.intake import handlers, service
from backend.intake.models import CaseIntake
from backend.intake.service import Wish, Words
from backend.tickets import handlers as ticket_handlers
from backend.tickets import service as tickets
from backend.tickets.errors import IllegalTicketStep
from backend.tickets.lifecycle import TicketAction, TicketState
from backend.tickets.models import Channel, Ticket, TicketEvent
from backend.tickets.service import By
from backend.work import repository as work
from backend.work.events import VisitCompleted, WorkOrderClosed
from backend.work.lifecycle import OrderAction, OrderState
from backend.work.models import WorkOrder
from backend.work.service import orders
from inventory import service as stock
from iot_gateway.events import CaseCleared, CaseOpened, CaseRelapsed, CaseWorsened
from iot_gateway.lifecycle import CaseState
from iot_gateway.models.detection import DeviceCase
from iot_gateway.service import cases, devices
from iot_gateway.service.cases import Suspicion, Window
from kernel import clock
from kernel.db import transaction
from kernel.ids import new_id
from kernel.outbox import OutboxEvent, decode
from tests.integration.backend.work.scene import Scene, a_scene, a_visit, desk, do_visit, phone_of

SUMMARY = {
    "metric": "vibration_mm_s",
    "observed": 7.1,
    "expected": 2.0,
    "text_zh": "振动升高",
    "text_en": "vibration up",
}


def a_case(session: Session, scene: Scene, *, group: str = "bearing", severity: int = 2) -> CaseOpened:
    """Open a case and return its event."""
    now = clock.now()
    case_id, new = cases.open_case(
        session,
        Suspicion(
            device_id=scene.device,
            failure_group=group,
            model="pump",
            severity=severity,
            opened_at=now,
            started_at=now - timedelta(hours=5),
            window=Window(
                p10_at=now + timedelta(hours=6), p50_at=now + timedelta(days=3), p90_at=now + timedelta(days=9)
            ),
            low_confidence=False,
            summary=SUMMARY,
        ),
    )
    assert new
    session.flush()
    row = session.scalars(
        select(OutboxEvent).where(OutboxEvent.topic == CaseOpened.topic).order_by(OutboxEvent.id.desc()).limit(1)
    ).one()
    event = decode(CaseOpened, row.body)
    assert event.case_id == case_id
    return event


def order_of(session: Session, event: CaseOpened) -> WorkOrder:
    session.flush()
    return session.scalars(select(WorkOrder).where(WorkOrder.case_id == event.case_id)).one()


def count(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_case_becomes_a_ticket_and_an_order_with_skill_part_and_due_date(session: Session) -> None:
    scene = a_scene(session)
    event = a_case(session, scene)

    handlers.open_on_case(session, event)

    order = order_of(session, event)
    ticket = session.scalars(select(Ticket)).one()
    assert (ticket.case_id, ticket.asset_id, ticket.customer_id) == (event.case_id, scene.asset, scene.customer)
    assert (order.skill, order.skill_level, order.priority) == ("rotating", 2, 2)
    assert [(part.part_id, part.basis) for part in work.expected_parts(session, order.id)] == [
        (scene.bearing, "failure_group")
    ]
    assert order.due_at is not None
    assert event.p10_at is not None
    assert order.due_at <= event.p10_at
    wanted = stock.planned_demand(session, [scene.bearing], until=order.due_at.date())
    assert wanted == {scene.bearing: 1}


def test_the_same_news_again_changes_nothing(session: Session) -> None:
    scene = a_scene(session)
    event = a_case(session, scene)

    for _ in range(3):
        handlers.open_on_case(session, event)

    assert (count(session, Ticket), count(session, WorkOrder)) == (1, 1)


def test_a_hundred_copies_at_once_make_one_ticket(tenant: UUID) -> None:
    with transaction(tenant_id=tenant) as session:
        event = a_case(session, a_scene(session))

    def deliver(_: int) -> None:
        with transaction(tenant_id=tenant) as session:
            handlers.open_on_case(session, event)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(deliver, range(100)))

    with transaction(tenant_id=tenant) as session:
        assert (count(session, Ticket), count(session, WorkOrder), count(session, CaseIntake)) == (1, 1, 1)


def test_severity_raises_the_urgency(session: Session) -> None:
    scene = a_scene(session)
    event = a_case(session, scene, severity=4)

    handlers.open_on_case(session, event)

    assert order_of(session, event).priority == 1


def test_a_case_that_gets_worse_makes_its_order_more_urgent(session: Session) -> None:
    scene = a_scene(session)
    event = a_case(session, scene)
    handlers.open_on_case(session, event)
    order = order_of(session, event)
    version = order.version

    handlers.worsen_on_case(session, worsened(event, severity=4))

    assert (order.priority, order.version) == (1, version + 1)


def test_a_case_that_gets_worse_is_due_when_its_new_priority_promises(session: Session) -> None:
    scene = a_scene(session)
    event = replace(a_case(session, scene), p10_at=None)
    session.execute(update(DeviceCase).values(p10_at=None, p50_at=None, p90_at=None))
    session.expire_all()
    handlers.open_on_case(session, event)
    order = order_of(session, event)
    before = order.due_at

    handlers.worsen_on_case(session, worsened(event, severity=4))

    assert before is not None
    assert order.due_at is not None
    assert order.due_at < before
    assert stock.planned_demand(session, [scene.bearing], until=order.due_at.date()) == {scene.bearing: 1}


def test_the_same_worsening_again_changes_nothing(session: Session) -> None:
    scene = a_scene(session)
    event = a_case(session, scene, group="filter")
    handlers.open_on_case(session, event)
    order = order_of(session, event)
    worse = worsened(event, severity=3)

    handlers.worsen_on_case(session, worse)
    session.flush()
    once = (order.priority, order.version, count(session, TicketEvent))
    handlers.worsen_on_case(session, worse)

    session.flush()
    assert (order.priority, order.version, count(session, TicketEvent)) == once
    assert order.priority == 2


def test_a_worsening_that_overtakes_the_opening_is_not_lost(session: Session) -> None:
    scene = a_scene(session)
    event = a_case(session, scene)
    cases.worsen_case(session, event.case_id, severity=4, window=None, low_confidence=False, at=clock.now())
    handlers.worsen_on_case(session, worsened(event, severity=4))

    handlers.open_on_case(session, event)

    assert order_of(session, event).priority == 1


def worsened(event: CaseOpened, *, severity: int) -> CaseWorsened:
    return CaseWorsened(
        case_id=event.case_id,
        device_id=event.device_id,
        failure_group=event.failure_group,
        severity=severity,
        at=clock.now(),
        p10_at=event.p10_at,
        p50_at=None,
        p90_at=None,
        low_confidence=False,
    )


def test_a_device_without_an_asset_gets_a_ticket_for_a_person(session: Session) -> None:
    scene = a_scene(session)
    device, _ = devices.provision_device(
        session, name=f"spare-{scene.device.hex[-8:]}", model="pump", sampling_seconds=60
    )
    event = a_case(session, Scene(**{**vars(scene), "device": device.id}))

    handlers.open_on_case(session, event)

    ticket = session.scalars(select(Ticket)).one()
    assert (ticket.asset_id, ticket.customer_id) == (None, None)
    assert count(session, WorkOrder) == 0


def test_an_unknown_failure_group_still_sends_somebody(session: Session) -> None:
    scene = a_scene(session)
    event = a_case(session, scene, group="mystery")

    handlers.open_on_case(session, event)

    order = order_of(session, event)
    assert (order.skill, work.expected_parts(session, order.id)) == ("controls", [])


def repaired(session: Session, scene: Scene) -> tuple[CaseOpened, WorkOrder]:
    """Return a case whose order has been done."""
    event = a_case(session, scene)
    handlers.open_on_case(session, event)
    order = order_of(session, event)
    visit = a_visit(session, scene, order)
    do_visit(session, visit.id, phone_of(scene.chen))
    completed = session.scalars(select(OutboxEvent).where(OutboxEvent.topic == VisitCompleted.topic)).one()
    handlers.verify_on_completion(session, decode(VisitCompleted, completed.body))
    return event, order


def cleared(event: CaseOpened) -> CaseCleared:
    return CaseCleared(case_id=event.case_id, device_id=event.device_id, recovered_at=clock.now(), evidence={"n": 120})


def test_telemetry_closes_the_loop(session: Session) -> None:
    scene = a_scene(session)
    event, order = repaired(session, scene)
    assert cases.get_case(session, event.case_id).state is CaseState.VERIFYING
    cases.clear_case(session, event.case_id, at=clock.now(), evidence={"n": 120})

    for _ in range(2):
        handlers.verify_on_recovery(session, cleared(event))

    assert order.state is OrderState.CLOSED
    session.flush()
    closed = session.scalars(select(OutboxEvent).where(OutboxEvent.topic == WorkOrderClosed.topic)).one()
    news = decode(WorkOrderClosed, closed.body)
    for _ in range(2):
        handlers.label_on_close(session, news)
        ticket_handlers.resolve_on_close(session, news)
    case = cases.get_case(session, event.case_id)
    assert (case.state, case.finding) == (CaseState.CLOSED, "confirmed")
    assert session.scalars(select(Ticket)).one().state is TicketState.RESOLVED


def test_telemetry_that_contradicts_sends_the_order_back(session: Session) -> None:
    scene = a_scene(session)
    event, order = repaired(session, scene)
    cases.relapse_case(session, event.case_id, at=clock.now(), evidence={})

    relapse = CaseRelapsed(case_id=event.case_id, device_id=event.device_id, at=clock.now(), evidence={})
    for _ in range(2):
        handlers.reopen_on_relapse(session, relapse)

    assert order.state is OrderState.OPEN
    assert cases.get_case(session, event.case_id).state is CaseState.OPEN


def test_a_recovery_before_the_repair_closes_nothing(session: Session) -> None:
    scene = a_scene(session)
    event = a_case(session, scene)
    handlers.open_on_case(session, event)

    handlers.verify_on_recovery(session, cleared(event))

    assert order_of(session, event).state is OrderState.OPEN


def test_a_second_case_of_the_same_asset_and_group_joins_the_open_ticket(session: Session) -> None:
    scene = a_scene(session)
    first = a_case(session, scene)
    handlers.open_on_case(session, first)
    cases.close_case(session, first.case_id, finding="other", at=clock.now())
    second = a_case(session, scene, severity=3)

    handlers.open_on_case(session, second)

    row = session.scalars(select(CaseIntake).where(CaseIntake.case_id == second.case_id)).one()
    assert (row.rolled_up, row.work_order_id) == (True, order_of(session, first).id)
    assert (count(session, Ticket), count(session, WorkOrder)) == (1, 1)
    assert order_of(session, first).priority == 1


def test_a_case_does_not_join_an_order_that_will_not_be_done(session: Session) -> None:
    scene = a_scene(session)
    first = a_case(session, scene)
    handlers.open_on_case(session, first)
    cases.close_case(session, first.case_id, finding="other", at=clock.now())
    orders.act_on_order(session, order_of(session, first).id, OrderAction.CANCEL, actor=desk(), at=clock.now())
    second = a_case(session, scene)

    handlers.open_on_case(session, second)

    assert order_of(session, second).state is OrderState.OPEN
    assert count(session, Ticket) == 1


def test_a_case_joins_the_order_that_a_person_has_opened(session: Session) -> None:
    scene = a_scene(session)
    ticket, _ = service.take_in_words(session, a_call(scene), by=By(), at=clock.now())
    order = service.convert(session, ticket.id, Wish(), actor=desk(), at=clock.now())
    event = a_case(session, scene)

    handlers.open_on_case(session, event)

    row = session.scalars(select(CaseIntake).where(CaseIntake.case_id == event.case_id)).one()
    assert (row.ticket_id, row.work_order_id) == (ticket.id, order.id)


def test_an_order_that_a_person_makes_of_a_cases_ticket_cures_the_case(session: Session) -> None:
    scene = a_scene(session)
    device, _ = devices.provision_device(
        session, name=f"spare-{scene.device.hex[-8:]}", model="pump", sampling_seconds=60
    )
    event = a_case(session, Scene(**{**vars(scene), "device": device.id}))
    ticket = ticket_taken_in(session, event)

    order = service.convert(
        session, ticket.id, Wish(asset_id=scene.asset, skill="rotating"), actor=desk(), at=clock.now()
    )

    row = session.scalars(select(CaseIntake).where(CaseIntake.case_id == event.case_id)).one()
    assert row.work_order_id == order.id


def test_no_work_is_opened_for_a_ticket_that_has_ended(session: Session) -> None:
    scene = a_scene(session)
    ticket, _ = service.take_in_words(session, a_call(scene), by=By(), at=clock.now())
    tickets.act(session, ticket.id, TicketAction.CANCEL, by=By(), at=clock.now())

    with pytest.raises(IllegalTicketStep):
        service.convert(session, ticket.id, Wish(), actor=desk(), at=clock.now())


def test_a_second_repair_is_proved_from_its_own_end_on(session: Session) -> None:
    scene = a_scene(session)
    event, order = repaired(session, scene)
    orders.reject(session, order.id, actor=desk(), reason="noise", at=clock.now())
    later = clock.now() + timedelta(hours=3)
    order.state = OrderState.COMPLETED
    done = VisitCompleted(
        visit_id=new_id(),
        work_order_id=order.id,
        ticket_id=None,
        case_id=None,
        asset_id=None,
        completed_at=later,
    )

    handlers.verify_on_completion(session, done)

    assert cases.get_case(session, event.case_id).verify_from == later


def a_call(scene: Scene) -> Words:
    return Words(
        summary="轴承异响",
        description="",
        channel=Channel.PHONE,
        external_id=None,
        customer_id=None,
        site_id=None,
        asset_id=scene.asset,
        priority=None,
    )


def ticket_taken_in(session: Session, event: CaseOpened) -> Ticket:
    handlers.open_on_case(session, event)
    return session.scalars(select(Ticket)).one()


def test_the_defaults_are_given_once(session: Session) -> None:
    a_scene(session)
    service.ensure_defaults(session, verify_samples=10, verify_seconds=5)
    service.ensure_defaults(session)

    assert service.proof_of(session, "bearing", "pump") == (10, 5)
