"""Maintenance in the console: a plan written with its dates beside it, activated, kept, and told in figures."""

import os
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from backend.maintenance.models import MaintenanceOccurrence
from backend.worker import calendar
from kernel import clock
from kernel.db import Tenant, transaction
from tests.conftest import SharedCluster, settings_of
from tests.e2e.console.company import TENANT
from tests.e2e.console.conftest import Desk

SHOTS = os.environ.get("FIELDHAND_SHOTS")


def shoot(page: Page, name: str) -> None:
    """Keep a picture for people, where they ask for it."""
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png")


def field(form: Locator, label: str) -> Locator:
    """Return the control of a label that begins so; what may be chosen belongs to its text."""
    return form.locator("label").filter(has_text=re.compile(f"^{label}")).locator("input, select, textarea").first


@pytest.fixture
def sweep(cluster: SharedCluster, worker_name: str) -> Callable[[], None]:
    """Return a way to do what the worker does for plans."""

    def once() -> None:
        with settings_of(cluster.logins(f"fieldhand_company_{worker_name}")):
            with transaction() as session:
                tenant_id = session.scalars(select(Tenant.id).where(Tenant.slug == TENANT)).one()
            calendar.keep_up(tenant_id, at=clock.now() + timedelta(minutes=1))
            with transaction(tenant_id=tenant_id) as session:
                for row in session.scalars(select(MaintenanceOccurrence)):
                    late = timedelta(days=30)
                    row.due_at, row.window_from, row.window_to = (
                        row.due_at - late,
                        row.window_from - late,
                        row.window_to - late,
                    )

    return once


def test_a_plan_is_seen_before_it_is_activated_and_kept_afterwards(
    desk: Callable[..., Desk], sweep: Callable[[], None]
) -> None:
    here = desk("admin")
    page = here.open("plans")
    page.get_by_role("button", name="New plan").click()
    form = page.get_by_role("dialog")
    field(form, "Name").fill("Quarterly service")
    field(form, "For").select_option("class")
    field(form, "Class of assets").select_option(index=1)

    dates = form.get_by_role("table", name="The next dates")
    expect(dates.get_by_role("row")).to_have_count(13)
    field(form, "Calendar").select_option("own")
    field(form, "Rule").fill("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")
    expect(form.get_by_role("alert")).to_contain_text("nothing would ever come due")
    field(form, "Calendar").select_option("DAILY")
    field(form, "How many").fill("10")
    expect(dates.get_by_role("row")).to_have_count(13)
    field(form, "Summary of the order").fill("Grease and check")
    field(form, "Skill").fill("rotating")
    shoot(page, "plan-editor")
    assert here.violations() == []
    form.get_by_role("button", name="Save").click()

    panel = page.locator("aside")
    expect(panel.get_by_role("heading", name="Quarterly service")).to_be_visible()
    panel.get_by_role("button", name="Activate").click()
    expect(panel.get_by_text("Active", exact=True)).to_be_visible()
    sweep()
    page.reload()
    order = panel.get_by_role("button", name="WO-").first
    expect(order).to_be_visible()
    expect(panel.get_by_text("Overdue").first).to_be_visible()
    shoot(page, "plan-panel")
    assert here.violations() == []

    page.get_by_role("tab", name="Compliance").click()
    page.get_by_role("button", name="Quarterly service: Overdue").click()
    listed = page.get_by_role("table", name="Quarterly service · Overdue")
    expect(listed.get_by_role("button", name="WO-").first).to_be_visible()
    shoot(page, "compliance")
    assert here.violations() == []
