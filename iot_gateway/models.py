"""Devices, what they send, what was made of it.

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
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from iot_gateway.lifecycle import CaseState, CommandState, Finding
from kernel.db import Base, Row, TenantRow, Xid8, refers, tenant_args

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
        {"info": {"app": READ, "ingest": WRITE}, "postgresql_with": {"fillfactor": 50}},
    )

    device_number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    tenant_id: Mapped[UUID]
    ts: Mapped[datetime | None]
    vals: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    last_seen_at: Mapped[datetime]
    """When the gateway last heard of it, by the gateway's clock."""
    silent_at: Mapped[datetime | None]
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
        {"info": {"app": READ, "ingest": "SELECT, INSERT"}},
    )

    tenant_id: Mapped[UUID | None] = mapped_column(ForeignKey("tenant.id"))
    received_at: Mapped[datetime]
    topic: Mapped[str]
    device_name: Mapped[str | None]
    reason: Mapped[str]
    detail: Mapped[str]
    payload: Mapped[bytes] = mapped_column(LargeBinary)
    """At most its first 64 KiB."""


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


class DeviceCommand(TenantRow):
    """One order to a device; idempotent there by its id."""

    __tablename__ = "device_command"
    __table_args__ = tenant_args(
        refers("device_id", "device"),
        Index("ix_device_command_waiting", "expires_at", postgresql_where=text("state IN ('queued', 'sent')")),
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
    finished_at: Mapped[datetime | None]
    detail: Mapped[str | None]


class DetectorProfile(TenantRow):
    """What is normal for one metric of one device."""

    __tablename__ = "detector_profile"
    __table_args__ = tenant_args(
        refers("device_id", "device"),
        Index("uq_detector_profile", "device_id", "metric", unique=True),
        info={"ingest": WRITE},
    )

    device_id: Mapped[UUID]
    metric: Mapped[str]
    provisional: Mapped[bool]
    """Made by the scorer from a cold start; the nightly fit replaces it."""
    fitted_at: Mapped[datetime]
    body: Mapped[dict[str, Any]]


class ScorerCheckpoint(Base):
    """The last batch that a scorer has taken in; moves in the transaction of what it made of it."""

    __tablename__ = "scorer_checkpoint"
    __table_args__ = ({"info": {"app": "", "ingest": WRITE}},)

    name: Mapped[str] = mapped_column(primary_key=True)
    xid: Mapped[str] = mapped_column(Xid8())
    batch_id: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]


class ScorerState(Base):
    """The detectors' memory of one device, as of the checkpoint."""

    __tablename__ = "scorer_state"
    __table_args__ = (of_device(), {"info": {"app": "", "ingest": "SELECT, INSERT, UPDATE, DELETE"}})

    device_number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    tenant_id: Mapped[UUID]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime]


class DeviceCase(TenantRow):
    """One suspected fault of one device: evidence in, finding out."""

    __tablename__ = "device_case"
    __table_args__ = tenant_args(
        refers("device_id", "device"),
        Index(
            "uq_device_case_active",
            "device_id",
            "failure_group",
            unique=True,
            postgresql_where=text("state IN ('open', 'verifying')"),
        ),
        Index("ix_device_case_list", "tenant_id", "opened_at", "id"),
        info={"ingest": WRITE},
    )

    device_id: Mapped[UUID]
    failure_group: Mapped[str]
    model: Mapped[str]
    state: Mapped[CaseState] = mapped_column(default=CaseState.OPEN)
    severity: Mapped[int] = mapped_column(Integer)
    """1 (watch) to 4 (critical)."""
    opened_at: Mapped[datetime]
    started_at: Mapped[datetime]
    p10_at: Mapped[datetime | None]
    p50_at: Mapped[datetime | None]
    p90_at: Mapped[datetime | None]
    low_confidence: Mapped[bool]
    summary: Mapped[dict[str, Any]]
    verify_from: Mapped[datetime | None]
    verify_samples: Mapped[int] = mapped_column(Integer, server_default="120")
    verify_seconds: Mapped[int] = mapped_column(Integer, server_default="3600")
    recovered_at: Mapped[datetime | None]
    recovery: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    closed_at: Mapped[datetime | None]
    finding: Mapped[Finding | None]
    finding_note: Mapped[str | None]


class CaseEvidence(TenantRow):
    """One alarming hour of one metric of a case."""

    __tablename__ = "case_evidence"
    __table_args__ = tenant_args(
        refers("case_id", "device_case"),
        Index("uq_case_evidence", "case_id", "at", "metric", unique=True),
        info={"append_only": True, "ingest": "SELECT, INSERT"},
    )

    case_id: Mapped[UUID]
    at: Mapped[datetime]
    metric: Mapped[str]
    observed: Mapped[float]
    expected: Mapped[float]
    low: Mapped[float]
    high: Mapped[float]
    score: Mapped[float]
    share: Mapped[float]
