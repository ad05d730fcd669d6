"""Many devices of a site or a model failing at once are one incident: one ticket holds their cases."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, FrameClause, FrameClauseType, func, select
from sqlalchemy.orm import Session

from backend.customers import service as customers
from backend.intake.decisions import Taken, Why, record
from backend.intake.errors import IncidentUnknown
from backend.intake.models import CaseIntake, DecisionKind, Incident, IncidentScope, IntakePolicy, IntakeState
from backend.intake.rules import is_incident
from backend.tickets import merging
from backend.tickets import service as tickets
from backend.tickets.lifecycle import OPEN, TicketAction, legal
from backend.tickets.models import Channel, Ticket
from backend.tickets.service import HOUSE
from backend.work.actors import system
from backend.work.lifecycle import OrderAction, OrderState
from backend.work.service import orders
from backend.work.service import views as work
from iot_gateway.service import devices
from kernel.ids import new_id

TOPIC = "incident"
MERGED = "part_of_incident"
TOLD = 20
"""So many joining cases are told one by one in the ticket's story; the list of the incident has all of them."""
MEMBERS = 5000
"""At most so many cases are moved into an incident when it begins; later ones join."""
UNPLANNED = orders.EXTENDABLE | {OrderState.CANCELLED}


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What devices have in common: a site or a model."""

    kind: IncidentScope
    key: str
    site_id: UUID | None

    @property
    def members(self) -> ColumnElement[bool]:
        """Return the condition on cases of this site or model."""
        return CaseIntake.site_id == self.site_id if self.site_id else CaseIntake.model == self.key


def scopes(case: Taken) -> Iterator[Scope]:
    """Yield what the device of a case shares with others: its site first, then its model."""
    if case.row.site_id is not None:
        yield Scope(kind=IncidentScope.SITE, key=str(case.row.site_id), site_id=case.row.site_id)
    yield Scope(kind=IncidentScope.MODEL, key=case.row.model, site_id=None)


def take(session: Session, case: Taken, policy: IntakePolicy) -> Ticket | None:
    """Add a case to an incident under way, or begin one if there are too many by now; None if neither holds."""
    span = timedelta(minutes=policy.incident_minutes)
    shared = list(scopes(case))
    for scope in shared:
        known = _under_way(session, scope, case.found.happened_at, span=span, at=case.at)
        if known is not None:
            return _join(session, case, known)
    for scope in shared:
        fleet = _fleet(session, scope)
        since, failing = _busiest(session, scope, case.found.happened_at, span=span)
        if is_incident(failing, fleet, percent=policy.incident_percent, at_least=policy.incident_devices):
            members = _members(scope, since - span, since + 2 * span)
            rows = session.scalars(select(CaseIntake).where(*members).order_by(CaseIntake.id).limit(MEMBERS)).all()
            return _begin(session, case, scope, rows, figures={"devices": failing, "fleet": fleet})
    return None


def _busiest(session: Session, scope: Scope, at: datetime, *, span: timedelta) -> tuple[datetime, int]:
    """Return where the busiest window around an instant begins, and how many devices fail in it.

    A device counts once, by its first case around; so the order in which cases are heard of does not matter.
    """
    first = (
        select(CaseIntake.device_id, func.min(CaseIntake.happened_at).label("at"))
        .where(*_members(scope, at - span, at + span))
        .group_by(CaseIntake.device_id)
        .subquery()
    )
    window = FrameClause(None, span, FrameClauseType.CURRENT, FrameClauseType.FOLLOWING)
    following = func.count().over(order_by=first.c.at, range_=window).label("devices")
    counted = select(first.c.at, following).subquery()
    row = session.execute(
        select(counted.c.at, counted.c.devices)
        .where(counted.c.at <= at)
        .order_by(counted.c.devices.desc(), counted.c.at)
        .limit(1)
    ).one_or_none()
    return (row.at, row.devices) if row is not None else (at, 0)


def _members(scope: Scope, since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        scope.members,
        CaseIntake.happened_at.between(since, until),
        CaseIntake.incident_id.is_(None),
        CaseIntake.split_at.is_(None),
        CaseIntake.state != IntakeState.GONE,
    )


def _fleet(session: Session, scope: Scope) -> int:
    if scope.kind is IncidentScope.SITE:
        return devices.count_devices(session, site_key=scope.key)
    return devices.count_devices(session, model=scope.key)


def _under_way(
    session: Session, scope: Scope, happened_at: datetime, *, span: timedelta, at: datetime
) -> Incident | None:
    """Return the incident that a case of this instant belongs to; one that is over is ended."""
    query = select(Incident).where(
        Incident.scope == scope.kind, Incident.scope_key == scope.key, Incident.ended_at.is_(None)
    )
    found = session.scalar(query.with_for_update())
    if found is None:
        return None
    still_open = tickets.get_ticket(session, found.ticket_id).state in OPEN
    if still_open and found.began_at - span <= happened_at <= found.last_case_at + span:
        return found
    if not still_open or happened_at > found.last_case_at + span:
        found.ended_at = at
        session.flush()
    return None


def _begin(
    session: Session, case: Taken, scope: Scope, rows: Sequence[CaseIntake], *, figures: dict[str, Any]
) -> Ticket:
    name = customers.get_site(session, scope.site_id).name if scope.site_id else scope.key
    incident_id = new_id()
    ticket, _ = tickets.open_ticket(
        session,
        channel=Channel.DEVICE,
        external_id=f"incident:{incident_id}",
        summary=f"{name}: 多台设备同时异常 / several devices failing at once",
        description=(
            f"{figures['devices']}/{figures['fleet']} 台设备同时异常，可能有共同原因：供电、天气、固件。\n"
            f"{figures['devices']} of {figures['fleet']} devices failing at once: "
            "a common cause is likely, such as power, weather or firmware."
        ),
        site_id=scope.site_id,
        topic=TOPIC,
        priority=case.plan.priority,
        detail={"incident_id": str(incident_id), "scope": scope.kind, **figures},
        at=case.at,
    )
    incident = Incident(
        id=incident_id,
        scope=scope.kind,
        scope_key=scope.key,
        scope_name=name,
        ticket_id=ticket.id,
        began_at=min(row.happened_at for row in rows),
        last_case_at=max(row.happened_at for row in rows),
        fleet_count=figures["fleet"],
    )
    session.add(incident)
    session.flush()
    why = Why(reason=f"share_of_{scope.kind}", detail={"incident_id": str(incident_id), **figures})
    for place, row in enumerate(sorted(rows, key=lambda row: row.id != case.row.id)):
        _gather(session, row, incident, why, at=case.at, opened=place == 0)
    return ticket


def _gather(session: Session, row: CaseIntake, incident: Incident, why: Why, *, at: datetime, opened: bool) -> None:
    """Put a case into an incident; its own ticket is merged unless somebody has begun to work on it."""
    row.incident_id = incident.id
    if row.ticket_id is None:
        row.ticket_id, row.state = incident.ticket_id, IntakeState.TICKET
    elif row.ticket_id != incident.ticket_id:
        _merge(session, row.ticket_id, incident, at=at)
    session.flush()
    record(session, row, DecisionKind.INCIDENT, why, at=at, opened=opened)


def _merge(session: Session, ticket_id: UUID, incident: Incident, *, at: datetime) -> None:
    """Merge a ticket of telemetry's that nobody has begun into the incident's; all its cases move."""
    ticket = tickets.get_ticket(session, ticket_id)
    held = work.orders_of_ticket(session, ticket_id)
    begun = any(order.state not in UNPLANNED for order in held)
    if ticket.channel is not Channel.DEVICE or begun or TicketAction.MERGE not in legal(ticket.state):
        return
    for order in held:
        if order.state is not OrderState.CANCELLED:
            orders.act_on_order(session, order.id, OrderAction.CANCEL, actor=system(), at=at, reason=MERGED)
    merging.merge(session, ticket_id, into_id=incident.ticket_id, by=HOUSE, at=at, reason=MERGED)
    for row in session.scalars(select(CaseIntake).where(CaseIntake.ticket_id == ticket_id)):
        row.ticket_id, row.work_order_id, row.incident_id = incident.ticket_id, None, incident.id


def _join(session: Session, case: Taken, incident: Incident) -> Ticket:
    row = case.row
    row.ticket_id, row.incident_id, row.state, row.rolled_up = (
        incident.ticket_id,
        incident.id,
        IntakeState.TICKET,
        True,
    )
    incident.last_case_at = max(incident.last_case_at, case.found.happened_at)
    incident.began_at = min(incident.began_at, case.found.happened_at)
    if device_count(session, incident.id) <= TOLD:
        detail = {"case_id": str(row.case_id), "relation": "incident", "evidence": case.found.summary}
        tickets.add_evidence(session, incident.ticket_id, detail=detail, at=case.at)
    tickets.raise_priority(session, incident.ticket_id, priority=case.plan.priority)
    why = Why(reason=f"incident_of_{incident.scope}", detail={"incident_id": str(incident.id)})
    record(session, row, DecisionKind.INCIDENT, why, at=case.at)
    return tickets.get_ticket(session, incident.ticket_id)


def get_incident(session: Session, incident_id: UUID) -> Incident:
    """Return an incident.

    Raises:
        IncidentUnknown: there is none with this id.
    """
    found = session.get(Incident, incident_id)
    if found is None:
        raise IncidentUnknown("No incident has this id.", incident_id=incident_id)
    return found


def device_count(session: Session, incident_id: UUID) -> int:
    """Return how many devices an incident has cases of."""
    query = select(func.count(CaseIntake.device_id.distinct())).where(CaseIntake.incident_id == incident_id)
    return session.scalar(query) or 0


def list_incidents(session: Session, *, before: UUID | None, limit: int) -> Sequence[Incident]:
    """Return incidents, the newest first, behind one."""
    query = select(Incident).order_by(Incident.id.desc()).limit(limit)
    return session.scalars(query if before is None else query.where(Incident.id < before)).all()


def cases_of(session: Session, incident_id: UUID, *, after: UUID | None, limit: int) -> Sequence[CaseIntake]:
    """Return the cases of an incident in the order of their coming, behind one."""
    query = select(CaseIntake).where(CaseIntake.incident_id == incident_id).order_by(CaseIntake.id).limit(limit)
    return session.scalars(query if after is None else query.where(CaseIntake.id > after)).all()
