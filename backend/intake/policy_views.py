"""Reading what intake has decided, as the API shows it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.assets import service as assets
from backend.intake import casework, decisions, incidents, policy, repository
from backend.intake.errors import CaseNotTakenIn
from backend.intake.models import DecisionKind, Incident, IntakeDecision
from backend.tickets import service as tickets
from backend.work.service import views as work
from iot_gateway.service import cases, devices


def columns(row: object, names: Sequence[str]) -> dict[str, Any]:
    """Return some attributes of a row by name."""
    return {name: getattr(row, name) for name in names}


def policy_view(session: Session, *, at: datetime) -> dict[str, Any]:
    """Return the tenant's policy and what is spent of its budget."""
    row = policy.get_policy(session)
    names = [*policy.Terms.__dataclass_fields__, "version"]
    return {**columns(row, names), "spent": policy.spent(session, site_id=None, at=at)}


def waiting_view(session: Session, *, after: tuple[int, UUID] | None, limit: int) -> list[dict[str, Any]]:
    """Return the cases that wait with their reasons, the most urgent first."""
    rows = casework.waiting(session, after=after, limit=limit)
    known = assets.assets_by_id(session, {row.asset_id for row in rows if row.asset_id is not None})
    why = _reasons(session, [row.case_id for row in rows])
    names = ("id", "case_id", "device_id", "model", "failure_group", "severity", "happened_at", "asset_id", "site_id")
    shown = []
    for row in rows:
        asset, reason = known.get(row.asset_id) if row.asset_id else None, why[row.case_id]
        place = {"asset_name": asset.name if asset else None, "criticality": asset.criticality if asset else None}
        said = {"reason": reason.reason, "detail": reason.detail, "waiting_since": reason.at}
        shown.append({**columns(row, names), "rank": row.rank, **place, **said})
    return shown


def _reasons(session: Session, case_ids: Sequence[UUID]) -> dict[UUID, IntakeDecision]:
    """Return by case why it waits."""
    query = (
        select(IntakeDecision)
        .where(IntakeDecision.case_id.in_(case_ids), IntakeDecision.kind == DecisionKind.WAITING)
        .order_by(IntakeDecision.seq)
    )
    return {row.case_id: row for row in session.scalars(query)}


def case_view(session: Session, case_id: UUID) -> dict[str, Any]:
    """Return what became of a case, and why.

    Raises:
        CaseNotTakenIn: intake has not heard of it.
    """
    row = repository.of_case(session, case_id)
    if row is None:
        raise CaseNotTakenIn("Intake has not heard of this case.", case_id=case_id)
    names = ("case_id", "state", "severity", "ticket_id", "work_order_id", "incident_id", "rolled_up")
    ticket = tickets.get_ticket(session, row.ticket_id) if row.ticket_id else None
    order = work.get_order(session, row.work_order_id) if row.work_order_id else None
    incident = incidents.get_incident(session, row.incident_id) if row.incident_id else None
    return {
        **columns(row, names),
        "ticket_number": ticket.number if ticket else None,
        "ticket_state": ticket.state if ticket else None,
        "order_number": order.number if order else None,
        "order_state": order.state if order else None,
        "incident_name": incident.scope_name if incident else None,
        "decisions": decisions.of_case(session, case_id),
    }


def incident_views(session: Session, rows: Sequence[Incident]) -> list[dict[str, Any]]:
    """Return incidents with their tickets' state."""
    names = ("id", "scope", "scope_key", "scope_name", "ticket_id", "began_at", "last_case_at", "ended_at")
    shown = []
    for row in rows:
        ticket = tickets.get_ticket(session, row.ticket_id)
        figures = {"device_count": incidents.device_count(session, row.id), "fleet_count": row.fleet_count}
        told = {"ticket_number": ticket.number, "ticket_state": ticket.state}
        shown.append({**columns(row, names), **told, **figures})
    return shown


def incident_cases(session: Session, incident_id: UUID, *, after: UUID | None, limit: int) -> list[dict[str, Any]]:
    """Return the cases of an incident, the first first, behind one.

    Raises:
        IncidentUnknown: there is none with this id.
    """
    incidents.get_incident(session, incident_id)
    rows = incidents.cases_of(session, incident_id, after=after, limit=limit)
    names = devices.names_of(session, {row.device_id for row in rows})
    known = assets.assets_by_id(session, {row.asset_id for row in rows if row.asset_id is not None})
    members = ("id", "case_id", "device_id", "model", "failure_group", "severity", "happened_at", "asset_id")
    shown = []
    for row in rows:
        asset, case = known.get(row.asset_id) if row.asset_id else None, cases.get_case(session, row.case_id)
        place = {"device_name": names.get(row.device_id), "asset_name": asset.name if asset else None}
        work_of = columns(row, ("ticket_id", "work_order_id"))
        shown.append({**columns(row, members), **place, **columns(case, ("state", "finding")), **work_of})
    return shown
