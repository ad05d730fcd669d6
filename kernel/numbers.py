"""Short numbers for people, such as WO-2026-00042."""

from datetime import datetime

from sqlalchemy import UniqueConstraint, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from kernel.db import TenantRow, tenant_args, tenant_of
from kernel.ids import new_id


class NumberSeries(TenantRow):
    """The last number given out in one series of one tenant."""

    __tablename__ = "number_series"
    __table_args__ = tenant_args(UniqueConstraint("tenant_id", "series"))

    series: Mapped[str]
    last: Mapped[int] = mapped_column(default=0)


def next_number(session: Session, prefix: str, *, at: datetime) -> str:
    """Return the next number of this prefix and year; a rolled-back transaction leaves no gap."""
    series = f"{prefix}-{at.year}"
    last = session.scalar(
        text(
            "INSERT INTO number_series (id, tenant_id, series, last) VALUES (:id, :tenant, :series, 1) "
            "ON CONFLICT (tenant_id, series) DO UPDATE SET last = number_series.last + 1 RETURNING last"
        ),
        {"id": new_id(), "tenant": tenant_of(session), "series": series},
    )
    return f"{series}-{last:05d}"


def reserve_numbers(session: Session, series: str, count: int) -> int:
    """Take `count` numbers of a series, such as `WO-2026`, and return the first."""
    last: int = session.execute(
        text(
            "INSERT INTO number_series (id, tenant_id, series, last) VALUES (:id, :tenant, :series, :count) "
            "ON CONFLICT (tenant_id, series) DO UPDATE SET last = number_series.last + :count RETURNING last"
        ),
        {"id": new_id(), "tenant": tenant_of(session), "series": series, "count": count},
    ).scalar_one()
    return last - count + 1
