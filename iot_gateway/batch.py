"""What the gateway knows of a device, and what one transaction writes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import psycopg

from iot_gateway.codec import EventMessage, StateMessage
from iot_gateway.downlink import Said
from iot_gateway.twin import Report


class DeviceEntry(msgspec.Struct, frozen=True, gc=False):
    """What the gateway must know of a device."""

    number: int
    id: UUID
    tenant_id: UUID
    tenant_slug: str
    name: str
    revoked: bool
    max_age_ms: int
    max_ahead_ms: int


class Stored(msgspec.Struct, frozen=True, gc=False):
    """One sample on its way into a partition; `keyed` when it carries its own boot and number."""

    device: DeviceEntry
    table: str
    ts: int
    boot: int
    seq: int
    received_at: datetime
    values: dict[str, float]
    keyed: bool = True


class Refused(NamedTuple):
    """A record with a number of its own that is dealt with and not stored."""

    device: DeviceEntry
    boot: int
    seq: int
    ts: int = 0
    """It says nothing of the device's clock."""


class Letter(NamedTuple):
    """One dead letter."""

    tenant_id: UUID | None
    received_at: datetime
    topic: str
    device_name: str | None
    reason: str
    detail: str
    payload: bytes


@dataclass
class Batch:
    """What one transaction writes."""

    samples: list[Stored] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    events: list[tuple[DeviceEntry, EventMessage, datetime]] = field(default_factory=list)
    states: list[tuple[DeviceEntry, StateMessage, datetime]] = field(default_factory=list)
    answers: list[Said] = field(default_factory=list)
    reports: list[tuple[DeviceEntry, Report, datetime]] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    redelivered: bool = False
    hashed: bool = False
    """Whether some samples have a hash in place of a number."""
    after: list[Callable[[psycopg.Connection[tuple[Any, ...]]], None]] = field(default_factory=list)
    """What else is written in the transaction."""
