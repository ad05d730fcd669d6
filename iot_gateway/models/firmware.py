"""Firmware releases, and campaigns that bring them to devices."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Integer, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from iot_gateway.rollout import CampaignState, UpdateState
from kernel.db import TenantRow, extra_ddl, refers, tenant_args


class FirmwareRelease(TenantRow):
    """One image for one model, never changed."""

    __tablename__ = "firmware_release"
    __table_args__ = tenant_args(
        Index("uq_firmware_release", "tenant_id", "model", "version", unique=True), info={"append_only": True}
    )

    model: Mapped[str]
    version: Mapped[str]
    sha256: Mapped[str]
    size: Mapped[int] = mapped_column(Integer)
    notes: Mapped[str]
    created_by: Mapped[UUID | None]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


extra_ddl(FirmwareRelease, "ALTER TABLE firmware_release ALTER COLUMN content SET STORAGE EXTERNAL")
"""Images are compressed already, and a part of one is read without the rest."""


class FirmwareCampaign(TenantRow):
    """One release on its way to the devices of a target, wave by wave."""

    __tablename__ = "firmware_campaign"
    __table_args__ = tenant_args(
        refers("release_id", "firmware_release"),
        info={"app": "SELECT, INSERT, UPDATE"},
    )

    release_id: Mapped[UUID]
    name: Mapped[str]
    state: Mapped[CampaignState] = mapped_column(default=CampaignState.DRAFT)
    target: Mapped[dict[str, Any]]
    """`group` (prefix of the path), `site`, `device_ids`: all that are given must hold."""
    waves: Mapped[list[Any]]
    pause_seconds: Mapped[int] = mapped_column(Integer)
    lifetime_seconds: Mapped[int] = mapped_column(Integer)
    """How long a device may take to come, download and answer."""
    restart_seconds: Mapped[int] = mapped_column(Integer)
    """How long it may take to come back after its answer."""
    max_failed_count: Mapped[int | None] = mapped_column(Integer)
    max_failed_percent: Mapped[float | None]
    wave: Mapped[int] = mapped_column(Integer, default=0)
    wave_at: Mapped[datetime | None]
    forgiven: Mapped[int] = mapped_column(Integer, default=0)
    """Failures that were there when it was resumed by hand."""
    device_count: Mapped[int] = mapped_column(Integer, default=0)
    created_by: Mapped[UUID | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    detail: Mapped[str | None]


class CampaignDevice(TenantRow):
    """One device of a campaign."""

    __tablename__ = "campaign_device"
    __table_args__ = tenant_args(
        refers("campaign_id", "firmware_campaign"),
        refers("device_id", "device"),
        refers("command_id", "device_command"),
        Index("uq_campaign_device", "campaign_id", "device_id", unique=True),
        Index("uq_campaign_device_position", "campaign_id", "position", unique=True),
        Index("ix_campaign_device_work", "device_id", postgresql_where=text("state IN ('sent', 'downloading')")),
        info={"app": "SELECT, INSERT, UPDATE"},
    )

    campaign_id: Mapped[UUID]
    device_id: Mapped[UUID]
    position: Mapped[int] = mapped_column(Integer)
    wave: Mapped[int] = mapped_column(Integer)
    state: Mapped[UpdateState] = mapped_column(default=UpdateState.PENDING)
    boot_before: Mapped[int | None] = mapped_column(Integer)
    firmware_before: Mapped[str | None]
    boot_acked: Mapped[int | None] = mapped_column(Integer)
    command_id: Mapped[UUID | None]
    sent_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    detail: Mapped[str | None]
