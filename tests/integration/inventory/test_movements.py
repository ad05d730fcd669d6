"""Moves against PostgreSQL: what they do to balances, lots, serials and reservations."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from inventory import service as stock
from inventory.errors import (
    AlreadyReversed,
    InsufficientStock,
    InvalidMove,
    OperationReused,
    SerialElsewhere,
    UnknownPart,
)
from kernel.db import Login, bind_tenant, engine, transaction
from kernel.ids import new_id
from tests.integration.inventory.stock import AT, World, a_world, free, issue, receive, reserve, transfer


@pytest.fixture
def world(session: Session) -> World:
    return a_world(session)


def topics(session: Session) -> list[str]:
    session.flush()
    rows = session.scalars(text("SELECT topic FROM outbox_event ORDER BY id"))
    return [topic.removeprefix("inventory.").removesuffix(".v1") for topic in rows]


def test_stock_received_is_free_and_told_of(session: Session, world: World) -> None:
    receive(session, world.warehouse, world.filter, "2.5")

    assert free(session, world.filter, world.warehouse) == Decimal("2.5")
    assert sorted(topics(session)) == ["arrived", "received"]
    assert stock.check_balances(session) == []


def test_a_refused_issue_changes_nothing_and_says_what_is_free(session: Session, world: World) -> None:
    receive(session, world.van, world.filter, 2)

    with pytest.raises(InsufficientStock) as refused:
        issue(session, world.van, world.filter, 3)

    assert Decimal(refused.value.members["free"]) == 2
    assert refused.value.members["part_id"] == world.filter
    assert free(session, world.filter, world.van) == 2
    assert stock.check_balances(session) == []


def test_a_place_without_any_stock_refuses(session: Session, world: World) -> None:
    with pytest.raises(InsufficientStock):
        issue(session, world.van, world.filter)


def test_an_issue_uses_its_own_reservation_first(session: Session, world: World) -> None:
    receive(session, world.van, world.filter, 3)
    mine = reserve(session, world.van, world.filter, 2)
    reserve(session, world.van, world.filter, 1)

    issue(session, world.van, world.filter, 1, demand_id=mine)

    [held] = stock.reservations_of(session, [mine])
    assert (held.state, held.consumed) == (stock.ReservationState.HELD, 1)
    issue(session, world.van, world.filter, 1, demand_id=mine)
    assert held.state is stock.ReservationState.CONSUMED
    assert stock.check_balances(session) == []


def test_an_issue_leaves_what_others_have_reserved(session: Session, world: World) -> None:
    receive(session, world.van, world.filter, 2)
    mine = reserve(session, world.van, world.filter, 1)
    reserve(session, world.van, world.filter, 1)

    with pytest.raises(InsufficientStock):
        issue(session, world.van, world.filter, 2, demand_id=mine)

    assert [row.state for row in stock.reservations_of(session, [mine])] == [stock.ReservationState.HELD]
    assert stock.check_balances(session) == []


def test_the_same_operation_again_writes_nothing(session: Session, world: World) -> None:
    receive(session, world.van, world.filter, 5)
    demand, operation = new_id(), new_id()

    first = issue(session, world.van, world.filter, 2, demand_id=demand, client_op_id=operation)
    again = issue(session, world.van, world.filter, 2, demand_id=demand, client_op_id=operation)

    assert again.id == first.id
    assert free(session, world.filter, world.van) == 3
    assert topics(session).count("issued") == 1


def test_another_content_under_the_same_operation_is_refused(session: Session, world: World) -> None:
    receive(session, world.van, world.filter, 5)
    operation = new_id()
    issue(session, world.van, world.filter, 2, client_op_id=operation)

    with pytest.raises(OperationReused):
        issue(session, world.van, world.filter, 3, client_op_id=operation)


def test_a_serial_is_in_one_place(session: Session, world: World) -> None:
    receive(session, world.van, world.fan, 2, serials=("K-1", "K-2"))

    with pytest.raises(SerialElsewhere):
        receive(session, world.warehouse, world.fan, 1, serials=("K-1",))
    receive(session, world.warehouse, world.fan, 1, serials=("K-3",))
    with pytest.raises(SerialElsewhere) as refused:
        issue(session, world.warehouse, world.fan, serial="K-2")

    assert refused.value.members["location_id"] == world.van
    assert free(session, world.fan, world.van) == 2
    assert stock.check_balances(session) == []


def test_a_part_with_serial_numbers_moves_by_them(session: Session, world: World) -> None:
    with pytest.raises(InvalidMove):
        receive(session, world.van, world.fan, 2)
    with pytest.raises(InvalidMove):
        receive(session, world.van, world.fan, 2, serials=("K-1", "K-1"))
    with pytest.raises(InvalidMove):
        receive(session, world.van, world.filter, 1, serials=("K-1",))


def test_lots_run_out_one_by_one(session: Session, world: World) -> None:
    receive(session, world.van, world.gas, 3, lot="A")
    receive(session, world.van, world.gas, 3, lot="B")

    with pytest.raises(InsufficientStock):
        issue(session, world.van, world.gas, 4, lot="A")
    issue(session, world.van, world.gas, 3, lot="A")

    [line] = stock.van_stock(session, world.van)
    assert line.lots == (("B", Decimal(3)),)
    assert stock.check_balances(session) == []


def swap(session: Session, world: World, *, new: str, old: str, demand_id: UUID) -> stock.Swap:
    return stock.swap(
        session,
        location_id=world.van,
        demand_id=demand_id,
        part_id=world.fan,
        new_serial=new,
        old_serial=old,
        at=AT,
        client_op_id=new_id(),
        actor_id=None,
    )


def test_a_swap_brings_the_old_piece_back_as_defective(session: Session, world: World) -> None:
    receive(session, world.van, world.fan, 1, serials=("NEW",))
    demand = reserve(session, world.van, world.fan)

    done = swap(session, world, new="NEW", old="OLD", demand_id=demand)

    [line] = stock.van_stock(session, world.van)
    assert (line.condition, line.serials, line.free) == (stock.Condition.DEFECTIVE, ("OLD",), 0)
    assert (done.issued.serial, done.returned.serial) == ("NEW", "OLD")
    assert free(session, world.fan, world.van) == 0
    assert {"issued", "taken_back"} <= set(topics(session))
    assert stock.check_balances(session) == []


def test_half_a_swap_does_not_happen(session: Session, world: World) -> None:
    receive(session, world.van, world.fan, 1, serials=("NEW",))
    receive(session, world.warehouse, world.fan, 1, serials=("OLD",))

    with pytest.raises(SerialElsewhere):
        swap(session, world, new="NEW", old="OLD", demand_id=new_id())

    assert free(session, world.fan, world.van) == 1
    assert stock.check_balances(session) == []


def test_a_piece_taken_back_can_be_sent_on_and_its_successor_taken_back_too(session: Session, world: World) -> None:
    receive(session, world.van, world.fan, 2, serials=("A", "B"))

    swap(session, world, new="A", old="OLD", demand_id=new_id())
    swap(session, world, new="B", old="A", demand_id=new_id())

    assert [line.serials for line in stock.van_stock(session, world.van)] == [("A", "OLD")]
    assert stock.check_balances(session) == []


def test_a_transfer_passes_through_the_road(session: Session, world: World) -> None:
    receive(session, world.warehouse, world.fan, 2, serials=("K-1", "K-2"))

    shipped, received = transfer(session, world.warehouse, world.van, world.fan, 1, serials=("K-1",))

    assert shipped.to_location_id == received.from_location_id
    assert free(session, world.fan, world.warehouse) == 1
    assert free(session, world.fan, world.van) == 1
    assert stock.check_balances(session) == []


def test_a_reservation_travels_with_its_stock(session: Session, world: World) -> None:
    receive(session, world.warehouse, world.filter, 3)
    demand = reserve(session, world.warehouse, world.filter, 2)

    transfer(session, world.warehouse, world.van, world.filter, 3, demand_id=demand)

    states = {row.location_id: (row.state.value, row.quantity) for row in stock.reservations_of(session, [demand])}
    assert states == {world.warehouse: ("consumed", 2), world.van: ("held", 2)}
    assert free(session, world.filter, world.van) == 1
    issue(session, world.van, world.filter, 2, demand_id=demand)
    assert stock.check_balances(session) == []


def test_stock_in_quarantine_is_not_free(session: Session, world: World) -> None:
    quarantine = stock.own_place(session, stock.LocationKind.QUARANTINE).id
    receive(session, quarantine, world.filter, 3)

    assert stock.availability(session, [world.filter]) == []
    with pytest.raises(InvalidMove):
        reserve(session, quarantine, world.filter)


def test_a_count_corrects_both_ways(session: Session, world: World) -> None:
    receive(session, world.van, world.filter, 3)
    for quantity in ("-2", "1"):
        stock.adjust(
            session,
            location_id=world.van,
            part_id=world.filter,
            quantity=Decimal(quantity),
            reason="count",
            at=AT,
            client_op_id=new_id(),
            actor_id=None,
        )

    assert free(session, world.filter, world.van) == 2
    assert stock.check_balances(session) == []


def undo(session: Session, move_id: UUID, operation: UUID | None = None) -> None:
    stock.reverse(session, move_id, reason="typing error", at=AT, client_op_id=operation or new_id(), actor_id=None)


def test_a_reversal_undoes_the_whole_operation_once(session: Session, world: World) -> None:
    receive(session, world.warehouse, world.fan, 2, serials=("K-1", "K-2"))
    moves = transfer(session, world.warehouse, world.van, world.fan, 2, serials=("K-1", "K-2"))
    operation = new_id()

    undo(session, moves[1].id, operation)
    undo(session, moves[1].id, operation)

    assert free(session, world.fan, world.warehouse) == 2
    assert free(session, world.fan, world.van) == 0
    with pytest.raises(AlreadyReversed):
        undo(session, moves[0].id)
    assert stock.check_balances(session) == []


def test_a_swap_can_be_undone(session: Session, world: World) -> None:
    receive(session, world.van, world.fan, 1, serials=("NEW",))
    done = swap(session, world, new="NEW", old="OLD", demand_id=new_id())

    undo(session, done.returned.id)

    assert [line.serials for line in stock.van_stock(session, world.van)] == [("NEW",)]
    assert stock.check_balances(session) == []


def test_stock_that_is_gone_cannot_be_reversed(session: Session, world: World) -> None:
    [received] = receive(session, world.van, world.filter, 1)
    issue(session, world.van, world.filter)

    with pytest.raises(InsufficientStock):
        undo(session, received.id)


def test_ended_reservations_free_their_stock_and_say_so(session: Session, world: World) -> None:
    receive(session, world.van, world.filter, 3)
    first = reserve(session, world.van, world.filter, 1)
    reserve(session, world.van, world.filter, 2, expires_at=AT)
    assert free(session, world.filter, world.van) == 0

    assert len(stock.release(session, first)) == 1
    assert stock.release(session, first) == []
    assert stock.expire(session, at=AT - timedelta(seconds=1)) == 0
    assert stock.expire(session, at=AT) == 1

    assert free(session, world.filter, world.van) == 3
    told = topics(session)
    assert (told.count("reservation_made"), told.count("reservation_released")) == (2, 2)
    assert (told.count("short"), told.count("arrived")) == (1, 3)
    assert stock.check_balances(session) == []


def test_several_reservations_are_made_together_or_not_at_all(session: Session, world: World) -> None:
    receive(session, world.van, world.filter, 1)
    receive(session, world.van, world.gas, 1, lot="A")
    wanted = [stock.Want(world.gas, world.van, Decimal(1)), stock.Want(world.filter, world.van, Decimal(2))]
    demand = new_id()

    with pytest.raises(InsufficientStock):
        stock.reserve_all(session, wanted, demand_id=demand, expires_at=None, client_op_id=new_id())

    assert stock.reservations_of(session, [demand]) == []
    assert free(session, world.gas, world.van) == 1


def test_planned_demand_is_said_again_and_withdrawn(session: Session, world: World) -> None:
    for quantity in ("1", "2"):
        stock.plan_demand(
            session, source_ref="case:1", part_id=world.filter, quantity=Decimal(quantity), due_on=AT.date()
        )
    stock.plan_demand(session, source_ref="case:2", part_id=world.filter, quantity=Decimal(5), due_on=AT.date())

    assert stock.planned_demand(session, [world.filter], until=AT.date()) == {world.filter: 7}
    assert stock.planned_demand(session, [world.filter], until=AT.date() - timedelta(days=1)) == {}
    stock.withdraw_demand(session, "case:2")
    assert stock.planned_demand(session, [world.filter], until=AT.date()) == {world.filter: 2}


def test_stores_tell_where_they_are(session: Session, world: World) -> None:
    found = {store.code: store.lonlat for store in stock.stores(session)}

    assert found == {"W1": (121.47, 31.23), "V1": None}


CHANGES = ["UPDATE stock_move SET quantity = 9", "DELETE FROM stock_move"]


@pytest.mark.parametrize("statement", CHANGES)
def test_the_app_may_not_change_moves(session: Session, world: World, statement: str) -> None:
    receive(session, world.van, world.filter, 1)

    with pytest.raises(DBAPIError, match="permission denied"), session.begin_nested():
        session.execute(text(statement))


@pytest.mark.parametrize("statement", [*CHANGES, "TRUNCATE stock_move CASCADE"])
def test_nobody_may_change_moves(admin: Session, statement: str) -> None:
    admin.execute(text("SET LOCAL lock_timeout = '2s'"))

    with pytest.raises(IntegrityError, match="append-only"), admin.begin_nested():
        admin.execute(text(statement))


@pytest.mark.parametrize("change", ["on_hand = -1", "held = 2", "held = -1", "virtual = true"])
def test_the_database_itself_refuses_impossible_balances(session: Session, world: World, change: str) -> None:
    receive(session, world.van, world.filter, 1)

    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(text(f"UPDATE stock_balance SET {change} WHERE location_id = :van"), {"van": world.van})


def test_another_tenant_sees_and_moves_nothing(tenant: UUID, other_tenant: UUID) -> None:
    with transaction(tenant_id=tenant) as session:
        world = a_world(session)
        [move] = receive(session, world.van, world.filter, 1)
        demand = reserve(session, world.van, world.filter)

    with Session(engine(Login.APP)) as session:
        bind_tenant(session, other_tenant)
        assert stock.availability(session, [world.filter]) == []
        assert stock.van_stock(session, world.van) == []
        assert stock.stores(session) == []
        assert stock.release(session, demand) == []
        assert stock.check_balances(session) == []
        with pytest.raises(UnknownPart):
            stock.parts_by_id(session, [world.filter])
        with pytest.raises(Exception, match="no such"):
            receive(session, world.van, world.filter, 1)
        with pytest.raises(Exception, match="no such"):
            undo(session, move.id)
        mine = a_world(session)
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(
                text("UPDATE stock_location SET parent_id = :theirs WHERE id = :mine"),
                {"theirs": world.van, "mine": mine.van},
            )


def test_the_system_login_finds_tenants_with_work_for_the_sweeper(tenant: UUID) -> None:
    with transaction(tenant_id=tenant) as session:
        world = a_world(session)
        receive(session, world.van, world.filter, 1)
        reserve(session, world.van, world.filter, expires_at=AT)

    with transaction(Login.SYSTEM) as session:
        assert tenant in stock.tenants_with_expired(session, at=AT)
        assert tenant not in stock.tenants_with_expired(session, at=AT - timedelta(seconds=1))
