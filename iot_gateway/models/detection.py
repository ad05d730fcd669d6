"""What was made of the telemetry: profiles, the detectors' memory, cases and their evidence."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Index,
    Integer,
    LargeBinary,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from iot_gateway.lifecycle import CaseState, Finding
from iot_gateway.models.devices import WRITE, of_device
from kernel.db import Base, TenantRow, Xid8, refers, tenant_args


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
        Index("ix_device_case_device", "device_id", "opened_at"),
        Index("ix_device_case_alike", "tenant_id", "model", "failure_group", "opened_at"),
        CheckConstraint("window_basis IN ('line', 'trend', 'matching', 'boosting')", name="window_basis_known"),
        CheckConstraint("window_failures >= 0", name="window_failures_not_negative"),
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
    window_basis: Mapped[str | None]
    """What the window rests on: a stage of remaining life, or the line to a limit that people set."""
    window_failures: Mapped[int | None] = mapped_column(Integer)
    """Failures of the kind that were known."""
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
    dismissed: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    """Called off by a person while it was active: the same evidence opens no other one for a while."""


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
