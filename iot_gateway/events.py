"""What the gateway has to say to the rooms above it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class DeviceProvisioned(Event):
    """A device was made known and got its secret."""

    topic: ClassVar[str] = "devices.provisioned.v1"
    device_id: UUID
    name: str
    model: str
    asset_id: UUID | None = None
    """What it reports on, where its claim said so; opaque here."""
    site_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class DeviceSilent(Event):
    """A device said nothing for several of its intervals; published once per silence."""

    topic: ClassVar[str] = "devices.silent.v1"
    device_id: UUID
    name: str
    model: str
    last_seen_at: datetime
    silent_at: datetime


@dataclass(frozen=True, kw_only=True)
class DeviceSpokeAgain(Event):
    """A silent device was heard again; published once per silence that was published."""

    topic: ClassVar[str] = "devices.spoke_again.v1"
    device_id: UUID
    name: str
    model: str
    last_seen_at: datetime
    silent_at: datetime


@dataclass(frozen=True, kw_only=True)
class CommandFinished(Event):
    """A command has come to its end; `state` is acked, failed, expired or cancelled."""

    topic: ClassVar[str] = "devices.command_finished.v1"
    command_id: UUID
    device_id: UUID
    command: str
    state: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class TwinChanged(Event):
    """A device should be set otherwise than before."""

    topic: ClassVar[str] = "devices.twin_changed.v1"
    device_id: UUID
    version: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class TwinApplied(Event):
    """A device has dealt with the newest version of what it should be set to; `agrees` when it is set so."""

    topic: ClassVar[str] = "devices.twin_applied.v1"
    device_id: UUID
    version: int
    agrees: bool
    at: datetime


@dataclass(frozen=True, kw_only=True)
class CampaignChanged(Event):
    """A firmware campaign has changed its state or begun its next wave."""

    topic: ClassVar[str] = "firmware.campaign_changed.v1"
    campaign_id: UUID
    state: str
    wave: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class CaseOpened(Event):
    """Telemetry says that a device is failing; once per device and failure group while the case is active.

    `severity` is 1 (watch) to 4 (critical). `opened_at` and `started_at` are event time. The failure window is wide
    and honest: all three instants or none. `summary` holds `metric`, `unit`, `observed`, `expected`, `low`, `high`,
    `score`, `shares` (metric -> part of the score), `metrics`, `alarm_hours`, `text_en`, `text_zh`.
    """

    topic: ClassVar[str] = "cases.opened.v1"
    case_id: UUID
    device_id: UUID
    failure_group: str
    model: str
    severity: int
    opened_at: datetime
    started_at: datetime
    p10_at: datetime | None
    p50_at: datetime | None
    p90_at: datetime | None
    low_confidence: bool
    summary: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class CaseWorsened(Event):
    """The severity of an active case rose."""

    topic: ClassVar[str] = "cases.worsened.v1"
    case_id: UUID
    device_id: UUID
    failure_group: str
    severity: int
    at: datetime
    p10_at: datetime | None
    p50_at: datetime | None
    p90_at: datetime | None
    low_confidence: bool


@dataclass(frozen=True, kw_only=True)
class CaseWindowMoved(Event):
    """New evidence has moved the failure window of an open case noticeably, towards now or away from it."""

    topic: ClassVar[str] = "cases.window_moved.v1"
    case_id: UUID
    device_id: UUID
    failure_group: str
    at: datetime
    p10_at: datetime
    p50_at: datetime
    p90_at: datetime
    low_confidence: bool


@dataclass(frozen=True, kw_only=True)
class CaseCleared(Event):
    """After a repair, enough samples lie within the expected band."""

    topic: ClassVar[str] = "cases.cleared.v1"
    case_id: UUID
    device_id: UUID
    recovered_at: datetime
    evidence: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class CaseRelapsed(Event):
    """After a repair, telemetry still lies outside the expected band; the case is open again."""

    topic: ClassVar[str] = "cases.relapsed.v1"
    case_id: UUID
    device_id: UUID
    at: datetime
    evidence: dict[str, Any]
