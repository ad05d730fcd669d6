"""The staff API of intake: tickets from words, work orders from tickets."""

from typing import Any
from uuid import UUID

from backend.assets.errors import AssetUnknown
from backend.customers.errors import CustomerUnknown, SiteUnknown
from backend.intake import service
from backend.intake.schemas import ConvertIn, OrderMade, TicketIn, TicketTakenIn
from backend.intake.service import Wish, Words
from backend.tickets.errors import IllegalTicketStep, NoSuchTicket, TicketIncomplete
from backend.tickets.service import By
from backend.work import actors
from backend.work.models import WorkOrder
from kernel import clock, http
from kernel.auth import Role
from kernel.http import Db, Me, problems

router = http.router("intake")

DESK = frozenset({Role.AGENT, Role.DISPATCHER, Role.SUPERVISOR, Role.ADMIN})
ACCESS = {"open_ticket": DESK | {Role.INTEGRATOR}, "convert_ticket": DESK}


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
    asked = body.model_dump(exclude={"expected_parts"})
    parts = tuple((line.part_id, line.quantity) for line in body.expected_parts)
    return service.convert(db, ticket_id, Wish(**asked, parts=parts), actor=actors.staff(me), at=clock.now())
