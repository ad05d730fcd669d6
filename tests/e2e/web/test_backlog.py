"""Cases that wait for the alert budget: why, and how one is let go."""

import pytest
from playwright.sync_api import expect

from tests.e2e.web.conftest import Console

pytestmark = pytest.mark.browser


def test_a_waiting_case_tells_why_and_is_let_go(console: Console) -> None:
    console.open("/console/fleet?view=backlog")
    table = console.page.get_by_role("table", name="Waiting cases")
    expect(table).to_have_attribute("aria-rowcount", "3")
    expect(table.get_by_text("Budget of the day spent (50/50)").first).to_be_visible()

    table.get_by_role("button", name="Open a ticket: <b>Pump</b> 7, Filter").click()

    expect(table).to_have_attribute("aria-rowcount", "2")
    expect(table.get_by_role("button", name="Open a ticket: <b>Pump</b> 7, Bearing")).to_be_visible()
