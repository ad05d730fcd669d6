"""Roll-ups of the telemetry, what of them is due, and how long a tenant keeps what.

Both roll-ups are partitioned by month (`iot_gateway.partitions`). Like the telemetry they have no foreign keys, and
their partitions no row-level security.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from iot_gateway.models.devices import READ, WRITE
from kernel.db import CURRENT_TENANT, Base


class RollupMinute(Base):
    """What one device sent in one minute of its clock."""

    __tablename__ = "rollup_minute"
    __table_args__ = ({"postgresql_partition_by": "RANGE (bucket)", "info": {"app": READ, "ingest": WRITE}},)

    tenant_id: Mapped[UUID]
    device_number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    bucket: Mapped[datetime] = mapped_column(primary_key=True)
    sample_count: Mapped[int] = mapped_column(Integer)
    stats: Mapped[dict[str, Any]]
    """metric -> [count, min, max, sum, last], exact decimals."""


class RollupHour(Base):
    """What one device sent in one hour of its clock; made of the minutes."""

    __tablename__ = "rollup_hour"
    __table_args__ = ({"postgresql_partition_by": "RANGE (bucket)", "info": {"app": READ, "ingest": WRITE}},)

    tenant_id: Mapped[UUID]
    device_number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    bucket: Mapped[datetime] = mapped_column(primary_key=True)
    sample_count: Mapped[int] = mapped_column(Integer)
    stats: Mapped[dict[str, Any]]
    """metric -> [count, min, max, sum, last], exact decimals."""


class RollupDue(Base):
    """One bucket whose samples have changed since it was rolled up."""

    __tablename__ = "rollup_due"
    __table_args__ = (
        CheckConstraint("width IN (60, 3600)", name="width"),
        Index("ix_rollup_due_order", "width", "due_at"),
        Index("ix_rollup_due_bucket", "bucket"),
        {"info": {"app": "", "ingest": "SELECT, INSERT, UPDATE, DELETE"}},
    )

    width: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    """Seconds."""
    device_number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    bucket: Mapped[datetime] = mapped_column(primary_key=True)
    due_at: Mapped[datetime]
    """A little after the first change: what follows until then costs nothing more."""


class TelemetryRetention(Base):
    """How long one tenant keeps what its devices sent; a tenant without a row keeps it as long as the defaults say."""

    __tablename__ = "telemetry_retention"
    __table_args__ = (
        CheckConstraint("raw_days > 0", name="raw_days_positive"),
        CheckConstraint("minute_days > 0", name="minute_days_positive"),
        CheckConstraint("hour_days > 0", name="hour_days_positive"),
    )

    tenant_id: Mapped[UUID] = mapped_column(
        ForeignKey("tenant.id"), primary_key=True, server_default=text(CURRENT_TENANT)
    )
    raw_days: Mapped[int | None] = mapped_column(Integer)
    """None: as long as the deployment keeps it."""
    minute_days: Mapped[int] = mapped_column(Integer, server_default="365")
    hour_days: Mapped[int] = mapped_column(Integer, server_default="1825")
