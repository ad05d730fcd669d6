"""What the nights make of the telemetry for forecasts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Integer
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import TenantRow, refers, tenant_args


class LifeModel(TenantRow):
    """What past failures of a model and failure group say of remaining life: one stage, as plain data."""

    __tablename__ = "life_model"
    __table_args__ = tenant_args(
        Index("uq_life_model", "tenant_id", "model", "failure_group", unique=True),
        CheckConstraint("stage IN ('trend', 'matching', 'boosting')", name="stage_known"),
        CheckConstraint("(stage = 'trend') = (calibration IS NULL)", name="calibrated_beyond_trend"),
        CheckConstraint("failure_count > 0", name="failure_count_positive"),
        info={"ingest": "SELECT"},
    )

    model: Mapped[str]
    failure_group: Mapped[str]
    version: Mapped[int] = mapped_column(Integer)
    """Of the form of `body`, see `iot_gateway.detect.stored`."""
    stage: Mapped[str]
    failure_count: Mapped[int] = mapped_column(Integer)
    horizon: Mapped[float]
    """Hours beyond which no likely value goes; 0: there is no such bound."""
    body: Mapped[dict[str, Any]]
    calibration: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    made_of: Mapped[str]
    """Fingerprint of the cases behind it: the same ones are not fitted again."""
    fitted_at: Mapped[datetime]


class CaseForecast(TenantRow):
    """The leading metric of an open case over the coming days, as of the last night; or why there is none."""

    __tablename__ = "case_forecast"
    __table_args__ = tenant_args(
        refers("case_id", "device_case"),
        Index("uq_case_forecast", "case_id", unique=True),
        CheckConstraint("(method IS NULL) = (note IS NOT NULL)", name="method_or_note"),
    )

    case_id: Mapped[UUID]
    metric: Mapped[str]
    made_at: Mapped[datetime]
    method: Mapped[str | None]
    """`unobserved_components` or `ets`"""
    note: Mapped[str | None]
    """Why there is none, a word of `iot_gateway.detect.projection`."""
    points: Mapped[list[Any]] = mapped_column(JSONB)
    """[epoch milliseconds, low, likely, high]: four of five values are expected between."""


class CalibrationDrift(TenantRow):
    """How far the healthy residuals of a model's metric have moved from what they were calibrated to, by night."""

    __tablename__ = "calibration_drift"
    __table_args__ = tenant_args(
        refers("representative_id", "device"),
        Index("uq_calibration_drift", "tenant_id", "model", "metric", unique=True),
        CheckConstraint("device_count > 0", name="device_count_positive"),
    )

    model: Mapped[str]
    metric: Mapped[str]
    at: Mapped[datetime]
    device_count: Mapped[int] = mapped_column(Integer)
    shift: Mapped[float]
    """Median over the devices of the day's mean residual, in scales; 0 as calibrated."""
    spread: Mapped[float]
    """Median over the devices of the root mean square of the day's residuals, in scales; about 1 as calibrated."""
    beyond_share: Mapped[float]
    """Part of the day's healthy hours outside the expected band."""
    representative_id: Mapped[UUID]
    """The device whose scale is the middle one."""
    wander: Mapped[float | None]
    """Deviation by which the representative's level moves in a day, in scales; none where no fit converged."""
