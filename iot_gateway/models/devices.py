"""Devices, what is around them, and the orders sent to them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from iot_gateway.lifecycle import CommandState
from kernel.db import TenantRow, refers, tenant_args

READ, WRITE = "SELECT", "SELECT, INSERT, UPDATE"


def of_device() -> ForeignKeyConstraint:
    """Return the composite foreign key from (tenant_id, device_number) to the device."""
    return ForeignKeyConstraint(["tenant_id", "device_number"], ["device.tenant_id", "device.number"])


class Device(TenantRow):
    """One sender of telemetry; its name is its MQTT user, client id and topic."""

    __tablename__ = "device"
    __table_args__ = tenant_args(
        UniqueConstraint("tenant_id", "number"),
        Index("uq_device_name", "name", unique=True),
        Index("ix_device_tenant_name", "tenant_id", "name"),
        info={"ingest": READ},
    )

    number: Mapped[int] = mapped_column(Integer, Identity(), unique=True)
    """Short key of the samples."""
    name: Mapped[str]
    tenant_slug: Mapped[str]
    """The tenant's word in the topics; copied, since the gateway does not read tenants."""
    time_zone: Mapped[str]
    """Of the tenant, copied: which hour of the week a sample belongs to."""
    model: Mapped[str]
    sampling_seconds: Mapped[int]
    secret_hash: Mapped[str]
    """PBKDF2-SHA512 in the broker's format."""
    access_changed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    revoked_at: Mapped[datetime | None]
    max_age_days: Mapped[int] = mapped_column(server_default="30")
    max_ahead_seconds: Mapped[int] = mapped_column(server_default="600")


class DeviceContext(TenantRow):
    """What the rooms above say about a device; keys are opaque here."""

    __tablename__ = "device_context"
    __table_args__ = tenant_args(
        refers("device_id", "device"), Index("uq_device_context", "device_id", unique=True), info={"ingest": READ}
    )

    device_id: Mapped[UUID]
    site_key: Mapped[str | None]
    group_path: Mapped[str | None]
    asset_name: Mapped[str | None]
    site_name: Mapped[str | None]
    criticality: Mapped[str | None]
    mute_from: Mapped[datetime | None]
    mute_to: Mapped[datetime | None]


class DeviceCommand(TenantRow):
    """One order to a device; idempotent there by its id."""

    __tablename__ = "device_command"
    __table_args__ = tenant_args(
        refers("device_id", "device"),
        Index("ix_device_command_waiting", "expires_at", postgresql_where=text("state IN ('queued', 'sent')")),
        Index("ix_device_command_due", "due_at", postgresql_where=text("state IN ('queued', 'sent')")),
        Index("ix_device_command_list", "device_id", "id"),
        info={"ingest": "SELECT, UPDATE"},
    )

    device_id: Mapped[UUID]
    command: Mapped[str]
    args: Mapped[dict[str, Any]]
    state: Mapped[CommandState] = mapped_column(default=CommandState.QUEUED)
    requested_by: Mapped[UUID | None]
    requested_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    due_at: Mapped[datetime] = mapped_column(server_default=func.now())
    """When it may be sent, or sent again, if the device is there."""
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    """How often a gateway has begun to send it."""
    finished_at: Mapped[datetime | None]
    detail: Mapped[str | None]
