"""Getting around in the console."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.e2e.console.conftest import Desk


def test_groups_and_their_pages_are_reached_by_mouse_and_by_keys(desk: Callable[..., Desk]) -> None:
    here = desk("dispatcher")
    page = here.open("cases")

    page.get_by_role("navigation").get_by_role("button", name="Promises").click()
    page.get_by_role("tab", name="Escalation").click()
    assert page.url.endswith("/console/?view=ladders")
    page.get_by_role("tab", name="Escalation").press("ArrowRight")
    expect(page.get_by_role("tab", selected=True).first).to_have_id("tab-watch")

    page.locator("body").press("g")
    page.locator("body").press("d")
    expect(page.get_by_role("tab", name="Devices")).to_be_visible()
    page.locator("body").press("c")
    expect(page.get_by_role("tab", name="Incidents")).to_be_visible()
    assert here.violations() == []
