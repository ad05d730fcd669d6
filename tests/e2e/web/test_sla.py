"""Promises: a pause over a weekend, holidays from a file, what is at risk, keyboard and address."""

from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.web.conftest import Console

pytestmark = pytest.mark.browser

HOLIDAYS = (
    "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261002\nDTEND;VALUE=DATE:20261004\nSUMMARY:国庆节\nEND:VEVENT\n"
    "BEGIN:VEVENT\nDTSTART;VALUE=DATE:20261010\nSUMMARY:国庆节 补班\nEND:VEVENT\n"
    "BEGIN:VEVENT\nDTSTART:20261005T090000Z\nSUMMARY:<b>Call</b>\nEND:VEVENT\nEND:VCALENDAR\n"
)


def test_a_pause_over_a_weekend(console: Console) -> None:
    order = next(one for one in console.site.world.orders.values() if one["state"] == "open")
    order["answered"] = False
    console.open(f"/console/orders/{order['id']}")
    panel = console.page.locator("#inspector")
    clocks = panel.get_by_role("listitem").filter(has_text="Restore")

    expect(clocks.first).to_contain_text("Paused")
    panel.get_by_text("What happened").click()
    expect(panel.get_by_text("Paused: Waiting for customer")).to_be_visible()
    expect(panel.get_by_text("Ran on: Waiting for customer")).to_have_count(0)

    order["answered"] = True
    names = ("id", "number", "lon", "lat", "state", "priority", "due_at", "summary")
    console.site.live.say(order=[{name: order[name] for name in names}])

    expect(panel.get_by_text("Ran on: Waiting for customer")).to_be_visible()
    expect(clocks.first).not_to_contain_text("Paused")
    shown = panel.locator("time").evaluate_all("all => all.map(one => one.dateTime)")
    paused, ran_on, due = (datetime.fromisoformat(at) for at in shown[1:4])
    assert (due - ran_on).total_seconds() == 5.5 * 3600
    assert (paused.weekday(), ran_on.weekday()) == (4, 0)


def test_holidays_are_looked_at_before_they_are_taken(console: Console, tmp_path: Path) -> None:
    file = tmp_path / "cn.ics"
    file.write_text(HOLIDAYS)
    console.open("/console/?view=calendars")
    page = console.page
    page.get_by_role("button", name="Import holidays (ICS)").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("ICS file").set_input_files(file)
    dialog.get_by_label("From").fill("2026-01-01")
    dialog.get_by_label("To", exact=True).fill("2026-12-31")

    dialog.get_by_role("button", name="Dry run").click()

    expect(dialog.get_by_text("3 new, 0 changed, 0 the same")).to_be_visible()
    expect(dialog.get_by_role("row", name="<b>Call</b>")).to_contain_text("Left out: not all day")
    expect(dialog.get_by_role("row", name="补班")).to_contain_text("Make-up day")
    dialog.get_by_role("button", name="Import 3 days").click()
    expect(dialog.get_by_text("Imported.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("2026-10-10 国庆节 补班 (Works as Mon)")).to_be_visible()


def test_what_is_at_risk_opens_its_order_and_the_keyboard_changes_the_page(console: Console) -> None:
    console.open("/console/?view=watch")
    page = console.page
    table = page.get_by_role("table", name="At risk")
    expect(table).to_have_attribute("aria-rowcount", "13")
    page.get_by_role("combobox", name="Promise", exact=True).select_option("restore")
    expect(table).to_have_attribute("aria-rowcount", "7")
    expect(table.get_by_text("travel 25 min + work 21 min (148 past cases)")).to_be_visible()
    table.get_by_role("button").first.click()
    expect(page.locator("#inspector")).to_be_visible()

    tab = page.get_by_role("tab", name="At risk, late")
    tab.focus()
    tab.press("ArrowLeft")

    expect(page.get_by_role("tab", name="Escalation")).to_be_focused()
    assert "view=ladders" in page.url
    expect(page.get_by_text("60 min after due")).to_be_visible()
