"""Tickets and conflicts on the console: a conversation with a note and an answer, a merge, a conflict decided."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from playwright.sync_api import expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.work.lifecycle import VisitAction
from backend.work.service import acting, scheduling
from kernel import clock
from kernel.db import Login, Tenant, transaction
from kernel.ids import new_id
from tests.conftest import SharedCluster, settings_of
from tests.e2e.console.company import TENANT
from tests.e2e.console.conftest import Company, Desk
from tests.integration.backend.work.scene import phone_of


def a_ticket(client: httpx.Client, summary: str, **other: Any) -> dict[str, Any]:
    """Open a ticket and return it."""
    body = {"channel": "mail", "summary": summary, "description": "", **other}
    return dict(client.post("/tickets", json=body).raise_for_status().json())


@pytest.fixture
def office(company: Company) -> Iterator[httpx.Client]:
    """Return the API as somebody of the office sees it."""
    with company.client() as client:
        yield client


def test_a_ticket_is_answered_and_takes_in_its_twin(desk: Callable[..., Desk], office: httpx.Client) -> None:
    asset = office.get("/assets", params={"limit": 1}).json()["items"][0]["id"]
    first = a_ticket(office, "机房空调漏水,地面有水", asset_id=asset)
    second = a_ticket(office, "空调漏水了,机房地面都是水", asset_id=asset)
    mail = {"channel": "mail", "external_id": "m-1", "text": "什么时候有人来?", "author_name": "李女士"}
    office.post(f"/tickets/{second['id']}/messages/taken-in", json=mail).raise_for_status()
    here = desk("dispatcher")
    page = here.open(f"tickets?q={first['number']}")

    page.get_by_role("button", name=first["number"]).click()
    panel = page.get_by_role("article")
    panel.get_by_label("Internal note").check()
    panel.get_by_role("textbox", name="Internal note").fill("Spare pump is in the van")
    panel.get_by_role("button", name="Save the note").click()
    talk = panel.get_by_role("list", name="Conversation")
    expect(talk.get_by_role("listitem")).to_have_count(1)
    panel.get_by_label("Reply", exact=True).first.check()
    panel.get_by_role("textbox", name="Reply").fill("今天下午三点到")
    panel.get_by_role("button", name="Reply").click()
    expect(talk.get_by_role("listitem").first).to_contain_text("今天下午三点到")

    panel.get_by_role("tab", name="Duplicates").click()
    panel.get_by_role("button", name=f"Merge {first['number']} into {second['number']}").click()
    page.get_by_role("dialog").get_by_role("button", name="Merge").click()
    expect(panel.get_by_role("heading", name="空调漏水了,机房地面都是水")).to_be_visible()
    panel.get_by_role("tab", name="Conversation").click()
    expect(panel.get_by_role("list", name="Conversation").get_by_role("listitem")).to_have_count(3)
    panel.get_by_role("tab", name="Timeline").click()
    expect(panel.get_by_role("list", name="Timeline")).to_contain_text("Took in another ticket")
    assert here.violations() == []


def test_labels_and_templates_are_kept_and_put_on_an_order(desk: Callable[..., Desk], office: httpx.Client) -> None:
    site = office.get("/sites", params={"limit": 1}).json()["items"][0]["id"]
    ticket = a_ticket(office, "Door is stuck", site_id=site)
    made = office.post(f"/tickets/{ticket['id']}/work-orders", json={"skill": "lift"}).raise_for_status().json()
    here = desk("supervisor")
    page = here.open("catalogue")

    page.get_by_role("button", name="New label").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Code").fill("rework")
    dialog.get_by_label("Chinese name").fill("返修")
    dialog.get_by_label("English name").fill("Rework")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("list", name="Labels")).to_contain_text("Rework")
    page.get_by_role("button", name="New template").click()
    dialog.get_by_label("Kind of work").select_option("inspection")
    dialog.get_by_label("Chinese name").fill("巡检")
    dialog.get_by_label("English name").fill("Round")
    dialog.get_by_label("Rework").check()
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row").filter(has_text="Round")).to_contain_text("Rework")
    assert here.violations() == []

    page = here.open(f"orders/{made['id']}")
    page.get_by_role("button", name="Substatus and labels").click()
    dialog.get_by_label("Rework").check()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("article")).to_contain_text("Rework")
    page.get_by_role("button", name="Open one").click()
    dialog.get_by_label("Summary").fill("Replace the rail")
    dialog.get_by_role("button", name="Save").click()
    children = page.get_by_role("list", name="Orders that belong to it")
    expect(children.get_by_role("listitem")).to_contain_text(["Replace the rail"])


@contextmanager
def behind(cluster: SharedCluster, worker_name: str) -> Iterator[Session]:
    """Open a transaction of the company, as its phones reach it."""
    with settings_of(cluster.logins(f"fieldhand_company_{worker_name}")):
        with transaction(Login.SYSTEM) as session:
            tenant = session.scalars(select(Tenant.id).where(Tenant.slug == TENANT)).one()
        with transaction(tenant_id=tenant) as session:
            yield session


def test_a_conflict_from_the_field_is_decided_on_its_page(
    desk: Callable[..., Desk], office: httpx.Client, cluster: SharedCluster, worker_name: str
) -> None:
    site = office.get("/sites", params={"limit": 1}).json()["items"][0]["id"]
    technician = office.get("/technicians", params={"limit": 1}).json()["items"][0]["id"]
    ticket = a_ticket(office, "Gate does not open", site_id=site)
    made = office.post(f"/tickets/{ticket['id']}/work-orders", json={"skill": "controls"}).raise_for_status().json()
    now = clock.now()
    with behind(cluster, worker_name) as session:
        visit = scheduling.schedule_visit(
            session,
            UUID(made["id"]),
            technician_ids=[UUID(technician)],
            start=now + timedelta(hours=1),
            end=now + timedelta(hours=2),
            at=now,
        )
        scheduling.dispatch_visit(session, visit.id, at=now)
        kept = acting.act(
            session,
            visit.id,
            VisitAction.TRAVEL,
            actor=phone_of(UUID(technician)),
            occurred_at=now,
            received_at=now,
            client_op_id=new_id(),
        )
    assert kept.status == "conflict"
    here = desk("dispatcher")
    page = here.open("conflicts")

    card = page.get_by_role("listitem").filter(has_text="Gate does not open")
    expect(card).to_contain_text("Technician left")
    expect(card).to_contain_text("Visit 1: Dispatched")
    assert here.violations() == []
    card.get_by_role("button", name="Apply").click()
    expect(card.get_by_role("alert")).to_be_visible()
    card.get_by_role("button", name="Dismiss").click()
    expect(card).to_have_count(0)
    page.get_by_label("State").select_option(label="Field report dismissed")
    expect(card).to_contain_text("Field report dismissed")
