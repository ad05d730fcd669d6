"""The promises of orders: what holds them, due dates that follow, steps of ladders, forecasts."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.identity import service as identity
from backend.notifications.models import Notification
from backend.sla import ladders, policies, readings, terms
from backend.sla import service as sla
from backend.sla.events import ClockMoved, EscalationReached
from backend.sla.models import ClockKind, PauseReason, SlaClock, StepAction
from backend.tickets import service as tickets
from backend.tickets.lifecycle import TicketAction
from backend.tickets.models import Channel
from backend.tickets.service import By
from backend.work import handlers, repository
from backend.work.lifecycle import OrderAction, OrderState, VisitAction
from backend.work.models import DueBasis, WorkOrder, WorkOrderEvent
from backend.work.service import forecasts, orders, waiting, watch
from kernel.auth import Role
from kernel.db import transaction
from kernel.outbox import OutboxEvent, decode
from tests.integration.backend.work.scene import (
    HOUR,
    MINUTE,
    NOON,
    a_scene,
    a_visit,
    an_order,
    desk,
    do_visit,
    phone_of,
    step,
)


def a_policy(session: Session, *steps: ladders.StepDraft, pauses: dict[PauseReason, list[ClockKind]]) -> None:
    """Promise corrective work of priority 2 within four hours of any day."""
    ladder = ladders.create_ladder(session, "x", calendar_id=None, steps=steps) if steps else None
    draft = policies.Draft(
        priority=2, work_type="corrective", response_minutes=30, on_site_minutes=120, restore_minutes=240,
        pauses=pauses, ladder_id=ladder.id if ladder else None,
    )  # fmt: skip
    policies.create_policy(session, draft)


def restore_of(session: Session, order: WorkOrder) -> SlaClock:
    session.flush()
    return next(clock for clock in sla.clocks_of(session, order.id) if clock.clock is ClockKind.RESTORE)


def test_approval_and_parts_hold_the_clocks_that_the_policy_names(session: Session) -> None:
    a_policy(session, pauses={PauseReason.APPROVAL: [ClockKind.RESTORE], PauseReason.PARTS: [ClockKind.ON_SITE]})
    order = an_order(session, a_scene(session))

    orders.act_on_order(session, order.id, OrderAction.ASK_APPROVAL, actor=desk(), at=NOON + 10 * MINUTE)
    assert restore_of(session, order).paused_at == NOON + 10 * MINUTE
    orders.act_on_order(session, order.id, OrderAction.APPROVE, actor=desk(), at=NOON + 40 * MINUTE)
    waiting.mark_waiting_parts(session, order.id, cause="none_free", at=NOON + 50 * MINUTE)

    on_site = next(clock for clock in sla.clocks_of(session, order.id) if clock.clock is ClockKind.ON_SITE)
    assert on_site.paused_at == NOON + 50 * MINUTE
    assert restore_of(session, order).due_at == NOON + 4 * HOUR + 30 * MINUTE
    assert (order.due_at, order.due_basis) == (NOON + 4 * HOUR + 30 * MINUTE, DueBasis.SLA)


def test_a_visit_on_hold_for_weather_moves_the_due_date_of_its_order(session: Session) -> None:
    scene = a_scene(session)
    a_policy(session, pauses={PauseReason.WEATHER: [ClockKind.RESTORE]})
    visit = a_visit(session, scene)
    phone = phone_of(scene.chen)
    do_visit(session, visit.id, phone, until=VisitAction.START)

    step(session, visit.id, VisitAction.HOLD, phone, 60, reason="weather")
    step(session, visit.id, VisitAction.RESUME, phone, 90)
    step(session, visit.id, VisitAction.HOLD, phone, 100, reason="customer")
    step(session, visit.id, VisitAction.RESUME, phone, 110)

    order = repository.order(session, visit.work_order_id)
    assert order.due_at == NOON + 4 * HOUR + 30 * MINUTE


def test_a_ticket_that_waits_for_its_customer_holds_its_orders(session: Session) -> None:
    scene = a_scene(session)
    a_policy(session, pauses={PauseReason.CUSTOMER: list(ClockKind)})
    ticket, _ = tickets.open_ticket(
        session, channel=Channel.PHONE, summary="x", asset_id=scene.asset, priority=2, at=NOON
    )
    order = an_order(session, scene, ticket_id=ticket.id)

    tickets.act(session, ticket.id, TicketAction.ASK_CUSTOMER, by=By(), at=NOON + 10 * MINUTE)
    paused = [clock.paused_at for clock in sla.clocks_of(session, order.id)]
    tickets.act(session, ticket.id, TicketAction.CUSTOMER_ANSWERED, by=By(), at=NOON + 70 * MINUTE)

    assert paused == [NOON + 10 * MINUTE] * 3
    assert order.due_at == NOON + 5 * HOUR


def test_a_promise_to_the_customer_is_not_moved_by_a_pause(session: Session) -> None:
    a_policy(session, pauses={PauseReason.APPROVAL: [ClockKind.RESTORE]})
    order = an_order(session, a_scene(session), promised_at=NOON + 3 * HOUR)

    orders.act_on_order(session, order.id, OrderAction.ASK_APPROVAL, actor=desk(), at=NOON + 10 * MINUTE)
    orders.act_on_order(session, order.id, OrderAction.APPROVE, actor=desk(), at=NOON + 40 * MINUTE)

    assert (order.due_at, order.due_basis) == (NOON + 3 * HOUR, DueBasis.PROMISE)


def test_a_holiday_reaches_the_due_date_of_orders_that_run(session: Session) -> None:
    order = an_order(session, a_scene(session), priority=3)
    office = next(row for row in terms.list_calendars(session) if row.code == policies.OFFICE_CODE)
    former = restore_of(session, order).due_at

    terms.set_day(session, office.id, day=date(2026, 9, 2), works_as=None, name="x")
    readings.recount(session, at=NOON, limit=100)
    session.flush()
    for body in session.scalars(select(OutboxEvent.body).where(OutboxEvent.topic == ClockMoved.topic)):
        for _ in range(2):
            handlers.move_due_on_clock(session, decode(ClockMoved, body))

    assert order.due_at == restore_of(session, order).due_at == former + timedelta(days=1)


def steps_of(session: Session) -> list[EscalationReached]:
    session.flush()
    query = select(OutboxEvent.body).where(OutboxEvent.topic == EscalationReached.topic)
    return [decode(EscalationReached, body) for body in session.scalars(query)]


def a_step(action: StepAction, **target: Any) -> ladders.StepDraft:
    return ladders.StepDraft(clock=ClockKind.RESTORE, percent=50, action=action, **target)


def test_steps_raise_pass_on_and_tell_once_however_often_they_are_delivered(session: Session) -> None:
    scene = a_scene(session)
    people = [a_person(session, name, role) for name, role in (("li", Role.SUPERVISOR), ("wu", Role.AGENT))]
    a_policy(
        session,
        a_step(StepAction.RAISE_PRIORITY),
        a_step(StepAction.SET_QUEUE, queue="night"),
        a_step(StepAction.NOTIFY_ROLE, role=Role.SUPERVISOR),
        a_step(StepAction.NOTIFY_USER, user_id=people[1]),
        pauses={},
    )
    order = an_order(session, scene)

    readings.climb(session, at=NOON + 3 * HOUR, limit=10)
    for _ in range(2):
        for event in steps_of(session):
            handlers.escalate_on_step(session, event)

    assert (order.priority, order.queue) == (1, "night")
    assert sorted(session.scalars(select(Notification.user_id)), key=str) == sorted(people, key=str)
    lines = session.scalars(select(WorkOrderEvent.action).where(WorkOrderEvent.work_order_id == order.id)).all()
    assert sorted(line for line in lines if line.startswith("escalate_")) == [
        "escalate_notify_role", "escalate_notify_user", "escalate_raise_priority", "escalate_set_queue",
    ]  # fmt: skip


def a_person(session: Session, name: str, role: Role) -> UUID:
    return identity.create_user(session, name, password="long-enough-phrase", display_name=name, roles={role}).id


def test_a_step_that_arrives_after_the_end_changes_nothing(session: Session) -> None:
    a_policy(session, a_step(StepAction.RAISE_PRIORITY), pauses={})
    order = an_order(session, a_scene(session))
    readings.climb(session, at=NOON + 3 * HOUR, limit=10)
    orders.act_on_order(session, order.id, OrderAction.CANCEL, actor=desk(), at=NOON + 3 * HOUR, reason="x")

    handlers.escalate_on_step(session, steps_of(session)[0])

    assert (order.priority, order.state) == (2, OrderState.CANCELLED)


def test_a_promise_comes_to_be_at_risk_before_it_is_late_and_says_why(session: Session) -> None:
    scene = a_scene(session)
    a_policy(session, pauses={})
    visit = a_visit(session, scene, start=NOON + 200 * MINUTE, end=NOON + 260 * MINUTE, travel_seconds=1200)

    forecasts.look(session, at=NOON + MINUTE)
    found = watch.at_risk(session, watch.Filter(), after=None, limit=10)

    assert [(line["clock"], line["work_order_id"]) for line in found] == [
        (ClockKind.ON_SITE, visit.work_order_id), (ClockKind.RESTORE, visit.work_order_id),
    ]  # fmt: skip
    assert found[1]["forecast_at"] == NOON + 260 * MINUTE
    assert [(part["piece"], part["cases"]) for part in found[1]["forecast"]] == [
        ("hand_over", 0), ("wait", 0), ("travel", 0), ("work", 0),
    ]  # fmt: skip

    step(session, visit.id, VisitAction.ACCEPT, phone_of(scene.chen), 5)
    step(session, visit.id, VisitAction.TRAVEL, phone_of(scene.chen), 6)
    forecasts.look(session, at=NOON + 121 * MINUTE)
    assert [line["clock"] for line in watch.at_risk(session, watch.Filter(), after=None, limit=10)] == [
        ClockKind.ON_SITE
    ]


def test_the_past_of_this_kind_of_work_makes_the_forecast(session: Session) -> None:
    scene = a_scene(session)
    a_policy(session, pauses={})
    for number in range(6):
        do_visit(session, a_visit(session, scene, start=NOON + number * HOUR, end=NOON + (number + 1) * HOUR).id,
                 phone_of(scene.chen))  # fmt: skip
    order = an_order(session, scene, duration_minutes=120)

    forecasts.look(session, at=NOON)

    restore = restore_of(session, order)
    assert [(part["piece"], part["minutes"], part["cases"]) for part in restore.forecast] == [
        ("hand_over", 10, 6), ("travel", 10, 6), ("work", 20, 6),
    ]  # fmt: skip


@pytest.mark.parametrize("clock", [None, ClockKind.RESPONSE])
def test_what_is_late_is_listed_page_by_page(tenant: UUID, clock: ClockKind | None) -> None:
    with transaction(tenant_id=tenant) as session:
        scene = a_scene(session)
        for number in range(4):
            an_order(session, scene, at=NOON + number * HOUR)
        sla.mark_breaches(session, at=NOON + timedelta(days=30))
        session.flush()
        wanted = watch.Filter(clock=clock, unmet=True)

        whole = watch.breached(session, wanted, before=None, limit=100)
        pages, key = [], None
        while found := watch.breached(session, wanted, before=key, limit=3):
            pages += found
            key = (found[-1]["breached_at"], found[-1]["id"])

    assert len(whole) == (12 if clock is None else 4)
    assert pages == whole
