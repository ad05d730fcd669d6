"""What the nights make of the telemetry for forecasts."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, Integer
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import TenantRow, tenant_args


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
