"""The failure window of a case moves as evidence grows: so do its order's due date and the parts wanted, or not."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from backend.intake import handlers
from backend.planning.handlers import plan_on_due_moved
from backend.planning.models import Plan
from backend.sla.models import ClockKind, SlaClock
from backend.subscriptions import EVENTS, HANDLERS, handler_names
from backend.work.events import WorkOrderDueMoved
from backend.work.lifecycle import OrderAction, OrderState, VisitAction, VisitState
from backend.work.models import DueBasis, WorkOrder
from backend.work.service import orders, scheduling, timeline
from inventory import service as stock
from iot_gateway.events import CaseOpened, CaseWindowMoved, CaseWorsened
from iot_gateway.service import cases
from iot_gateway.service.cases import Suspicion, Window
from kernel import clock
from kernel.outbox import OutboxEvent, decode
from tests.integration.backend.work.scene import Scene, a_scene, desk, phone_of, step

HOUR = timedelta(hours=1)


def a_window(p10_at: datetime) -> Window:
    return Window(p10_at=p10_at, p50_at=p10_at + 48 * HOUR, p90_at=p10_at + 200 * HOUR)


def an_open_case(session: Session, scene: Scene, *, p10_at: datetime) -> tuple[UUID, WorkOrder]:
    """Open a case whose order no SLA hurries, and deliver the news."""
    now = clock.now()
    case_id, _ = cases.open_case(
        session,
        Suspicion(
            device_id=scene.device,
            failure_group="bearing",
            model="pump",
            severity=2,
            opened_at=now,
            started_at=now - 5 * HOUR,
            window=a_window(p10_at),
            low_confidence=False,
            summary={"metric": "vibration_mm_s"},
        ),
    )
    deliver(session, CaseOpened.topic)
    order = session.scalars(select(WorkOrder).where(WorkOrder.case_id == case_id)).one()
    restore_clock(session, order).due_at = now + 1000 * HOUR
    order.due_at, order.due_basis = p10_at, DueBasis.FAILURE_WINDOW
    session.flush()
    return case_id, order


def restore_clock(session: Session, order: WorkOrder) -> SlaClock:
    clocks = select(SlaClock).where(SlaClock.subject_id == order.id, SlaClock.clock == ClockKind.RESTORE)
    return session.scalars(clocks).one()


def deliver(session: Session, topic: str) -> list[str]:
    """Hand what the outbox holds of a topic to whoever subscribes to it; return the names of the handlers."""
    session.flush()
    rows = session.scalars(select(OutboxEvent).where(OutboxEvent.topic == topic).order_by(OutboxEvent.id)).all()
    names = [name for _ in rows for name in handler_names()[topic]]
    for row in rows:
        for name in handler_names()[topic]:
            HANDLERS[name](session, decode(EVENTS[topic], row.body))
    session.flush()
    return names


def move(session: Session, case_id: UUID, p10_at: datetime) -> bool:
    return cases.move_window(session, case_id, a_window(p10_at), low_confidence=False, at=clock.now())


def lines(session: Session, order: WorkOrder) -> list[str]:
    session.flush()
    return [line["title_code"] for line in timeline.of_order(session, order, []) if "due" in line["title_code"]]


@pytest.mark.parametrize("hours", [30, 300])
def test_the_due_date_and_the_wanted_part_follow_the_window_both_ways(session: Session, hours: int) -> None:
    scene = a_scene(session)
    now = clock.now()
    case_id, order = an_open_case(session, scene, p10_at=now + 100 * HOUR)
    version, later = order.version, now + hours * HOUR

    assert move(session, case_id, later)
    assert deliver(session, CaseWindowMoved.topic) == ["intake.move_due_on_window"]

    assert (order.due_at, order.due_basis, order.version) == (later, DueBasis.FAILURE_WINDOW, version + 1)
    assert stock.planned_demand(session, [scene.bearing], until=later.date()) == {scene.bearing: 1}
    assert stock.planned_demand(session, [scene.bearing], until=later.date() - timedelta(days=1)) == {}
    assert lines(session, order) == ["order.move_due"]


def test_the_same_news_again_and_in_any_order_changes_nothing_more(session: Session) -> None:
    scene = a_scene(session)
    now = clock.now()
    case_id, order = an_open_case(session, scene, p10_at=now + 100 * HOUR)
    move(session, case_id, now + 50 * HOUR)
    move(session, case_id, now + 70 * HOUR)
    session.flush()
    rows = session.scalars(select(OutboxEvent).where(OutboxEvent.topic == CaseWindowMoved.topic)).all()
    news = [decode(CaseWindowMoved, row.body) for row in rows]

    for event in [*reversed(news), *news]:
        handlers.move_due_on_window(session, event)

    assert order.due_at == now + 70 * HOUR
    assert lines(session, order) == ["order.move_due"]


def test_news_of_a_worsening_that_comes_late_does_not_bring_an_old_window_back(session: Session) -> None:
    scene = a_scene(session)
    now = clock.now()
    case_id, order = an_open_case(session, scene, p10_at=now + 100 * HOUR)
    worse = CaseWorsened(
        case_id=case_id,
        device_id=scene.device,
        failure_group="bearing",
        severity=2,
        at=now,
        p10_at=now + 20 * HOUR,
        p50_at=None,
        p90_at=None,
        low_confidence=False,
    )
    move(session, case_id, now + 200 * HOUR)
    deliver(session, CaseWindowMoved.topic)

    handlers.worsen_on_case(session, worse)

    assert order.due_at == now + 200 * HOUR


def test_what_the_sla_allows_is_never_exceeded(session: Session) -> None:
    scene = a_scene(session)
    now = clock.now()
    case_id, order = an_open_case(session, scene, p10_at=now + 100 * HOUR)

    move(session, case_id, now + 2000 * HOUR)
    deliver(session, CaseWindowMoved.topic)

    assert (order.due_at, order.due_basis) == (restore_clock(session, order).due_at, DueBasis.SLA)


def test_an_urgency_that_was_raised_is_not_taken_back_by_a_later_window(session: Session) -> None:
    scene = a_scene(session)
    now = clock.now()
    case_id, order = an_open_case(session, scene, p10_at=now + 100 * HOUR)
    cases.worsen_case(session, case_id, severity=4, window=None, low_confidence=False, at=now)
    deliver(session, CaseWorsened.topic)
    raised = order.due_at

    move(session, case_id, now + 200 * HOUR)
    deliver(session, CaseWindowMoved.topic)

    assert raised is not None
    assert raised < now + 100 * HOUR
    assert order.due_at == raised


def test_a_failure_that_is_due_already_leaves_time_to_plan_and_no_more_with_each_delivery(session: Session) -> None:
    scene = a_scene(session)
    now = clock.now()
    case_id, order = an_open_case(session, scene, p10_at=now + 100 * HOUR)

    move(session, case_id, now - HOUR)
    deliver(session, CaseWindowMoved.topic)
    once = order.due_at
    deliver(session, CaseWindowMoved.topic)

    assert once is not None
    assert now + orders.LEAST_NOTICE <= once
    assert order.due_at == once


def promise(_session: Session, _scene: Scene, order: WorkOrder) -> None:
    order.due_basis = DueBasis.PROMISE


def plan(session: Session, scene: Scene, order: WorkOrder, *, pinned: bool) -> UUID:
    now = clock.now()
    visit = scheduling.schedule_visit(
        session, order.id, technician_ids=[scene.chen], start=now + HOUR, end=now + 2 * HOUR, pinned=pinned, at=now
    )
    return visit.id


def pin(session: Session, scene: Scene, order: WorkOrder) -> None:
    plan(session, scene, order, pinned=True)


def dispatch(session: Session, scene: Scene, order: WorkOrder) -> UUID:
    visit_id = plan(session, scene, order, pinned=False)
    scheduling.dispatch_visit(session, visit_id, at=clock.now())
    return visit_id


def begin(session: Session, scene: Scene, order: WorkOrder) -> None:
    visit_id = dispatch(session, scene, order)
    now = clock.now()
    for action in (VisitAction.ACCEPT, VisitAction.TRAVEL):
        step(session, visit_id, action, phone_of(scene.chen), 0, occurred_at=now, received_at=now)


@pytest.mark.parametrize(
    ("hold", "why"), [(promise, "promised"), (pin, "pinned"), (dispatch, "dispatched"), (begin, "begun")]
)
def test_an_order_that_people_count_on_keeps_its_date_and_says_why_once(
    session: Session, hold: Callable[[Session, Scene, WorkOrder], object], why: str
) -> None:
    scene = a_scene(session)
    now = clock.now()
    case_id, order = an_open_case(session, scene, p10_at=now + 100 * HOUR)
    hold(session, scene, order)
    session.flush()
    wanted = stock.planned_demand(session, [scene.bearing], until=(now + 100 * HOUR).date())

    for hours in (30, 200):
        move(session, case_id, now + hours * HOUR)
        deliver(session, CaseWindowMoved.topic)

    assert order.due_at == now + 100 * HOUR
    assert lines(session, order) == [f"order.keep_due_{why}"]
    assert stock.planned_demand(session, [scene.bearing], until=(now + 100 * HOUR).date()) == wanted


def test_a_visit_that_is_planned_only_lets_the_date_move(session: Session) -> None:
    scene = a_scene(session)
    now = clock.now()
    case_id, order = an_open_case(session, scene, p10_at=now + 100 * HOUR)
    plan(session, scene, order, pinned=False)

    move(session, case_id, now + 30 * HOUR)
    deliver(session, CaseWindowMoved.topic)

    assert order.due_at == now + 30 * HOUR


def test_an_order_that_fell_away_is_left_alone(session: Session) -> None:
    scene = a_scene(session)
    now = clock.now()
    case_id, order = an_open_case(session, scene, p10_at=now + 100 * HOUR)
    orders.act_on_order(session, order.id, OrderAction.CANCEL, actor=desk(), at=now)

    move(session, case_id, now + 30 * HOUR)
    deliver(session, CaseWindowMoved.topic)

    assert order.due_at == now + 100 * HOUR
    assert lines(session, order) == []


def test_small_moves_and_cases_on_proof_are_no_news(session: Session) -> None:
    scene = a_scene(session)
    now = clock.now()
    case_id, _ = an_open_case(session, scene, p10_at=now + 100 * HOUR)

    assert not move(session, case_id, now + 92 * HOUR)
    assert not move(session, case_id, now + 108 * HOUR)
    cases.begin_verification(session, case_id, at=now)
    assert not move(session, case_id, now + 10 * HOUR)

    assert deliver(session, CaseWindowMoved.topic) == []


def test_a_moved_date_asks_for_one_plan_and_a_visit_that_comes_too_late_gives_way(session: Session) -> None:
    scene = a_scene(session)
    now = clock.now()
    case_id, order = an_open_case(session, scene, p10_at=now + 100 * HOUR)
    session.execute(delete(Plan))

    move(session, case_id, now + 80 * HOUR)
    deliver(session, CaseWindowMoved.topic)
    assert deliver(session, WorkOrderDueMoved.topic) == ["planning.plan_on_due_moved"]
    deliver(session, WorkOrderDueMoved.topic)

    assert [plan.cause for plan in session.scalars(select(Plan))] == [WorkOrderDueMoved.topic]

    session.execute(delete(Plan))
    visit = scheduling.schedule_visit(
        session, order.id, technician_ids=[scene.chen], start=now + 60 * HOUR, end=now + 61 * HOUR, at=now
    )
    deliver(session, WorkOrderDueMoved.topic)
    assert (visit.state, session.scalars(select(Plan)).all()) == (VisitState.PLANNED, [])

    move(session, case_id, now + 40 * HOUR)
    deliver(session, CaseWindowMoved.topic)
    deliver(session, WorkOrderDueMoved.topic)

    assert visit.state is VisitState.CANCELLED
    assert order.state is OrderState.OPEN
    assert [plan.cause for plan in session.scalars(select(Plan))] == [WorkOrderDueMoved.topic]


@pytest.mark.parametrize("tie", [pin, dispatch])
def test_a_visit_that_is_pinned_or_told_to_somebody_is_not_planned_again(
    session: Session, tie: Callable[[Session, Scene, WorkOrder], object]
) -> None:
    scene = a_scene(session)
    _, order = an_open_case(session, scene, p10_at=clock.now() + 100 * HOUR)
    tie(session, scene, order)
    session.execute(delete(Plan))
    order.due_at = clock.now()
    event = WorkOrderDueMoved(work_order_id=order.id, due_at=order.due_at, occurred_at=order.due_at)

    plan_on_due_moved(session, event)

    assert order.state is OrderState.SCHEDULED
    assert session.scalars(select(Plan)).all() == []
