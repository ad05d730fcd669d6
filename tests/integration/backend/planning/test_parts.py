"""Parts decide who goes, where he stops on the way, and what has to wait."""

from sqlalchemy import select

from backend.planning.answer import Cause
from backend.planning.models import Plan, PlanMode, PlanState
from backend.work import handlers
from backend.work.lifecycle import OrderAction, OrderState
from backend.work.service import orders
from inventory import service as stock
from inventory.events import StockArrived
from kernel import clock
from tests.integration.backend.planning.scene import City
from tests.integration.backend.work.scene import desk, fill


def test_the_one_with_the_part_in_the_van_is_sent(city: City) -> None:
    van = city.scene.vans[city.scene.gao]
    with city.open() as session:
        fill(session, van, city.scene.bearing, 1)
    order_id = city.order(bearings=1)

    plan_id = city.plan()

    plan, (line,), left = city.read(plan_id)
    assert (plan.state, left) == (PlanState.COMMITTED, [])
    assert line.technician_id == city.scene.gao
    assert line.pickup is None
    assert [row["location_id"] for row in line.parts] == [str(van)]
    assert city.state(order_id).state is OrderState.SCHEDULED
    assert city.free(city.scene.bearing, van) == 0


def test_a_part_of_no_van_is_picked_up_and_held_in_the_warehouse(city: City) -> None:
    with city.open() as session:
        fill(session, city.depot, city.scene.bearing, 2)
    order_id = city.order(bearings=1)

    plan_id = city.plan()

    _, (line,), _ = city.read(plan_id)
    assert line.pickup == {"location_name": "中心库", "part_number": "BRG-6205", "quantity": 1}
    assert city.free(city.scene.bearing, city.depot) == 1
    (visit,) = city.visits(order_id)
    with city.open() as session:
        (held,) = stock.reservations_of(session, [visit.id])
    assert held.location_id == city.depot
    assert any(reason["code"] == "part_picked_up" and "中心库" in reason["text_zh"] for reason in line.reasons)


def test_a_part_that_nobody_has_keeps_the_order_waiting_until_stock_arrives(city: City) -> None:
    order_id = city.order(bearings=2)
    other_id = city.order()

    plan_id = city.plan()

    _, lines, (left,) = city.read(plan_id)
    assert [line.work_order_id for line in lines] == [other_id]
    assert (left.work_order_id, left.code) == (order_id, Cause.PART_MISSING)
    assert left.text_en == "part BRG-6205: 2 needed, 0 in the warehouses and the best van"
    assert "需要 2 件" in left.text_zh
    assert {row["code"] for row in left.refused} == {"part"}
    assert city.state(order_id).state is OrderState.WAITING_PARTS
    assert city.state(order_id).waiting_cause == left.text_en

    with city.open() as session:
        fill(session, city.depot, city.scene.bearing, 2)
        handlers.resume_on_stock(session, StockArrived(part_id=city.scene.bearing, location_id=city.depot))
    assert city.state(order_id).state is OrderState.OPEN
    city.plan()

    assert city.state(order_id).state is OrderState.SCHEDULED
    assert city.free(city.scene.bearing, city.depot) == 0


def test_the_urgent_order_gets_the_only_piece_and_the_other_is_told_who_did(city: City) -> None:
    with city.open() as session:
        fill(session, city.depot, city.scene.bearing, 1)
    late_id = city.order(bearings=1, priority=4)
    urgent_id = city.order(bearings=1, priority=1)

    plan_id = city.plan()

    _, (line,), (left,) = city.read(plan_id)
    assert line.work_order_id == urgent_id
    assert (left.work_order_id, left.code) == (late_id, Cause.PART_TAKEN)
    assert city.state(urgent_id).number in left.text_en
    assert city.state(urgent_id).number in left.text_zh
    assert city.state(late_id).state is OrderState.WAITING_PARTS


def test_pieces_of_one_order_can_come_from_van_and_warehouse(city: City) -> None:
    van = city.scene.vans[city.scene.chen]
    with city.open() as session:
        fill(session, van, city.scene.bearing, 1)
        fill(session, city.depot, city.scene.bearing, 1)
    city.order(bearings=2)

    plan_id = city.plan()

    _, (line,), _ = city.read(plan_id)
    assert line.technician_id == city.scene.chen
    assert {(row["location_id"], row["quantity"]) for row in line.parts} == {(str(city.depot), "1"), (str(van), "1")}


def test_an_order_without_anybody_for_it_waits_for_people_and_not_for_parts(city: City) -> None:
    order_id = city.order(bearings=1, skill="welding")

    plan_id = city.plan()

    _, _, (left,) = city.read(plan_id)
    assert left.code not in {Cause.PART_MISSING, Cause.PART_TAKEN}
    assert city.state(order_id).state is OrderState.OPEN


def test_an_order_of_a_draft_waits_for_parts_once_the_draft_is_accepted(city: City) -> None:
    order_id = city.order(bearings=1)
    plan_id = city.plan(PlanMode.DRAFT)
    assert city.state(order_id).state is OrderState.OPEN

    city.accept(plan_id)

    assert city.state(order_id).state is OrderState.WAITING_PARTS


def test_an_order_that_was_called_off_while_it_was_planned_spoils_no_plan(city: City) -> None:
    waiting_id, fine_id = city.order(bearings=1), city.order()
    plan_id = city.plan(PlanMode.DRAFT)
    with city.open() as session:
        orders.act_on_order(session, waiting_id, OrderAction.CANCEL, actor=desk(), at=clock.now(), reason="error")

    city.accept(plan_id)

    assert city.state(waiting_id).state is OrderState.CANCELLED
    assert city.state(fine_id).state is OrderState.SCHEDULED
    with city.open() as session:
        assert session.scalars(select(Plan.state)).one() is PlanState.COMMITTED
