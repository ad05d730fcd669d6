"""What a device should be set to, and what it says it is set to."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, Integer, func, text
from sqlalchemy.orm import Mapped, mapped_column

from iot_gateway.models.devices import WRITE
from kernel.db import TenantRow, refers, tenant_args


class DeviceTwin(TenantRow):
    """The two documents of one device; neither of their versions goes back."""

    __tablename__ = "device_twin"
    __table_args__ = tenant_args(
        refers("device_id", "device"),
        Index("uq_device_twin", "device_id", unique=True),
        Index("ix_device_twin_due", "due_at", postgresql_where=text("desired_version > reported_version")),
        info={"app": WRITE, "ingest": WRITE},
    )

    device_id: Mapped[UUID]
    desired: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    desired_version: Mapped[int] = mapped_column(Integer, server_default="0")
    """0: nothing was ever asked of the device."""
    desired_by: Mapped[UUID | None]
    desired_at: Mapped[datetime | None]
    reported: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    reported_version: Mapped[int] = mapped_column(Integer, server_default="0")
    """The desired version that the device has dealt with."""
    reported_boot: Mapped[int] = mapped_column(Integer, server_default="-1")
    reported_seq: Mapped[int] = mapped_column(BigInteger, server_default="0")
    reported_at: Mapped[datetime | None]
    due_at: Mapped[datetime] = mapped_column(server_default=func.now())
    """When the desired document may be sent, or sent again, if the device is there."""
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    """Sendings of the present version since the last birth."""
