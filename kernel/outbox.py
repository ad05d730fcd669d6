"""Transactional outbox: events are written with the change and delivered at least once.

`publish` writes a row. The relay turns it into one delivery per subscribed handler; a worker runs each delivery in
one transaction with the row that says it is done, so the effect of a handler in this database happens once.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import BigInteger, Index, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from kernel.db import TenantRow, refers, tenant_args, tenant_of


@dataclass(frozen=True, kw_only=True)
class Event:
    """A fact in the past tense; carries ids and values, never rows."""

    topic: ClassVar[str]


E = TypeVar("E", bound=Event)
Handler = Callable[[Session, Any], None]


class DeliveryState(StrEnum):
    """Where one delivery of one event stands."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


class OutboxEvent(TenantRow):
    """One published event."""

    __tablename__ = "outbox_event"
    __table_args__ = tenant_args(
        Index("ix_outbox_event_waiting", "id", postgresql_where=text("relayed_at IS NULL")),
        Index("ix_outbox_event_feed", "tenant_id", "xid", "id"),
        info={"app": "SELECT, INSERT", "ingest": "SELECT, INSERT"},
    )

    topic: Mapped[str]
    body: Mapped[dict[str, Any]]
    xid: Mapped[int] = mapped_column(BigInteger, server_default=text("(pg_current_xact_id()::text::bigint)"))
    """The writing transaction: who reads `xid < xmin of his snapshot` in order of (xid, id) skips no late commit."""
    relayed_at: Mapped[datetime | None]


class EventDelivery(TenantRow):
    """One event on its way to one handler; the handler's transaction marks it done."""

    __tablename__ = "event_delivery"
    __table_args__ = tenant_args(
        refers("event_id", "outbox_event"),
        Index("uq_event_delivery_handler", "event_id", "handler", unique=True),
        Index("ix_event_delivery_due", "due_at", postgresql_where=text("state = 'pending'")),
        info={"app": "SELECT, UPDATE"},
    )

    event_id: Mapped[UUID]
    handler: Mapped[str]
    state: Mapped[DeliveryState] = mapped_column(default=DeliveryState.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    """When the sweeper may wake it again."""
    done_at: Mapped[datetime | None]
    error: Mapped[str | None]


_ADAPTERS: dict[type[Event], TypeAdapter[Any]] = {}


def _adapter(kind: type[Event]) -> TypeAdapter[Any]:
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def encode(event: Event) -> dict[str, Any]:
    """Return the JSON form of an event."""
    body: dict[str, Any] = _adapter(type(event)).dump_python(event, mode="json")
    return body


def decode(kind: type[E], body: dict[str, Any]) -> E:
    """Return the event of a JSON form; members that a newer version added are ignored."""
    event: E = _adapter(kind).validate_python(body)
    return event


def publish(session: Session, event: Event, *, tenant_id: UUID | None = None) -> None:
    """Write the event with the change that it reports, in the same transaction."""
    session.add(OutboxEvent(topic=event.topic, body=encode(event), tenant_id=tenant_id or tenant_of(session)))


def topics(kinds: Iterator[type[Event]]) -> dict[str, type[Event]]:
    """Return events by topic.

    Raises:
        ValueError: two of them share one.
    """
    found: dict[str, type[Event]] = {}
    for kind in kinds:
        if found.setdefault(kind.topic, kind) is not kind:
            raise ValueError(f"topic {kind.topic} has two event types")
    return found
