"""Many hands on one shelf."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from uuid import UUID

from inventory import service as stock
from kernel.db import transaction
from kernel.errors import Conflict
from kernel.ids import new_id
from tests.integration.inventory.stock import AT, World, a_world, free, issue, receive, reserve, transfer

HANDS = 16


def stocked(tenant: UUID, quantity: int) -> World:
    with transaction(tenant_id=tenant) as session:
        world = a_world(session)
        receive(session, world.van, world.filter, quantity)
    return world


def at_once(work: Callable[[int], None], hands: int = HANDS) -> Counter[str]:
    """Run the work in so many threads that start together; count how they end."""
    start = Barrier(hands)

    def one(number: int) -> str:
        start.wait()
        try:
            work(number)
        except Conflict as refused:
            return refused.slug
        return "done"

    with ThreadPoolExecutor(hands) as pool:
        return Counter(pool.map(one, range(hands)))


def test_of_sixteen_issues_as_many_succeed_as_there_are_pieces(tenant: UUID) -> None:
    world = stocked(tenant, 5)

    def take(_: int) -> None:
        with transaction(tenant_id=tenant) as session:
            issue(session, world.van, world.filter)

    assert at_once(take) == {"done": 5, "insufficient-stock": 11}
    with transaction(tenant_id=tenant) as session:
        assert free(session, world.filter, world.van) == 0
        assert stock.check_balances(session) == []


def test_the_last_piece_is_reserved_once(tenant: UUID) -> None:
    world = stocked(tenant, 1)

    demand = new_id()

    def hold(_: int) -> None:
        with transaction(tenant_id=tenant) as session:
            reserve(session, world.van, world.filter, demand_id=demand)

    for _ in range(3):
        assert at_once(hold, 2) == {"done": 1, "insufficient-stock": 1}
        with transaction(tenant_id=tenant) as session:
            assert len(stock.release(session, demand)) == 1


def test_every_way_of_moving_at_once_keeps_the_books_right(tenant: UUID) -> None:
    world = stocked(tenant, 20)

    def work(number: int) -> None:
        for turn in range(4):
            with transaction(tenant_id=tenant) as session:
                match (number + turn) % 5:
                    case 0:
                        issue(session, world.van, world.filter, 2)
                    case 1:
                        stock.release(session, reserve(session, world.van, world.filter, 3))
                    case 2:
                        issue(session, world.van, world.filter, demand_id=reserve(session, world.van, world.filter, 2))
                    case 3:
                        transfer(session, world.van, world.warehouse, world.filter)
                    case _:
                        transfer(session, world.warehouse, world.van, world.filter)

    ends = at_once(work)

    assert set(ends) <= {"done", "insufficient-stock"}
    with transaction(tenant_id=tenant) as session:
        assert stock.check_balances(session) == []
        assert all(row.free >= 0 for row in stock.availability(session, [world.filter]))


def test_one_operation_sent_sixteen_times_at_once_happens_once(tenant: UUID) -> None:
    world = stocked(tenant, 20)
    operation, demand = new_id(), new_id()

    def take(_: int) -> None:
        with transaction(tenant_id=tenant) as session:
            issue(session, world.van, world.filter, 2, demand_id=demand, client_op_id=operation)

    assert at_once(take) == {"done": HANDS}
    with transaction(tenant_id=tenant) as session:
        assert free(session, world.filter, world.van) == 18
        assert stock.check_balances(session) == []


def test_a_move_is_reversed_once_by_many(tenant: UUID) -> None:
    world = stocked(tenant, 1)
    with transaction(tenant_id=tenant) as session:
        move = issue(session, world.van, world.filter)

    def undo(_: int) -> None:
        with transaction(tenant_id=tenant) as session:
            stock.reverse(session, move.id, reason="wrong part", at=AT, client_op_id=new_id(), actor_id=None)

    assert at_once(undo, 8) == {"done": 1, "already-reversed": 7}
    with transaction(tenant_id=tenant) as session:
        assert free(session, world.filter, world.van) == Decimal(1)
        assert stock.check_balances(session) == []
