"""Conversations and merged tickets, through the API: said once, shown together, answered by people only."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.conversations.events import MessageWritten
from backend.customers.models import Customer
from backend.files import service as files
from backend.identity import service as identity
from backend.mail.models import OutboundMail
from backend.notifications.models import Notification
from backend.sla import service as sla
from backend.sla.models import ClockKind
from backend.tickets import handlers, merging, routes, service, talk_routes
from backend.tickets.errors import CannotMergeTicket
from backend.tickets.lifecycle import TicketAction, TicketState
from backend.tickets.models import Channel, Ticket
from backend.tickets.service import HOUSE
from backend.work.lifecycle import VisitAction
from backend.work.models import WorkOrder
from backend.work.service import promises as order_promises
from backend.work.service import reports
from kernel import clock
from kernel.auth import Role
from kernel.db import transaction
from kernel.ids import new_id
from kernel.outbox import OutboxEvent, decode
from tests.integration.backend.callers import TestClient, a_client
from tests.integration.backend.work.scene import (
    HOUR,
    NOON,
    Scene,
    a_scene,
    a_visit,
    an_order,
    do_visit,
    fill,
    phone_of,
    reported,
)


@pytest.fixture
def scene(tenant: UUID) -> Scene:
    """Return a committed company."""
    with transaction(tenant_id=tenant) as session:
        return a_scene(session)


@pytest.fixture
def desk(tenant: UUID) -> TestClient:
    """Return somebody who answers customers."""
    return a_client(tenant, Role.AGENT, routes, talk_routes)


@pytest.fixture
def program(tenant: UUID) -> TestClient:
    """Return what brings messages in."""
    return a_client(tenant, Role.INTEGRATOR, routes, talk_routes)


def a_ticket(session: Session, scene: Scene, **other: object) -> Ticket:
    given: dict[str, object] = {
        "channel": Channel.MAIL,
        "summary": "空调箱不出风,有焦味",
        "asset_id": scene.asset,
        "priority": 2,
        "at": clock.now() - HOUR,
        **other,
    }
    return service.open_ticket(session, **given)[0]  # type: ignore[arg-type]


def tickets(tenant: UUID, scene: Scene, *others: dict[str, object]) -> list[str]:
    """Open tickets and commit them; return their ids."""
    with transaction(tenant_id=tenant) as session:
        return [str(a_ticket(session, scene, **other).id) for other in others]


def state_of(desk: TestClient, ticket_id: str) -> dict:
    return dict(desk.get(f"/tickets/{ticket_id}").json())


def test_a_person_answers_and_a_program_does_not(
    tenant: UUID, scene: Scene, desk: TestClient, program: TestClient
) -> None:
    (ticket,) = tickets(tenant, scene, {})
    mail = {"kind": "received", "text": "快点", "channel": "mail", "external_id": "m-1", "author_name": "李女士"}
    ack = {"kind": "automatic", "text": "已收到", "channel": "mail", "external_id": "a-1"}
    reply = {"kind": "reply", "text": "今天下午到", "channel": "mail", "client_op_id": str(new_id())}

    first, again = (program.post(f"/tickets/{ticket}/messages/taken-in", json=mail) for _ in range(2))
    program.post(f"/tickets/{ticket}/messages/taken-in", json=ack)
    waiting = state_of(desk, ticket)
    told = [desk.post(f"/tickets/{ticket}/messages", json=reply).json()["id"] for _ in range(2)]
    answered = state_of(desk, ticket)

    assert (first.status_code, first.json()["id"]) == (201, again.json()["id"])
    assert told[0] == told[1]
    assert waiting["first_response_at"] is None
    assert waiting["auto_ack_at"] is not None
    assert waiting["unanswered_since"] is not None
    assert answered["first_response_at"] is not None
    assert answered["unanswered_since"] is None
    listed = desk.get(f"/tickets/{ticket}/messages").json()["items"]
    assert [item["kind"] for item in listed] == ["reply", "automatic", "received"]
    assert program.post(f"/tickets/{ticket}/messages", json=reply).status_code == 403


def test_the_word_of_the_customer_ends_the_wait_for_it_and_an_old_one_does_not(
    tenant: UUID, scene: Scene, desk: TestClient, program: TestClient
) -> None:
    (ticket,) = tickets(tenant, scene, {})
    desk.post(f"/tickets/{ticket}/actions", json={"action": "ask_customer"})
    early = (clock.now() - timedelta(minutes=30)).isoformat()
    mail = {"text": "a", "channel": "mail", "external_id": "m-1", "occurred_at": early}

    program.post(f"/tickets/{ticket}/messages/taken-in", json=mail)
    still = state_of(desk, ticket)["state"]
    program.post(f"/tickets/{ticket}/messages/taken-in", json={"text": "b", "channel": "mail", "external_id": "m-2"})

    assert (still, state_of(desk, ticket)["state"]) == ("pending_customer", "triaged")


def test_who_is_mentioned_hears_of_it_once(tenant: UUID, scene: Scene, desk: TestClient) -> None:
    with transaction(tenant_id=tenant) as session:
        user = identity.create_user(
            session, "ying", password="long-enough-phrase", display_name="Ying", roles={Role.DISPATCHER}
        ).id
        ticket = str(a_ticket(session, scene).id)
    note = {"kind": "note", "text": "@ying 请看", "mentions": [str(user)]}

    found = desk.get("/conversations/people", params={"q": "YIN"}).json()["items"]
    stranger = desk.post(f"/tickets/{ticket}/messages", json=note | {"mentions": [str(new_id())]})
    desk.post(f"/tickets/{ticket}/messages", json=note)

    assert [item["id"] for item in found] == [str(user)]
    assert (stranger.status_code, stranger.json()["type"].rpartition(":")[2]) == (422, "mention-unknown")
    with transaction(tenant_id=tenant) as session:
        (row,) = session.scalars(select(OutboxEvent).where(OutboxEvent.topic == MessageWritten.topic))
        for _ in range(2):
            handlers.notify_mentioned(session, decode(MessageWritten, row.body))
        assert [row.user_id for row in session.scalars(select(Notification))] == [user]


def test_a_message_keeps_its_files(tenant: UUID, scene: Scene, desk: TestClient) -> None:
    (ticket,) = tickets(tenant, scene, {})
    with transaction(tenant_id=tenant) as session:
        file_id = str(files.put_bytes(session, b"what we found", name="report.txt", by=None).id)
    said = {"kind": "reply", "text": "see the report", "file_ids": [file_id]}

    told = desk.post(f"/tickets/{ticket}/messages", json=said)
    unknown = desk.post(f"/tickets/{ticket}/messages", json=said | {"file_ids": [str(new_id())]})

    assert [(one["file_id"], one["name"]) for one in told.json()["files"]] == [(file_id, "report.txt")]
    assert unknown.status_code == 404
    assert desk.get(f"/tickets/{ticket}/messages").json()["items"] == [told.json()]


def test_two_reports_of_one_fault_become_one_ticket_with_both_conversations(
    tenant: UUID, scene: Scene, desk: TestClient, program: TestClient
) -> None:
    mail, other = {"summary": "空调不出风了,闻到焦味"}, {"summary": "门禁卡坏了", "asset_id": None}
    first, second, apart = tickets(tenant, scene, {}, mail, {**other, "customer_id": scene.customer})
    with transaction(tenant_id=tenant) as session:
        order = an_order(session, scene, ticket_id=UUID(second)).id
    for ticket in (first, second):
        said = {"text": f"for {ticket}", "channel": "mail", "external_id": ticket}
        program.post(f"/tickets/{ticket}/messages/taken-in", json=said)

    proposed = desk.get(f"/tickets/{first}/twins").json()["items"]
    merged = desk.post(f"/tickets/{second}/merge", json={"into_ticket_id": first})
    again = desk.post(f"/tickets/{second}/merge", json={"into_ticket_id": first})
    late = {"text": "late", "channel": "mail", "external_id": "late"}
    landed = program.post(f"/tickets/{second}/messages/taken-in", json=late).json()

    assert [item["id"] for item in proposed] == [second]
    assert apart not in {item["id"] for item in proposed}
    assert (merged.status_code, again.status_code, merged.json()["id"]) == (200, 200, first)
    assert [part["id"] for part in merged.json()["parts"]] == [second]
    assert [line["id"] for line in merged.json()["work_orders"]] == [str(order)]
    assert merged.json()["state"] == "in_progress"
    assert landed["subject_id"] == first
    talk = desk.get(f"/tickets/{first}/messages").json()["items"]
    assert [item["text"] for item in talk] == ["late", f"for {second}", f"for {first}"]
    assert [item["subject_id"] for item in talk] == [first, second, first]
    gone = state_of(desk, second)
    assert (gone["state"], gone["merged_into"]["id"]) == ("merged", first)
    assert desk.post(f"/tickets/{first}/merge", json={"into_ticket_id": second}).status_code == 409
    assert desk.post(f"/tickets/{first}/merge", json={"into_ticket_id": first}).status_code == 409
    assert desk.post(f"/tickets/{first}/actions", json={"action": "merge"}).status_code == 422


def test_merges_in_a_ring_at_once_leave_one_ticket_standing_and_lose_no_order(tenant: UUID, scene: Scene) -> None:
    ring = [UUID(key) for key in tickets(tenant, scene, {}, {}, {})]
    with transaction(tenant_id=tenant) as session:
        made = {an_order(session, scene, ticket_id=key).id for key in ring}

    def merge(place: int) -> bool:
        with transaction(tenant_id=tenant) as session:
            merging.merge(session, ring[place], into_id=ring[(place + 1) % 3], by=HOUSE, at=clock.now())
        return True

    def tried(place: int) -> bool:
        try:
            return merge(place)
        except CannotMergeTicket:
            return False

    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(tried, range(3)))

    with transaction(tenant_id=tenant) as session:
        held = {row.id: row for row in session.scalars(select(Ticket))}
        standing = [row for row in held.values() if row.state is not TicketState.MERGED]
        orders = list(session.scalars(select(WorkOrder).where(WorkOrder.id.in_(made))))
        assert any(done)
        assert len(standing) == 3 - sum(done)
        assert all(held[row.merged_into_id].merged_into_id is None for row in held.values() if row.merged_into_id)
        assert {row.ticket_id for row in orders} <= {row.id for row in standing}


def test_an_order_that_follows_waits_with_the_survivor(session: Session) -> None:
    scene = a_scene(session)
    first, second = a_ticket(session, scene, at=NOON), a_ticket(session, scene, at=NOON)
    order = an_order(session, scene, ticket_id=second.id)
    service.act(session, first.id, TicketAction.ASK_CUSTOMER, by=HOUSE, at=NOON)

    merging.merge(session, second.id, into_id=first.id, by=HOUSE, at=NOON + HOUR)

    assert first.state is TicketState.PENDING_CUSTOMER
    assert all(row.paused_at is not None for row in sla.clocks_of(session, order.id))


def test_the_timeline_tells_all_that_happened_in_pages(tenant: UUID, scene: Scene, desk: TestClient) -> None:
    with transaction(tenant_id=tenant) as session:
        ticket = a_ticket(session, scene, at=NOON).id
        order = an_order(session, scene, ticket_id=ticket)
        fill(session, scene.vans[scene.chen], scene.bearing, 2)
        visit = a_visit(session, scene, order)
        do_visit(session, visit.id, phone_of(scene.chen), until=VisitAction.START)
        reports.use_part(
            session, visit.id, part_id=scene.bearing, quantity=Decimal(2), by=reported(phone_of(scene.chen), 45)
        )
        order_id = order.id
    desk.post(f"/tickets/{ticket}/messages", json={"kind": "note", "text": "x"})

    whole = desk.get(f"/tickets/{ticket}/timeline", params={"limit": 200}).json()
    pages, cursor = [], None
    while True:
        page = desk.get(f"/tickets/{ticket}/timeline", params={"limit": 3, **({"cursor": cursor} if cursor else {})})
        pages += page.json()["items"]
        cursor = page.json()["next_cursor"]
        if cursor is None:
            break

    assert {item["kind"] for item in whole["items"]} == {"ticket", "message", "order", "visit", "part"}
    assert {item["id"] for item in pages} == {item["id"] for item in whole["items"]}
    assert len(pages) == len(whole["items"])
    at = [item["at"] for item in whole["items"]]
    assert at == sorted(at, reverse=True)
    of_order = desk.get(f"/work-orders/{order_id}/timeline", params={"source": ["work"]}).json()["items"]
    assert {item["kind"] for item in of_order} == {"order", "visit"}
    assert desk.get(f"/tickets/{ticket}/timeline", params={"cursor": "x"}).status_code == 422


def test_a_ticket_has_promises_of_its_own_that_wait_for_the_customer(session: Session) -> None:
    scene = a_scene(session)
    ticket, device = (a_ticket(session, scene, at=NOON, channel=kind) for kind in (Channel.MAIL, Channel.DEVICE))
    before = {row.clock: row.due_at for row in sla.clocks_of(session, ticket.id)}

    service.act(session, ticket.id, TicketAction.ASK_CUSTOMER, by=HOUSE, at=NOON)
    service.act(session, ticket.id, TicketAction.CUSTOMER_ANSWERED, by=HOUSE, at=NOON + 24 * HOUR)
    after = {row.clock: row.due_at for row in sla.clocks_of(session, ticket.id)}
    service.act(session, ticket.id, TicketAction.RESOLVE, by=HOUSE, at=NOON + 25 * HOUR)
    met = {row.met_at for row in sla.clocks_of(session, ticket.id)}
    service.act(session, ticket.id, TicketAction.REOPEN, by=HOUSE, at=NOON + 26 * HOUR)

    assert set(before) == {ClockKind.RESPONSE, ClockKind.RESTORE}
    assert all(after[kind] > before[kind] for kind in before)
    assert met == {NOON + 25 * HOUR}
    assert [row.met_at for row in sla.clocks_of(session, ticket.id)] == [NOON + 25 * HOUR, None]
    assert sla.clocks_of(session, device.id) == []
    order_promises.follow_clock(session, ticket.id, former=NOON, due_at=NOON)


def test_a_reply_by_mail_is_mailed_once_with_its_lines_kept(tenant: UUID, scene: Scene, desk: TestClient) -> None:
    with transaction(tenant_id=tenant) as session:
        session.get_one(Customer, scene.customer).email = "mall@example.com"
        ticket = str(a_ticket(session, scene).id)
    for kind, channel in (("reply", "mail"), ("reply", "phone"), ("note", "mail")):
        said = {"kind": kind, "channel": channel, "text": "first line\nsecond line"}
        assert desk.post(f"/tickets/{ticket}/messages", json=said).status_code == 201

    with transaction(tenant_id=tenant) as session:
        for _ in range(2):
            for row in session.scalars(select(OutboxEvent).where(OutboxEvent.topic == MessageWritten.topic)):
                handlers.mail_reply(session, decode(MessageWritten, row.body))
        (mail,) = session.scalars(select(OutboundMail))

    assert (mail.to_address, str(mail.subject_id)) == ("mall@example.com", ticket)
    assert "first line\nsecond line" in mail.body
    lines = desk.get(f"/tickets/{ticket}/timeline", params={"source": ["mail"]}).json()["items"]
    assert [(line["kind"], line["code"]) for line in lines] == [("mail", f"mail.{mail.state}")]
