"""How a counter adds up over rollovers and replacements: rules of plain values.

A counter that shows less than before has rolled over, or was replaced, or was read wrongly. It is taken for a
rollover where the counter has one and the way over the top is at most half of its range; a replacement is written
down. Everything else is no reading of this counter.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from backend.assets.errors import MeterFellBack, OutOfRange

PLACES = Decimal("0.0001")
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Counter:
    """A counting device: what it shows, and where it starts again at zero (None: never)."""

    shown: Decimal
    rolls_over_at: Decimal | None = None


class Mark(NamedTuple):
    """A reading, and the counter that took the place of the one that was read."""

    value: Decimal
    replaced_by: Counter | None = None


class Standing(NamedTuple):
    """What was counted in all, and the counter that goes on from there."""

    total: Decimal
    counter: Counter


def check_range(value: Decimal, rolls_over_at: Decimal | None) -> None:
    """Refuse what a counter cannot show.

    Raises:
        OutOfRange: the value is negative, or not below where the counter starts again.
    """
    if value < 0 or (rolls_over_at is not None and value >= rolls_over_at):
        raise OutOfRange("The counter cannot show this.", value=_text(value), rolls_over_at=_text(rolls_over_at))


def rise(counter: Counter, value: Decimal) -> Decimal:
    """Return what was counted until the counter showed `value`.

    Raises:
        MeterFellBack: it is less than before, and no rollover explains it.
    """
    if value >= counter.shown:
        return value - counter.shown
    over_the_top = value + counter.rolls_over_at - counter.shown if counter.rolls_over_at is not None else None
    if over_the_top is None or counter.rolls_over_at is None or 2 * over_the_top > counter.rolls_over_at:
        raise MeterFellBack(
            "The counter showed more before. Write down its replacement, or correct the reading.",
            value=_text(value),
            before=_text(counter.shown),
            rolls_over_at=_text(counter.rolls_over_at),
        )
    return over_the_top


def advance(before: Standing | None, mark: Mark, *, rolls_over_at: Decimal | None) -> Standing:
    """Return where a meter stands after a reading; the first one counts from zero on.

    `rolls_over_at` is of the first counter; the later ones bring their own.

    Raises:
        OutOfRange: its counter cannot show the value.
        MeterFellBack: the value does not follow from the one before.
    """
    counter = before.counter if before else Counter(Decimal(0), rolls_over_at)
    check_range(mark.value, counter.rolls_over_at)
    total = before.total + rise(counter, mark.value) if before else mark.value
    if mark.replaced_by is None:
        return Standing(total, Counter(mark.value, counter.rolls_over_at))
    check_range(mark.replaced_by.shown, mark.replaced_by.rolls_over_at)
    return Standing(total, mark.replaced_by)


def follow(before: Standing | None, marks: Iterable[Mark], *, rolls_over_at: Decimal | None) -> Iterator[Decimal]:
    """Yield the total after each reading, in the order of time.

    Raises:
        OutOfRange, MeterFellBack: one of them does not follow from the one before.
    """
    for mark in marks:
        before = advance(before, mark, rolls_over_at=rolls_over_at)
        yield before.total


def between(
    earlier: tuple[datetime, Decimal], later: tuple[datetime, Decimal] | None, at: datetime
) -> tuple[Decimal, bool]:
    """Return the total at an instant between two readings, in proportion to time, and whether it was reckoned.

    Behind the last reading nothing is known to have been added.
    """
    since, total = earlier
    if later is None or at == since:
        return total, False
    until, total_then = later
    share = Decimal((at - since) / timedelta(microseconds=1)) / Decimal((until - since) / timedelta(microseconds=1))
    return (total + (total_then - total) * share).quantize(PLACES), True


def per_day(earlier: tuple[datetime, Decimal], later: tuple[datetime, Decimal]) -> Decimal:
    """Return what is counted in a day of 24 hours, from two readings at different instants."""
    days = Decimal((later[0] - earlier[0]) / timedelta(microseconds=1)) / Decimal(DAY / timedelta(microseconds=1))
    return ((later[1] - earlier[1]) / days).quantize(PLACES)


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"
