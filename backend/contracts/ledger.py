"""Entitlements: periods of a contract, and what each entry does to what is left."""

from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from dateutil.relativedelta import relativedelta


class Unit(StrEnum):
    """What is counted."""

    VISIT = "visit"
    HOUR = "hour"
    AMOUNT = "amount"


class Cycle(StrEnum):
    """How often it is granted anew; what is left of a period ends with it."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    TERM = "term"


class EntryKind(StrEnum):
    """What an entry of the ledger does."""

    GRANT = "grant"
    CONSUME = "consume"
    GIVE_BACK = "give_back"
    EXPIRE = "expire"


SIGN = {EntryKind.GRANT: 1, EntryKind.GIVE_BACK: 1, EntryKind.CONSUME: -1, EntryKind.EXPIRE: -1}
MONTHS = {Cycle.MONTH: 1, Cycle.QUARTER: 3, Cycle.YEAR: 12}


class Period(NamedTuple):
    """From one day to another, both included."""

    starts_on: date
    ends_on: date


def period_of(cycle: Cycle, *, starts_on: date, ends_on: date, day: date) -> Period | None:
    """Return the period of a contract that a day lies in, counted from its first day; None: outside the contract.

    A contract that begins on the 31st renews on the last day of a shorter month.
    """
    if not starts_on <= day <= ends_on:
        return None
    if cycle is Cycle.TERM:
        return Period(starts_on, ends_on)
    step = MONTHS[cycle]
    passed = relativedelta(day, starts_on)
    number = (passed.years * 12 + passed.months) // step
    if starts_on + relativedelta(months=(number + 1) * step) <= day:
        number += 1
    first = starts_on + relativedelta(months=number * step)
    last = starts_on + relativedelta(months=(number + 1) * step) - timedelta(days=1)
    return Period(first, min(last, ends_on))


def effect(kind: EntryKind, quantity: Decimal) -> Decimal:
    """Return what an entry adds to what is left."""
    return SIGN[kind] * quantity
