"""A device's page: commands, settings with a conflict, secret and certificates, muting, spans and downloads."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.web.conftest import Console

pytestmark = pytest.mark.browser


def a_pump(console: Console) -> dict[str, Any]:
    """Return a pump that has said something."""
    return next(one for one in console.site.world.devices.values() if one["model"] == "pump" and one["last_values"])


def open_part(console: Console, part: str) -> dict[str, Any]:
    """Open a part of a pump's page and return the pump."""
    pump = a_pump(console)
    console.open(f"/console/devices/{pump['id']}/{part}?view=devices")
    return pump


def test_a_command_is_sent_with_arguments_seen_and_withdrawn(console: Console) -> None:
    pump, page = open_part(console, "commands"), console.page
    expect(page.get_by_text("valve is jammed")).to_be_visible()
    page.get_by_label("Command", exact=True).fill("exercise_valve")
    page.get_by_label("Arguments (JSON)").fill('{"turns": {"deep": 1}}')
    send = page.get_by_role("button", name="Send a command")

    send.click()
    expect(page.get_by_role("alert")).to_contain_text("turns")
    page.get_by_label("Arguments (JSON)").fill('{"turns": 2}')
    page.get_by_label("Expires after").select_option("3600")
    send.click()

    expect(page.get_by_text("Command “exercise_valve” is queued.")).to_be_visible()
    made = console.site.world.commands[pump["id"]][0]
    assert (made["command"], made["args"]) == ("exercise_valve", {"turns": 2})
    page.get_by_role("button", name="Withdraw exercise_valve").click()
    expect(page.get_by_text("Withdrawn")).to_be_visible()
    assert made["state"] == "cancelled"
    made.update(state="acked", finished_at=made["requested_at"], detail="turned twice")


def test_settings_show_what_differs_and_a_conflict_is_told_without_losing_the_text(console: Console) -> None:
    pump, page = open_part(console, "settings"), console.page
    row = page.get_by_role("row", name="limits.high")
    expect(row).to_contain_text("differs")
    expect(page.get_by_text("Settings that differ: 4")).to_be_visible()
    page.get_by_role("button", name="Change desired settings").click()
    dialog = page.get_by_role("dialog")
    text = dialog.get_by_label("Desired document (JSON)")
    twin = console.site.world.twins[pump["id"]]
    twin.update(desired_version=5, desired={**twin["desired"], "site": "B2"})

    text.fill('{"interval_seconds": 30, "limits": {"high": 7.1, "low": 0.4}, "site": "B1"}')
    expect(dialog.get_by_text('{"interval_seconds":30}')).to_be_visible()
    dialog.get_by_role("button", name="Save").click()

    expect(dialog.get_by_role("alert")).to_contain_text("Somebody made it version 5 meanwhile.")
    expect(text).to_have_value(re.compile('"interval_seconds": 30'))
    expect(dialog.get_by_text('{"interval_seconds":30,"site":"B1"}')).to_be_visible()
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_text("The device has not dealt with version 6 yet")).to_be_visible()
    assert (twin["desired"]["interval_seconds"], twin["desired"]["site"]) == (30, "B1")


def test_a_secret_is_rotated_and_a_device_is_revoked_only_by_its_name(console: Console) -> None:
    pump, page = open_part(console, "access"), console.page
    page.get_by_role("button", name="Rotate secret").click()
    page.get_by_role("dialog").get_by_role("button", name="Rotate secret").click()
    expect(page.get_by_text("The new secret is shown this once.")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Close").click()

    page.get_by_role("button", name="Revoke all certificates").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke all certificates").click()
    expect(page.get_by_role("region", name="Certificates").get_by_text(re.compile("^Revoked"))).to_have_count(2)
    page.get_by_role("button", name="Revoke device").click()
    revoke = page.get_by_role("dialog").get_by_role("button", name="Revoke device")
    expect(revoke).to_be_disabled()
    page.get_by_label(f"Type {pump['name']} to confirm").fill(pump["name"])
    revoke.click()

    expect(page.get_by_text("This device was revoked")).to_be_visible()
    assert pump["revoked_at"] is not None


def test_a_long_span_has_an_envelope_a_limit_and_files_and_the_device_is_muted(chinese_console: Console) -> None:
    pump, page = open_part(chinese_console, "overview"), chinese_console.page
    panel = page.locator("#inspector")
    page.get_by_label("测点").select_option("bearing_temp_c")
    expect(panel.get_by_text("限值 58")).to_be_visible()
    expect(panel.get_by_text("最低至最高")).to_have_count(0)

    page.get_by_label("范围").select_option("2160")

    expect(panel.get_by_text("最低至最高")).to_be_visible()
    with page.expect_download() as download:
        panel.get_by_role("link", name="下载为 PARQUET").click()
    url = download.value.url
    assert f"device_id={pump['id']}" in url
    assert "resolution=minute" in url
    assert "metric=bearing_temp_c" in url
    page.get_by_role("button", name="屏蔽 4 小时").click()
    expect(panel.get_by_text(re.compile("^屏蔽中，至"))).to_be_visible()
    page.get_by_role("button", name="解除屏蔽").click()
    expect(panel.get_by_text("未屏蔽。")).to_be_visible()


def test_the_parts_are_walked_by_keyboard_and_each_has_its_address(console: Console) -> None:
    pump, page = open_part(console, "overview"), console.page
    page.get_by_role("tab", name="Overview").focus()

    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")

    expect(page.get_by_role("tab", name="Settings")).to_be_focused()
    assert page.url.endswith(f"/console/devices/{pump['id']}/settings?view=devices")
    page.go_back()
    expect(page.get_by_role("tab", name="Commands")).to_have_attribute("aria-selected", "true")
