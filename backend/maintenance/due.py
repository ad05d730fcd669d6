"""When maintenance comes due: triggers, how they combine, from where they count, season, and nested levels.

A calendar trigger falls on days of a rule, a meter trigger every so many units, a condition when it has held long
enough. `any`: the earliest trigger is due; `all`: the latest, once all are known. `fixed`: occurrences keep their
grid, however late one is done; `floating`: the next counts from completion. Instants are UTC, days are the zone's.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum
from itertools import takewhile
from zoneinfo import ZoneInfo

from backend.maintenance.recurrence import days, instant, local_day

MICRO = timedelta(microseconds=1)
HORIZON = timedelta(days=366 * 12)
"""No further ahead is looked: the rarest day, 29 February, comes within eight years."""
MOST_MISSED = 366
"""Missed occurrences told one by one; of more than that only the number is kept."""


class Combinator(StrEnum):
    """How triggers go together."""

    ANY = "any"
    ALL = "all"


class Anchor(StrEnum):
    """From where the next occurrence counts."""

    FIXED = "fixed"
    FLOATING = "floating"


class Trigger(StrEnum):
    """What makes maintenance due."""

    CALENDAR = "calendar"
    METER = "meter"
    CONDITION = "condition"


class Why(StrEnum):
    """What an instant of a trigger rests on, or why there is none."""

    RULE = "rule"
    REACHED = "reached"
    PROJECTED = "projected"
    HELD = "held"
    NO_DATE = "no_date"
    """The rule has ended, or none of its days lies in the season."""
    NO_METER = "no_meter"
    NO_READING = "no_reading"
    NO_USAGE = "no_usage"
    """The meter stands still, or has one reading only."""
    NOT_HELD = "not_held"
    NO_DEVICE = "no_device"


HOPELESS = frozenset({Why.NO_DATE, Why.NO_METER, Why.NO_DEVICE})
"""Reasons that waiting does not cure."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a plan says of when."""

    zone: ZoneInfo
    combinator: Combinator
    anchor: Anchor
    rule: str | None
    starts_on: date
    due_time: time
    every: Decimal | None
    """Units of the meter from one occurrence to the next."""
    conditional: bool
    season: frozenset[int]
    """Months in which it applies; none: all."""


@dataclass(frozen=True, kw_only=True)
class Mark:
    """How far the maintenance of one asset has got."""

    passed_at: datetime
    """Calendar occurrences up to here are behind it; floating ones count from here."""
    passed_total: Decimal | None
    """Where the meter's interval begins; None: the meter was never read."""
    number: int = 0
    """Of the last occurrence behind it."""
    handled: int = 0
    """Of the last one that was done or called off; those between have been missed."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What is known of the use of an asset."""

    has_meter: bool
    total: Decimal | None
    """Over all meters that it had, in their unit."""
    at: datetime | None
    per_day: Decimal | None
    has_device: bool
    held_at: datetime | None
    """When the condition had held long enough; None: it has not since the last occurrence."""


@dataclass(frozen=True)
class Part:
    """What one trigger says."""

    trigger: Trigger
    at: datetime | None
    why: Why
    figures: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Due:
    """When the next occurrence is due, and what each trigger says of it; `at` None: nobody knows yet."""

    at: datetime | None
    parts: tuple[Part, ...]

    def of(self, trigger: Trigger) -> Part | None:
        """Return what one trigger says."""
        return next((part for part in self.parts if part.trigger is trigger), None)

    def hopeless(self, combinator: Combinator) -> bool:
        """Tell whether no wait would make it due."""
        verdicts = [part.why in HOPELESS for part in self.parts]
        return all(verdicts) if combinator is Combinator.ANY else any(verdicts)


def next_due(terms: Terms, mark: Mark, reading: Reading, *, now: datetime) -> Due:
    """Return when the occurrence after a mark is due, as far as it can be known."""
    parts = []
    if terms.rule is not None:
        parts.append(_calendar(terms, terms.rule, mark))
    if terms.every is not None:
        parts.append(_meter(terms, terms.every, mark, reading, now=now))
    if terms.conditional:
        parts.append(_condition(terms, reading))
    known = [part.at for part in parts if part.at is not None]
    if not known or (terms.combinator is Combinator.ALL and len(known) < len(parts)):
        return Due(None, tuple(parts))
    return Due(min(known) if terms.combinator is Combinator.ANY else max(known), tuple(parts))


def _calendar(terms: Terms, rule: str, mark: Mark) -> Part:
    day = _day_of_rule(terms, rule, mark.passed_at)
    if day is None:
        return Part(Trigger.CALENDAR, None, Why.NO_DATE, (("rule", rule),))
    at = instant(day, terms.due_time, terms.zone)
    return Part(Trigger.CALENDAR, at, Why.RULE, (("rule", rule),))


def _day_of_rule(terms: Terms, rule: str, passed_at: datetime) -> date | None:
    base = local_day(passed_at, terms.zone)
    if terms.anchor is Anchor.FLOATING:
        day = next((day for day in days(rule, start=base, last=base + HORIZON) if day > base), None)
        return opening(day, terms.season) if day else None
    return next(_grid(terms, rule, passed_at), None)


def _grid(terms: Terms, rule: str, passed_at: datetime) -> Iterator[date]:
    """Yield the days of a rule in season whose instant lies behind another one."""
    last = max(terms.starts_on, local_day(passed_at, terms.zone)) + HORIZON
    for day in days(rule, start=terms.starts_on, last=last):
        if in_season(day, terms.season) and instant(day, terms.due_time, terms.zone) > passed_at:
            yield day


def _meter(terms: Terms, every: Decimal, mark: Mark, reading: Reading, *, now: datetime) -> Part:
    if not reading.has_meter:
        return Part(Trigger.METER, None, Why.NO_METER)
    if reading.total is None or reading.at is None or mark.passed_total is None:
        return Part(Trigger.METER, None, Why.NO_READING)
    target = mark.passed_total + every
    figures: tuple[tuple[str, str], ...] = (("target", str(target)), ("total", str(reading.total)))
    if reading.total >= target:
        return Part(Trigger.METER, _in_season(reading.at, terms), Why.REACHED, figures)
    if reading.per_day is None or reading.per_day <= 0:
        return Part(Trigger.METER, None, Why.NO_USAGE, figures)
    left = float((target - reading.total) / reading.per_day)
    figures = (*figures, ("per_day", str(reading.per_day)))
    if left > HORIZON.days:
        return Part(Trigger.METER, None, Why.NO_USAGE, figures)
    return Part(Trigger.METER, _in_season(max(reading.at + timedelta(days=left), now), terms), Why.PROJECTED, figures)


def _condition(terms: Terms, reading: Reading) -> Part:
    if not reading.has_device:
        return Part(Trigger.CONDITION, None, Why.NO_DEVICE)
    if reading.held_at is None:
        return Part(Trigger.CONDITION, None, Why.NOT_HELD)
    return Part(Trigger.CONDITION, _in_season(reading.held_at, terms), Why.HELD)


def _in_season(at: datetime, terms: Terms) -> datetime:
    day = local_day(at, terms.zone)
    opens = opening(day, terms.season)
    return at if opens == day else instant(opens, terms.due_time, terms.zone)


def in_season(day: date, season: Collection[int]) -> bool:
    """Tell whether a day lies in a season; none means all months."""
    return not season or day.month in season


def opening(day: date, season: Collection[int]) -> date:
    """Return the day, or the first one of the next month that is in season."""
    while not in_season(day, season):
        day = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return day


@dataclass(frozen=True)
class Handled:
    """The mark after an occurrence, and the occurrences that went by meanwhile without being done."""

    mark: Mark
    missed_at: tuple[datetime, ...]


def after(terms: Terms, mark: Mark, due: Due, *, done_at: datetime, total: Decimal | None) -> Handled:
    """Return where the next occurrence counts from, once one is done or called off; `total`: the meter's at that time.

    Fixed: what came due meanwhile, by the same trigger, has been missed; with `all` an occurrence takes all triggers.
    """
    if terms.anchor is Anchor.FLOATING:
        base = total if total is not None else mark.passed_total
        number = mark.number + 1
        return Handled(Mark(passed_at=done_at, passed_total=base, number=number, handled=number), ())
    calendar, missed_days = _calendar_after(terms, mark, due, done_at)
    base, missed_units = _meter_after(terms, mark, due, total)
    if terms.combinator is Combinator.ANY:
        count = len(missed_days) + missed_units
    else:
        count = min(([len(missed_days)] if terms.rule else []) + ([missed_units] if terms.every else []), default=0)
    told = [*missed_days, *([done_at] * MOST_MISSED)][: min(count, MOST_MISSED)]
    now_at = Mark(passed_at=calendar, passed_total=base, number=mark.number + 1 + count, handled=mark.number + 1)
    return Handled(now_at, tuple(told))


def took_part(terms: Terms, due: Due, trigger: Trigger) -> bool:
    """Tell whether a trigger made an occurrence due."""
    part = due.of(trigger)
    return part is not None and part.at is not None and (terms.combinator is Combinator.ALL or part.at == due.at)


def _calendar_after(terms: Terms, mark: Mark, due: Due, done_at: datetime) -> tuple[datetime, list[datetime]]:
    part = due.of(Trigger.CALENDAR)
    if terms.rule is None:
        return max(mark.passed_at, done_at), []
    handled = mark.passed_at
    if part is not None and part.at is not None and took_part(terms, due, Trigger.CALENDAR):
        handled = part.at
    coming = (instant(day, terms.due_time, terms.zone) for day in _grid(terms, terms.rule, handled))
    missed = list(takewhile(lambda at: at <= done_at, coming))
    return max(missed, default=handled), missed


def _meter_after(terms: Terms, mark: Mark, due: Due, total: Decimal | None) -> tuple[Decimal | None, int]:
    """Return where the next interval begins, and how many went by; with a season nobody knows which fell into it."""
    if terms.every is None or mark.passed_total is None:
        return total if mark.passed_total is None else mark.passed_total, 0
    base = mark.passed_total + (terms.every if took_part(terms, due, Trigger.METER) else 0)
    if total is None or total < base + terms.every:
        return base, 0
    gone_by = int(((total - base) / terms.every).to_integral_value(ROUND_FLOOR))
    return base + gone_by * terms.every, 0 if terms.season else gone_by


def begin(terms: Terms, *, at: datetime, total: Decimal | None, fresh: bool) -> Mark:
    """Return the mark of an asset that a plan takes up; `fresh`: the plan begins too, and not just the asset.

    Fixed plans count from their own start, so the first multiple of the interval and the first day of the rule to
    come are due. Floating ones count from the plan's first day, or from when the asset came in.
    """
    start = instant(terms.starts_on, time.min, terms.zone)
    if terms.anchor is Anchor.FLOATING:
        return Mark(passed_at=start if fresh else max(start, at), passed_total=total)
    return Mark(passed_at=max(at, start - MICRO), passed_total=first_total(terms, total))


def first_total(terms: Terms, total: Decimal | None) -> Decimal | None:
    """Return where the first interval of a meter begins that shows a total: fixed ones keep to multiples."""
    if total is None or terms.every is None or terms.anchor is Anchor.FLOATING:
        return total
    return (total / terms.every).to_integral_value(ROUND_FLOOR) * terms.every


def level(levels: Iterable[int], *, after_number: int, number: int) -> int:
    """Return the highest level due at an occurrence, or missed since the last that was done; 1 is the plain one.

    A level stands at every so many occurrences, such as 12 for the yearly one of a monthly plan.
    """
    passed = range(after_number + 1, number + 1)
    return max((every for every in levels if any(place % every == 0 for place in passed)), default=1)


@dataclass(frozen=True)
class Foreseen:
    """One occurrence as it would come, if each were done on its day, and one that is late at once."""

    number: int
    at: datetime
    level: int
    parts: tuple[Part, ...]


def foresee(
    terms: Terms, mark: Mark, reading: Reading, *, levels: Sequence[int], now: datetime, count: int
) -> tuple[list[Foreseen], Due]:
    """Return the next occurrences, each done when it is due and used at the same rate, and what comes after them."""
    found: list[Foreseen] = []
    due = next_due(terms, mark, reading, now=now)
    while due.at is not None and len(found) < count:
        number = mark.number + 1
        found.append(Foreseen(number, due.at, level(levels, after_number=mark.handled, number=number), due.parts))
        done_at = max(due.at, now)
        reading = _used_until(reading, done_at)
        mark = after(terms, mark, due, done_at=done_at, total=reading.total).mark
        due = next_due(terms, mark, reading, now=now)
    return found, due


def _used_until(reading: Reading, at: datetime) -> Reading:
    """Return the reading as it would be at a later instant; a condition is not foreseen to hold again."""
    used = reading.total
    if reading.total is not None and reading.at is not None and reading.per_day is not None and at > reading.at:
        days = Decimal((at - reading.at) / timedelta(days=1))
        used = (reading.total + reading.per_day * days).quantize(Decimal("0.0001"))
        return replace(reading, total=used, at=at, held_at=None)
    return replace(reading, held_at=None)
