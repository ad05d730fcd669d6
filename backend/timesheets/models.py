"""The table of terms of pay."""

from datetime import time

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import TenantRow, tenant_args


class PayTerms(TenantRow):
    """How working time is paid: one row for the tenant, none for the usual terms."""

    __tablename__ = "pay_terms"
    __table_args__ = tenant_args(
        UniqueConstraint("tenant_id"),
        CheckConstraint("daily_minutes BETWEEN 0 AND 1440", name="minutes_of_a_day"),
        CheckConstraint("weekly_minutes BETWEEN 0 AND 10080", name="minutes_of_a_week"),
        CheckConstraint(
            "overtime_percent BETWEEN 100 AND 1000 AND weekend_percent BETWEEN 100 AND 1000"
            " AND holiday_percent BETWEEN 100 AND 1000 AND night_percent BETWEEN 0 AND 1000",
            name="percents",
        ),
    )

    daily_minutes: Mapped[int]
    weekly_minutes: Mapped[int]
    night_from: Mapped[time]
    night_to: Mapped[time]
    overtime_percent: Mapped[int]
    weekend_percent: Mapped[int]
    holiday_percent: Mapped[int]
    night_percent: Mapped[int]
    """On top of what the minute is paid anyway."""
    version: Mapped[int] = mapped_column(default=1)
