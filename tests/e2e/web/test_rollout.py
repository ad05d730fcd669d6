"""Firmware, claims and limits: the stories of the people who look after a fleet."""

import hashlib
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.web.conftest import Console

pytestmark = pytest.mark.browser


def test_an_image_goes_up_and_a_campaign_is_drafted_started_and_aborted(console: Console, tmp_path: Path) -> None:
    image = tmp_path / "pump.bin"
    image.write_bytes(bytes(range(256)) * 40)
    console.open("/console/fleet?view=firmware")
    page, dialog = console.page, console.page.get_by_role("dialog")

    page.get_by_role("button", name="Upload an image").click()
    dialog.get_by_label("File").set_input_files(image)
    expect(dialog.get_by_text(hashlib.sha256(image.read_bytes()).hexdigest())).to_be_visible()
    dialog.get_by_label("Model").fill("pump")
    dialog.get_by_label("Version").fill("2.1.0")
    dialog.get_by_role("button", name="Upload an image").click()
    page.get_by_role("button", name="New campaign with Pump 2.1.0").click()
    dialog.get_by_label("Waves (percent").fill("50, 20, 100")
    expect(dialog.get_by_role("alert")).to_contain_text("Percentages have to rise")
    dialog.get_by_label("Waves (percent").fill("20, 100")
    dialog.get_by_label("Stop above failed devices").fill("1")
    dialog.get_by_role("button", name="New campaign").click()

    panel = page.locator("#inspector")
    expect(panel.get_by_text("more than 10 % failed, more than 1 devices failed")).to_be_visible()
    panel.get_by_role("button", name="Start").click()
    dialog.get_by_role("button", name="Start").click()
    expect(panel.get_by_text("Sent 1 · Waiting 1")).to_be_visible()
    assert re.search(r"/console/campaigns/[0-9a-f-]+\?view=firmware$", page.url)
    panel.get_by_role("button", name="Abort").click()
    dialog.get_by_role("button", name="Abort").click()
    expect(panel.get_by_text("Aborted")).to_be_visible()
    expect(panel.get_by_role("button", name="Resume")).to_be_visible()


def test_a_campaign_tells_of_each_wave_and_each_device_with_its_reason(chinese_console: Console) -> None:
    chinese_console.open()
    page = chinese_console.page

    page.keyboard.press("8")
    page.get_by_role("button", name="Pumps to 2.0.0").click()

    panel = page.locator("#inspector")
    expect(panel.get_by_text("已安装 1 · 下载中 1 · 已发送 1 · 失败 1")).to_be_visible()
    panel.get_by_label("状态").select_option("failed")
    expect(panel.get_by_text("重启后未运行新版本")).to_be_visible()
    expect(panel.get_by_role("button", name=re.compile("demo-pump"))).to_have_count(1)


def test_claims_are_made_in_a_batch_printed_and_revoked(console: Console) -> None:
    console.open()
    page, dialog = console.page, console.page.get_by_role("dialog")
    page.keyboard.press("9")
    page.get_by_role("button", name="Create claims").click()
    dialog.get_by_label("Model").fill("pump")
    dialog.get_by_label("Beginning of names").fill("plant-7")
    dialog.get_by_label("Codes", exact=True).fill("3")

    dialog.get_by_role("button", name="Create claims").click()

    expect(dialog.get_by_role("heading", name="Claims created: 3")).to_be_visible()
    expect(dialog.get_by_role("img", name=re.compile("QR code of Code"))).to_have_count(3)
    page.emulate_media(media="print")
    expect(page.locator("#root")).to_be_hidden()
    expect(page.locator("body > div:not(#root)").get_by_text("plant-7")).to_have_count(3)
    expect(page.locator("body > div:not(#root)").get_by_text("plant-7").first).to_be_visible()
    page.emulate_media(media="screen")
    dialog.get_by_role("button", name="Close").click()
    page.get_by_label("State").first.select_option("open")
    table = page.get_by_role("table", name="Claims")
    expect(table).to_have_attribute("aria-rowcount", "5")
    table.get_by_role("button", name="Revoke the claim of plant-7").first.click()
    dialog.get_by_role("button", name="Revoke").click()
    expect(table).to_have_attribute("aria-rowcount", "4")


def test_a_limit_is_set_with_a_look_at_the_last_days_and_switched_off(console: Console) -> None:
    console.open()
    page, dialog = console.page, console.page.get_by_role("dialog")
    page.keyboard.press("0")
    table = page.get_by_role("table", name="Limits")
    expect(table).to_have_attribute("aria-rowcount", "5")
    page.get_by_role("button", name="New limit").click()
    dialog.get_by_role("combobox", name="Of").select_option("model")
    dialog.get_by_role("combobox", name="Model").select_option("pump")
    dialog.get_by_label("Metric", exact=True).fill("bearing_temp_c")
    dialog.get_by_label("Limit", exact=True).fill("66")

    expect(dialog.get_by_text("Limit 66")).to_be_visible()
    expect(dialog.get_by_text(re.compile("Lowest .* in 7 days"))).to_be_visible()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("There is a limit of this kind on this metric already")
    dialog.get_by_role("combobox", name="Kind").select_option("forecast")
    dialog.get_by_label("Ahead (hours)").fill("36")
    dialog.get_by_role("button", name="Save").click()

    expect(table).to_have_attribute("aria-rowcount", "6")
    table.get_by_role("button", name=re.compile("^Switch off .*within 36 h")).click()
    expect(table.get_by_role("button", name=re.compile("^Switch on .*within 36 h"))).to_be_visible()
    table.get_by_role("button", name=re.compile("^Delete .*within 36 h")).click()
    dialog.get_by_role("button", name="Delete").click()
    expect(table).to_have_attribute("aria-rowcount", "5")
    table.get_by_role("button", name="demo-pump", exact=False).first.click()
    expect(page.locator("#inspector").get_by_text("the device's own stands in its place")).to_be_visible()
