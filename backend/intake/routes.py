"""The staff API of intake: tickets from words, work orders from tickets."""

from typing import Any
from uuid import UUID

from backend.assets.errors import AssetUnknown
from backend.customers.errors import CustomerUnknown, SiteUnknown
from backend.intake import advice, demand, service
from backend.intake.schemas import AdviceOut, ConvertIn, DemandOut, OrderMade, TicketIn, TicketTakenIn
from backend.intake.service import Wish, Words
from backend.tickets.errors import IllegalTicketStep, NoSuchTicket, TicketIncomplete
from backend.tickets.service import By
from backend.work import actors
from backend.work.models import WorkOrder
from iot_gateway.errors import CaseNotFound
from kernel import clock, http
from kernel.auth import STAFF, Role
from kernel.fields import Day
from kernel.http import Db, Me, problems
from kernel.paging import DEFAULT_LIMIT, BadCursor, Cursor, Limit, Page, cut, decode_day_cursor, encode_cursor

router = http.router("intake")

DESK = frozenset({Role.AGENT, Role.DISPATCHER, Role.SUPERVISOR, Role.ADMIN})
READERS = STAFF | {Role.INTEGRATOR}
ACCESS = {
    "open_ticket": DESK | {Role.INTEGRATOR},
    "convert_ticket": DESK,
    "get_advice": READERS,
    "list_planned_demand": READERS,
}


@router.post(
    "/tickets",
    response_model=TicketTakenIn,
    status_code=201,
    responses=problems(AssetUnknown, SiteUnknown, CustomerUnknown),
)
def open_ticket(body: TicketIn, db: Db, me: Me) -> dict[str, Any]:
    """Open a ticket; the same channel and external id again returns the one that is there."""
    by = By(actor_id=me.user_id, name=me.name, source=body.channel)
    ticket, proposal = service.take_in_words(db, Words(**body.model_dump()), by=by, at=clock.now())
    return {
        "id": ticket.id,
        "number": ticket.number,
        "state": ticket.state,
        "priority": ticket.priority,
        "proposal": vars(proposal),
    }


@router.post(
    "/tickets/{ticket_id}/work-orders",
    response_model=OrderMade,
    status_code=201,
    responses=problems(NoSuchTicket, IllegalTicketStep, TicketIncomplete, AssetUnknown, SiteUnknown),
)
def convert_ticket(ticket_id: UUID, body: ConvertIn, db: Db, me: Me) -> WorkOrder:
    """Open a work order for a ticket."""
    asked = body.model_dump(exclude={"expected_parts", "labels"})
    labels = tuple(body.labels) if body.labels is not None else None
    parts = tuple((line.part_id, line.quantity) for line in body.expected_parts)
    return service.convert(
        db, ticket_id, Wish(**asked, parts=parts, labels=labels), actor=actors.staff(me), at=clock.now()
    )


@router.get("/cases/{case_id}/advice", responses=problems(CaseNotFound))
def get_advice(case_id: UUID, db: Db) -> AdviceOut:
    """Return similar past cases with what fixed them, and the skill and parts to send."""
    return AdviceOut.model_validate(advice.advice(db, case_id))


@router.get("/planned-demand", responses=problems(BadCursor))
def list_planned_demand(
    db: Db,
    *,
    part_id: UUID | None = None,
    until: Day | None = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[DemandOut]:
    """Return the parts that will be wanted, the earliest day first, with the order and the cases behind each."""
    after = decode_day_cursor(cursor) if cursor else None
    found = demand.list_demand(db, part_id=part_id, until=until, after=after, limit=limit + 1)
    rows, more = cut(found, limit)
    following = encode_cursor(rows[-1].line.due_on.isoformat(), rows[-1].line.id) if more else None
    return Page(items=[DemandOut.of(row) for row in rows], next_cursor=following)
