"""Maintenance in the console: a plan is written with its dates beside it, and activated."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, expect

from tests.e2e.console.conftest import Desk


def field(form: Locator, label: str) -> Locator:
    """Return the control of a label that begins so; what may be chosen belongs to its text."""
    return form.locator("label").filter(has_text=re.compile(f"^{label}")).locator("input, select, textarea").first


def test_a_plan_is_seen_before_it_is_activated(desk: Callable[..., Desk]) -> None:
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
    assert here.violations() == []
    form.get_by_role("button", name="Save").click()

    panel = page.locator("aside")
    expect(panel.get_by_role("heading", name="Quarterly service")).to_be_visible()
    panel.get_by_role("button", name="Activate").click()
    expect(panel.get_by_text("Active", exact=True)).to_be_visible()
    assert here.violations() == []
