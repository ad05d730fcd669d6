"""The precision page: figures that open the list behind them, limits that are lowered with a reason."""

import pytest
from playwright.sync_api import expect

from tests.e2e.web.conftest import Console

pytestmark = pytest.mark.browser


def test_a_count_opens_the_list_behind_it(console: Console) -> None:
    console.open("/console/fleet?view=precision")
    page = console.page

    expect(page.get_by_role("row", name="Bearing").get_by_text("n 8 · 47–91")).to_be_visible()
    page.get_by_role("button", name="Missed: 1 (Pump, Bearing)").click()

    missed = page.get_by_role("table", name="Failures without a case · Pump · Bearing")
    expect(missed).to_have_attribute("aria-rowcount", "2")
    missed.get_by_role("button", name="Work order").click()
    expect(page.locator("#inspector")).to_be_visible()
    page.get_by_role("button", name="False: 2 (Pump, Filter)").click()
    expect(page.get_by_role("region", name="Cases: No fault found · Pump · Filter").first).to_be_visible()


def test_a_limit_is_lowered_with_a_reason(console: Console) -> None:
    console.open("/console/fleet?view=precision")
    page = console.page
    limits = page.get_by_role("table", name="Raised limits")
    expect(limits).to_have_attribute("aria-rowcount", "3")

    limits.get_by_role("button", name="Vibration mm/s").click()
    dialog = page.get_by_role("dialog")
    lower = dialog.get_by_role("button", name="Lower", exact=True)
    expect(lower).to_be_disabled()
    dialog.get_by_role("textbox").fill("mount was loose")
    lower.click()

    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(limits).to_have_attribute("aria-rowcount", "2")


def test_the_keyboard_leads_there_and_nothing_is_told_as_nothing(chinese_console: Console) -> None:
    chinese_console.open()
    page = chinese_console.page

    page.keyboard.press("6")

    expect(page.get_by_role("tab", name="精确率")).to_have_attribute("aria-selected", "true")
    page.get_by_role("combobox", name="型号").select_option("lift")
    expect(page.get_by_text("此期间没有案例，也没有漏报的故障。")).to_be_visible()
