"""Topics and payloads of docs/device-protocol.md, as bytes in and out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec

MAX_PAYLOAD = 65_536
"""Bytes of one telemetry message at most."""

MAX_RECORDS = 1000
"""Records of one telemetry message at most."""

PATIENT_ROUNDS, LONGEST_UNHEARD_SECONDS = 4, 30.0

Detail = Mapping[str, str | float | int]


@dataclass(frozen=True)
class Topics:
    """The topics of one device."""

    tenant: str
    device: str

    def _of(self, leaf: str) -> str:
        return f"fieldhand/v1/{self.tenant}/{self.device}/{leaf}"

    @property
    def telemetry(self) -> str:
        """Samples, device to platform."""
        return self._of("telemetry")

    @property
    def event(self) -> str:
        """Events, device to platform."""
        return self._of("event")

    @property
    def state(self) -> str:
        """Retained birth and last will."""
        return self._of("state")

    @property
    def cmd(self) -> str:
        """Commands, platform to device."""
        return self._of("cmd")

    @property
    def cmd_ack(self) -> str:
        """Answers to commands."""
        return self._of("cmd/ack")

    @property
    def ack(self) -> str:
        """The committed watermark, platform to device."""
        return self._of("ack")

    @property
    def twin_desired(self) -> str:
        """What the device should be set to, platform to device."""
        return self._of("twin/desired")

    @property
    def twin_reported(self) -> str:
        """What the device is set to, device to platform."""
        return self._of("twin/reported")


class Ack(msgspec.Struct, frozen=True):
    """Every record of this boot up to `seq` is committed."""

    boot: int
    seq: int


class Command(msgspec.Struct, frozen=True):
    """Something the platform wants done once, however often it is sent."""

    id: str
    command: str
    args: dict[str, msgspec.Raw] = {}


class Status(StrEnum):
    """How a command ended."""

    ACKED = "acked"
    FAILED = "failed"


class Answer(msgspec.Struct, frozen=True):
    """What the device answers to a command."""

    id: str
    status: Status
    detail: str = ""


class Desired(msgspec.Struct, frozen=True):
    """What a device should be set to; version 0 is nothing."""

    version: int
    desired: dict[str, Any]


class _Reported(msgspec.Struct, frozen=True):
    boot: int
    seq: int
    version: int
    state: dict[str, Any]


class _Record(msgspec.Struct, frozen=True):
    ts: int
    boot: int
    seq: int
    values: dict[str, float]


class _Event(msgspec.Struct, frozen=True):
    ts: int
    boot: int
    seq: int
    kind: str
    detail: dict[str, str | float | int]


class _Birth(msgspec.Struct, frozen=True):
    online: bool
    boot: int
    model: str
    firmware: str


class _Will(msgspec.Struct, frozen=True):
    online: bool
    boot: int


_encode = msgspec.json.Encoder().encode
_ack = msgspec.json.Decoder(Ack)
_command = msgspec.json.Decoder(Command)
_desired = msgspec.json.Decoder(Desired)


def record(ts: int, boot: int, seq: int, values: dict[str, float]) -> bytes:
    """Encode one telemetry record."""
    return _encode(_Record(ts, boot, seq, values))


def telemetry(records: Sequence[bytes]) -> bytes:
    """Join encoded records into one payload: an object when alone, else an array."""
    return records[0] if len(records) == 1 else b"[" + b",".join(records) + b"]"


def event(ts: int, boot: int, seq: int, kind: str, detail: Detail) -> bytes:
    """Encode one event."""
    return _encode(_Event(ts, boot, seq, kind, dict(detail)))


def birth(boot: int, model: str, firmware: str) -> bytes:
    """Encode the retained state of a device that is there."""
    return _encode(_Birth(True, boot, model, firmware))


def will(boot: int) -> bytes:
    """Encode the retained state of a device that is gone."""
    return _encode(_Will(False, boot))


def answer(reply: Answer) -> bytes:
    """Encode the answer to a command."""
    return _encode(reply)


def reported(boot: int, seq: int, version: int, state: Mapping[str, Any]) -> bytes:
    """Encode what a device is set to."""
    return _encode(_Reported(boot, seq, version, dict(state)))


def read_desired(payload: bytes) -> Desired | None:
    """Decode what a device should be set to; None when it is no such thing."""
    try:
        return _desired.decode(payload)
    except msgspec.DecodeError:
        return None


def read_ack(payload: bytes) -> Ack | None:
    """Decode a watermark; None when it is not one, which a device ignores."""
    try:
        return _ack.decode(payload)
    except msgspec.DecodeError:
        return None


def read_command(payload: bytes) -> Command | None:
    """Decode a command; None when it is not one: without an id nobody can be answered."""
    try:
        return _command.decode(payload)
    except msgspec.DecodeError:
        return None


def unheard_pause(rounds: int) -> float:
    """Return the seconds to wait after so many rounds in a row that nobody was there for (section 6, point 7).

    A gateway that was killed with its broker is back within seconds, and finds a device that has not become slow yet.
    """
    doublings = min(5, max(0, rounds - PATIENT_ROUNDS))
    return min(LONGEST_UNHEARD_SECONDS, 2.0**doublings)
