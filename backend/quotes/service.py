"""Use cases of quotes: draft, send, accept, refuse, withdraw, expire; the order waits for the answer."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from backend.contracts import service as contracts
from backend.contracts.coverage import Kind
from backend.prices import service as prices
from backend.quotes import links, repository
from backend.quotes.errors import (
    NothingQuoted,
    QuoteLinkDead,
    QuoteOpen,
    QuoteSettled,
    QuoteUnknown,
    StaleQuote,
)
from backend.quotes.events import QuoteDecided, QuoteSent
from backend.quotes.models import OnRefusal, Quote, QuoteLine, QuoteState
from backend.work.actors import Actor
from backend.work.lifecycle import OrderAction, OrderState, Who
from backend.work.models import EventSource
from backend.work.service import orders, views
from inventory import service as stock
from kernel import audit
from kernel.auth import hash_secret
from kernel.db import transaction
from kernel.money import payable
from kernel.numbers import next_number
from kernel.outbox import publish

BATCH = 200
WAITS = frozenset({OrderState.OPEN, OrderState.PENDING_APPROVAL})


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of an offer."""

    kind: Kind
    text: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    part_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What is offered."""

    lines: Sequence[Line]
    valid_until: datetime
    on_refusal: OnRefusal = OnRefusal.LEAVE
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the customer says, and who says so."""

    accepted: bool
    name: str
    note: str = ""
    by: UUID | None = None
    """The member of the staff who takes it down; none: the customer used the link."""


def create_quote(session: Session, work_order_id: UUID, draft: Draft, *, by: UUID | None, at: datetime) -> Quote:
    """Draft an offer for an order.

    Raises:
        NoSuchWorkOrder, UnknownPart: they do not exist here.
        QuoteOpen: the order has one that nobody has decided on.
    """
    order = views.get_order(session, work_order_id)
    _known_parts(session, draft.lines)
    if (other := repository.undecided(session, order.id)) is not None:
        raise QuoteOpen(f"{other.number} is not decided yet.", quote_id=other.id)
    row = Quote(
        number=next_number(session, "QU", at=at),
        work_order_id=order.id,
        state=QuoteState.DRAFT,
        currency=prices.currency_of(session),
        total=Decimal(0),
        on_refusal=draft.on_refusal,
        valid_until=draft.valid_until,
        note=draft.note,
        author_id=by,
    )
    session.add(row)
    session.flush()
    _write_lines(session, row, draft.lines)
    return row


def replace_quote(session: Session, quote_id: UUID, draft: Draft, *, expected_version: int) -> Quote:
    """Write a draft anew.

    Raises:
        QuoteUnknown, UnknownPart: they do not exist here.
        QuoteSettled: it was sent already.
        StaleQuote: it changed since it was read.
    """
    _known_parts(session, draft.lines)
    row = _held(session, quote_id, {QuoteState.DRAFT}, expected_version)
    row.on_refusal, row.valid_until, row.note = draft.on_refusal, draft.valid_until, draft.note
    row.version += 1
    repository.drop_lines(session, row.id)
    _write_lines(session, row, draft.lines)
    return row


def _known_parts(session: Session, lines: Sequence[Line]) -> None:
    stock.parts_by_id(session, {line.part_id for line in lines if line.part_id})


def _write_lines(session: Session, row: Quote, lines: Sequence[Line]) -> None:
    made = [
        QuoteLine(
            quote_id=row.id,
            position=position,
            kind=line.kind,
            text=line.text,
            part_id=line.part_id,
            quantity=line.quantity,
            unit=line.unit,
            unit_price=line.unit_price,
            amount=payable(line.quantity * line.unit_price, row.currency),
        )
        for position, line in enumerate(lines, 1)
    ]
    session.add_all(made)
    row.total = sum((line.amount for line in made), Decimal(0))
    session.flush()


def _held(session: Session, quote_id: UUID, states: Collection[QuoteState], expected_version: int | None) -> Quote:
    """Return a quote, locked behind its order as all steps of orders are."""
    seen = repository.quote(session, quote_id)
    if seen is None:
        raise QuoteUnknown("No quote has this id.", quote_id=quote_id)
    orders.lock(session, seen.work_order_id)
    row = repository.quote(session, quote_id, lock=True)
    assert row is not None  # noqa: S101 - quotes are never deleted
    if row.state not in states:
        raise QuoteSettled(f"The quote is {row.state}.", state=row.state)
    if expected_version is not None and row.version != expected_version:
        raise StaleQuote("The quote was changed since you read it.", version=row.version)
    return row


def send(session: Session, quote_id: UUID, *, actor: Actor, at: datetime) -> Quote:
    """Send a draft: its link works from now on, and the order waits for the answer.

    Raises:
        QuoteUnknown: there is none with this id.
        QuoteSettled: it was sent already, or it is out of date.
        NothingQuoted: it has no lines.
        IllegalTransition: the order is planned or done.
    """
    row = _held(session, quote_id, {QuoteState.DRAFT}, None)
    if row.valid_until <= at:
        raise QuoteSettled("The quote would be out of date.", state=row.state)
    if not repository.lines(session, [row.id])[row.id]:
        raise NothingQuoted("The quote has no lines.")
    order = views.get_order(session, row.work_order_id)
    if order.state is not OrderState.PENDING_APPROVAL:
        orders.act_on_order(session, order.id, OrderAction.ASK_APPROVAL, actor=actor, at=at, reason=row.number)
    row.state, row.sent_at, row.token_hash = QuoteState.SENT, at, hash_secret(links.token(row.id))
    row.version += 1
    audit.record(session, action="quote.send", subject="quote", subject_id=row.id, actor_id=actor.actor_id)
    publish(session, QuoteSent(quote_id=row.id, work_order_id=row.work_order_id, sent_at=at))
    session.flush()
    return row


def withdraw(session: Session, quote_id: UUID, *, by: UUID | None, at: datetime) -> Quote:
    """Take an undecided quote back; its link shows so, and the order stays where it is.

    Raises:
        QuoteUnknown: there is none with this id.
        QuoteSettled: it was decided.
    """
    row = _held(session, quote_id, {QuoteState.DRAFT, QuoteState.SENT}, None)
    row.state, row.decided_at = QuoteState.WITHDRAWN, at
    row.version += 1
    audit.record(session, action="quote.withdraw", subject="quote", subject_id=row.id, actor_id=by)
    session.flush()
    return row


def decide(session: Session, quote_id: UUID, answer: Answer, *, at: datetime) -> Quote:
    """Take the customer's answer: accepted, the order is open again; refused, it ends or stays as the quote says.

    Raises:
        QuoteUnknown: there is none with this id.
        QuoteSettled: it was not sent, is decided, or is out of date.
    """
    row = _held(session, quote_id, {QuoteState.SENT}, None)
    if row.valid_until <= at:
        raise QuoteSettled("The quote is out of date.", state=QuoteState.EXPIRED)
    row.state = QuoteState.ACCEPTED if answer.accepted else QuoteState.REFUSED
    row.decided_at, row.decided_name, row.decided_by = at, answer.name, answer.by
    row.decision_note = answer.note
    row.version += 1
    order = views.get_order(session, row.work_order_id)
    actor = Actor(actor_id=answer.by, name=answer.name, role=Who.SYSTEM, technician_id=None, source=EventSource.WEB)
    reason = f"{row.number} {answer.note}".strip()
    if answer.accepted and order.state is OrderState.PENDING_APPROVAL:
        orders.act_on_order(session, order.id, OrderAction.APPROVE, actor=actor, at=at, reason=reason)
    if not answer.accepted and row.on_refusal is OnRefusal.CANCEL and order.state in WAITS:
        orders.act_on_order(session, order.id, OrderAction.CANCEL, actor=actor, at=at, reason=reason)
    detail = {"accepted": answer.accepted, "name": answer.name, "note": answer.note}
    audit.record(session, action="quote.decide", subject="quote", subject_id=row.id, actor_id=answer.by, detail=detail)
    _tell(session, row, at)
    return row


def _tell(session: Session, row: Quote, at: datetime) -> None:
    publish(session, QuoteDecided(quote_id=row.id, work_order_id=row.work_order_id, state=row.state, decided_at=at))
    session.flush()


def expire(session: Session, *, at: datetime) -> int:
    """End quotes that nobody answered in time; their orders stay where they are. Return how many."""
    rows = repository.out_of_date(session, at=at, limit=BATCH)
    for row in rows:
        row.state, row.decided_at = QuoteState.EXPIRED, at
        row.version += 1
        _tell(session, row, at)
    return len(rows)


def get_quote(session: Session, quote_id: UUID) -> tuple[Quote, list[QuoteLine]]:
    """Return a quote with its lines.

    Raises:
        QuoteUnknown: there is none with this id.
    """
    row = repository.quote(session, quote_id)
    if row is None:
        raise QuoteUnknown("No quote has this id.", quote_id=quote_id)
    return row, repository.lines(session, [row.id])[row.id]


def list_quotes(
    session: Session,
    *,
    work_order_id: UUID | None = None,
    state: QuoteState | None = None,
    after: UUID | None = None,
    limit: int,
) -> Sequence[Quote]:
    """Return quotes, the latest first, behind one."""
    return repository.listed(session, work_order_id=work_order_id, state=state, after=after, limit=limit)


def agreed(session: Session, work_order_ids: Collection[UUID]) -> dict[UUID, Decimal]:
    """Return what customers have agreed to pay in all, by order; orders without such an agreement are missing."""
    found: dict[UUID, Decimal] = {}
    for row in repository.accepted(session, work_order_ids):
        found[row.work_order_id] = found.get(row.work_order_id, Decimal(0)) + row.total
    return found


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What a link shows."""

    quote: Quote
    lines: Sequence[QuoteLine]
    order_number: str
    order_summary: str
    zone: ZoneInfo
    open: bool


def show(token: str, *, at: datetime) -> Shown:
    """Return what a link shows; the transaction is its own, since only the token says whose it is.

    Raises:
        QuoteLinkDead: it leads nowhere.
    """
    with transaction(tenant_id=_tenant(token)) as session:
        return _shown(session, token, at=at)


def answer_by_link(token: str, answer: Answer, *, at: datetime) -> Shown:
    """Take the answer of a link, once.

    Raises:
        QuoteLinkDead: it leads nowhere.
        QuoteSettled: it was answered, withdrawn, or is out of date.
    """
    with transaction(tenant_id=_tenant(token)) as session:
        row = _of_token(session, token)
        decide(session, row.id, answer, at=at)
        return _shown(session, token, at=at)


def _tenant(token: str) -> UUID:
    tenant_id = repository.tenant_of_token(token)
    if tenant_id is None:
        raise QuoteLinkDead("This link leads nowhere.")
    return tenant_id


def _of_token(session: Session, token: str) -> Quote:
    row = repository.of_token(session, token)
    if row is None:
        raise QuoteLinkDead("This link leads nowhere any more.")
    return row


def _shown(session: Session, token: str, *, at: datetime) -> Shown:
    row = _of_token(session, token)
    order = views.get_order(session, row.work_order_id)
    return Shown(
        quote=row,
        lines=repository.lines(session, [row.id])[row.id],
        order_number=order.number,
        order_summary=order.summary,
        zone=contracts.zone(session),
        open=row.state is QuoteState.SENT and row.valid_until > at,
    )
