"""Tables of lists: the words of orders, saved views, changes of many orders at once; and indexes for every filter."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from backend.work.listing.words_ddl import STATEMENTS
from backend.work.models import WorkOrder
from kernel.db import TenantRow, extra_ddl, refers, tenant_args

DUE_KEY = "COALESCE(due_at, 'infinity'::timestamp with time zone)"
"""What orders are sorted by when they are due; without a date they come last."""

_NEWEST = (WorkOrder.created_at, WorkOrder.id)
Index("ix_work_order_queue", WorkOrder.tenant_id, WorkOrder.queue, *_NEWEST)
Index("ix_work_order_priority", WorkOrder.tenant_id, WorkOrder.priority, *_NEWEST)
Index("ix_work_order_work_type", WorkOrder.tenant_id, WorkOrder.work_type, *_NEWEST)
Index("ix_work_order_source", WorkOrder.tenant_id, WorkOrder.source, *_NEWEST)
Index("ix_work_order_due", WorkOrder.tenant_id, text(DUE_KEY), WorkOrder.id)
Index(
    "ix_work_order_substatus",
    WorkOrder.tenant_id,
    WorkOrder.substatus,
    *_NEWEST,
    postgresql_where=text("substatus IS NOT NULL"),
)
Index(
    "ix_work_order_completed",
    WorkOrder.tenant_id,
    WorkOrder.completed_at,
    WorkOrder.id,
    postgresql_where=text("completed_at IS NOT NULL"),
)


class OrderWords(TenantRow):
    """The words by which an order is found; kept by triggers, its id is the order's."""

    __tablename__ = "order_words"
    __table_args__ = tenant_args(refers("id", "work_order", ondelete="CASCADE"))

    words: Mapped[str] = mapped_column(TSVECTOR)


extra_ddl(OrderWords, *STATEMENTS)


class SavedView(TenantRow):
    """A list that somebody keeps under a name: filters, order, columns."""

    __tablename__ = "saved_view"
    __table_args__ = tenant_args(
        CheckConstraint("version > 0", name="version"),
        Index(
            "uq_saved_view_name",
            "tenant_id",
            text("COALESCE(owner_id, '00000000-0000-0000-0000-000000000000'::uuid)"),
            "name",
            unique=True,
        ),
    )

    owner_id: Mapped[UUID | None]
    """The user whose it is, opaque here; None: everybody's."""
    name: Mapped[str]
    query: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """Filters and order, as the list takes them."""
    columns: Mapped[list[str]] = mapped_column(JSONB)
    version: Mapped[int] = mapped_column(default=1)


class Batch(TenantRow):
    """One change that somebody made to many orders at once; its id is the key that the client gave it."""

    __tablename__ = "order_batch"
    __table_args__ = tenant_args()

    user_id: Mapped[UUID]
    action: Mapped[str]
    value: Mapped[dict[str, Any]] = mapped_column(JSONB)
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class BatchRow(TenantRow):
    """What became of one order of a batch."""

    __tablename__ = "order_batch_row"
    __table_args__ = tenant_args(
        refers("batch_id", "order_batch", ondelete="CASCADE"),
        refers("work_order_id", "work_order", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "batch_id", "work_order_id"),
    )

    batch_id: Mapped[UUID]
    work_order_id: Mapped[UUID]
    problem: Mapped[str | None]
    """Slug of the refusal; None: it was done."""
    detail: Mapped[str] = mapped_column(server_default="")
    version: Mapped[int | None]
    """Of the order after the change; undoing asks that it is still this one."""
    former: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """What undoing puts back; None: it cannot be undone."""
    undone: Mapped[str | None]
    """What became of undoing it: `done` or the slug of the refusal."""
