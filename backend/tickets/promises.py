"""The promises of a ticket: when it is answered and when all is well again, counted from its opening."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from backend.assets import service as assets
from backend.sla import service as sla
from backend.sla.models import ClockKind, PauseReason
from backend.tickets.models import Channel, Ticket

PROMISED = (ClockKind.RESPONSE, ClockKind.RESTORE)
"""Somebody on site is the promise of an order."""
SOURCE = "ticket"


def start(session: Session, ticket: Ticket) -> None:
    """Start the clocks of a ticket that a person has opened; a device waits for no answer.

    Raises:
        NoWorkingTime: the policy's calendar has no working time.
    """
    if ticket.channel is Channel.DEVICE:
        return
    criticality = assets.get_asset(session, ticket.asset_id).criticality if ticket.asset_id else None
    sla.start_clocks(
        session,
        ticket.id,
        kinds=PROMISED,
        climbs=False,
        priority=ticket.priority,
        criticality=criticality,
        customer_id=ticket.customer_id,
        at=ticket.opened_at,
    )
    answered(session, ticket)


def answered(session: Session, ticket: Ticket) -> None:
    """Say when a ticket was answered first, if it was; the earliest answer holds."""
    if ticket.first_response_at is not None and _has(session, ticket.id):
        sla.meet(session, ticket.id, ClockKind.RESPONSE, at=ticket.first_response_at)


def restored(session: Session, ticket: Ticket, *, at: datetime) -> None:
    """Say that all is well again."""
    if _has(session, ticket.id):
        sla.meet(session, ticket.id, ClockKind.RESTORE, at=at)


def reopened(session: Session, ticket: Ticket, *, at: datetime) -> None:
    """Let the promise to restore run on: what met it did not last."""
    sla.reopen(session, ticket.id, ClockKind.RESTORE, at=at)


def waits(session: Session, ticket: Ticket, *, at: datetime) -> None:
    """Say that a ticket waits for its customer; its policy says which clocks stand still."""
    sla.pause(session, ticket.id, reason=PauseReason.CUSTOMER, source=SOURCE, at=at)


def goes_on(session: Session, ticket: Ticket, *, at: datetime) -> None:
    """Say that a ticket waits for its customer no more."""
    sla.resume(session, ticket.id, source=SOURCE, at=at)


def fell_away(session: Session, ticket: Ticket, *, at: datetime) -> None:
    """End the promises of a ticket that was cancelled, or became a part of another."""
    sla.stop(session, ticket.id, at=at)


def _has(session: Session, ticket_id: UUID) -> bool:
    return bool(sla.clocks_of(session, ticket_id))
