"""A device that is set from afar: versions once and in order, flash, reports."""

from pathlib import Path
from typing import Any

import msgspec

from firmware_sim.memory import Memory
from firmware_sim.settings import Settings


class Machine:
    """Knows the setting `a` only, and counts how often it was set."""

    def __init__(self) -> None:
        self.set: list[dict[str, Any]] = []

    def apply(self, desired: Any) -> dict[str, Any]:
        self.set.append(dict(desired))
        return {"a": desired["a"]} if "a" in desired else {}


def wanted(version: int, **desired: int) -> bytes:
    return msgspec.json.encode({"version": version, "desired": desired})


def said(report: bytes | None) -> tuple[Any, ...]:
    assert report is not None
    body = msgspec.json.decode(report)
    return body["boot"], body["seq"], body["version"], body["state"]


def test_each_version_is_applied_once_and_an_older_one_never() -> None:
    machine = Machine()
    settings = Settings(Memory(None), machine.apply)

    reports = [said(settings.take(payload, 5)) for payload in (wanted(2, a=2), wanted(1, a=1), wanted(2, a=9))]

    assert machine.set == [{"a": 2}]
    assert reports == [(5, seq, 2, {"a": 2}) for seq in (1, 2, 3)]


def test_what_it_does_not_know_is_left_out_and_dealt_with() -> None:
    settings = Settings(Memory(None), Machine().apply)

    assert said(settings.take(wanted(1, b=1), 5)) == (5, 1, 1, {})


def test_a_device_never_set_reports_nothing_and_what_is_no_document_is_ignored() -> None:
    machine = Machine()
    settings = Settings(Memory(None), machine.apply)

    assert settings.report(1) is None
    assert settings.take(b'{"version":"x"}', 1) is None
    assert machine.set == []


def test_flash_keeps_the_settings_over_a_restart(tmp_path: Path) -> None:
    flash = tmp_path / "device.json"
    Settings(Memory(flash), Machine().apply).take(wanted(4, a=1), 1)
    machine = Machine()

    again = Settings(Memory(flash), machine.apply)

    assert machine.set == [{"a": 1}]
    assert said(again.report(2)) == (2, 1, 4, {"a": 1})
    again.restart()
    assert said(again.report(3)) == (3, 1, 4, {"a": 1})
