"""Laws of the ledger: conservation, no negative shelf, whole or nothing, undoing, agreement with a plain recount."""

from collections import defaultdict
from contextlib import suppress
from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import InsufficientStock
from inventory.ledger import (
    ZERO,
    Balance,
    Change,
    Condition,
    Hold,
    Key,
    Line,
    MoveKind,
    apply,
    changes,
    draw,
    mirrored,
    post,
)

PARTS = [UUID(int=number) for number in (1, 2)]
PLACES = [UUID(int=number) for number in range(10, 15)]
VIRTUAL = frozenset(PLACES[3:])
QUANTITIES = st.decimals(min_value="0.0001", max_value=20, places=4)
SIGNED = st.decimals(min_value=-20, max_value=20, places=4)


@st.composite
def lines(draw_: st.DrawFn) -> Line:
    origin, goal = draw_(st.permutations(PLACES))[:2]
    return Line(
        kind=MoveKind.TRANSFER,
        part_id=draw_(st.sampled_from(PARTS)),
        quantity=draw_(QUANTITIES),
        from_location_id=origin,
        to_location_id=goal,
        condition=draw_(st.sampled_from([Condition.GOOD, Condition.DEFECTIVE])),
    )


OPERATIONS = st.lists(st.lists(lines(), min_size=1, max_size=3), max_size=12)


def recount(done: list[list[Line]]) -> dict[Key, Decimal]:
    total: dict[Key, Decimal] = defaultdict(Decimal)
    for operation in done:
        for line in operation:
            total[line.source] -= line.quantity
            total[line.target] += line.quantity
    return {key: quantity for key, quantity in total.items() if quantity}


@given(OPERATIONS)
def test_posting_conserves_stock_and_agrees_with_a_recount(operations: list[list[Line]]) -> None:
    stock: dict[Key, Balance] = {}
    done: list[list[Line]] = []
    for operation in operations:
        before = dict(stock)
        try:
            stock = post(stock, operation, virtual=VIRTUAL)
            done.append(operation)
        except InsufficientStock:
            assert stock == before

    assert {key: balance.on_hand for key, balance in stock.items() if balance.on_hand} == recount(done)
    assert sum(balance.on_hand for balance in stock.values()) == 0
    assert all(balance.on_hand >= 0 or key.location_id in VIRTUAL for key, balance in stock.items())


@given(OPERATIONS)
def test_undoing_everything_backwards_leaves_nothing(operations: list[list[Line]]) -> None:
    stock: dict[Key, Balance] = {}
    done: list[list[Line]] = []
    for operation in operations:
        with suppress(InsufficientStock):
            stock = post(stock, operation, virtual=VIRTUAL)
            done.append(operation)

    for operation in reversed(done):
        stock = post(stock, mirrored(operation), virtual=VIRTUAL)

    assert all(balance.on_hand == 0 for balance in stock.values())


@given(st.lists(lines(), max_size=8))
def test_mirroring_twice_changes_nothing(some: list[Line]) -> None:
    assert mirrored(mirrored(some)) == some


@given(st.lists(lines(), max_size=8))
def test_the_net_change_does_not_depend_on_the_order_of_lines(some: list[Line]) -> None:
    other = sorted(some, key=lambda line: (line.quantity, line.part_id))

    assert list(changes(some).items()) == list(changes(other).items())
    assert sum(change.on_hand for change in changes(some).values()) == 0


@given(st.lists(st.builds(Change, SIGNED, SIGNED), max_size=30))
def test_no_sequence_of_changes_makes_free_stock_negative(sequence: list[Change]) -> None:
    balance = Balance()
    for change in sequence:
        with suppress(InsufficientStock):
            balance = apply(balance, change)
        assert balance.free >= 0
        assert 0 <= balance.held <= balance.on_hand


@given(st.lists(QUANTITIES, max_size=8), QUANTITIES)
def test_drawing_takes_what_is_held_up_to_what_is_wanted(held: list[Decimal], wanted: Decimal) -> None:
    holds = [Hold(UUID(int=number), quantity) for number, quantity in enumerate(held)]

    taken = draw(holds, wanted)

    assert sum((hold.quantity for hold in taken), ZERO) == min(wanted, sum(held, ZERO))
    assert [hold.id for hold in taken] == [hold.id for hold in holds[: len(taken)]]
    assert all(part.quantity == whole.quantity for part, whole in zip(taken[:-1], holds, strict=False))
