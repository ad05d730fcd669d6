"""Many devices failing at once are one incident; each case can be taken out of it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.assets.models import Criticality
from backend.customers import service as customers
from backend.intake import casework, decisions, handlers
from backend.intake.errors import NotInIncident
from backend.intake.models import CaseIntake, Incident, IncidentScope
from backend.tickets import service as tickets
from backend.tickets.events import TicketResolved
from backend.tickets.lifecycle import TicketAction, TicketState
from backend.tickets.models import Ticket
from backend.tickets.service import By
from backend.work.lifecycle import OrderState
from backend.work.models import WorkOrder
from iot_gateway.events import CaseCleared, CaseRelapsed
from iot_gateway.lifecycle import CaseState, Finding
from iot_gateway.service import cases
from kernel import clock
from kernel.db import transaction
from tests.integration.backend.intake.fleet import (
    Machine,
    a_machine,
    a_taken_case,
    open_case,
    row_of,
    set_terms,
    take_in,
)
from tests.integration.backend.work.scene import SITE, Scene, a_scene, a_visit

DISPATCHER = By(name="lin", source="web")


def open_tickets(session: Session) -> list[Ticket]:
    session.flush()
    ended = {TicketState.MERGED, TicketState.CANCELLED, TicketState.CLOSED}
    return [row for row in session.scalars(select(Ticket).order_by(Ticket.id)) if row.state not in ended]


def a_site(session: Session, *, machines: int = 10, models: int = 1) -> tuple[Scene, list[Machine]]:
    scene = a_scene(session)
    found = [a_machine(session, scene, f"m{place}", model=f"kind-{place % models}") for place in range(machines)]
    return scene, found


def fail(session: Session, machines: list[Machine], **other: object) -> list[UUID]:
    return [a_taken_case(session, machine, **other) for machine in machines]


def test_many_devices_of_a_site_are_one_ticket_that_holds_their_cases(session: Session) -> None:
    _, machines = a_site(session, machines=10, models=10)

    found = fail(session, machines[:5])

    (ticket,) = open_tickets(session)
    incident = session.scalars(select(Incident)).one()
    assert (incident.scope, incident.ticket_id, incident.fleet_count) == (IncidentScope.SITE, ticket.id, 11)
    rows = [row_of(session, case_id) for case_id in found]
    assert {(row.ticket_id, row.incident_id) for row in rows} == {(ticket.id, incident.id)}
    states = {order.state for order in session.scalars(select(WorkOrder))}
    assert states == {OrderState.CANCELLED}
    assert {row.state for row in session.scalars(select(Ticket))} == {TicketState.MERGED, TicketState.NEW}
    assert [decisions.of_case(session, case_id)[-1].reason for case_id in found] == [
        "share_of_site", "share_of_site", "share_of_site", "incident_of_site", "incident_of_site",
    ]  # fmt: skip
    assert all(cases.get_case(session, case_id).state is CaseState.OPEN for case_id in found)


def test_devices_of_one_model_on_many_sites_are_an_incident_too(session: Session) -> None:
    found = []
    company = a_scene(session)
    for _ in range(3):
        scene = at_another_site(session, company)
        found.append(a_taken_case(session, a_machine(session, scene, "m", model="same")))

    assert session.scalars(select(Incident)).one().scope is IncidentScope.MODEL
    assert len(open_tickets(session)) == 1
    assert len({row_of(session, case_id).ticket_id for case_id in found}) == 1


def at_another_site(session: Session, scene: Scene) -> Scene:
    """Return the company with a further site."""
    site = customers.create_site(session, scene.customer, name="分店", address="-", position=SITE)
    return replace(scene, site=site.id)


def test_few_devices_or_slow_ones_are_no_incident(session: Session) -> None:
    _, machines = a_site(session, machines=10, models=10)
    start = clock.now()

    fail(session, machines[:2], at=start)
    fail(session, machines[2:4], at=start + timedelta(hours=5))

    assert session.scalar(select(func.count()).select_from(Incident)) == 0
    assert len(open_tickets(session)) == 4


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (2, 0, 1), (0, 2, 1)])
def test_the_order_in_which_cases_are_heard_of_does_not_matter(session: Session, order: tuple[int, ...]) -> None:
    _, machines = a_site(session, machines=10, models=10)
    start = clock.now()

    for place in order:
        a_taken_case(session, machines[place], at=start + timedelta(minutes=50 * place))

    assert len(open_tickets(session)) == 1


def test_a_small_share_of_a_large_site_is_no_incident(session: Session) -> None:
    _, machines = a_site(session, machines=10, models=10)
    set_terms(session, incident_percent=40)

    fail(session, machines[:4])

    assert len(open_tickets(session)) == 4


def test_work_that_somebody_has_planned_goes_on_beside_the_incident(session: Session) -> None:
    scene, machines = a_site(session, machines=10, models=10)
    first = a_taken_case(session, machines[0])
    own = row_of(session, first).ticket_id
    order = session.get_one(WorkOrder, row_of(session, first).work_order_id)
    a_visit(session, scene, order)

    fail(session, machines[1:4])

    row = row_of(session, first)
    assert (row.ticket_id, order.state) == (own, OrderState.SCHEDULED)
    assert row.incident_id == session.scalars(select(Incident.id)).one()


def test_a_case_later_than_the_incident_has_its_own_ticket(session: Session) -> None:
    _, machines = a_site(session, machines=10, models=10)
    start = clock.now()
    fail(session, machines[:3], at=start)

    late = a_taken_case(session, machines[5], at=start + timedelta(hours=3))

    assert row_of(session, late).incident_id is None
    assert session.scalars(select(Incident)).one().ended_at is not None


def test_a_dispatcher_takes_a_case_out_and_no_incident_takes_it_back(session: Session) -> None:
    _, machines = a_site(session, machines=10, models=10)
    found = fail(session, machines[:4])
    incident = session.scalars(select(Incident)).one()

    casework.split(session, incident.id, found[0], by=DISPATCHER, at=clock.now())

    row = row_of(session, found[0])
    assert row.incident_id is None
    assert row.ticket_id != incident.ticket_id
    assert session.get_one(WorkOrder, row.work_order_id).state is OrderState.OPEN
    said = decisions.of_case(session, found[0])[-1]
    assert (said.reason, said.actor_name) == ("split", "lin")
    fail(session, machines[4:6])
    assert row_of(session, found[0]).incident_id is None
    with pytest.raises(NotInIncident):
        casework.split(session, incident.id, found[0], by=DISPATCHER, at=clock.now())


def test_an_incident_that_gets_worse_is_more_urgent(session: Session) -> None:
    _, machines = a_site(session, machines=10, models=10)
    fail(session, machines[:3])
    before = open_tickets(session)[0].priority

    fail(session, machines[3:4], severity=4)

    assert (before, open_tickets(session)[0].priority) == (3, 2)


def test_a_resolved_incident_is_proved_by_telemetry_case_by_case(session: Session) -> None:
    _, machines = a_site(session, machines=10, models=10)
    found = fail(session, machines[:3])
    (ticket,) = open_tickets(session)
    resolved = tickets.act(session, ticket.id, TicketAction.RESOLVE, by=By(), at=clock.now())
    news = TicketResolved(ticket_id=ticket.id, number=ticket.number, customer_id=None, resolved_at=clock.now())

    handlers.prove_on_resolution(session, news)

    assert {cases.get_case(session, case_id).state for case_id in found} == {CaseState.VERIFYING}
    cases.clear_case(session, found[0], at=clock.now(), evidence={})
    gone = CaseCleared(case_id=found[0], device_id=machines[0].device, recovered_at=clock.now(), evidence={})
    for _ in range(2):
        handlers.verify_on_recovery(session, gone)
    ended = cases.get_case(session, found[0])
    assert (ended.state, ended.finding, resolved.state) == (CaseState.CLOSED, Finding.OTHER, TicketState.RESOLVED)
    cases.relapse_case(session, found[1], at=clock.now(), evidence={})
    back = CaseRelapsed(case_id=found[1], device_id=machines[1].device, at=clock.now(), evidence={})
    for _ in range(2):
        handlers.reopen_on_relapse(session, back)
    assert tickets.get_ticket(session, ticket.id).state is TicketState.IN_PROGRESS


def test_a_storm_delivered_at_once_is_one_incident(tenant: UUID) -> None:
    with transaction(tenant_id=tenant) as session:
        _, machines = a_site(session, machines=20, models=20)
        found = [open_case(session, machine) for machine in machines]

    def deliver(case_id: UUID) -> None:
        with transaction(tenant_id=tenant) as session:
            take_in(session, case_id)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(deliver, found * 3))

    with transaction(tenant_id=tenant) as session:
        (ticket,) = open_tickets(session)
        assert {row.ticket_id for row in session.scalars(select(CaseIntake))} == {ticket.id}
        assert session.scalar(select(func.count()).select_from(Incident)) == 1


def test_cases_that_come_out_of_order_are_one_incident(session: Session) -> None:
    _, machines = a_site(session, machines=20, models=20)
    begun = clock.now() - timedelta(minutes=30)

    for minute in (3, 0, 1, 2):
        a_taken_case(session, machines[minute], at=begun + timedelta(minutes=minute))

    assert len(open_tickets(session)) == 1


def test_criticality_does_not_save_a_case_from_its_incident(session: Session) -> None:
    scene = a_scene(session)
    machines = [a_machine(session, scene, f"m{n}", criticality=Criticality.A, model=f"k{n}") for n in range(4)]

    fail(session, machines)

    assert len(open_tickets(session)) == 1
