"""From cases to work and back: what intake does when it hears of cases, visits and orders."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from backend.intake import casework, dismissal, policy, remote, repository, rollup, service
from backend.intake.service import Suspected
from backend.playbooks.events import TrialFinished
from backend.playbooks.lifecycle import TrialState
from backend.tickets import service as tickets
from backend.tickets.events import TicketChanged, TicketMerged, TicketResolved
from backend.tickets.lifecycle import TicketState
from backend.tickets.service import By
from backend.work.actors import system
from backend.work.events import VisitCompleted, WorkOrderChanged, WorkOrderClosed
from backend.work.lifecycle import OrderState
from backend.work.models import EventSource
from backend.work.service import orders, views
from iot_gateway.errors import IllegalCaseChange
from iot_gateway.events import CaseCleared, CaseOpened, CaseRelapsed, CaseWindowMoved, CaseWorsened
from iot_gateway.lifecycle import CaseState, Finding
from iot_gateway.service import cases
from kernel import clock
from kernel.log import get_logger

RELAPSED = "telemetry_out_of_band"
WITHOUT_VISIT = "recovered_without_visit"
RESOLVED = frozenset({TicketState.RESOLVED, TicketState.CLOSED})

log = get_logger()


def open_on_case(session: Session, event: CaseOpened) -> None:
    """Decide what a new case becomes; a second delivery changes nothing."""
    casework.take_in_case(session, _suspected(session, event))


def worsen_on_case(session: Session, event: CaseWorsened) -> None:
    """Make what the case has become more urgent; a second delivery changes nothing."""
    casework.worsen(session, _suspected(session, event), at=clock.now())


def move_due_on_window(session: Session, event: CaseWindowMoved) -> None:
    """Let due date and wanted parts follow the window as it stands now; late or doubled news changes nothing."""
    casework.follow_window(session, event.case_id, at=clock.now())


def _suspected(session: Session, event: CaseOpened | CaseWorsened) -> Suspected:
    """Return the case as it stands now, for news may overtake each other; never less severe than the news says."""
    found = casework.suspected(session, event.case_id, at=clock.now())
    return replace(found, severity=max(found.severity, event.severity), failure_at=found.failure_at or event.p10_at)


def verify_on_completion(session: Session, event: VisitCompleted) -> None:
    """Have telemetry prove the repair once the order of a case is completed."""
    order = views.get_order(session, event.work_order_id)
    if order.state is not OrderState.COMPLETED:
        return
    for case_id in repository.cases_of_order(session, order.id):
        case = cases.get_case(session, case_id)
        on_proof = case.verify_from if case.state is CaseState.VERIFYING else None
        if case.state is CaseState.OPEN or (on_proof is not None and on_proof < event.completed_at):
            samples, seconds = service.proof_of(session, case.failure_group, case.model)
            cases.begin_verification(session, case_id, at=event.completed_at, samples=samples, seconds=seconds)


def verify_on_recovery(session: Session, event: CaseCleared) -> None:
    """Accept and close the order whose cases have all recovered, with telemetry as the witness.

    A case without an order, whose ticket was resolved, ends here.
    """
    row = repository.of_case(session, event.case_id)
    if row is None:
        return
    order = rollup.standing_order(session, row)
    if order is None:
        if row.ticket_id is not None and tickets.get_ticket(session, row.ticket_id).state in RESOLVED:
            _end_case(session, event.case_id, finding=Finding.OTHER, note=WITHOUT_VISIT, at=event.recovered_at)
        return
    if order.state not in {OrderState.COMPLETED, OrderState.VERIFIED} or not _all_recovered(session, order.id):
        return
    witness, at = system(EventSource.TELEMETRY), clock.now()
    orders.verify(session, order.id, actor=witness, at=at, detail={"evidence": event.evidence})
    orders.close(session, order.id, actor=witness, at=at)


def _all_recovered(session: Session, work_order_id: UUID) -> bool:
    done = {CaseState.RECOVERED, CaseState.CLOSED}
    return all(
        cases.get_case(session, case_id).state in done for case_id in repository.cases_of_order(session, work_order_id)
    )


def reopen_on_relapse(session: Session, event: CaseRelapsed) -> None:
    """Send the order back whose repair telemetry contradicts, or take up the ticket that was resolved without one."""
    row = repository.of_case(session, event.case_id)
    if row is None:
        return
    witness, order = system(EventSource.TELEMETRY), rollup.standing_order(session, row)
    if order is not None:
        orders.reject(session, order.id, actor=witness, reason=RELAPSED, at=clock.now())
    elif row.ticket_id is not None and tickets.get_ticket(session, row.ticket_id).state in RESOLVED:
        by = By(name=witness.name, source=EventSource.TELEMETRY)
        ticket, _ = tickets.reopen_or_follow_up(session, row.ticket_id, reason=RELAPSED, by=by, at=clock.now())
        row.ticket_id = ticket.id


def prove_on_resolution(session: Session, event: TicketResolved) -> None:
    """Put the active cases of a ticket that was resolved without work to the proof; it stays so if they recover."""
    for row in repository.of_ticket(session, event.ticket_id):
        case = cases.get_case(session, row.case_id)
        if case.state is CaseState.OPEN and rollup.standing_order(session, row) is None:
            samples, seconds = service.proof_of(session, case.failure_group, case.model)
            cases.begin_verification(session, case.id, at=event.resolved_at, samples=samples, seconds=seconds)


def dismiss_on_order_cancelled(session: Session, event: WorkOrderChanged) -> None:
    """End the cases of an order that a person has cancelled; a second delivery changes nothing."""
    if event.state == OrderState.CANCELLED and event.actor_id is not None:
        dismissal.of_order(session, event.work_order_id, _said(event))


def dismiss_on_ticket_cancelled(session: Session, event: TicketChanged) -> None:
    """End the cases of a ticket that a person has cancelled; a second delivery changes nothing."""
    if event.state == TicketState.CANCELLED and event.actor_id is not None:
        dismissal.of_ticket(session, event.ticket_id, _said(event))


def follow_ticket_merge(session: Session, event: TicketMerged) -> None:
    """Give the cases of a merged ticket to the one that stands for it; a second delivery changes nothing."""
    repository.pass_on(session, event.ticket_id, tickets.standing(session, event.into_id).id)


def _said(event: WorkOrderChanged | TicketChanged) -> dismissal.Said:
    by = By(actor_id=event.actor_id, name=event.actor_name, source="web")
    return dismissal.Said(reason=event.reason or "", no_fault=event.no_fault, by=by, at=event.occurred_at)


def settle_on_trial(session: Session, event: TrialFinished) -> None:
    """Resolve the ticket of a trial that succeeded, without a visit; open the order of one that did not."""
    policy.get_policy(session, lock=True)
    row = repository.of_case(session, event.case_id, lock=True)
    if row is None or row.ticket_id is None:
        return
    if event.state == TrialState.SUCCEEDED:
        _end_case(session, event.case_id, finding=Finding.CONFIRMED, note=f"remote:{event.command}", at=event.at)
        remote.resolve(session, row, event, at=clock.now())
    else:
        remote.escalate(session, row, event, at=clock.now())


def label_on_close(session: Session, event: WorkOrderClosed) -> None:
    """Give the cases of a closed order its finding: the label that the detectors learn from.

    A failure that it confirms without a case is one that telemetry has missed.
    """
    finding = Finding(event.finding_result) if event.finding_result else Finding.OTHER
    known = repository.cases_of_order(session, event.work_order_id)
    if not known and finding is Finding.CONFIRMED:
        service.note_missed(session, event.work_order_id)
    for case_id in known:
        _end_case(session, case_id, finding=finding, note=event.failure_mode, at=event.closed_at)


def _end_case(session: Session, case_id: UUID, *, finding: Finding, note: str | None, at: datetime) -> None:
    try:
        cases.close_case(session, case_id, finding=finding, note=note, at=at)
    except IllegalCaseChange as known:
        log.info("case_labelled_before", case_id=str(case_id), finding=str(known.members.get("finding")))
