"""Tickets: once per message, resolved with the last order, reopened in time or followed up."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.sla import service as sla
from backend.tickets import handlers, service, views
from backend.tickets.errors import IllegalTicketStep, ReopenTimeOver
from backend.tickets.events import TicketResolved
from backend.tickets.lifecycle import CLOSE_AFTER, REOPEN_WITHIN, TicketAction, TicketState, fold
from backend.tickets.models import Channel, Ticket, TicketEvent
from backend.tickets.service import HOUSE
from backend.work.events import WorkOrderChanged, WorkOrderClosed, WorkOrderOpened
from backend.work.lifecycle import OrderAction
from backend.work.models import WorkOrder
from backend.work.service import orders
from kernel.jobs import Job
from kernel.outbox import OutboxEvent, decode
from tests.integration.backend.work.scene import HOUR, NOON, Scene, a_scene, a_visit, an_order, desk, do_visit, phone_of


def a_ticket(session: Session, scene: Scene, **other: object) -> Ticket:
    given: dict[str, object] = {
        "channel": Channel.PHONE,
        "summary": "水泵异响",
        "asset_id": scene.asset,
        "priority": 2,
        "at": NOON,
        **other,
    }
    return service.open_ticket(session, **given)[0]  # type: ignore[arg-type]


def closed(session: Session, order: WorkOrder) -> WorkOrderClosed:
    """Do the work of an order, close it, and return the news."""
    visit = a_visit(session, a_scene_of[session], order)
    do_visit(session, visit.id, phone_of(a_scene_of[session].chen))
    for action in (OrderAction.VERIFY, OrderAction.CLOSE):
        orders.act_on_order(session, order.id, action, actor=desk(), at=NOON + 3 * HOUR)
    return WorkOrderClosed(
        work_order_id=order.id,
        number=order.number,
        ticket_id=order.ticket_id,
        case_id=None,
        asset_id=order.asset_id,
        finding_result="confirmed",
        failure_mode=None,
        closed_at=NOON + 3 * HOUR,
    )


a_scene_of: dict[Session, Scene] = {}


@pytest.fixture
def scene(session: Session) -> Scene:
    """Return a company."""
    a_scene_of[session] = a_scene(session)
    return a_scene_of[session]


def test_one_message_makes_one_ticket(session: Session, scene: Scene) -> None:
    first = a_ticket(session, scene, external_id="mail-1", channel=Channel.MAIL)
    again = a_ticket(session, scene, external_id="mail-1", channel=Channel.MAIL)
    other = a_ticket(session, scene, external_id="mail-1", channel=Channel.WEB)

    assert first.id == again.id
    assert other.id != first.id


def test_a_ticket_knows_site_and_customer_from_its_asset(session: Session, scene: Scene) -> None:
    ticket = a_ticket(session, scene)

    assert (ticket.site_id, ticket.customer_id) == (scene.site, scene.customer)


def test_an_illegal_step_names_the_legal_ones(session: Session, scene: Scene) -> None:
    ticket = a_ticket(session, scene)

    with pytest.raises(IllegalTicketStep) as refusal:
        service.act(session, ticket.id, TicketAction.CLOSE, by=HOUSE, at=NOON)

    assert refusal.value.status == 409
    assert "triage" in refusal.value.members["legal"]


def test_the_ticket_is_resolved_with_its_last_order(session: Session, scene: Scene) -> None:
    ticket = a_ticket(session, scene)
    first, second = an_order(session, scene, ticket_id=ticket.id), an_order(session, scene, ticket_id=ticket.id)
    handlers.begin_on_order(
        session,
        WorkOrderOpened(
            work_order_id=first.id,
            number=first.number,
            ticket_id=ticket.id,
            case_id=None,
            priority=2,
            due_at=None,
            opened_at=NOON,
        ),
    )
    handlers.resolve_on_close(session, closed(session, first))
    assert ticket.state is TicketState.IN_PROGRESS

    news = closed(session, second)
    for _ in range(2):
        handlers.resolve_on_close(session, news)

    session.flush()
    assert ticket.state is TicketState.RESOLVED
    resolved = select(func.count()).select_from(OutboxEvent).where(OutboxEvent.topic == TicketResolved.topic)
    assert session.scalar(resolved) == 1
    steps = [row.action for row in session.scalars(select(TicketEvent).order_by(TicketEvent.seq))]
    assert fold([TicketAction(action) for action in steps if action != "opened"]) is ticket.state


def test_a_resolved_ticket_closes_after_some_days_unless_it_was_reopened(session: Session, scene: Scene) -> None:
    ticket = a_ticket(session, scene)
    service.act(session, ticket.id, TicketAction.RESOLVE, by=HOUSE, at=NOON)
    job = session.scalars(select(Job).where(Job.kind == service.CLOSE)).one()

    assert job.due_at == NOON + CLOSE_AFTER
    assert not service.close_if_still_resolved(session, ticket.id, at=NOON + CLOSE_AFTER - timedelta(seconds=1))
    service.act(session, ticket.id, TicketAction.REOPEN, by=HOUSE, at=NOON + HOUR)
    assert not service.close_if_still_resolved(session, ticket.id, at=NOON + CLOSE_AFTER)
    service.act(session, ticket.id, TicketAction.RESOLVE, by=HOUSE, at=NOON + 2 * HOUR)
    assert service.close_if_still_resolved(session, ticket.id, at=NOON + 2 * HOUR + CLOSE_AFTER)
    assert ticket.state is TicketState.CLOSED


def test_later_than_that_a_new_ticket_follows(session: Session, scene: Scene) -> None:
    ticket = a_ticket(session, scene)
    service.act(session, ticket.id, TicketAction.RESOLVE, by=HOUSE, at=NOON)
    late = NOON + REOPEN_WITHIN + HOUR

    with pytest.raises(ReopenTimeOver):
        service.act(session, ticket.id, TicketAction.REOPEN, by=HOUSE, at=late)
    first, new = service.reopen_or_follow_up(session, ticket.id, reason="again", by=HOUSE, at=late)
    second, renewed = service.reopen_or_follow_up(session, ticket.id, reason="again", by=HOUSE, at=late)

    assert (new, renewed) == (True, False)
    assert first.id == second.id
    assert first.follow_up_of_id == ticket.id


def test_waiting_for_the_customer_stops_the_clocks(session: Session, scene: Scene) -> None:
    ticket = a_ticket(session, scene)
    order = an_order(session, scene, ticket_id=ticket.id)
    before = [row.due_at for row in sla.clocks_of(session, order.id)]

    service.act(session, ticket.id, TicketAction.ASK_CUSTOMER, by=HOUSE, at=NOON)
    service.act(session, ticket.id, TicketAction.CUSTOMER_ANSWERED, by=HOUSE, at=NOON + 24 * HOUR)

    session.flush()
    after = [row.due_at for row in sla.clocks_of(session, order.id)]
    assert all(new > old for new, old in zip(after, before, strict=True))


def test_a_ticket_resolved_while_it_waits_leaves_no_clock_standing(session: Session, scene: Scene) -> None:
    ticket = a_ticket(session, scene)
    order = an_order(session, scene, ticket_id=ticket.id)
    service.act(session, ticket.id, TicketAction.ASK_CUSTOMER, by=HOUSE, at=NOON)

    service.act(session, ticket.id, TicketAction.RESOLVE, by=HOUSE, at=NOON + HOUR)

    assert [row.paused_at for row in sla.clocks_of(session, order.id)] == [None, None, None]


def test_news_of_an_order_that_comes_late_does_not_end_the_wait_for_the_customer(
    session: Session, scene: Scene
) -> None:
    ticket = a_ticket(session, scene)
    service.act(session, ticket.id, TicketAction.ASK_CUSTOMER, by=HOUSE, at=NOON + HOUR)

    service.begin(session, ticket.id, at=NOON)

    assert ticket.state is TicketState.PENDING_CUSTOMER


def test_old_news_of_a_closed_order_does_not_resolve_a_reopened_ticket(session: Session, scene: Scene) -> None:
    ticket = a_ticket(session, scene)
    news = closed(session, an_order(session, scene, ticket_id=ticket.id))
    handlers.resolve_on_close(session, news)
    service.act(session, ticket.id, TicketAction.REOPEN, by=HOUSE, at=news.closed_at + HOUR)

    handlers.resolve_on_close(session, news)

    assert ticket.state is TicketState.IN_PROGRESS


@pytest.mark.parametrize(("others", "state"), [(1, TicketState.RESOLVED), (0, TicketState.NEW)])
def test_a_cancelled_order_ends_the_wait_of_a_ticket_that_another_has_cured(
    session: Session, scene: Scene, others: int, state: TicketState
) -> None:
    ticket = a_ticket(session, scene)
    last = an_order(session, scene, ticket_id=ticket.id)
    for _ in range(others):
        handlers.resolve_on_close(session, closed(session, an_order(session, scene, ticket_id=ticket.id)))
    assert ticket.state is TicketState.NEW
    orders.act_on_order(session, last.id, OrderAction.CANCEL, actor=desk(), at=NOON + 2 * HOUR)

    for _ in range(2):
        handlers.resolve_on_cancel(session, changed(session, last))

    assert ticket.state is state


def changed(session: Session, order: WorkOrder) -> WorkOrderChanged:
    session.flush()
    rows = session.scalars(
        select(OutboxEvent).where(OutboxEvent.topic == WorkOrderChanged.topic).order_by(OutboxEvent.id.desc())
    )
    news = [decode(WorkOrderChanged, row.body) for row in rows]
    return next(item for item in news if item.work_order_id == order.id)


def test_the_view_tells_the_story(session: Session, scene: Scene) -> None:
    ticket = a_ticket(session, scene)
    service.act(session, ticket.id, TicketAction.TRIAGE, by=HOUSE, at=NOON)

    shown = views.ticket_view(session, ticket.id)

    assert [line["title_code"] for line in shown["timeline"]] == ["ticket.opened", "ticket.triage"]
    assert shown["survey_url"] is None
    assert "begin" in shown["allowed_actions"]
