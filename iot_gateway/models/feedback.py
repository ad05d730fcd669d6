"""What the findings of engineers have taught: limits that were raised, failures that nobody foresaw."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import TenantRow, refers, tenant_args


class SeriesLimit(TenantRow):
    """One change of how far above its usual limit a series alarms; the last one of a series is in force."""

    __tablename__ = "series_limit"
    __table_args__ = tenant_args(
        refers("device_id", "device"),
        refers("case_id", "device_case"),
        Index("uq_series_limit_series", "device_id", "metric", "change_no", unique=True),
        Index("uq_series_limit_case", "case_id", unique=True),
        Index("ix_series_limit_list", "tenant_id", "at", "id"),
        CheckConstraint("factor BETWEEN 1 AND 4 AND factor_before BETWEEN 1 AND 4", name="factor_1_to_4"),
        CheckConstraint("change_no > 0", name="change_no_positive"),
        CheckConstraint("(case_id IS NULL) <> (actor_id IS NULL)", name="case_or_person"),
        info={"append_only": True, "ingest": "SELECT"},
    )

    device_id: Mapped[UUID]
    metric: Mapped[str]
    change_no: Mapped[int] = mapped_column(Integer)
    """Counts the changes of this series from 1."""
    factor: Mapped[float]
    factor_before: Mapped[float]
    at: Mapped[datetime]
    case_id: Mapped[UUID | None]
    """The false case that raised it; none: a person lowered it."""
    actor_id: Mapped[UUID | None]
    reason: Mapped[str]


class DeviceFailure(TenantRow):
    """A failure that an engineer has confirmed and no case foresaw."""

    __tablename__ = "device_failure"
    __table_args__ = tenant_args(
        refers("device_id", "device"),
        UniqueConstraint("tenant_id", "source_ref"),
        Index("ix_device_failure_list", "tenant_id", "occurred_at", "id"),
        info={"append_only": True},
    )

    device_id: Mapped[UUID]
    failure_group: Mapped[str]
    occurred_at: Mapped[datetime]
    source_ref: Mapped[str]
    """What it was found under, `work_order:<id>`; opaque here."""
    note: Mapped[str]
