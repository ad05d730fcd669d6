"""Any sequence of operations: the database agrees with the pure ledger, and its books are right after each step."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy.orm import Session

from inventory import service as stock
from inventory.errors import InsufficientStock
from inventory.ledger import ZERO, Balance, Condition, Key, Line, MoveKind, draw, post
from inventory.ledger import Hold as Held
from inventory.models import StockMove
from inventory.posting import line_of
from inventory.repository import operation as operation_of
from kernel.db import Login, bind_tenant, engine
from kernel.ids import new_id
from tests.integration.inventory.stock import AT, a_world

QUANTITIES = st.integers(min_value=1, max_value=6).map(Decimal)
SHELVES = st.sampled_from(["warehouse", "van"])
DEMANDS = st.integers(min_value=0, max_value=2)


class Books(RuleBasedStateMachine):
    """One part, two shelves, three demands."""

    tenant: UUID

    @initialize()
    def open_books(self) -> None:
        self.session = Session(engine(Login.APP), expire_on_commit=False)
        bind_tenant(self.session, self.tenant)
        world = a_world(self.session)
        kinds = stock.LocationKind
        self.part = world.filter
        self.shelves = {"warehouse": world.warehouse, "van": world.van}
        self.outside = {
            kind: stock.own_place(self.session, kind).id for kind in (kinds.VENDOR, kinds.INSTALLED, kinds.COUNT)
        }
        self.model: dict[Key, Balance] = {}
        self.holds: list[tuple[UUID, UUID, Held]] = []
        self.demands = [new_id() for _ in range(3)]
        self.moves: list[StockMove] = []
        self.undone: set[UUID] = set()

    def teardown(self) -> None:
        if hasattr(self, "session"):
            self.session.rollback()
            self.session.close()

    def key(self, place: UUID) -> Key:
        return Key(self.part, place, Condition.GOOD)

    def line(self, kind: MoveKind, quantity: Decimal, origin: UUID, goal: UUID) -> Line:
        return Line(kind=kind, part_id=self.part, quantity=quantity, from_location_id=origin, to_location_id=goal)

    def both(
        self, act: Callable[[UUID], Sequence[StockMove]], lines: Sequence[Line], held: dict[Key, Decimal] | None = None
    ) -> bool:
        """Do the same in the database and in the model; both accept or both refuse, and a replay changes nothing."""
        operation = new_id()
        try:
            after = post(self.model, lines, virtual=frozenset(self.outside.values()), held=held)
        except InsufficientStock:
            with pytest.raises(InsufficientStock):
                act(operation)
            return False
        moves = act(operation)
        assert [move.id for move in act(operation)] == [move.id for move in moves]
        self.model = after
        self.moves.append(moves[0])
        return True

    @rule(shelf=SHELVES, quantity=QUANTITIES)
    def receive(self, shelf: str, quantity: Decimal) -> None:
        place = self.shelves[shelf]

        def act(operation: UUID) -> Sequence[StockMove]:
            return stock.receive(
                self.session,
                location_id=place,
                quantity=quantity,
                part_id=self.part,
                at=AT,
                client_op_id=operation,
                actor_id=None,
            )

        self.both(act, [self.line(MoveKind.RECEIPT, quantity, self.outside[stock.LocationKind.VENDOR], place)])

    @rule(shelf=SHELVES, quantity=QUANTITIES, number=DEMANDS)
    def issue(self, shelf: str, quantity: Decimal, number: int) -> None:
        place, demand = self.shelves[shelf], self.demands[number]
        own = [hold for who, where, hold in self.holds if (who, where) == (demand, place)]
        taken = {hold.id: hold.quantity for hold in draw(own, quantity)}

        def act(operation: UUID) -> Sequence[StockMove]:
            return [
                stock.issue(
                    self.session,
                    location_id=place,
                    demand_id=demand,
                    quantity=quantity,
                    part_id=self.part,
                    at=AT,
                    client_op_id=operation,
                    actor_id=None,
                )
            ]

        line = self.line(MoveKind.ISSUE, quantity, place, self.outside[stock.LocationKind.INSTALLED])
        if self.both(act, [line], {self.key(place): -sum(taken.values(), ZERO)}):
            rest = [(who, at, Held(hold.id, hold.quantity - taken.get(hold.id, ZERO))) for who, at, hold in self.holds]
            self.holds = [entry for entry in rest if entry[2].quantity]

    @rule(origin=SHELVES, quantity=QUANTITIES)
    def transfer(self, origin: str, quantity: Decimal) -> None:
        source = self.shelves[origin]
        goal = self.shelves["van" if origin == "warehouse" else "warehouse"]

        def act(operation: UUID) -> Sequence[StockMove]:
            return stock.transfer(
                self.session,
                from_location_id=source,
                to_location_id=goal,
                quantity=quantity,
                part_id=self.part,
                at=AT,
                client_op_id=operation,
                actor_id=None,
            )

        self.both(act, [self.line(MoveKind.TRANSFER, quantity, source, goal)])

    @rule(shelf=SHELVES, quantity=QUANTITIES)
    def lose(self, shelf: str, quantity: Decimal) -> None:
        place = self.shelves[shelf]

        def act(operation: UUID) -> Sequence[StockMove]:
            return [
                stock.adjust(
                    self.session,
                    location_id=place,
                    quantity=-quantity,
                    reason="count",
                    part_id=self.part,
                    at=AT,
                    client_op_id=operation,
                    actor_id=None,
                )
            ]

        self.both(act, [self.line(MoveKind.ADJUSTMENT, quantity, place, self.outside[stock.LocationKind.COUNT])])

    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        open_ = [move for move in self.moves if move.id not in self.undone and move.reverses_id is None]
        if not open_:
            return
        move = data.draw(st.sampled_from(open_))
        written = operation_of(self.session, move.client_op_id)
        mirror = [
            self.line(row.kind, row.quantity, row.to_location_id, row.from_location_id) for row in map(line_of, written)
        ]

        def act(operation: UUID) -> Sequence[StockMove]:
            return stock.reverse(self.session, move.id, reason="wrong", at=AT, client_op_id=operation, actor_id=None)

        if self.both(act, mirror):
            self.undone.add(move.id)

    @rule(shelf=SHELVES, quantity=QUANTITIES, number=DEMANDS, expires=st.booleans())
    def reserve(self, shelf: str, quantity: Decimal, number: int, *, expires: bool) -> None:
        place, demand = self.shelves[shelf], self.demands[number]
        balance = self.model.get(self.key(place), Balance())
        operation = new_id()

        def act() -> UUID:
            return stock.reserve(
                self.session,
                part_id=self.part,
                location_id=place,
                quantity=quantity,
                demand_id=demand,
                expires_at=AT if expires else None,
                client_op_id=operation,
            ).id

        if balance.free < quantity:
            with pytest.raises(InsufficientStock) as refused:
                act()
            assert Decimal(refused.value.members["free"]) == balance.free
            return
        made = act()
        assert act() == made
        self.hold(place, quantity)
        self.holds.append((demand, place, Held(made, quantity)))

    def hold(self, place: UUID, quantity: Decimal) -> None:
        balance = self.model[self.key(place)]
        self.model[self.key(place)] = Balance(balance.on_hand, balance.held + quantity)

    @rule(number=DEMANDS)
    def release(self, number: int) -> None:
        demand = self.demands[number]
        ended = stock.release(self.session, demand)
        mine = [entry for entry in self.holds if entry[0] == demand]
        assert {row.id for row in ended} == {hold.id for _, _, hold in mine}
        self.forget(mine)

    @rule()
    def expire(self) -> None:
        due = {row.id for row in stock.reservations_of(self.session, self.demands, held_only=True) if row.expires_at}
        assert stock.expire(self.session, at=AT - timedelta(seconds=1)) == 0
        assert stock.expire(self.session, at=AT) == len(due)
        self.forget([entry for entry in self.holds if entry[2].id in due])

    def forget(self, ended: list[tuple[UUID, UUID, Held]]) -> None:
        for _, place, hold in ended:
            self.hold(place, -hold.quantity)
        self.holds = [entry for entry in self.holds if entry not in ended]

    @invariant()
    def the_books_are_right(self) -> None:
        if not hasattr(self, "session"):
            return
        assert stock.check_balances(self.session) == []
        found = {row.location_id: (row.on_hand, row.held) for row in stock.availability(self.session, [self.part])}
        expected = {
            place: (self.model[self.key(place)].on_hand, self.model[self.key(place)].held)
            for place in self.shelves.values()
            if self.model.get(self.key(place), Balance()).on_hand
        }
        assert found == expected


def test_the_database_agrees_with_the_ledger(tenant: UUID) -> None:
    machine = type("BooksOfOneTenant", (Books,), {"tenant": tenant})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
