"""Use cases of tickets: open once per message, move on, resolve with the last order, reopen, close."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from backend.assets import service as assets
from backend.customers import changes
from backend.customers import service as customers
from backend.tickets import promises, repository
from backend.tickets.errors import ReopenTimeOver, TicketIncomplete
from backend.tickets.events import TicketChanged, TicketOpened, TicketResolved
from backend.tickets.lifecycle import (
    CLOSE_AFTER,
    OPEN,
    PAUSED,
    REOPEN_WITHIN,
    TicketAction,
    TicketState,
    advance,
    legal,
    may_reopen,
)
from backend.tickets.models import Channel, Ticket, TicketEvent
from backend.work.service import promises as order_promises
from backend.work.service import views as work
from kernel import clock, jobs
from kernel.numbers import next_number
from kernel.outbox import publish

CLOSE = "tickets.close"
EVIDENCE = "evidence"


@dataclass(frozen=True, kw_only=True)
class By:
    """Who moves a ticket, and by which way."""

    actor_id: UUID | None = None
    name: str = ""
    source: str = "rule"


HOUSE = By()


def open_ticket(
    session: Session,
    *,
    channel: Channel,
    summary: str,
    description: str = "",
    external_id: str | None = None,
    customer_id: UUID | None = None,
    site_id: UUID | None = None,
    asset_id: UUID | None = None,
    case_id: UUID | None = None,
    topic: str | None = None,
    priority: int,
    follow_up_of_id: UUID | None = None,
    detail: dict[str, Any] | None = None,
    by: By = HOUSE,
    at: datetime,
) -> tuple[Ticket, bool]:
    """Open a ticket, once per channel and message; return it and whether it is new.

    The site follows from the asset and the customer from the site, where they are not given.

    Raises:
        AssetUnknown, SiteUnknown, CustomerUnknown: they do not exist here.
    """
    if external_id is not None and (known := repository.of_message(session, channel, external_id)):
        return known, False
    if asset_id is not None:
        site_id = assets.get_asset(session, asset_id).site_id
    if site_id is not None:
        customer_id = customers.get_site(session, site_id).customer_id
    elif customer_id is not None:
        customer_id = changes.current_customer(session, customer_id).id
    row = {
        "number": next_number(session, "T", at=at),
        "channel": channel,
        "external_id": external_id,
        "summary": summary,
        "description": description,
        "customer_id": customer_id,
        "site_id": site_id,
        "asset_id": asset_id,
        "case_id": case_id,
        "topic": topic,
        "priority": priority,
        "state": TicketState.NEW,
        "opened_at": at,
        "reopen_count": 0,
        "first_response_at": at if channel is Channel.PHONE and by.actor_id is not None else None,
        "follow_up_of_id": follow_up_of_id,
        "version": 1,
    }
    made = repository.add(session, row)
    if made is None and external_id is not None and (known := repository.of_message(session, channel, external_id)):
        return known, False
    if made is None:
        raise LookupError("a ticket without an external id cannot be known already")
    ticket = repository.ticket(session, made, lock=True)
    promises.start(session, ticket)
    write_event(session, ticket, "opened", TicketState.NEW, by=by, at=at, detail=detail)
    publish(
        session,
        TicketOpened(
            ticket_id=ticket.id,
            number=ticket.number,
            channel=channel,
            priority=priority,
            customer_id=customer_id,
            asset_id=asset_id,
            case_id=case_id,
            opened_at=at,
        ),
    )
    return ticket, True


def write_event(
    session: Session,
    ticket: Ticket,
    action: str,
    former: TicketState,
    *,
    by: By,
    at: datetime,
    reason: str | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Write one line of a ticket's story; the ticket is locked."""
    session.add(
        TicketEvent(
            ticket_id=ticket.id,
            seq=repository.next_seq(session, ticket.id),
            action=action,
            from_state=former,
            to_state=ticket.state,
            actor_id=by.actor_id,
            actor_name=by.name,
            source=by.source,
            occurred_at=at,
            received_at=clock.now(),
            reason=reason,
            detail=detail or {},
        )
    )
    session.flush()


def add_evidence(session: Session, ticket_id: UUID, *, detail: dict[str, Any], at: datetime) -> Ticket:
    """Add what a device or person says to a ticket that is there already; the same again changes nothing."""
    ticket = repository.standing(session, ticket_id)
    if repository.has_event(session, ticket.id, EVIDENCE, detail=detail):
        return ticket
    write_event(session, ticket, EVIDENCE, ticket.state, by=HOUSE, at=at, detail=detail)
    return ticket


def raise_priority(session: Session, ticket_id: UUID, *, priority: int) -> Ticket:
    """Make a ticket more urgent, never less."""
    ticket = repository.standing(session, ticket_id)
    if priority < ticket.priority:
        ticket.priority = priority
        ticket.version += 1
    return ticket


def open_of_topic(session: Session, asset_id: UUID, topic: str) -> Ticket | None:
    """Return the open ticket of an asset and topic, locked."""
    return repository.open_of_topic(session, asset_id, topic)


def get_ticket(session: Session, ticket_id: UUID) -> Ticket:
    """Return a ticket.

    Raises:
        NoSuchTicket: there is none with this id.
    """
    return repository.ticket(session, ticket_id)


def standing(session: Session, ticket_id: UUID) -> Ticket:
    """Return, locked, the ticket that stands for one: itself, or the one that it is a part of.

    Raises:
        NoSuchTicket: there is none with this id.
    """
    return repository.standing(session, ticket_id)


def act(
    session: Session,
    ticket_id: UUID,
    action: TicketAction,
    *,
    by: By,
    at: datetime,
    reason: str | None = None,
    no_fault: bool = False,
) -> Ticket:
    """Move a ticket by one action; `no_fault`: who cancels it says that nothing is wrong.

    Raises:
        IllegalTicketStep: its state does not allow it.
        ReopenTimeOver: it was resolved too long ago.
        TicketIncomplete: it is merged, and nobody has said into which.
    """
    ticket = repository.ticket(session, ticket_id, lock=True)
    if action is TicketAction.MERGE:
        advance(ticket.state, action)
        raise TicketIncomplete("Say into which ticket it is merged.", missing=["into_ticket_id"])
    _move(session, ticket, action, Asked(by=by, at=at, reason=reason, no_fault=no_fault))
    return ticket


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is said of a step."""

    by: By
    at: datetime
    reason: str | None = None
    no_fault: bool = False
    into: Ticket | None = None


def _move(session: Session, ticket: Ticket, action: TicketAction, asked: Asked) -> None:
    target, by, at = advance(ticket.state, action), asked.by, asked.at
    if action is TicketAction.REOPEN:
        _check_reopen(ticket, at)
    former, ticket.state = ticket.state, target
    ticket.version += 1
    _stamp(session, ticket, action, former, at)
    called_off = asked.no_fault and action is TicketAction.CANCEL
    detail: dict[str, Any] = {"no_fault": True} if called_off else {}
    if asked.into is not None:
        ticket.merged_into_id = asked.into.id
        detail = {"into_id": str(asked.into.id), "into": asked.into.number}
    write_event(session, ticket, action, former, by=by, at=at, reason=asked.reason, detail=detail)
    publish(
        session,
        TicketChanged(
            ticket_id=ticket.id,
            from_state=former,
            state=ticket.state,
            action=action,
            occurred_at=at,
            actor_id=by.actor_id,
            actor_name=by.name,
            reason=asked.reason,
            no_fault=called_off,
        ),
    )
    if action is TicketAction.RESOLVE:
        publish(
            session,
            TicketResolved(ticket_id=ticket.id, number=ticket.number, customer_id=ticket.customer_id, resolved_at=at),
        )


def _check_reopen(ticket: Ticket, at: datetime) -> None:
    if ticket.resolved_at is not None and not may_reopen(ticket.resolved_at, at):
        until = ticket.resolved_at + REOPEN_WITHIN
        raise ReopenTimeOver("Open a follow-up ticket instead.", until=until)


def into(
    session: Session, ticket: Ticket, survivor: Ticket, *, by: By, at: datetime, reason: str | None = None
) -> None:
    """Make a ticket a part of another; both are locked.

    Raises:
        IllegalTicketStep: its state does not allow it.
    """
    _move(session, ticket, TicketAction.MERGE, Asked(by=by, at=at, reason=reason, into=survivor))


def _stamp(session: Session, ticket: Ticket, action: TicketAction, former: TicketState, at: datetime) -> None:
    if action is TicketAction.RESOLVE:
        ticket.resolved_at = at
        ticket.first_response_at = ticket.first_response_at or at
        promises.answered(session, ticket)
        promises.restored(session, ticket, at=at)
        key = f"{ticket.id}:{ticket.reopen_count}"
        jobs.request(session, CLOSE, key=key, due_at=at + CLOSE_AFTER, body={"ticket_id": str(ticket.id)})
    elif action is TicketAction.REOPEN:
        ticket.resolved_at = ticket.closed_at = None
        ticket.reopen_count += 1
        promises.reopened(session, ticket, at=at)
    elif action is TicketAction.ASK_CUSTOMER:
        promises.waits(session, ticket, at=at)
        for order in work.orders_of_ticket(session, ticket.id):
            order_promises.wait_for_customer(session, order.id, at=at)
    if former in PAUSED:
        promises.goes_on(session, ticket, at=at)
        for order in work.orders_of_ticket(session, ticket.id):
            order_promises.customer_answered(session, order.id, at=at)
    if action in {TicketAction.CANCEL, TicketAction.MERGE}:
        promises.fell_away(session, ticket, at=at)
    if action in {TicketAction.CLOSE, TicketAction.CANCEL, TicketAction.MERGE}:
        ticket.closed_at = at


def begin(session: Session, ticket_id: UUID, *, by: By = HOUSE, at: datetime) -> Ticket:
    """Say that there is work under way for a ticket; once more, or after it moved on, changes nothing."""
    ticket = repository.standing(session, ticket_id)
    overtaken = repository.last_at(session, ticket.id, TicketAction.ASK_CUSTOMER, TicketAction.CUSTOMER_ANSWERED)
    if TicketAction.BEGIN in legal(ticket.state) and (overtaken is None or overtaken <= at):
        return act(session, ticket.id, TicketAction.BEGIN, by=by, at=at)
    return ticket


def resolve_when_done(session: Session, ticket_id: UUID, *, at: datetime) -> bool:
    """Resolve a ticket whose last order ended at an instant; tell whether it is resolved by this.

    One that was reopened after that waits for other work.
    """
    ticket = repository.standing(session, ticket_id)
    reopened = repository.last_at(session, ticket.id, TicketAction.REOPEN)
    if ticket.state not in OPEN or not work.all_done(session, ticket.id) or (reopened and reopened > at):
        return False
    act(session, ticket.id, TicketAction.RESOLVE, by=HOUSE, at=at)
    return True


def reopen_or_follow_up(session: Session, ticket_id: UUID, *, reason: str, by: By, at: datetime) -> tuple[Ticket, bool]:
    """Take a resolved ticket up again, or open one that follows it; return it and whether it is new."""
    ticket = repository.ticket(session, ticket_id, lock=True)
    if ticket.state in OPEN:
        return ticket, False
    in_time = ticket.resolved_at is not None and may_reopen(ticket.resolved_at, at)
    if in_time and TicketAction.REOPEN in legal(ticket.state):
        return act(session, ticket_id, TicketAction.REOPEN, by=by, at=at, reason=reason), False
    return open_ticket(
        session,
        channel=ticket.channel,
        external_id=f"follow-up:{ticket.id}:{ticket.reopen_count}",
        summary=ticket.summary,
        description=reason,
        customer_id=ticket.customer_id,
        site_id=ticket.site_id,
        asset_id=ticket.asset_id,
        case_id=ticket.case_id,
        topic=ticket.topic,
        priority=ticket.priority,
        follow_up_of_id=ticket.id,
        by=by,
        at=at,
    )


def close_if_still_resolved(session: Session, ticket_id: UUID, *, at: datetime) -> bool:
    """Close a ticket that has been resolved long enough; tell whether it is closed by this."""
    ticket = repository.ticket(session, ticket_id, lock=True)
    resolved_at = ticket.resolved_at
    if ticket.state is not TicketState.RESOLVED or resolved_at is None or at < resolved_at + CLOSE_AFTER:
        return False
    act(session, ticket_id, TicketAction.CLOSE, by=HOUSE, at=at)
    return True


def mark_invited(session: Session, ticket_id: UUID, *, at: datetime) -> None:
    """Note that the customer was asked for an opinion, so that the link can be shown."""
    ticket = repository.ticket(session, ticket_id, lock=True)
    ticket.survey_invited_at = ticket.survey_invited_at or at
