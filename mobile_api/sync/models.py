"""Operations from the field: one row each, written in the transaction of its effect."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import TenantRow, refers, tenant_args


class Status(StrEnum):
    """What became of an operation."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    REJECTED = "rejected"


class FieldOperation(TenantRow):
    """One thing done on site, as the device told it; its `client_op_id` makes it count once."""

    __tablename__ = "field_operation"
    __table_args__ = tenant_args(
        refers("technician_id", "technician"),
        Index("uq_field_operation", "tenant_id", "client_op_id", unique=True),
        Index("ix_field_operation_subject", "tenant_id", "subject", "id"),
    )

    client_op_id: Mapped[UUID]
    technician_id: Mapped[UUID]
    device_id: Mapped[str]
    kind: Mapped[str]
    subject: Mapped[UUID]
    payload: Mapped[dict[str, Any]]
    seq: Mapped[int] = mapped_column(BigInteger)
    occurred_at: Mapped[datetime]
    received_at: Mapped[datetime]
    status: Mapped[Status]
    reason: Mapped[str | None]
    entity: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    problem: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """The refusal, as it was answered: a replay is answered alike."""
