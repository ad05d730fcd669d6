"""What follows from a remote trial: the ticket resolved without a visit, or the usual order with the trial on it."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from backend.assets import service as assets
from backend.intake import casework, repository, rollup
from backend.intake.decisions import Taken
from backend.intake.models import CaseIntake
from backend.intake.service import plan_for
from backend.playbooks.events import TrialFinished
from backend.tickets import service as tickets
from backend.tickets.lifecycle import OPEN, TicketAction, legal
from backend.tickets.service import By
from backend.work.actors import system
from backend.work.lifecycle import ORDER_ENDED, OrderAction
from backend.work.models import EventSource
from backend.work.service import orders
from backend.work.service import views as work
from backend.work.service.stages import STILL_TO_PLAN
from iot_gateway.lifecycle import ACTIVE
from iot_gateway.service import cases

CURED = "cured_remotely"


def resolve(session: Session, row: CaseIntake, trial: TrialFinished, *, at: datetime) -> None:
    """Resolve the ticket of a case that a trial has cured, and cancel its order, unless either serves other cases."""
    if row.ticket_id is None:
        return
    tickets.add_evidence(session, row.ticket_id, detail=_told(trial), at=at)
    order = rollup.standing_order(session, row)
    if order is not None and order.state in STILL_TO_PLAN and not _serves(session, order.id):
        orders.act_on_order(session, order.id, OrderAction.CANCEL, actor=system(), at=at, reason=CURED)
    ticket = tickets.get_ticket(session, row.ticket_id)
    others = any(_active(session, other) for other in repository.of_ticket(session, ticket.id))
    under_way = any(held.state not in ORDER_ENDED for held in work.orders_of_ticket(session, ticket.id))
    if others or under_way or TicketAction.RESOLVE not in legal(ticket.state):
        return
    witness = By(name=system(EventSource.TELEMETRY).name, source=EventSource.TELEMETRY)
    tickets.act(session, ticket.id, TicketAction.RESOLVE, by=witness, at=at, reason=CURED)


def escalate(session: Session, row: CaseIntake, trial: TrialFinished, *, at: datetime) -> None:
    """Open the order that the trial has put off, with the trial in its evidence; once more changes nothing."""
    if row.ticket_id is None:
        return
    tickets.add_evidence(session, row.ticket_id, detail=_told(trial), at=at)
    ticket = tickets.get_ticket(session, row.ticket_id)
    asset = assets.asset_of_device(session, row.device_id)
    if row.work_order_id is not None or asset is None or ticket.state not in OPEN or not _active(session, row):
        return
    found = casework.suspected(session, row.case_id, at=at)
    found = replace(found, summary={**found.summary, "remote_trial": _told(trial)})
    case = Taken(row=row, found=found, asset=asset, plan=plan_for(session, found, asset))
    row.work_order_id = rollup.order_for(session, case, ticket).id
    session.flush()


def _told(trial: TrialFinished) -> dict[str, Any]:
    return {
        "trial_id": str(trial.trial_id),
        "case_id": str(trial.case_id),
        "command": trial.command,
        "state": trial.state,
        "reason": trial.reason,
        "begun_at": trial.begun_at.isoformat(),
        "ended_at": trial.at.isoformat(),
    }


def _active(session: Session, row: CaseIntake) -> bool:
    return cases.get_case(session, row.case_id).state in ACTIVE


def _serves(session: Session, work_order_id: UUID) -> bool:
    """Tell whether an order is to cure a case that is still active."""
    return any(
        cases.get_case(session, case_id).state in ACTIVE
        for case_id in repository.cases_of_order(session, work_order_id)
    )
