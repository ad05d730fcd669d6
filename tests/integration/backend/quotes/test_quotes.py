"""Quotes: the order waits for the answer, which comes once, by the link or taken down by the staff."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.contracts.coverage import Kind
from backend.identity import service as identity
from backend.notifications.models import Notification
from backend.prices.models import Purpose
from backend.quotes import handlers, link_routes, links, proposal, service
from backend.quotes.errors import NothingQuoted, QuoteOpen, QuoteSettled
from backend.quotes.events import QuoteDecided
from backend.quotes.models import OnRefusal, QuoteState
from backend.work.errors import IllegalTransition
from backend.work.lifecycle import OrderState
from backend.work.models import WorkOrder
from backend.work.service import views
from backend.work.service.orders import ExpectedPart
from inventory import service as stock
from kernel import clock
from kernel.auth import Role, hash_secret
from kernel.db import transaction
from kernel.http import include
from kernel.ids import new_id
from kernel.web import make_app
from tests.integration.backend.callers import TestClient
from tests.integration.backend.contracts.scene import NOON, a_contract, prices_of
from tests.integration.backend.work.scene import a_scene, a_visit, an_order, desk

HOSTILE = "<script>alert(1)</script>"
LINES = [
    service.Line(kind=Kind.LABOUR, text=HOSTILE, quantity=Decimal("1.5"), unit="h", unit_price=Decimal("99.99")),
    service.Line(kind=Kind.TRAVEL, text="", quantity=Decimal(1), unit="visit", unit_price=Decimal(50)),
]


def a_quote(session: Session, order: WorkOrder, *, by: UUID | None = None, **other: object) -> UUID:
    """Send a quote for an order."""
    at = clock.now()
    given: dict[str, object] = {"lines": LINES, "valid_until": at + timedelta(days=7), **other}
    row = service.create_quote(session, order.id, service.Draft(**given), by=by, at=at)  # type: ignore[arg-type]
    service.send(session, row.id, actor=desk(), at=at)
    return row.id


@pytest.fixture
def sent(tenant: UUID) -> tuple[UUID, UUID]:
    """Return a quote that went out and its order."""
    with transaction(tenant_id=tenant) as session:
        order = an_order(session, a_scene(session), summary=HOSTILE)
        return a_quote(session, order), order.id


@pytest.fixture
def browser(database: object) -> Iterator[TestClient]:
    """Return a customer's browser."""
    app = make_app(name="test", title="Test", version="1")
    include(app, link_routes.router, link_routes.ACCESS, prefix="")
    with TestClient(app, headers={"Accept-Language": "en"}) as client:
        yield client


def test_the_customer_accepts_by_the_link_once_and_the_order_is_open_again(
    tenant: UUID, sent: tuple[UUID, UUID], browser: TestClient
) -> None:
    quote_id, order_id = sent
    url = f"/quote/{links.token(quote_id)}"
    with transaction(tenant_id=tenant) as session:
        waiting = views.get_order(session, order_id).state
    page = browser.get(url)

    with ThreadPoolExecutor(4) as pool:
        answers = list(
            pool.map(lambda _: browser.post(url, data={"decision": "accept", "name": "Ms Li"}).status_code, range(4))
        )

    assert (waiting, sorted(answers)) == (OrderState.PENDING_APPROVAL, [200, 409, 409, 409])
    assert "CNY 199.99" in page.text
    assert HOSTILE not in page.text
    assert "&lt;script&gt;" in page.text
    assert "accepted" in browser.get(url).text
    with transaction(tenant_id=tenant) as session:
        quote, lines = service.get_quote(session, quote_id)
        order = views.get_order(session, order_id)
        assert (quote.state, quote.decided_name, quote.decided_by) == (QuoteState.ACCEPTED, "Ms Li", None)
        assert quote.token_hash == hash_secret(links.token(quote_id))
        assert [line.amount for line in lines] == [Decimal("149.99"), Decimal(50)]
        assert order.state is OrderState.OPEN


def test_a_link_that_leads_nowhere_says_so(browser: TestClient) -> None:
    assert browser.get(f"/quote/{'x' * 43}").status_code == 404
    assert browser.post(f"/quote/{'x' * 43}", data={"decision": "refuse", "name": "x"}).status_code == 404


@pytest.mark.parametrize(
    ("on_refusal", "state"),
    [(OnRefusal.CANCEL, OrderState.CANCELLED), (OnRefusal.LEAVE, OrderState.PENDING_APPROVAL)],
)
def test_a_refusal_ends_the_order_or_leaves_it_as_the_quote_says(
    session: Session, on_refusal: OnRefusal, state: OrderState
) -> None:
    order = an_order(session, a_scene(session))
    quote_id = a_quote(session, order, on_refusal=on_refusal)
    answer = service.Answer(accepted=False, name="Agent Wu", note="told by phone", by=desk().actor_id)

    service.decide(session, quote_id, answer, at=clock.now())

    assert views.get_order(session, order.id).state is state
    with pytest.raises(QuoteSettled):
        service.decide(session, quote_id, answer, at=clock.now())


def test_a_quote_that_nobody_answers_in_time_is_out_of_date_and_may_be_followed_by_another(session: Session) -> None:
    order = an_order(session, a_scene(session))
    quote_id = a_quote(session, order)
    later = clock.now() + timedelta(days=8)
    with pytest.raises(QuoteOpen):
        a_quote(session, order)

    with pytest.raises(QuoteSettled):
        service.decide(session, quote_id, service.Answer(accepted=True, name="late"), at=later)
    ended = [service.expire(session, at=later) for _ in range(2)]

    assert ended == [1, 0]
    assert views.get_order(session, order.id).state is OrderState.PENDING_APPROVAL
    assert a_quote(session, order) != quote_id


def test_who_wrote_a_quote_hears_of_the_answer_once(session: Session) -> None:
    author = identity.create_user(session, "wu", password="long-enough-phrase", display_name="Wu", roles={Role.AGENT})
    order = an_order(session, a_scene(session))
    quote_id = a_quote(session, order, by=author.id)
    service.decide(session, quote_id, service.Answer(accepted=True, name="Ms Li"), at=clock.now())
    event = QuoteDecided(quote_id=quote_id, work_order_id=order.id, state="accepted", decided_at=clock.now())

    for _ in range(2):
        handlers.tell_author(session, event)

    (letter,) = session.scalars(select(Notification).where(Notification.user_id == author.id)).all()
    assert letter.title_en == "The customer accepted the quote"
    assert "199.99" in letter.body_en


def test_an_empty_quote_and_one_for_a_planned_order_are_not_sent(session: Session) -> None:
    scene = a_scene(session)
    with pytest.raises(NothingQuoted):
        a_quote(session, an_order(session, scene), lines=[])
    planned = an_order(session, scene)
    a_visit(session, scene, planned)

    with pytest.raises(IllegalTransition):
        a_quote(session, planned)


def test_a_proposal_prices_what_nobody_covers(session: Session) -> None:
    scene = a_scene(session)
    prices_of(session, "std", Purpose.STANDARD, per_hour=120, per_visit=80)

    stock.receive(
        session, location_id=scene.warehouse, part_id=scene.bearing, quantity=Decimal(4), at=NOON,
        client_op_id=new_id(), actor_id=None, unit_cost=Decimal(10), currency="CNY",
    )  # fmt: skip
    part = ExpectedPart(part_id=scene.bearing, quantity=Decimal(2), basis="person")
    uncovered = an_order(session, scene, expected_parts=[part], duration_minutes=90)
    a_contract(session, scene)
    covered = an_order(session, scene, expected_parts=[part], duration_minutes=90)

    full = [(line.kind, line.quantity, line.unit_price) for line in proposal.propose(session, uncovered.id, at=NOON)]
    rest = [(line.kind, line.quantity, line.unit_price) for line in proposal.propose(session, covered.id, at=NOON)]

    assert full == [
        (Kind.LABOUR, Decimal("1.5"), Decimal(120)),
        (Kind.TRAVEL, Decimal(1), Decimal(80)),
        (Kind.PARTS, Decimal(2), Decimal("12.5")),
    ]
    assert rest == [(Kind.PARTS, Decimal(2), Decimal("6.25"))]
