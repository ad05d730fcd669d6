"""Tables of quotes and their lines."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.contracts.coverage import Kind
from kernel.db import TenantRow, refers, tenant_args


class QuoteState(StrEnum):
    """Where a quote stands."""

    DRAFT = "draft"
    SENT = "sent"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class OnRefusal(StrEnum):
    """What becomes of the order if the customer refuses."""

    CANCEL = "cancel"
    LEAVE = "leave"


class Quote(TenantRow):
    """An offer to a customer for one order; at most one of an order is undecided."""

    __tablename__ = "quote"
    __table_args__ = tenant_args(
        refers("work_order_id", "work_order"),
        UniqueConstraint("tenant_id", "number"),
        CheckConstraint("total >= 0", name="not_negative"),
        CheckConstraint("(state IN ('draft', 'withdrawn')) OR token_hash IS NOT NULL", name="sent_has_link"),
        CheckConstraint("(state IN ('accepted', 'refused')) = (decided_name IS NOT NULL)", name="decided_by_somebody"),
        Index(
            "uq_quote_undecided",
            "tenant_id",
            "work_order_id",
            unique=True,
            postgresql_where=text("state IN ('draft', 'sent')"),
        ),
        Index("uq_quote_token_hash", "token_hash", unique=True),
        Index("ix_quote_order", "tenant_id", "work_order_id", "id"),
        Index("ix_quote_state", "tenant_id", "state", "id"),
        Index("ix_quote_waiting", "tenant_id", "valid_until", postgresql_where=text("state = 'sent'")),
    )

    number: Mapped[str]
    work_order_id: Mapped[UUID]
    state: Mapped[QuoteState] = mapped_column(default=QuoteState.DRAFT)
    currency: Mapped[str]
    total: Mapped[Decimal] = mapped_column(Numeric(14, 2))
    on_refusal: Mapped[OnRefusal]
    valid_until: Mapped[datetime]
    note: Mapped[str]
    author_id: Mapped[UUID | None]
    token_hash: Mapped[str | None]
    """The token itself is derived from the id and the installation's key, and is stored nowhere."""
    sent_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_name: Mapped[str | None]
    """Who said so: the customer's name, or that of whoever took it down."""
    decided_by: Mapped[UUID | None]
    """The member of the staff who took the answer down; none: the customer used the link."""
    decision_note: Mapped[str] = mapped_column(server_default="")
    version: Mapped[int] = mapped_column(default=1)


class QuoteLine(TenantRow):
    """One line of a quote."""

    __tablename__ = "quote_line"
    __table_args__ = tenant_args(
        refers("quote_id", "quote", ondelete="CASCADE"),
        refers("part_id", "part"),
        UniqueConstraint("tenant_id", "quote_id", "position"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("unit_price >= 0 AND amount >= 0", name="not_negative"),
    )

    quote_id: Mapped[UUID]
    position: Mapped[int]
    kind: Mapped[Kind]
    text: Mapped[str]
    part_id: Mapped[UUID | None]
    quantity: Mapped[Decimal]
    unit: Mapped[str]
    unit_price: Mapped[Decimal]
    amount: Mapped[Decimal] = mapped_column(Numeric(14, 2))
