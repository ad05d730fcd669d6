"""Quotes over HTTP, for the staff."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from backend.customers import service as customers
from backend.quotes import proposal, service
from backend.quotes.errors import NothingQuoted, QuoteOpen, QuoteSettled, QuoteUnknown, StaleQuote
from backend.quotes.models import Quote, QuoteState
from backend.quotes.schemas import (
    AnswerIn,
    ProposedLine,
    QuoteAction,
    QuoteActionIn,
    QuoteChange,
    QuoteHead,
    QuoteIn,
    QuoteOut,
)
from backend.quotes.service import Answer
from backend.work import actors
from backend.work.errors import IllegalTransition, NoSuchWorkOrder
from backend.work.service import views
from inventory.errors import UnknownPart
from kernel import clock, http
from kernel.auth import OFFICE, Role
from kernel.http import Db, Me, problems
from kernel.paging import (
    DEFAULT_LIMIT,
    BadCursor,
    Cursor,
    Limit,
    Page,
    cut,
    decode_id_cursor,
    encode_cursor,
)

router = http.router("quotes")

WRITERS = frozenset({Role.AGENT, Role.DISPATCHER, Role.SUPERVISOR, Role.ADMIN})
ACCESS = {
    "list_quotes": OFFICE,
    "get_quote": OFFICE,
    "propose_quote": OFFICE,
    "create_quote": WRITERS,
    "replace_quote": WRITERS,
    "act_on_quote": WRITERS,
    "answer_for_customer": WRITERS,
}


def _heads(db: Session, rows: Sequence[Quote]) -> list[QuoteHead]:
    orders = views.orders_by_id(db, {row.work_order_id for row in rows})
    people = customers.customers_by_id(db, {order.customer_id for order in orders.values()})
    return [
        QuoteHead.of(
            row,
            order_number=orders[row.work_order_id].number,
            customer_name=people[orders[row.work_order_id].customer_id].name,
        )
        for row in rows
    ]


def _whole(db: Session, quote_id: UUID) -> QuoteOut:
    row, lines = service.get_quote(db, quote_id)
    return QuoteOut.whole(_heads(db, [row])[0], lines)


@router.get("/quotes", responses=problems(BadCursor))
def list_quotes(
    db: Db,
    *,
    work_order_id: UUID | None = None,
    state: QuoteState | None = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[QuoteHead]:
    """Return quotes, the latest first."""
    after = decode_id_cursor(cursor) if cursor else None
    found = service.list_quotes(db, work_order_id=work_order_id, state=state, after=after, limit=limit + 1)
    rows, more = cut(found, limit)
    return Page(items=_heads(db, rows), next_cursor=encode_cursor(rows[-1].id) if more else None)


@router.get("/quotes/{quote_id}", responses=problems(QuoteUnknown))
def get_quote(quote_id: UUID, db: Db) -> QuoteOut:
    """Return a quote with its lines."""
    return _whole(db, quote_id)


@router.get("/work-orders/{work_order_id}/quote-proposal", responses=problems(NoSuchWorkOrder))
def propose_quote(work_order_id: UUID, db: Db) -> Page[ProposedLine]:
    """Return the lines of a quote by the price list: what the order is expected to take and nobody covers."""
    lines = proposal.propose(db, work_order_id, at=clock.now())
    return Page(items=[ProposedLine.model_validate(line) for line in lines], next_cursor=None)


@router.post(
    "/work-orders/{work_order_id}/quotes", status_code=201, responses=problems(NoSuchWorkOrder, QuoteOpen, UnknownPart)
)
def create_quote(work_order_id: UUID, body: QuoteIn, db: Db, me: Me) -> QuoteOut:
    """Draft a quote for an order."""
    row = service.create_quote(db, work_order_id, body.draft(), by=me.user_id, at=clock.now())
    return _whole(db, row.id)


@router.put("/quotes/{quote_id}", responses=problems(QuoteUnknown, QuoteSettled, StaleQuote, UnknownPart))
def replace_quote(quote_id: UUID, body: QuoteChange, db: Db) -> QuoteOut:
    """Write a draft anew."""
    service.replace_quote(db, quote_id, body.draft(), expected_version=body.version)
    return _whole(db, quote_id)


@router.post(
    "/quotes/{quote_id}/actions", responses=problems(QuoteUnknown, QuoteSettled, NothingQuoted, IllegalTransition)
)
def act_on_quote(quote_id: UUID, body: QuoteActionIn, db: Db, me: Me) -> QuoteOut:
    """Send a quote to the customer, upon which its order waits for the answer, or take it back."""
    if body.action is QuoteAction.SEND:
        service.send(db, quote_id, actor=actors.staff(me), at=clock.now())
    else:
        service.withdraw(db, quote_id, by=me.user_id, at=clock.now())
    return _whole(db, quote_id)


@router.post("/quotes/{quote_id}/answer", responses=problems(QuoteUnknown, QuoteSettled, IllegalTransition))
def answer_for_customer(quote_id: UUID, body: AnswerIn, db: Db, me: Me) -> QuoteOut:
    """Take down what the customer has said: accepted, the order is open again; refused, it ends or stays."""
    answer = Answer(accepted=body.accepted, name=body.name, note=body.note, by=me.user_id)
    service.decide(db, quote_id, answer, at=clock.now())
    return _whole(db, quote_id)
