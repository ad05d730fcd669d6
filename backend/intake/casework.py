"""From a case to what it becomes: the order of decisions, the cases that wait, and what a dispatcher changes.

A case 1. joins the open ticket of the same asset and failure, or of a relative in the asset tree; 2. belongs to an
incident; 3. becomes a ticket at once if it is severe or its asset critical; 4. becomes a ticket while the budget
lasts; 5. waits, ranked, until a later day or a person lets it go. Each decision is written with its reason.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.assets import service as assets
from backend.assets.models import Asset
from backend.intake import incidents, policy, repository, rollup, rules
from backend.intake.decisions import Taken, Why, count, record
from backend.intake.errors import CaseDoesNotWait, CaseNotTakenIn, NotInIncident
from backend.intake.models import CaseIntake, DecisionKind, IntakeDecision, IntakePolicy, IntakeState
from backend.intake.service import Suspected, open_order, plan_for, text_of
from backend.playbooks import service as playbooks
from backend.tickets import service as tickets
from backend.tickets.lifecycle import TicketAction
from backend.tickets.models import Channel, Ticket
from backend.tickets.service import HOUSE, By
from backend.work.service import demand, due, orders
from iot_gateway.lifecycle import ACTIVE, CaseState
from iot_gateway.service import cases

AT_A_TIME = 50
"""So many waiting cases are looked at in one sweep."""


def take_in_case(session: Session, found: Suspected) -> Ticket | None:
    """Decide what a case becomes, however often and at once it is called: once. None: known already, or it waits."""
    asset = assets.asset_of_device(session, found.device_id)
    row = repository.claim_case(
        session,
        found.case_id,
        device_id=found.device_id,
        model=found.model,
        failure_group=found.failure_group,
        severity=found.severity,
        happened_at=found.happened_at,
        asset_id=asset.id if asset else None,
        site_id=asset.site_id if asset else None,
    )
    if row is None:
        return None
    terms = policy.get_policy(session, lock=True)
    case = _taken(session, row, found, asset)
    ticket = (
        rollup.join(session, case, terms)
        or incidents.take(session, case, terms)
        or _within_budget(session, case, terms)
    )
    session.flush()
    return ticket


def suspected(session: Session, case_id: UUID, *, at: datetime) -> Suspected:
    """Return a case as it stands now, as intake needs to know it."""
    case = cases.get_case(session, case_id)
    return Suspected(
        case_id=case.id,
        device_id=case.device_id,
        failure_group=case.failure_group,
        model=case.model,
        severity=case.severity,
        opened_at=at,
        happened_at=case.opened_at,
        failure_at=case.p10_at,
        summary=case.summary,
    )


def _taken(session: Session, row: CaseIntake, found: Suspected, asset: Asset | None) -> Taken:
    return Taken(row=row, found=found, asset=asset, plan=plan_for(session, found, asset))


def _within_budget(session: Session, case: Taken, terms: IntakePolicy) -> Ticket | None:
    """Open a ticket, or let the case wait if the budget is spent and it is not urgent."""
    criticality = case.asset.criticality if case.asset else None
    spent = policy.spent(session, site_id=case.row.site_id, at=case.at)
    severity = case.found.severity
    budget = policy.budget_of(terms, on_site=case.row.site_id is not None)
    verdict = rules.weigh(budget, spent, severity=severity, criticality=criticality)
    if verdict.opens:
        return _open(session, case, Why(reason=verdict.reason, detail=verdict.detail))
    waited = case.row.state is IntakeState.WAITING
    case.row.state, case.row.severity = IntakeState.WAITING, severity
    case.row.rank = rules.rank(severity, criticality)
    if not waited:
        record(session, case.row, DecisionKind.WAITING, Why(reason=verdict.reason, detail=verdict.detail), at=case.at)
    return None


def _open(session: Session, case: Taken, why: Why) -> Ticket:
    """Open a ticket of its own and a work order; a device without an asset gets a ticket for a person to place."""
    row, found, asset = case.row, case.found, case.asset
    again = count(session, row.case_id) if row.split_at else 0
    key = f"case:{found.case_id}:{again}" if again else f"case:{found.case_id}"
    ticket, _ = tickets.open_ticket(
        session,
        channel=Channel.DEVICE,
        external_id=key,
        summary=case.plan.title,
        description=text_of(found),
        asset_id=asset.id if asset else None,
        case_id=found.case_id,
        topic=found.failure_group,
        priority=case.plan.priority,
        detail={"evidence": found.summary, "reason": why.reason},
        at=case.at,
    )
    row.ticket_id, row.state, row.rolled_up, row.incident_id = ticket.id, IntakeState.TICKET, False, None
    row.work_order_id = None
    if asset is not None and not _try_remote(session, case, ticket):
        row.work_order_id = open_order(session, ticket, asset, found, case.plan, key=key).id
    rollup.hold(session, case, ticket)
    session.flush()
    record(session, row, DecisionKind.TICKET, why, at=case.at, opened=True)
    return ticket


def _try_remote(session: Session, case: Taken, ticket: Ticket) -> bool:
    """Begin what a playbook tries from afar, and tell whether there is one; the order waits for its outcome."""
    criticality = case.asset.criticality if case.asset else None
    case_id = case.row.case_id
    trial = playbooks.begin(session, case_id, ticket_id=ticket.id, criticality=criticality, at=case.at)
    if trial is None:
        return False
    tickets.act(session, ticket.id, TicketAction.TRY_REMOTE, by=HOUSE, at=case.at, reason=trial.command)
    return True


def worsen(session: Session, found: Suspected, *, at: datetime) -> None:
    """Make what a case has become as urgent as its rule says for the present severity; once more changes nothing.

    A case that waits is decided again: severe enough, it becomes a ticket at once.
    """
    row = repository.of_case(session, found.case_id)
    if row is None:
        return
    terms = policy.get_policy(session, lock=True)
    row = repository.of_case(session, found.case_id, lock=True) or row
    row.severity = max(row.severity, found.severity)
    if row.state is IntakeState.WAITING:
        _again(session, row, found, terms)
        return
    if row.ticket_id is None:
        return
    plan = plan_for(session, found, assets.asset_of_device(session, found.device_id))
    detail = {"case_id": str(found.case_id), "severity": found.severity}
    tickets.add_evidence(session, row.ticket_id, detail=detail, at=at)
    tickets.raise_priority(session, row.ticket_id, priority=plan.priority)
    playbooks.reconsider(session, found.case_id, severity=found.severity, at=at)
    if row.work_order_id is not None:
        order = orders.raise_urgency(
            session, row.work_order_id, priority=plan.priority, failure_at=found.failure_at, at=at
        )
        if order.state in rollup.TO_BE_DONE:
            demand.plan_parts(session, order, at=at)


def follow_window(session: Session, case_id: UUID, *, at: datetime) -> None:
    """Make the order of a case due, and its parts wanted, when its cases now say; once more changes nothing."""
    row = repository.of_case(session, case_id)
    order = rollup.standing_order(session, row) if row is not None else None
    if order is None:
        return
    found = [cases.get_case(session, one) for one in repository.cases_of_order(session, order.id)]
    early = [case.p10_at for case in found if case.state is CaseState.OPEN and case.p10_at is not None]
    if early and due.follow_window(session, order.id, failure_at=min(early), at=at):
        demand.plan_parts(session, order, at=at)


def _again(session: Session, row: CaseIntake, found: Suspected, terms: IntakePolicy) -> Ticket | None:
    """Decide once more about a case that waits; incidents take in what is fresh only."""
    case = _taken(session, row, found, assets.asset_of_device(session, row.device_id))
    ticket = rollup.join(session, case, terms) or _within_budget(session, case, terms)
    session.flush()
    return ticket


def release_waiting(session: Session, *, at: datetime, limit: int = AT_A_TIME) -> int:
    """Let waiting cases go that the budget allows by now, the most urgent first; return how many became tickets."""
    if session.scalar(select(CaseIntake.id).where(CaseIntake.state == IntakeState.WAITING).limit(1)) is None:
        return 0
    terms = policy.get_policy(session, lock=True)
    budget, spent = policy.budget_of(terms, on_site=False), policy.spent(session, site_id=None, at=at)
    if not rules.weigh(budget, spent, severity=0, criticality=None).opens:
        return 0
    full = _full_sites(session, terms, at=at)
    waiting = (
        select(CaseIntake)
        .where(CaseIntake.state == IntakeState.WAITING, CaseIntake.site_id.is_(None) | CaseIntake.site_id.not_in(full))
        .order_by(CaseIntake.rank, CaseIntake.id)
        .limit(limit)
    )
    released = 0
    for row in session.scalars(waiting.with_for_update()).all():
        if _gone(session, row, at=at):
            continue
        released += _again(session, row, suspected(session, row.case_id, at=at), terms) is not None
    return released


def _full_sites(session: Session, terms: IntakePolicy, *, at: datetime) -> Sequence[UUID]:
    """Return the sites whose budget is spent."""
    day, week = policy.day_and_week(session, at)
    today, this_week = func.count().filter(IntakeDecision.at >= day), func.count()
    spent = [
        count >= limit
        for count, limit in ((today, terms.site_tickets_per_day), (this_week, terms.site_tickets_per_week))
        if limit is not None
    ]
    if not spent:
        return []
    query = (
        select(IntakeDecision.site_id)
        .where(IntakeDecision.at >= week, IntakeDecision.opened, IntakeDecision.site_id.is_not(None))
        .group_by(IntakeDecision.site_id)
        .having(spent[0] if len(spent) == 1 else spent[0] | spent[1])
    )
    return [site_id for site_id in session.scalars(query) if site_id is not None]


def _gone(session: Session, row: CaseIntake, *, at: datetime) -> bool:
    """Take a case off the list that has come to its end meanwhile."""
    state = cases.get_case(session, row.case_id).state
    if state in ACTIVE:
        return False
    row.state = IntakeState.GONE
    record(session, row, DecisionKind.GONE, Why(reason="case_ended", detail={"state": str(state)}), at=at)
    return True


def release(session: Session, case_id: UUID, *, by: By, at: datetime) -> CaseIntake:
    """Let one waiting case become a ticket now, whatever the budget says.

    Raises:
        CaseNotTakenIn: intake has not heard of it.
        CaseDoesNotWait: it is a ticket already, or has come to its end.
    """
    row, terms = _locked(session, case_id)
    if row.state is not IntakeState.WAITING or _gone(session, row, at=at):
        raise CaseDoesNotWait("Only a waiting case is released.", state=row.state)
    found = suspected(session, case_id, at=at)
    case = _taken(session, row, found, assets.asset_of_device(session, row.device_id))
    if rollup.join(session, case, terms) is None:
        _open(session, case, Why(reason="by_hand", by=by))
    session.flush()
    return row


def split(session: Session, incident_id: UUID, case_id: UUID, *, by: By, at: datetime) -> CaseIntake:
    """Take a case out of an incident: it gets a ticket of its own, unless it kept the one it had.

    Raises:
        IncidentUnknown: there is none with this id.
        CaseNotTakenIn: intake has not heard of the case.
        NotInIncident: the incident does not hold it.
    """
    incident = incidents.get_incident(session, incident_id)
    row, _ = _locked(session, case_id)
    if row.incident_id != incident.id:
        raise NotInIncident("The incident does not hold this case.", case_id=case_id)
    row.split_at, row.incident_id = at, None
    why = Why(reason="split", detail={"incident_id": str(incident.id)}, by=by)
    if row.ticket_id != incident.ticket_id:
        record(session, row, DecisionKind.TICKET, why, at=at)
        return row
    found = replace(suspected(session, case_id, at=at), severity=row.severity)
    case = _taken(session, row, found, assets.asset_of_device(session, row.device_id))
    _open(session, case, why)
    session.flush()
    return row


def _locked(session: Session, case_id: UUID) -> tuple[CaseIntake, IntakePolicy]:
    terms = policy.get_policy(session, lock=True)
    row = repository.of_case(session, case_id, lock=True)
    if row is None:
        raise CaseNotTakenIn("Intake has not heard of this case.", case_id=case_id)
    return row, terms


def waiting(session: Session, *, after: tuple[int, UUID] | None, limit: int) -> Sequence[CaseIntake]:
    """Return the cases that wait, the most urgent first, behind one."""
    query = select(CaseIntake).where(CaseIntake.state == IntakeState.WAITING)
    if after is not None:
        rank, row_id = after
        query = query.where((CaseIntake.rank > rank) | ((CaseIntake.rank == rank) & (CaseIntake.id > row_id)))
    return session.scalars(query.order_by(CaseIntake.rank, CaseIntake.id).limit(limit)).all()
