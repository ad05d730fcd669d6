"""What devices send.

Telemetry has no foreign keys: its tenant is copied from the device row by the gateway, and a check per sample would
cost more than the sample. Its partitions carry no row-level security (`iot_gateway.partitions`): only the ingest login
may touch them, everybody else reads through the parent.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from iot_gateway.lifecycle import LetterState
from iot_gateway.models.devices import READ, WRITE, of_device
from kernel.db import Base, Row, Xid8


class Telemetry(Base):
    """One message of one device, partitioned by day of the device's clock."""

    __tablename__ = "telemetry"
    __table_args__ = (
        Index("ix_telemetry_batch", "batch_id", postgresql_using="brin", postgresql_with={"pages_per_range": 8}),
        {"postgresql_partition_by": "RANGE (ts)", "info": {"app": READ, "ingest": "SELECT, INSERT"}},
    )

    tenant_id: Mapped[UUID]
    device_number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    ts: Mapped[datetime] = mapped_column(primary_key=True)
    boot: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    received_at: Mapped[datetime]
    batch_id: Mapped[int] = mapped_column(BigInteger)
    vals: Mapped[dict[str, Any]]


class TelemetryBatch(Base):
    """One transaction of a gateway; the scorer follows them in commit order."""

    __tablename__ = "telemetry_batch"
    __table_args__ = (
        Index("ix_telemetry_batch_order", "xid", "id"),
        {"info": {"app": "", "ingest": "SELECT, INSERT, DELETE"}},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    xid: Mapped[str] = mapped_column(Xid8(), server_default=text("pg_current_xact_id()"))
    row_count: Mapped[int] = mapped_column(Integer)
    min_ts: Mapped[datetime]
    max_ts: Mapped[datetime]
    at: Mapped[datetime] = mapped_column(server_default=func.now())


class TelemetryLast(Base):
    """Last values and presence of a device; never goes back in the device's time."""

    __tablename__ = "telemetry_last"
    __table_args__ = (
        of_device(),
        Index("ix_telemetry_last_seen", "last_seen_at", postgresql_where=text("silent_at IS NULL")),
        Index("ix_telemetry_last_silent", "device_number", postgresql_where=text("silent_at IS NOT NULL")),
        {"info": {"app": READ, "ingest": WRITE}, "postgresql_with": {"fillfactor": 50}},
    )

    device_number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    tenant_id: Mapped[UUID]
    ts: Mapped[datetime | None]
    vals: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    last_seen_at: Mapped[datetime]
    """When the gateway last heard of it, by the gateway's clock."""
    silent_at: Mapped[datetime | None]
    """Set and cleared by the sweep that publishes it (`iot_gateway.silence`), not by ingest."""
    online: Mapped[bool | None]
    boot: Mapped[int | None] = mapped_column(Integer)
    """Boot of the last birth: an older will is ignored."""
    firmware: Mapped[str | None]


class TelemetryHour(Base):
    """Hourly means, the band expected for them, and what alarmed."""

    __tablename__ = "telemetry_hour"
    __table_args__ = (of_device(), {"info": {"app": READ, "ingest": WRITE}})

    device_number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    sample_count: Mapped[int] = mapped_column(Integer)
    means: Mapped[dict[str, Any]]
    expected: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    """metric -> [expected, scale]"""
    alarms: Mapped[list[str]] = mapped_column(server_default=text("'[]'::jsonb"))
    """Failure groups in alarm."""


class TelemetryMark(Base):
    """Up to which number the samples of one boot are known to be stored without a gap."""

    __tablename__ = "telemetry_mark"
    __table_args__ = (of_device(), {"info": {"app": READ, "ingest": WRITE}})

    device_number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    boot: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    tenant_id: Mapped[UUID]
    seq: Mapped[int] = mapped_column(BigInteger)
    ts: Mapped[datetime]


class TelemetryDeadLetter(Row):
    """A message that could not be taken, and why; without a tenant where none could be found."""

    __tablename__ = "telemetry_dead_letter"
    __table_args__ = (
        Index("ix_telemetry_dead_letter_list", "tenant_id", "received_at", "id"),
        Index("ix_telemetry_dead_letter_received", "received_at"),
        Index("ix_telemetry_dead_letter_requested", "asked_at", postgresql_where=text("state = 'requested'")),
        {"info": {"app": "SELECT, UPDATE (state, asked_at, asked_by)", "ingest": WRITE}},
    )

    tenant_id: Mapped[UUID | None] = mapped_column(ForeignKey("tenant.id"))
    received_at: Mapped[datetime]
    topic: Mapped[str]
    device_name: Mapped[str | None]
    reason: Mapped[str]
    detail: Mapped[str]
    payload: Mapped[bytes] = mapped_column(LargeBinary)
    """At most its first 64 KiB."""
    state: Mapped[LetterState] = mapped_column(default=LetterState.OPEN, server_default=LetterState.OPEN.value)
    asked_at: Mapped[datetime | None]
    """When somebody asked for a replay, or discarded it."""
    asked_by: Mapped[UUID | None]
    replayed_at: Mapped[datetime | None]
    stored_count: Mapped[int | None] = mapped_column(Integer)
    """Records that the replay found stored, newly or before."""
    outcome_reason: Mapped[str | None]
    """Why the replay was refused, in the words of the dead letters."""
    outcome_detail: Mapped[str | None]


class DeviceEvent(Base):
    """Something a device did on purpose: door opened, set point changed, stopped as planned."""

    __tablename__ = "device_event"
    __table_args__ = (of_device(), {"info": {"app": READ, "ingest": "SELECT, INSERT"}})

    device_number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    ts: Mapped[datetime] = mapped_column(primary_key=True)
    boot: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    tenant_id: Mapped[UUID]
    received_at: Mapped[datetime]
    kind: Mapped[str]
    detail: Mapped[dict[str, Any]]
