"""The live stream: changes appear, a lost line is told and resumed, one connection serves all tabs."""

import pytest
from playwright.sync_api import expect

from tests.e2e.web.conftest import Console

pytestmark = pytest.mark.browser


def a_new_order(console: Console) -> dict[str, object]:
    """Add an order to the world and tell the stream; returns it."""
    site = console.site
    row = next(one for one in site.world.orders.values() if one["state"] == "open")
    made = {**row, "id": "11111111-1111-4111-8111-111111111111", "number": "WO-2026-00999", "priority": 1}
    made["summary"] = "新到的紧急工单"
    site.world.orders[str(made["id"])] = made
    names = ("id", "number", "lon", "lat", "state", "priority", "due_at", "summary")
    site.live.say(order=[{name: made[name] for name in names}])
    return made


def test_a_new_order_appears_by_itself(console: Console) -> None:
    console.open()
    expect(console.page.locator("[data-live=live]")).to_be_visible()
    before = console.page.locator("#queue-list [role=option]").count()

    made = a_new_order(console)

    expect(console.page.get_by_role("option", name=str(made["number"]))).to_be_visible()
    expect(console.page.locator("#queue-list [role=option]")).to_have_count(before + 1)


def test_a_change_of_state_moves_the_order_out_of_its_tab(console: Console) -> None:
    console.open()
    order = next(one for one in console.site.world.orders.values() if one["state"] == "open" and one["priority"] == 2)
    expect(console.page.get_by_role("option", name=order["number"])).to_be_visible()

    order["state"] = "scheduled"
    names = ("id", "number", "lon", "lat", "state", "priority", "due_at", "summary")
    console.site.live.say(order=[{name: order[name] for name in names}])

    expect(console.page.get_by_role("option", name=order["number"])).to_have_count(0)


def test_a_lost_line_is_told_and_resumed_behind_the_last_change(console: Console) -> None:
    console.open()
    expect(console.page.locator("[data-live=live]")).to_be_visible()
    a_new_order(console)
    expect(console.page.get_by_role("option", name="WO-2026-00999")).to_be_visible()
    last = console.site.live.said[-1]["seq"]

    console.site.live.cut = True
    expect(console.page.locator("[data-live=connecting], [data-live=offline]")).to_be_visible()
    console.site.live.cut = False

    expect(console.page.locator("[data-live=live]")).to_be_visible(timeout=60_000)
    assert console.site.live.connections[-1] == last


def test_a_forgotten_place_loads_the_picture_anew(console: Console) -> None:
    console.open()
    expect(console.page.locator("[data-live=live]")).to_be_visible()

    console.site.live.cut = True
    expect(console.page.locator("[data-live=connecting], [data-live=offline]")).to_be_visible()
    made = a_new_order(console)
    console.site.live.forgotten = len(console.site.live.said)
    console.site.live.cut = False

    expect(console.page.get_by_role("option", name=str(made["number"]))).to_be_visible(timeout=60_000)


def test_an_expired_token_is_renewed_unseen(console: Console) -> None:
    console.open()
    expect(console.page.locator("[data-live=live]")).to_be_visible()

    console.site.live.token += 1
    made = a_new_order(console)

    expect(console.page.get_by_role("option", name=str(made["number"]))).to_be_visible()
    assert console.site.live.refreshes == 1


def test_two_tabs_share_one_connection(console: Console) -> None:
    console.open()
    expect(console.page.locator("[data-live=live]")).to_be_visible()
    second = console.page.context.new_page()
    second.goto(console.site.url + "/console/")
    expect(second.locator("[data-live=live]")).to_be_visible()

    made = a_new_order(console)

    expect(second.get_by_role("option", name=str(made["number"]))).to_be_visible()
    assert len(console.site.live.connections) == 1
    console.page.close()
    expect(second.locator("[data-live=live]")).to_be_visible()
