"""Tables of positions: the history and the last one of each technician."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import TenantRow, tenant_args
from kernel.geo import LonLat, PointType


class PositionFix(TenantRow):
    """One reading of a technician's position; kept as long as the tenant says."""

    __tablename__ = "position_fix"
    __table_args__ = tenant_args(
        UniqueConstraint("tenant_id", "technician_id", "at"),
        CheckConstraint("accuracy_m >= 0", name="accuracy_not_negative"),
        Index("ix_position_fix_at", "tenant_id", "at"),
        info={"app": "SELECT, INSERT, DELETE"},
    )

    technician_id: Mapped[UUID]
    """Opaque here."""
    at: Mapped[datetime]
    position: Mapped[LonLat] = mapped_column(PointType())
    accuracy_m: Mapped[float]


class TechnicianPosition(TenantRow):
    """The last known position of a technician."""

    __tablename__ = "technician_position"
    __table_args__ = tenant_args(UniqueConstraint("tenant_id", "technician_id"))

    technician_id: Mapped[UUID]
    at: Mapped[datetime]
    position: Mapped[LonLat] = mapped_column(PointType())
    accuracy_m: Mapped[float]
