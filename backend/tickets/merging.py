"""Two tickets that are one: proposing twins, and making one a part of the other."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from backend.tickets import repository, service, talking
from backend.tickets.alike import LEAST_SCORE, NEAR, Likeness, Report, likeness
from backend.tickets.errors import CannotMergeTicket
from backend.tickets.events import TicketMerged
from backend.tickets.lifecycle import OPEN, PAUSED, TicketState
from backend.tickets.models import Channel, Ticket
from backend.tickets.service import By
from backend.work.service import promises
from backend.work.service import views as work
from kernel.outbox import publish

ABSORBED = "absorbed"
LOOKED_AT = 200
PLACE = ("customer_id", "site_id", "asset_id")
UNTOUCHED = frozenset({TicketState.NEW, TicketState.TRIAGED})


@dataclass(frozen=True)
class Twin:
    """A ticket that may be about the same thing."""

    ticket: Ticket
    likeness: Likeness


def twins(session: Session, ticket_id: UUID, *, limit: int) -> list[Twin]:
    """Return open tickets that seem to be about the same thing, the most alike first.

    Raises:
        NoSuchTicket: there is none with this id.
    """
    ticket = repository.ticket(session, ticket_id)
    since, until = ticket.opened_at - NEAR, ticket.opened_at + NEAR
    others = repository.near(session, ticket, since=since, until=until, limit=LOOKED_AT)
    found = [Twin(other, likeness(_report(ticket), _report(other))) for other in others]
    likely = [twin for twin in found if twin.likeness.score >= LEAST_SCORE]
    return sorted(likely, key=lambda twin: (-twin.likeness.score, twin.ticket.id))[:limit]


def _report(ticket: Ticket) -> Report:
    text = f"{ticket.summary} {ticket.description}"
    return Report(text=text, asset=ticket.asset_id, customer=ticket.customer_id, at=ticket.opened_at)


def merge(
    session: Session, ticket_id: UUID, *, into_id: UUID, by: By, at: datetime, reason: str | None = None
) -> Ticket:
    """Make a ticket a part of another that is open; return the one that stands for both. Once more changes nothing.

    Messages stay with the ticket they came for and are shown with the survivor's; orders that are not over follow, and
    cases. The survivor's promises count on; those of an order that follows wait if the survivor waits for the customer.

    Raises:
        NoSuchTicket: one of them does not exist.
        CannotMergeTicket: they are the same, or one is a part of another ticket.
        IllegalTicketStep: the state of the ticket does not allow it.
    """
    # Both in the order of their ids: two merges at once, in opposite directions, would wait for each other.
    held = {key: repository.ticket(session, key, lock=True) for key in sorted({ticket_id, into_id})}
    ticket, survivor = held[ticket_id], held[into_id]
    if ticket.merged_into_id == into_id:
        return survivor
    _check(ticket, survivor)
    waited = ticket.state in PAUSED
    service.into(session, ticket, survivor, by=by, at=at, reason=reason)
    session.flush()
    repository.pass_parts(session, ticket_id, into_id)
    _orders_follow(session, ticket, survivor, waited=waited, at=at)
    _fill(survivor, ticket)
    detail = {"ticket_id": str(ticket_id), "number": ticket.number}
    service.write_event(session, survivor, ABSORBED, survivor.state, by=by, at=at, reason=reason, detail=detail)
    talking.settle(session, survivor)
    publish(session, TicketMerged(ticket_id=ticket_id, into_id=into_id, merged_at=at))
    return survivor


def _check(ticket: Ticket, survivor: Ticket) -> None:
    if ticket.id == survivor.id:
        raise CannotMergeTicket("A ticket cannot be merged into itself.")
    for one in (ticket, survivor):
        if one.merged_into_id is not None:
            raise CannotMergeTicket(f"{one.number} is a part of another ticket.", survivor_id=one.merged_into_id)
    if survivor.state not in OPEN:
        raise CannotMergeTicket(f"{survivor.number} is in state '{survivor.state}'; reopen it first.")


def _fill(survivor: Ticket, ticket: Ticket) -> None:
    """Say where the survivor is if nobody knew; one of telemetry's may be about many places, and stays so."""
    if survivor.channel is not Channel.DEVICE:
        for name in PLACE:
            if getattr(survivor, name) is None:
                setattr(survivor, name, getattr(ticket, name))
    survivor.priority = min(survivor.priority, ticket.priority)
    survivor.version += 1


def _orders_follow(session: Session, ticket: Ticket, survivor: Ticket, *, waited: bool, at: datetime) -> None:
    """Give the orders to the survivor, which has begun by that."""
    moved = work.give_orders(session, ticket.id, survivor.id)
    for order in moved:
        if survivor.state in PAUSED and not waited:
            promises.wait_for_customer(session, order.id, at=at)
        elif waited and survivor.state not in PAUSED:
            promises.customer_answered(session, order.id, at=at)
    if survivor.state in UNTOUCHED and moved:
        service.begin(session, survivor.id, at=at)
