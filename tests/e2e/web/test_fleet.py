"""The fleet page: figures that open the list behind them, dead letters sent again, the broker."""

import pytest
from playwright.sync_api import expect

from tests.e2e.web.conftest import Console

pytestmark = pytest.mark.browser


def count_of(console: Console, health: str) -> int:
    return sum(one["health"] == health for one in console.site.world.devices.values())


def test_a_figure_opens_the_devices_behind_it(console: Console) -> None:
    console.open("/console/fleet")
    page, silent = console.page, count_of(console, "silent")
    assert silent > 0

    tile = page.get_by_role("button", name=f"Silent {silent}")
    tile.click()

    expect(tile).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("table", name="Devices")).to_have_attribute("aria-rowcount", str(silent + 1))
    tile.click()
    total = len(console.site.world.devices)
    expect(page.get_by_role("table", name="Devices")).to_have_attribute("aria-rowcount", str(total + 1))
    page.get_by_role("combobox", name="Model").select_option("pump")
    page.get_by_role("searchbox", name="Filter devices").fill("pump-03")
    expect(page.get_by_role("table", name="Devices")).to_have_attribute("aria-rowcount", "2")


def test_letters_are_chosen_and_sent_again_and_each_tells_its_outcome(console: Console) -> None:
    console.open("/console/fleet?view=letters")
    page = console.page
    page.get_by_role("combobox", name="State").select_option("open")
    page.get_by_role("checkbox", name="Select all loaded").check()

    page.get_by_role("button", name="Replay 12").click()

    expect(page.get_by_text("The gateway was asked to replay 12")).to_be_visible()
    page.get_by_role("combobox", name="State").select_option("stored")
    expect(page.get_by_text("Records stored: 1")).to_have_count(3)
    page.get_by_role("combobox", name="State").select_option("refused")
    expect(page.get_by_text("Still refused: Unknown device")).to_have_count(3)


def test_a_letter_is_looked_at_as_text_and_hex_and_laid_aside(console: Console) -> None:
    console.open("/console/fleet?view=letters")
    page = console.page

    page.get_by_role("button", name="Unknown device").first.click()

    dialog = page.get_by_role("dialog", name="Unknown device")
    expect(dialog.get_by_text("Make it known, then replay.")).to_be_visible()
    expect(dialog.get_by_text('"flow_m3h":87.2')).to_be_visible()
    dialog.get_by_role("button", name="Hex").click()
    expect(dialog.get_by_text("7b 22 74 73")).to_be_visible()
    dialog.get_by_role("button", name="Discard").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_text("1 discarded.")).to_be_visible()
    expect(page.get_by_role("table").get_by_text("Discarded")).to_have_count(1)


def test_the_broker_tells_what_grows_and_the_keyboard_leads_there(chinese_console: Console) -> None:
    chinese_console.open()
    page = chinese_console.page

    page.keyboard.press("5")

    expect(page.get_by_text("遗弃会话在增加：设备断线后未返回。")).to_be_visible()
    expect(page.get_by_text("mosquitto version 2.0.11")).to_be_visible()
    page.get_by_role("tab", name="代理").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("tab", name="死信")).to_be_focused()
    assert page.url.endswith("/console/fleet?view=letters")
