"""Surveys: one link per ticket, good for one answer."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from backend.surveys import handlers, page, routes, service
from backend.surveys.models import Survey
from backend.tickets import links, views
from backend.tickets import service as tickets
from backend.tickets.events import TicketResolved
from backend.tickets.models import Channel
from kernel import clock
from kernel.auth import Role
from kernel.db import transaction
from kernel.http import include
from kernel.web import make_app
from tests.integration.backend.callers import TestClient, a_client

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def ticket(tenant: UUID) -> UUID:
    """Return a ticket whose customer is asked."""
    with transaction(tenant_id=tenant) as session:
        row, _ = tickets.open_ticket(
            session, channel=Channel.WEB, summary=HOSTILE, priority=3, external_id="x", at=clock.now()
        )
        event = TicketResolved(ticket_id=row.id, number=row.number, customer_id=None, resolved_at=clock.now())
        for _ in range(3):
            handlers.invite_on_resolution(session, event)
        return row.id


@pytest.fixture
def browser(database: object) -> Iterator[TestClient]:
    """Return a customer's browser."""
    app = make_app(name="test", title="Test", version="1")
    include(app, routes.router, routes.ACCESS, prefix="")
    with TestClient(app, headers={"Accept-Language": "en"}) as client:
        yield client


def test_a_ticket_gets_one_survey_and_shows_its_link(tenant: UUID, ticket: UUID) -> None:
    with transaction(tenant_id=tenant) as session:
        surveys = session.scalars(select(Survey).where(Survey.ticket_id == ticket)).all()
        url = views.ticket_view(session, ticket)["survey_url"]

    assert len(surveys) == 1
    assert url.endswith(f"/survey/{links.survey_token(ticket)}")
    assert links.survey_token(ticket) not in vars(surveys[0]).values()


def test_the_page_asks_without_script_and_shows_hostile_text_as_text(browser: TestClient, ticket: UUID) -> None:
    answer = browser.get(f"/survey/{links.survey_token(ticket)}")

    assert answer.status_code == 200
    assert "<script" not in answer.text
    assert "&lt;script&gt;" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert page.EN.title in answer.text
    assert page.ZH.title in browser.get(answer.request.url, headers={"Accept-Language": "zh-CN"}).text


def test_the_link_works_once(browser: TestClient, tenant: UUID, ticket: UUID) -> None:
    url = f"/survey/{links.survey_token(ticket)}"

    def answer(rating: int) -> int:
        return int(browser.post(url, data={"rating": str(rating), "nps": "9", "text": HOSTILE}).status_code)

    with ThreadPoolExecutor(4) as pool:
        codes = sorted(pool.map(answer, [5, 4, 3, 2]))

    assert codes == [200, 409, 409, 409]
    assert page.EN.used in browser.get(url).text
    staff = a_client_of_staff(tenant)
    (listed,) = staff.get("/api/v1/surveys").json()["items"]
    assert (listed["nps"], listed["text"]) == (9, HOSTILE)


def a_client_of_staff(tenant: UUID) -> TestClient:
    client = a_client(tenant, Role.SUPERVISOR)
    include(client.app, routes.router, routes.ACCESS, prefix="")  # type: ignore[arg-type]
    client.base_url = client.base_url.copy_with(path="/")
    return client


@pytest.mark.parametrize(
    "form", [{}, {"rating": "6"}, {"rating": "0"}, {"rating": "five"}, {"rating": "3", "nps": "99"}]
)
def test_figures_out_of_range_are_refused(browser: TestClient, ticket: UUID, form: dict[str, str]) -> None:
    answer = browser.post(f"/survey/{links.survey_token(ticket)}", data=form)

    assert answer.status_code == 422


@pytest.mark.parametrize("token", ["x" * 43, "x" * 5, "x" * 500, "a'--" + "x" * 30])
def test_a_guessed_link_leads_nowhere(browser: TestClient, token: str) -> None:
    assert browser.get(f"/survey/{token}").status_code in {404, 422}
    assert browser.post(f"/survey/{token}", data={"rating": "5"}).status_code in {404, 422}


def test_a_link_ends(tenant: UUID, ticket: UUID) -> None:
    late = clock.now() + service.OPEN_FOR + timedelta(minutes=1)

    with pytest.raises(service.NoSuchSurvey):
        service.ask(links.survey_token(ticket), at=late)


def test_customers_are_reminded_once(tenant: UUID, ticket: UUID) -> None:
    later = clock.now() + service.REMIND_AFTER + timedelta(minutes=1)
    with transaction(tenant_id=tenant) as session:
        assert service.remind_due(session, at=clock.now()) == []
        assert service.remind_due(session, at=later) == [ticket]
        session.flush()
        assert service.remind_due(session, at=later) == []
