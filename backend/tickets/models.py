"""Tables of tickets and their events."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.conversations.models import Channel
from backend.tickets.lifecycle import TicketState
from kernel.db import TenantRow, refers, tenant_args

__all__ = ["Channel", "Ticket", "TicketEvent"]


class Ticket(TenantRow):
    """What a customer or a device asks for."""

    __tablename__ = "ticket"
    __table_args__ = tenant_args(
        refers("customer_id", "customer"),
        refers("site_id", "site"),
        refers("asset_id", "asset"),
        refers("follow_up_of_id", "ticket"),
        refers("merged_into_id", "ticket"),
        UniqueConstraint("tenant_id", "number"),
        UniqueConstraint("tenant_id", "channel", "external_id"),
        CheckConstraint("priority BETWEEN 1 AND 4", name="priority_1_to_4"),
        CheckConstraint("merged_into_id IS NULL OR state = 'merged'", name="only_merged_points_on"),
        CheckConstraint("merged_into_id <> id", name="not_merged_into_itself"),
        Index("ix_ticket_list", "tenant_id", "created_at", "id"),
        Index("ix_ticket_state", "tenant_id", "state", "created_at", "id"),
        Index("ix_ticket_asset", "tenant_id", "asset_id"),
        Index("ix_ticket_customer", "tenant_id", "customer_id"),
        Index("ix_ticket_case", "tenant_id", "case_id"),
        Index("ix_ticket_merged", "tenant_id", "merged_into_id", postgresql_where=text("merged_into_id IS NOT NULL")),
    )

    number: Mapped[str]
    channel: Mapped[Channel]
    external_id: Mapped[str | None]
    """The message's name in its channel; the same one again makes no second ticket."""
    summary: Mapped[str]
    description: Mapped[str]
    customer_id: Mapped[UUID | None]
    site_id: Mapped[UUID | None]
    asset_id: Mapped[UUID | None]
    case_id: Mapped[UUID | None]
    """The case of the device; opaque here."""
    topic: Mapped[str | None]
    """What it is about, such as a failure group; open tickets of one asset and topic are one."""
    priority: Mapped[int]
    state: Mapped[TicketState] = mapped_column(default=TicketState.NEW)
    opened_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    survey_invited_at: Mapped[datetime | None]
    reopen_count: Mapped[int] = mapped_column(default=0)
    follow_up_of_id: Mapped[UUID | None]
    merged_into_id: Mapped[UUID | None]
    """The ticket that stands for it; never one that was merged itself."""
    first_response_at: Mapped[datetime | None]
    """The first answer of a person, or the resolution if that came sooner; what a program said never counts."""
    auto_ack_at: Mapped[datetime | None]
    """The first thing that a program said to the customer."""
    unanswered_since: Mapped[datetime | None]
    """When the customer wrote what no person has answered yet."""
    version: Mapped[int] = mapped_column(default=1)


class TicketEvent(TenantRow):
    """One step or remark of a ticket, never changed."""

    __tablename__ = "ticket_event"
    __table_args__ = tenant_args(
        refers("ticket_id", "ticket"),
        UniqueConstraint("tenant_id", "ticket_id", "seq"),
        Index("ix_ticket_event_occurred", "tenant_id", "occurred_at", "ticket_id"),
        info={"append_only": True},
    )

    ticket_id: Mapped[UUID]
    seq: Mapped[int]
    action: Mapped[str]
    """A `TicketAction`, or `opened`, `evidence`, `absorbed`."""
    from_state: Mapped[str]
    to_state: Mapped[str]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]
    source: Mapped[str]
    occurred_at: Mapped[datetime]
    received_at: Mapped[datetime]
    reason: Mapped[str | None]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
