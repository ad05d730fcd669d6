"""What a device keeps in flash over a restart: its boot counter and the commands it has done."""

import threading
import time
from pathlib import Path

import msgspec

from firmware_sim.protocol import Answer, Desired

_FIRST_BOOT = 1_577_836_800
"""2020-01-01 in epoch seconds."""
_REMEMBERED = 64


class _Flash(msgspec.Struct):
    boot: int
    until_ms: int = 0
    repaired_ms: int = 0
    answers: list[Answer] = []
    settings: Desired = Desired(0, {})
    firmware: str = ""


class Memory:
    """The state file of one device.

    Without a file the counter starts from the clock (seconds since 2020), so that a device
    whose flash was lost still never repeats a boot number.
    """

    def __init__(self, path: Path | None) -> None:
        """Load the file; without a path nothing outlives the process."""
        self._path = path
        self._lock = threading.Lock()
        self._flash = _Flash(boot=int(time.time()) - _FIRST_BOOT)
        if path is not None and path.exists():
            try:
                self._flash = msgspec.json.decode(path.read_bytes(), type=_Flash)
            except msgspec.DecodeError:
                self._save()

    @property
    def boot(self) -> int:
        """The number of the present boot."""
        return self._flash.boot

    def restart(self) -> int:
        """Count one more boot, on disk before it is used."""
        self._flash.boot += 1
        self._save()
        return self._flash.boot

    def answered(self, command_id: str) -> Answer | None:
        """Return the answer already given to this command."""
        return next((reply for reply in self._flash.answers if reply.id == command_id), None)

    def remember(self, reply: Answer) -> None:
        """Keep the answer; the oldest of many is forgotten."""
        self._flash.answers = [*self._flash.answers, reply][-_REMEMBERED:]
        self._save()

    @property
    def settings(self) -> Desired:
        """The newest settings taken from the platform; version 0: none."""
        return self._flash.settings

    def set_to(self, settings: Desired) -> None:
        """Keep the settings."""
        self._flash.settings = settings
        self._save()

    @property
    def firmware(self) -> str:
        """The version that was installed last; empty: the one it was made with."""
        return self._flash.firmware

    def installed(self, version: str) -> None:
        """Keep the version that the next boot runs."""
        self._flash.firmware = version
        self._save()

    @property
    def until_ms(self) -> int:
        """The newest instant whose samples are known to be committed; 0: none."""
        return self._flash.until_ms

    def reached(self, until_ms: int) -> None:
        """Note that everything up to this instant is committed."""
        if until_ms > self._flash.until_ms:
            self._flash.until_ms = until_ms
            self._save()

    @property
    def repaired_ms(self) -> int:
        """The instant of the last repair; 0: none."""
        return self._flash.repaired_ms

    def repaired(self, at_ms: int) -> None:
        """Note a repair."""
        self._flash.repaired_ms = at_ms
        self._save()

    def _save(self) -> None:
        if self._path is None:
            return
        fresh = self._path.with_suffix(".part")
        with self._lock:
            fresh.write_bytes(msgspec.json.encode(self._flash))
            fresh.replace(self._path)
