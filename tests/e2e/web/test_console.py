"""What a dispatcher sees and does; the fixtures also check that nothing leaves the machine or breaks the policy."""

import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.web.conftest import WEB, Console, Site
from tests.e2e.web.standin.world import HOSTILE

pytestmark = pytest.mark.browser


def order_in(site: Site, state: str) -> dict[str, Any]:
    """Return an order of the day in a state."""
    return next(one for one in site.world.orders.values() if one["state"] == state)


def test_a_wrong_password_is_refused_in_words(console: Console) -> None:
    console.log_in("wrong")

    expect(console.page.get_by_role("alert")).to_have_text("Organisation, user name or password is wrong.")


def test_logging_in_and_out(console: Console) -> None:
    console.open()
    expect(console.page.get_by_text("演示公司")).to_be_visible()

    console.page.get_by_role("button", name="Log out").click()

    expect(console.page.get_by_role("heading", name="Dispatch console")).to_be_visible()


def test_the_queue_and_an_order_in_english(console: Console) -> None:
    order = order_in(console.site, "in_progress")
    console.open()

    console.page.get_by_role("tab", name="In progress").click()
    console.page.get_by_role("option", name=order["number"]).click()

    panel = console.page.get_by_role("article")
    expect(panel.get_by_role("heading", name=order["summary"])).to_be_visible()
    for title in ("Service levels", "Predictive evidence", "Expected parts", "Why this plan", "Visits", "Timeline"):
        expect(panel.get_by_role("heading", name=title)).to_be_visible()
    expect(panel.get_by_text("adds only 17 min of travel")).to_be_visible()
    expect(panel.get_by_role("img", name=re.compile("points, from"))).to_be_visible()
    past = panel.get_by_role("list", name="Similar past cases")
    expect(past.get_by_role("listitem")).to_have_count(2)
    expect(past.get_by_role("button", name="WO-2026-00007")).to_be_visible()
    expect(panel.get_by_text("taken in 2 of 4 confirmed cases")).to_be_visible()
    assert console.page.url.endswith(f"/console/orders/{order['id']}")


def test_an_order_in_chinese(chinese_console: Console) -> None:
    order = order_in(chinese_console.site, "completed")
    chinese_console.open(f"/console/orders/{order['id']}")

    panel = chinese_console.page.get_by_role("article")
    for title in ("服务时限", "预测证据", "预计备件", "派工理由", "上门", "故障结论", "时间线"):
        expect(panel.get_by_role("heading", name=title, exact=True)).to_be_visible()
    expect(panel.get_by_text("仅增加 17 分钟路程")).to_be_visible()
    expect(panel.get_by_text("补传")).to_be_visible()


def test_the_language_can_be_switched(console: Console) -> None:
    console.open()

    console.page.get_by_label("Language").select_option("zh")

    expect(console.page.get_by_role("tab", name="待派工")).to_be_visible()
    expect(console.page.locator("html")).to_have_attribute("lang", "zh-CN")


def test_searching_narrows_the_queue(console: Console) -> None:
    order = order_in(console.site, "open")
    console.open()

    console.page.keyboard.press("/")
    console.page.keyboard.type(order["number"])

    expect(console.page.locator("#queue-list [role=option]")).to_have_count(1)
    console.page.keyboard.type("x")
    expect(console.page.get_by_text(f"No work order matches “{order['number']}x”.")).to_be_visible()


def test_the_queue_is_walked_by_keyboard(console: Console) -> None:
    console.open()
    second = console.page.locator("#queue-list [role=option]").nth(1)
    number = second.inner_text().splitlines()[-1]

    console.page.keyboard.press("j")
    console.page.keyboard.press("Enter")

    expect(second).to_have_attribute("aria-selected", "true")
    expect(console.page.get_by_role("article").get_by_text(number)).to_be_visible()
    console.page.keyboard.press("Escape")
    expect(console.page.get_by_role("article")).to_have_count(0)
    console.page.keyboard.press("?")
    expect(console.page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()


def test_closing_an_order_asks_first_and_tells_the_server(console: Console) -> None:
    order = order_in(console.site, "verified")
    console.open(f"/console/orders/{order['id']}")

    console.page.get_by_role("button", name="Close order").click()
    console.page.get_by_role("button", name="Confirm").click()

    expect(console.page.get_by_text("Done: Close order")).to_be_visible()
    assert order["state"] == "closed"


def test_cancelling_needs_a_reason(console: Console) -> None:
    order = order_in(console.site, "open")
    console.open(f"/console/orders/{order['id']}")

    console.page.get_by_role("button", name="Cancel order").click()
    console.page.get_by_role("button", name="Confirm").click()

    expect(console.page.get_by_role("dialog")).to_be_visible()
    assert order["state"] == "open"
    console.page.get_by_role("textbox", name="Reason").fill("asked twice")
    console.page.get_by_role("button", name="Confirm").click()
    expect(console.page.get_by_text("Done: Cancel order")).to_be_visible()
    assert order["state"] == "cancelled"


def test_a_visit_is_withdrawn_with_a_reason(console: Console) -> None:
    order = order_in(console.site, "scheduled")
    console.open(f"/console/orders/{order['id']}")

    console.page.get_by_role("button", name="Withdraw visit").click()
    console.page.get_by_role("textbox", name="Reason").fill("customer asked for another day")
    console.page.get_by_role("button", name="Confirm").click()

    expect(console.page.get_by_text("Done: Withdraw visit")).to_be_visible()
    bars = console.site.world.bars[order["technician_id"]]
    assert [bar["state"] for bar in bars if bar["work_order_id"] == order["id"]] == ["cancelled"]


def test_hostile_text_stays_text(console: Console) -> None:
    order = next(one for one in console.site.world.orders.values() if one["summary"] == HOSTILE)
    console.open(f"/console/orders/{order['id']}")

    expect(console.page.get_by_role("article").get_by_role("heading", name=HOSTILE)).to_be_visible()
    console.page.keyboard.press("4")
    expect(console.page.get_by_text("<script>window.hacked=1</script>").first).to_be_visible()
    assert console.page.evaluate("() => window.hacked ?? null") is None


def test_schedule_devices_and_technicians(console: Console) -> None:
    technician = next(one for one in console.site.world.technicians.values() if console.site.world.bars[one["id"]])
    console.open("/console/?view=board")
    console.page.get_by_role("button", name=technician["name"]).click()
    expect(console.page.get_by_role("article").get_by_text("Today's visits")).to_be_visible()

    console.page.keyboard.press("3")
    console.page.get_by_role("button", name="demo-chiller-01").click()
    expect(console.page.get_by_role("article").get_by_text("Last values")).to_be_visible()
    expect(console.page.get_by_role("article").get_by_role("img")).to_be_visible()


def test_an_unknown_order_is_told_so(console: Console) -> None:
    console.open("/console/orders/00000000-0000-0000-0000-000000000000")

    expect(console.page.get_by_role("alert")).to_contain_text("It does not exist, or you may not see it.")


def test_the_lock_file_names_no_download_address() -> None:
    lock = Path(WEB / "package-lock.json").read_text(encoding="utf-8")

    assert '"resolved"' not in lock


def test_the_first_load_stays_within_its_budget(dist: Path) -> None:
    page = (dist / "console" / "index.html").read_text(encoding="utf-8")
    first = [dist / name for name in re.findall(r'/(assets/[\w.-]+\.(?:js|css))"', page)]

    weight = sum(len(gzip.compress(path.read_bytes())) for path in first)

    assert first
    assert weight <= 200_000
