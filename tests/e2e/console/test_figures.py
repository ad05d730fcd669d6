"""Figures: a period and filters in the address, each number opens its orders, bars by the keyboard."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from benchmarks.kpi.histories import histories
from benchmarks.kpi.run import write
from kernel import db
from tests.conftest import SharedCluster, settings_of
from tests.e2e.console.company import TENANT
from tests.e2e.console.conftest import Company, Desk

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def busy(cluster: SharedCluster, company: Company, worker_name: str) -> Company:
    """Return the company with some weeks behind it."""
    first = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=80)
    with settings_of(cluster.logins(f"fieldhand_company_{worker_name}")):
        with db.transaction(db.Login.SYSTEM) as session:
            tenant_id = session.scalars(select(db.Tenant.id).where(db.Tenant.slug == TENANT)).one()
        write(tenant_id, histories(orders=150, days=60, seed=3, first=first))
    return company


@pytest.mark.usefixtures("busy")
def test_a_number_opens_the_orders_behind_it(desk: Callable[..., Desk]) -> None:
    here = desk("supervisor")
    page = here.open("kpi")

    page.get_by_role("combobox", name="Period").select_option("90")
    page.get_by_role("button", name="Repeat visits").click()
    panel = page.locator("#inspector")
    expect(panel.get_by_role("heading", name="Repeat visits")).to_be_visible()
    panel.get_by_role("combobox", name="Show").select_option("hit")
    hits = int(panel.locator("dl div", has_text="Hits").locator("dd").inner_text())
    expect(panel.get_by_role("button", name="K-WO-")).to_have_count(min(hits, 50))
    assert hits > 5
    assert "/console/kpi/repeat_rate" in page.url
    assert "from=" in page.url
    assert here.violations() == []
    panel.get_by_role("button", name="K-WO-").first.click()
    expect(panel.get_by_text("K-WO-").first).to_be_visible()


@pytest.mark.usefixtures("busy")
def test_bars_are_reached_by_the_keyboard(desk: Callable[..., Desk]) -> None:
    here = desk("supervisor", locale="zh-CN", scheme="dark")
    page = here.open("failures")

    page.get_by_role("combobox", name="时段").select_option("90")
    bar = page.get_by_role("group", name="帕累托图").get_by_role("button").first
    bar.focus()
    bar.press("Enter")
    expect(page.locator("#inspector").get_by_role("button", name="K-WO-").first).to_be_visible()
    assert here.violations() == []
