"""Limits that people set."""

from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from iot_gateway.detect.thresholds import ThresholdKind
from kernel.db import TenantRow, refers, tenant_args


class Threshold(TenantRow):
    """A limit of one metric of a device, or of all devices of a model that have none of their own of that kind."""

    __tablename__ = "threshold"
    __table_args__ = tenant_args(
        refers("device_id", "device"),
        Index(
            "uq_threshold_device",
            "device_id",
            "metric",
            "kind",
            unique=True,
            postgresql_where=text("device_id IS NOT NULL"),
        ),
        Index(
            "uq_threshold_model",
            "tenant_id",
            "model",
            "metric",
            "kind",
            unique=True,
            postgresql_where=text("model IS NOT NULL"),
        ),
        CheckConstraint("(device_id IS NULL) <> (model IS NULL)", name="device_or_model"),
        CheckConstraint("value > '-Infinity' AND value < 'Infinity'", name="value_finite"),
        CheckConstraint("hysteresis >= 0 AND hysteresis < 'Infinity'", name="hysteresis_finite"),
        CheckConstraint("kind NOT IN ('rate_up', 'rate_down') OR value > 0", name="rate_positive"),
        CheckConstraint("for_seconds BETWEEN 0 AND 604800", name="for_within_a_week"),
        CheckConstraint("clear_seconds BETWEEN 0 AND 604800", name="clear_within_a_week"),
        CheckConstraint("(kind = 'forecast') = (horizon_hours IS NOT NULL)", name="forecast_has_horizon"),
        CheckConstraint("horizon_hours BETWEEN 1 AND 2160", name="horizon_within_90_days"),
        CheckConstraint("severity BETWEEN 1 AND 4", name="severity_1_to_4"),
        CheckConstraint("metric <> '' AND failure_group <> ''", name="named"),
        CheckConstraint("version > 0", name="version_positive"),
        info={"ingest": "SELECT"},
    )

    device_id: Mapped[UUID | None]
    model: Mapped[str | None]
    metric: Mapped[str]
    kind: Mapped[ThresholdKind]
    value: Mapped[float]
    """The limit: in the unit of the metric, of a rate in units per hour."""
    for_seconds: Mapped[int] = mapped_column(Integer)
    """So long it has to be broken before there is a case."""
    clear_seconds: Mapped[int] = mapped_column(Integer)
    """So long it has to be kept before the alarm is over."""
    hysteresis: Mapped[float]
    """How far on the good side of the limit is kept again; of a forecast in hours."""
    horizon_hours: Mapped[int | None] = mapped_column(Integer)
    """A forecast alarms when the limit is nearer than this."""
    severity: Mapped[int] = mapped_column(Integer)
    failure_group: Mapped[str]
    enabled: Mapped[bool]
    version: Mapped[int] = mapped_column(Integer, default=1)
