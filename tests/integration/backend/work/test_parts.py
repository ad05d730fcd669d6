"""Parts of visits: reservations, use, swaps, waiting for stock."""

from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.assets import service as assets
from backend.customers import service as customers
from backend.work import handlers, repository
from backend.work.errors import BadVisit
from backend.work.lifecycle import OrderAction, OrderState, VisitAction
from backend.work.models import ConflictState, VisitPart
from backend.work.service import orders, reports, scheduling, waiting
from backend.work.service.acting import Status
from backend.work.service.orders import ExpectedPart
from inventory import service as stock
from inventory.errors import InsufficientStock
from inventory.events import StockArrived
from inventory.service import Condition
from tests.integration.backend.work.scene import (
    HOUR,
    NOON,
    SITE,
    Scene,
    a_scene,
    a_visit,
    an_order,
    desk,
    do_visit,
    fill,
    phone_of,
    reported,
    step,
)

ONE = Decimal(1)


def free(session: Session, part: UUID, place: UUID) -> Decimal:
    session.flush()
    lines = stock.availability(session, [part], [place])
    return lines[0].free if lines else Decimal(0)


def swap(session: Session, scene: Scene, visit_id: UUID) -> reports.Outcome:
    return reports.swap_serial(
        session,
        visit_id,
        part_id=scene.fan,
        old_serial="OLD-1",
        new_serial="NEW-1",
        by=reported(phone_of(scene.chen)),
    )


def test_parts_are_held_with_the_visit_and_free_when_it_is_taken_back(session: Session) -> None:
    scene = a_scene(session)
    van = scene.vans[scene.chen]
    fill(session, van, scene.bearing, 2)
    visit = a_visit(session, scene, reserve=[(scene.bearing, van, ONE)])
    assert free(session, scene.bearing, van) == 1

    scheduling.unschedule_visit(session, visit.id, at=NOON)

    assert free(session, scene.bearing, van) == 2
    assert repository.order(session, visit.work_order_id).state is OrderState.OPEN


def test_parts_wait_for_a_visit_that_is_moved(session: Session) -> None:
    scene = a_scene(session)
    van = scene.vans[scene.chen]
    fill(session, van, scene.bearing, 1)
    visit = a_visit(session, scene, reserve=[(scene.bearing, van, ONE)])

    scheduling.reschedule_visit(
        session, visit.id, start=NOON + 72 * HOUR, end=NOON + 73 * HOUR, expected_version=visit.version, at=NOON
    )

    assert stock.expire(session, at=NOON + 72 * HOUR) == 0
    assert free(session, scene.bearing, van) == 0


def test_a_visit_without_its_part_is_not_made(session: Session) -> None:
    scene = a_scene(session)
    van = scene.vans[scene.chen]
    fill(session, van, scene.bearing, 1)
    a_visit(session, scene, reserve=[(scene.bearing, van, ONE)])
    order = an_order(session, scene)

    with pytest.raises(InsufficientStock), session.begin_nested():
        a_visit(session, scene, order, reserve=[(scene.bearing, van, ONE)])

    session.refresh(order)
    assert order.state is OrderState.OPEN
    assert not repository.visits_of(session, order.id)


def test_a_used_part_comes_out_of_what_the_visit_holds(session: Session) -> None:
    scene = a_scene(session)
    van = scene.vans[scene.chen]
    fill(session, van, scene.bearing, 1)
    visit = a_visit(session, scene, reserve=[(scene.bearing, van, ONE)])
    phone = phone_of(scene.chen)
    do_visit(session, visit.id, phone, until=VisitAction.START)
    used = reported(phone)

    first = reports.use_part(session, visit.id, part_id=scene.bearing, quantity=ONE, by=used)
    again = reports.use_part(session, visit.id, part_id=scene.bearing, quantity=ONE, by=used)

    assert (first.status, again.status) == (Status.APPLIED, Status.DUPLICATE)
    assert [row.state for row in stock.reservations_of(session, [visit.id])] == ["consumed"]
    assert len(session.scalars(select(VisitPart).where(VisitPart.visit_id == visit.id)).all()) == 1


def test_a_part_that_the_books_do_not_have_never_stops_the_completion(session: Session) -> None:
    scene = a_scene(session)
    visit = a_visit(session, scene)
    phone = phone_of(scene.chen)
    do_visit(session, visit.id, phone, until=VisitAction.START)

    used = reports.use_part(session, visit.id, part_id=scene.bearing, quantity=ONE, by=reported(phone))
    done = step(session, visit.id, VisitAction.COMPLETE, phone, 60)

    assert (used.status, done.status) == (Status.CONFLICT, Status.APPLIED)
    (kept,) = repository.open_conflicts(session, [visit.id])
    assert kept.problem == "insufficient-stock"
    fill(session, scene.vans[scene.chen], scene.bearing, 1)
    assert reports.apply_conflict(session, kept.id, by=None).state is ConflictState.APPLIED
    assert free(session, scene.bearing, scene.vans[scene.chen]) == 0


def test_a_swap_moves_stock_and_asset_together(session: Session) -> None:
    scene = a_scene(session)
    van = scene.vans[scene.chen]
    fill(session, van, scene.fan, 1, serials=("NEW-1",))
    visit = a_visit(session, scene, reserve=[(scene.fan, van, ONE)])

    assert swap(session, scene, visit.id).status is Status.APPLIED

    assert [part.serial for part in assets.components_of(session, scene.asset)] == ["NEW-1"]
    on_board = {line.condition for line in stock.van_stock(session, van)}
    assert on_board == {Condition.DEFECTIVE}


def test_a_piece_picked_up_at_the_warehouse_goes_through_the_van(session: Session) -> None:
    scene = a_scene(session)
    fill(session, scene.warehouse, scene.fan, 1, serials=("NEW-1",))
    visit = a_visit(session, scene, reserve=[(scene.fan, scene.warehouse, ONE)])

    assert swap(session, scene, visit.id).status is Status.APPLIED

    assert free(session, scene.fan, scene.warehouse) == 0
    assert {line.condition for line in stock.van_stock(session, scene.vans[scene.chen])} == {Condition.DEFECTIVE}
    assert [row.state for row in stock.reservations_of(session, [visit.id], held_only=True)] == []


def test_a_swap_that_the_register_contradicts_moves_no_stock(session: Session) -> None:
    scene = a_scene(session)
    van = scene.vans[scene.chen]
    fill(session, van, scene.fan, 1, serials=("NEW-1",))
    assets.install_component(session, scene.asset, part_id=scene.fan, serial="OTHER", place="1", at=NOON - HOUR)
    visit = a_visit(session, scene)

    assert swap(session, scene, visit.id).status is Status.CONFLICT

    assert free(session, scene.fan, van) == 1
    assert [part.serial for part in assets.components_of(session, scene.asset)] == ["OTHER"]


def test_a_part_does_not_go_into_an_asset_of_another_site(session: Session) -> None:
    scene = a_scene(session)
    van = scene.vans[scene.chen]
    fill(session, van, scene.fan, 1, serials=("NEW-1",))
    elsewhere = customers.create_site(session, scene.customer, name="南门", address="南京路 2", position=SITE)
    other = assets.create_asset(session, "循环泵 9", class_code="pump", site_id=elsewhere.id)
    visit = a_visit(session, scene)

    with pytest.raises(BadVisit, match="another site"):
        reports.swap_serial(
            session,
            visit.id,
            part_id=scene.fan,
            old_serial="OLD-1",
            new_serial="NEW-1",
            asset_id=other.id,
            by=reported(phone_of(scene.chen)),
        )

    assert free(session, scene.fan, van) == 1


def test_an_order_waits_for_its_part_and_comes_back_when_it_arrives(session: Session) -> None:
    scene = a_scene(session)
    order = an_order(
        session, scene, expected_parts=[ExpectedPart(part_id=scene.bearing, quantity=Decimal(2), basis="person")]
    )
    waiting.mark_waiting_parts(session, order.id, cause="no stock", at=NOON)
    event = StockArrived(part_id=scene.bearing, location_id=scene.warehouse)
    fill(session, scene.warehouse, scene.bearing, 1)

    handlers.resume_on_stock(session, event)
    assert order.state is OrderState.WAITING_PARTS
    fill(session, scene.warehouse, scene.bearing, 1)
    handlers.resume_on_stock(session, event)

    assert (order.state, order.waiting_cause) == (OrderState.OPEN, None)


def test_closing_frees_what_was_not_used(session: Session) -> None:
    scene = a_scene(session)
    van = scene.vans[scene.chen]
    fill(session, van, scene.bearing, 2)
    visit = a_visit(session, scene, reserve=[(scene.bearing, van, Decimal(2))])
    do_visit(session, visit.id, phone_of(scene.chen))

    for action in (OrderAction.VERIFY, OrderAction.CLOSE):
        orders.act_on_order(session, visit.work_order_id, action, actor=desk(), at=NOON + HOUR)

    assert free(session, scene.bearing, van) == 2
