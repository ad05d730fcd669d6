"""Due dates agree with walking through the calendar day by day, over seasons, clock changes and years' ends."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from backend.maintenance.due import (
    Anchor,
    Combinator,
    Mark,
    Reading,
    Terms,
    Trigger,
    after,
    begin,
    foresee,
    level,
    next_due,
)

DAY = timedelta(days=1)
ZONES = [ZoneInfo(name) for name in ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe")]
COUNTED_SINCE = datetime(2026, 1, 1, 12, 34, 56, 789000, tzinfo=UTC)
"""When the meter stood at 0: an odd time, so that it never gets anywhere at midnight."""
FURTHEST = 4000

Grid = Callable[[date, date], bool]
"""Whether a day is one of a rule that counts from another day."""


def months_between(start: date, day: date) -> int:
    return (day.year - start.year) * 12 + day.month - start.month


def last_of(day: date) -> int:
    return ((day.replace(day=28) + 4 * DAY).replace(day=1) - DAY).day


def on_or_last(start: date, day: date) -> bool:
    return day.day == min(start.day, last_of(day))


RULES: list[tuple[str, Grid]] = [
    ("FREQ=DAILY;INTERVAL=9", lambda start, day: (day - start).days % 9 == 0),
    ("FREQ=DAILY;INTERVAL=90", lambda start, day: (day - start).days % 90 == 0),
    ("FREQ=WEEKLY;BYDAY=MO,TH", lambda start, day: day.weekday() in {0, 3}),
    ("FREQ=MONTHLY", on_or_last),
    ("FREQ=MONTHLY;INTERVAL=3", lambda start, day: months_between(start, day) % 3 == 0 and on_or_last(start, day)),
    ("FREQ=MONTHLY;BYDAY=-1FR", lambda start, day: day.weekday() == 4 and day.day + 7 > last_of(day)),
    ("FREQ=YEARLY", lambda start, day: day.month == start.month and on_or_last(start, day)),
]


@st.composite
def plans(draw: st.DrawFn) -> tuple[Terms, Grid | None, int]:
    """Return terms that some day fits, the grid of the rule, and how many units a day the meter counts."""
    rule, grid = draw(st.sampled_from(RULES))
    kinds = draw(st.sampled_from(["calendar", "meter", "both"]))
    terms = Terms(
        zone=draw(st.sampled_from(ZONES)),
        combinator=draw(st.sampled_from(Combinator)),
        anchor=draw(st.sampled_from(Anchor)),
        rule=rule if kinds != "meter" else None,
        starts_on=draw(st.dates(date(2026, 1, 20), date(2027, 1, 5))),
        due_time=draw(st.sampled_from([time(0), time(2, 30), time(9), time(23, 59)])),
        every=Decimal(draw(st.integers(20, 900))) if kinds != "calendar" else None,
        conditional=False,
        season=frozenset(draw(st.sets(st.integers(1, 12), min_size=2, max_size=9)) if draw(st.booleans()) else ()),
    )
    days = (terms.starts_on + number * DAY for number in range(FURTHEST))
    assume(
        not terms.rule
        or not terms.season
        or any(grid(terms.starts_on, day) and day.month in terms.season for day in days)
    )
    return terms, grid if terms.rule else None, draw(st.integers(1, 29))


class Walk:
    """The plan as somebody would keep it who looks every day."""

    def __init__(self, terms: Terms, grid: Grid | None, per_day: int) -> None:
        """Take up a plan."""
        self.terms, self.grid, self.per_day = terms, grid, per_day

    def at(self, day: date, wall: time | None = None) -> datetime:
        return datetime.combine(day, wall or self.terms.due_time, self.terms.zone).astimezone(UTC)

    def counts(self, day: date) -> bool:
        return not self.terms.season or day.month in self.terms.season

    def total(self, at: datetime) -> Fraction:
        return Fraction((at - COUNTED_SINCE) // timedelta(microseconds=1), 86_400_000_000) * self.per_day

    def is_day_of_rule(self, day: date, mark: Mark) -> bool:
        assert self.grid is not None
        if self.terms.anchor is Anchor.FLOATING:
            base = mark.passed_at.astimezone(self.terms.zone).date()
            return day > base and self.grid(base, day)
        fits = day >= self.terms.starts_on and self.grid(self.terms.starts_on, day) and self.counts(day)
        return fits and self.at(day) > mark.passed_at

    def due_day(self, mark: Mark, *, since: datetime) -> date:
        """Return the first day in season on which one trigger, or all of them, have fired."""
        called = False
        start = min(since, mark.passed_at).astimezone(self.terms.zone).date()
        for day in (start + place * DAY for place in range(FURTHEST)):
            fired = []
            if self.grid is not None:
                called = called or self.is_day_of_rule(day, mark)
                fired.append(called)
            if self.terms.every is not None:
                assert mark.passed_total is not None
                ended = self.total(self.at(day + DAY, time(0)))
                fired.append(ended >= Fraction(mark.passed_total + self.terms.every))
            enough = any(fired) if self.terms.combinator is Combinator.ANY else all(fired)
            if enough and self.counts(day):
                return day
        raise AssertionError("the walk came to no end")

    def missed_days(self, handled: datetime, done_at: datetime) -> int:
        assert self.grid is not None
        found = 0
        for day in (self.terms.starts_on + place * DAY for place in range(FURTHEST)):
            if self.at(day) > done_at:
                break
            found += self.grid(self.terms.starts_on, day) and self.counts(day) and self.at(day) > handled
        return found


def read(walk: Walk, at: datetime) -> Reading:
    """Return what is known of the meter, exact to the digits that are kept."""
    total = (Decimal(walk.total(at).numerator) / Decimal(walk.total(at).denominator)).quantize(Decimal("1e-12"))
    return Reading(has_meter=True, total=total, at=at, per_day=Decimal(walk.per_day), has_device=False, held_at=None)


@settings(max_examples=150)
@given(plans(), st.lists(st.integers(-12, 200), min_size=1, max_size=5))
def test_due_days_are_those_of_a_walk_through_the_calendar(
    plan: tuple[Terms, Grid | None, int], delays: list[int]
) -> None:
    terms, grid, per_day = plan
    walk = Walk(terms, grid, per_day)
    now = walk.at(terms.starts_on, time(7))
    reading = read(walk, now)
    mark = begin(terms, at=now, total=reading.total, fresh=True)
    for delay in delays:
        due = next_due(terms, mark, reading, now=now)
        assert due.at is not None
        day = walk.due_day(mark, since=now)
        assert due.at.astimezone(terms.zone).date() == day
        calendar = due.of(Trigger.CALENDAR)
        if calendar is not None and calendar.at is not None:
            assert calendar.at == walk.at(calendar.at.astimezone(terms.zone).date())

        done_at = max(now, due.at + delay * DAY)
        reading = read(walk, done_at)
        handled = after(terms, mark, due, done_at=done_at, total=reading.total)
        assert handled.mark.handled == mark.number + 1
        if terms.anchor is Anchor.FLOATING:
            assert handled.mark == Mark(
                passed_at=done_at, passed_total=reading.total, number=mark.number + 1, handled=mark.number + 1
            )
        elif grid is not None and terms.every is None:
            assert handled.mark.number - handled.mark.handled == walk.missed_days(due.at, done_at)
            assert len(handled.missed_at) == min(366, handled.mark.number - handled.mark.handled)
            assert handled.mark.passed_at <= max(done_at, due.at)
        elif grid is None and terms.every is not None:
            assert handled.mark.passed_total is not None
            assert mark.passed_total is not None
            steps = (handled.mark.passed_total - mark.passed_total) / terms.every
            assert handled.mark.number - mark.number == (1 if terms.season else steps)
            assert handled.mark.passed_total + terms.every > (reading.total or 0)
        mark, now = handled.mark, done_at


@settings(max_examples=60)
@given(plans(), st.integers(1, 12))
def test_a_preview_is_what_comes_if_each_is_done_on_its_day(plan: tuple[Terms, Grid | None, int], length: int) -> None:
    terms, grid, per_day = plan
    walk = Walk(terms, grid, per_day)
    now = walk.at(terms.starts_on, time(7))
    reading = read(walk, now)
    mark = begin(terms, at=now, total=reading.total, fresh=True)

    coming, rest = foresee(terms, mark, reading, levels=[1, 4], now=now, count=length)

    assert [item.number for item in coming] == list(range(1, len(coming) + 1))
    assert all(one.at < other.at for one, other in pairwise(coming))
    assert all(walk.counts(item.at.astimezone(terms.zone).date()) for item in coming)
    assert all(item.level == (4 if item.number % 4 == 0 else 1) for item in coming)
    assert len(coming) == length or rest.at is None


@given(st.sets(st.integers(2, 30), max_size=3), st.lists(st.integers(0, 40), min_size=1, max_size=12))
def test_no_higher_level_is_lost_where_occurrences_are_missed(steps: set[int], missed: list[int]) -> None:
    levels = [1, *steps]
    mark, done = Mark(passed_at=COUNTED_SINCE, passed_total=None), []
    for gone_by in missed:
        number = mark.number + 1
        done.append((number, level(levels, after_number=mark.handled, number=number)))
        mark = Mark(passed_at=COUNTED_SINCE, passed_total=None, number=number + gone_by, handled=number)

    for (earlier, _), (number, told) in pairwise([(0, 1), *done]):
        passed = [step for step in levels for place in range(earlier + 1, number + 1) if place % step == 0]
        assert told == max(passed)
