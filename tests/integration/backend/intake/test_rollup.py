"""Cases of one asset tree are one ticket with all of them on it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.intake import decisions
from backend.intake.models import AssetHold, CaseIntake, DecisionKind
from backend.tickets import service as tickets
from backend.tickets import views
from backend.tickets.lifecycle import TicketAction
from backend.tickets.models import Ticket
from backend.tickets.service import By
from backend.work import repository as work
from backend.work.models import WorkOrder
from inventory import service as stock
from kernel import clock
from kernel.db import transaction
from tests.integration.backend.intake.fleet import a_machine, a_taken_case, open_case, row_of, set_terms, take_in
from tests.integration.backend.work.scene import a_scene, a_visit


def count(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def reason_of(session: Session, case_id: UUID) -> str:
    return decisions.of_case(session, case_id)[-1].reason


def test_a_case_of_a_child_joins_the_ticket_of_its_parent(session: Session) -> None:
    scene = a_scene(session)
    chiller = a_machine(session, scene, "chiller")
    pump = a_machine(session, scene, "pump", parent=chiller)
    first = a_taken_case(session, chiller)

    second = a_taken_case(session, pump, severity=4)

    one, two = row_of(session, first), row_of(session, second)
    assert (two.ticket_id, two.rolled_up, reason_of(session, second)) == (one.ticket_id, True, "parent")
    assert count(session, Ticket) == 1
    ticket = session.scalars(select(Ticket)).one()
    assert ticket.priority == 2
    story = views.ticket_view(session, ticket.id)["timeline"]
    assert [line["detail"]["asset_name"] for line in story if line["title_code"] == "ticket.evidence"] == ["pump"]


def test_a_case_of_a_parent_joins_the_ticket_of_its_child(session: Session) -> None:
    scene = a_scene(session)
    chiller = a_machine(session, scene, "chiller")
    pump = a_machine(session, scene, "pump", parent=chiller)
    a_taken_case(session, pump)

    second = a_taken_case(session, chiller)

    assert (reason_of(session, second), count(session, Ticket)) == ("child", 1)


def test_siblings_join_within_their_time_only(session: Session) -> None:
    scene = a_scene(session)
    set_terms(session, sibling_minutes=60, incident_devices=50)
    chiller = a_machine(session, scene, "chiller")
    pumps = [a_machine(session, scene, f"pump-{place}", parent=chiller) for place in range(3)]
    start = clock.now()
    first = a_taken_case(session, pumps[0], at=start)

    soon = a_taken_case(session, pumps[1], at=start + timedelta(minutes=50))
    late = a_taken_case(session, pumps[2], at=start + timedelta(minutes=111))

    tickets_of = [row_of(session, case_id).ticket_id for case_id in (first, soon, late)]
    assert tickets_of[0] == tickets_of[1] != tickets_of[2]
    assert (reason_of(session, soon), count(session, Ticket)) == ("sibling", 2)


def test_assets_that_are_no_relatives_have_their_own_tickets(session: Session) -> None:
    scene = a_scene(session)
    for name in ("one", "two"):
        a_taken_case(session, a_machine(session, scene, name))

    assert count(session, Ticket) == 2


def test_another_failure_of_the_same_asset_adds_its_part_time_and_level_to_the_order(session: Session) -> None:
    scene = a_scene(session)
    filters = stock.create_part(session, number="FLT-0150", name="Filter")
    pump = a_machine(session, scene, "pump")
    first = a_taken_case(session, pump, group="filter")

    a_taken_case(session, pump, group="bearing", severity=3)

    order = session.scalars(select(WorkOrder)).one()
    assert {part.part_id for part in work.expected_parts(session, order.id)} == {filters.id, scene.bearing}
    assert (order.skill, order.skill_level, order.duration_minutes, order.priority) == ("rotating", 2, 165, 2)
    assert order.evidence is not None
    assert [item["failure_group"] for item in order.evidence["further"]] == ["bearing"]
    assert order.due_at is not None
    wanted = stock.planned_demand(session, [filters.id, scene.bearing], until=order.due_at.date())
    assert wanted == {filters.id: 1, scene.bearing: 1}
    assert row_of(session, first).work_order_id == order.id


def test_another_skill_is_another_order_of_the_same_ticket(session: Session) -> None:
    scene = a_scene(session)
    pump = a_machine(session, scene, "pump")
    first = a_taken_case(session, pump)

    second = a_taken_case(session, pump, group="cooling_fan")

    one, two = row_of(session, first), row_of(session, second)
    assert one.ticket_id == two.ticket_id
    assert one.work_order_id != two.work_order_id
    assert {order.skill for order in session.scalars(select(WorkOrder))} == {"rotating", "electrical"}


def test_an_order_that_is_planned_already_is_not_changed(session: Session) -> None:
    scene = a_scene(session)
    pump = a_machine(session, scene, "pump")
    first = a_taken_case(session, pump, group="filter")
    planned = session.get_one(WorkOrder, row_of(session, first).work_order_id)
    a_visit(session, scene, planned)
    parts = len(work.expected_parts(session, planned.id))

    second = a_taken_case(session, pump, group="bearing")

    assert row_of(session, second).work_order_id != planned.id
    assert len(work.expected_parts(session, planned.id)) == parts


def test_a_ticket_that_has_ended_is_not_joined(session: Session) -> None:
    scene = a_scene(session)
    chiller = a_machine(session, scene, "chiller")
    pump = a_machine(session, scene, "pump", parent=chiller)
    first = a_taken_case(session, chiller)
    ticket_id = row_of(session, first).ticket_id
    assert ticket_id is not None
    tickets.act(session, ticket_id, TicketAction.CANCEL, by=By(), at=clock.now())

    second = a_taken_case(session, pump)

    assert decisions.of_case(session, second)[-1].kind is DecisionKind.TICKET
    assert count(session, Ticket) == 2


def test_a_hundred_cases_of_one_tree_at_once_make_one_ticket(tenant: UUID) -> None:
    with transaction(tenant_id=tenant) as session:
        scene = a_scene(session)
        set_terms(session, incident_devices=1000)
        chiller = a_machine(session, scene, "chiller")
        machines = [a_machine(session, scene, f"p{place}", parent=chiller) for place in range(24)]
        found = [open_case(session, machine) for machine in [chiller, *machines]]

    def deliver(case_id: UUID) -> None:
        with transaction(tenant_id=tenant) as session:
            take_in(session, case_id)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(deliver, found * 4))

    with transaction(tenant_id=tenant) as session:
        assert (count(session, Ticket), count(session, CaseIntake), count(session, AssetHold)) == (1, 25, 25)
        assert {row.ticket_id for row in session.scalars(select(CaseIntake))} == {
            session.scalars(select(Ticket.id)).one()
        }
