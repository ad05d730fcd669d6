"""Rules of the ledger, case by case."""

from decimal import Decimal
from itertools import product

import pytest

from inventory.errors import InsufficientStock, InvalidMove
from inventory.ledger import (
    FLOWS,
    VIRTUAL,
    Balance,
    Change,
    Condition,
    Hold,
    Key,
    Line,
    LocationKind,
    MoveKind,
    Tracking,
    apply,
    changes,
    check_line,
    check_quantity,
    draw,
)
from kernel.ids import new_id


def a_line(
    kind: MoveKind = MoveKind.ISSUE, quantity: str = "1", *, serial: str | None = None, lot: str | None = None
) -> Line:
    return Line(
        kind=kind,
        part_id=new_id(),
        quantity=Decimal(quantity),
        from_location_id=new_id(),
        to_location_id=new_id(),
        serial=serial,
        lot=lot,
    )


def test_what_is_held_cannot_leave() -> None:
    balance = Balance(on_hand=Decimal(3), held=Decimal(2))

    assert apply(balance, Change(Decimal(-1))).free == 0
    with pytest.raises(InsufficientStock) as refused:
        apply(balance, Change(Decimal(-2)))
    assert refused.value.members["free"] == 1


def test_the_own_hold_leaves_with_the_stock() -> None:
    balance = Balance(on_hand=Decimal(3), held=Decimal(2))

    assert apply(balance, Change(Decimal(-3), Decimal(-2))) == Balance()


def test_a_virtual_place_may_owe_but_not_hold() -> None:
    virtual = Balance(virtual=True)

    assert apply(virtual, Change(Decimal(-5))).on_hand == -5
    with pytest.raises(InsufficientStock):
        apply(Balance(on_hand=Decimal(5), virtual=True), Change(held=Decimal(1)))


def test_a_stop_on_the_way_has_no_net_change() -> None:
    first = a_line(MoveKind.TRANSFER)
    second = Line(
        kind=MoveKind.TRANSFER,
        part_id=first.part_id,
        quantity=first.quantity,
        from_location_id=first.to_location_id,
        to_location_id=new_id(),
    )

    assert set(changes([first, second])) == {first.source, second.target}


def test_holds_give_in_order() -> None:
    first, second = Hold(new_id(), Decimal(2)), Hold(new_id(), Decimal(2))

    assert draw([first, second], Decimal(3)) == [first, Hold(second.id, Decimal(1))]
    assert draw([first], Decimal(5)) == [first]
    assert draw([], Decimal(5)) == []


@pytest.mark.parametrize("quantity", ["0", "-1", "0.00001", "NaN", "Infinity", "10000000000"])
def test_quantities_that_cannot_be_written_down_are_refused(quantity: str) -> None:
    with pytest.raises(InvalidMove):
        check_quantity(Decimal(quantity))


@pytest.mark.parametrize(
    ("line", "tracking"),
    [
        (a_line(), Tracking(serial=True)),
        (a_line(serial="x"), Tracking()),
        (a_line(quantity="2", serial="x"), Tracking(serial=True)),
        (a_line(), Tracking(lot=True)),
        (a_line(lot="x"), Tracking()),
    ],
)
def test_a_line_follows_its_part(line: Line, tracking: Tracking) -> None:
    with pytest.raises(InvalidMove):
        check_line(line, tracking, LocationKind.VAN, LocationKind.INSTALLED)


@pytest.mark.parametrize("kind", list(MoveKind))
def test_nothing_moves_between_two_virtual_places_or_back_from_scrap(kind: MoveKind) -> None:
    allowed = {way for froms, goals in FLOWS[kind] for way in product(froms, goals)}

    assert allowed
    assert not allowed & set(product(VIRTUAL, VIRTUAL))
    assert LocationKind.SCRAP not in {origin for origin, _ in allowed}


def test_balances_lock_in_one_order() -> None:
    lines = [a_line() for _ in range(20)]

    assert list(changes(lines)) == list(changes(reversed(lines))) == sorted(changes(lines))
    assert all(isinstance(key, Key) and key.condition is Condition.GOOD for key in changes(lines))
