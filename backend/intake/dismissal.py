"""What a person calls off: the cases behind a cancelled order or ticket end with what that person says."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from backend.intake import policy, repository, rollup
from backend.intake.decisions import Why, record
from backend.intake.errors import CaseDoesNotWait, CaseNotTakenIn
from backend.intake.models import CaseIntake, DecisionKind, IntakeState
from backend.playbooks import service as playbooks
from backend.playbooks.service import Who
from backend.tickets import service as tickets
from backend.tickets.lifecycle import TicketAction, legal
from backend.tickets.models import Channel
from backend.tickets.service import HOUSE, By
from backend.work.actors import system
from backend.work.lifecycle import OrderAction, OrderState
from backend.work.service import orders
from backend.work.service import views as work
from backend.work.service.stages import STILL_TO_PLAN
from iot_gateway.lifecycle import ACTIVE
from iot_gateway.service import cases


@dataclass(frozen=True, kw_only=True)
class Said:
    """What somebody said when work was called off."""

    reason: str
    no_fault: bool
    by: By
    at: datetime


def of_order(session: Session, work_order_id: UUID, said: Said) -> None:
    """End the cases of a cancelled order, unless another order of their ticket takes them over.

    A ticket of telemetry's that is left with neither a case nor an order is cancelled too.
    """
    policy.get_policy(session, lock=True)
    order = work.get_order(session, work_order_id)
    for case_id in repository.cases_of_order(session, work_order_id):
        row = repository.of_case(session, case_id, lock=True)
        if row is not None and not _taken_over(session, row):
            _dismiss(session, row, said)
    if order.ticket_id is not None:
        _end_ticket(session, order.ticket_id, said)


def of_ticket(session: Session, ticket_id: UUID, said: Said) -> None:
    """Cancel the orders of a cancelled ticket that were to cure its cases, unless work has begun, and end the cases."""
    policy.get_policy(session, lock=True)
    rows = repository.of_ticket(session, ticket_id)
    for order_id in sorted({row.work_order_id for row in rows if row.work_order_id is not None}):
        if work.get_order(session, order_id).state in STILL_TO_PLAN:
            orders.act_on_order(
                session, order_id, OrderAction.CANCEL, actor=system(), at=said.at, reason=said.reason or None
            )
    for row in rows:
        if rollup.standing_order(session, row) is None:
            _dismiss(session, row, said)


def of_waiting(session: Session, case_id: UUID, said: Said) -> CaseIntake:
    """End a case that waits for the budget.

    Raises:
        CaseNotTakenIn: intake has not heard of it.
        CaseDoesNotWait: it is a ticket already, or has come to its end.
    """
    policy.get_policy(session, lock=True)
    row = repository.of_case(session, case_id, lock=True)
    if row is None:
        raise CaseNotTakenIn("Intake has not heard of this case.", case_id=case_id)
    if row.state is not IntakeState.WAITING:
        raise CaseDoesNotWait("Only a waiting case is called off here.", state=row.state)
    row.state = IntakeState.GONE
    _dismiss(session, row, said)
    return row


def _taken_over(session: Session, row: CaseIntake) -> bool:
    """Give a case to another order of its ticket on its asset that is not done yet, if there is one."""
    if row.ticket_id is None:
        return False
    for order in work.orders_of_ticket(session, row.ticket_id):
        if order.asset_id == row.asset_id and order.state in rollup.TO_BE_DONE:
            row.work_order_id = order.id
            session.flush()
            return True
    return False


def _dismiss(session: Session, row: CaseIntake, said: Said) -> None:
    if not cases.dismiss_case(session, row.case_id, no_fault=said.no_fault, reason=said.reason, at=said.at):
        return
    playbooks.call_off(session, row.case_id, at=said.at, by=Who(actor_id=said.by.actor_id, name=said.by.name))
    reason = "no_fault" if said.no_fault else "called_off"
    record(
        session,
        row,
        DecisionKind.DISMISSED,
        Why(reason=reason, detail={"words": said.reason} if said.reason else {}, by=said.by),
        at=said.at,
    )


def _end_ticket(session: Session, ticket_id: UUID, said: Said) -> None:
    ticket = tickets.get_ticket(session, ticket_id)
    held = work.orders_of_ticket(session, ticket_id)
    rows = repository.of_ticket(session, ticket_id)
    worth = any(order.state is not OrderState.CANCELLED for order in held) or any(
        cases.get_case(session, row.case_id).state in ACTIVE for row in rows
    )
    if ticket.channel is Channel.DEVICE and rows and not worth and TicketAction.CANCEL in legal(ticket.state):
        tickets.act(session, ticket_id, TicketAction.CANCEL, by=HOUSE, at=said.at, reason=said.reason or None)
