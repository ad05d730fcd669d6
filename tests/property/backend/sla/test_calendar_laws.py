"""Business time agrees with counting minutes one by one, in zones with and without daylight saving."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from backend.sla.calendar import Calendar, Interval, add, between

MINUTE = timedelta(minutes=1)
SPRING, AUTUMN = date(2026, 3, 26), date(2026, 10, 22)
ZONES = ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Kathmandu"]


@st.composite
def weekly_days(draw: st.DrawFn) -> tuple[Interval, ...]:
    marks = sorted(draw(st.sets(st.integers(0, 96), min_size=0, max_size=6)))
    pairs = list(zip(marks[::2], marks[1::2], strict=False))
    return tuple((_wall(start * 15), _wall(end * 15)) for start, end in pairs)


def _wall(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    weekly = tuple(draw(weekly_days()) for _ in range(7))
    days = draw(
        st.dictionaries(
            st.dates(SPRING, SPRING + timedelta(days=6)) | st.dates(AUTUMN, AUTUMN + timedelta(days=6)),
            st.none() | st.integers(0, 6),
            max_size=3,
        )
    )
    return Calendar(draw(st.sampled_from(ZONES)), weekly, days)


@st.composite
def instants(draw: st.DrawFn) -> datetime:
    base = draw(st.sampled_from([SPRING, AUTUMN]))
    return datetime.combine(base, time(), tzinfo=UTC) + timedelta(minutes=draw(st.integers(0, 5 * 24 * 60)))


def works(calendar: Calendar, at: datetime) -> bool:
    """Tell whether the minute that starts here is working time, by the clock on the wall."""
    wall = at.astimezone(ZoneInfo(calendar.time_zone))
    minute = wall.hour * 60 + wall.minute
    return any(
        start.hour * 60 + start.minute <= minute < (end.hour * 60 + end.minute or 24 * 60)
        for start, end in calendar.intervals(wall.date())
    )


def counted(calendar: Calendar, start: datetime, end: datetime) -> int:
    minutes = int((end - start) / MINUTE)
    return sum(works(calendar, start + number * MINUTE) for number in range(minutes))


@given(calendars(), instants(), st.integers(0, 3 * 24 * 60))
@settings(max_examples=120, deadline=None)
def test_time_between_agrees_with_counting_minutes(calendar: Calendar, start: datetime, length: int) -> None:
    end = start + length * MINUTE

    assert between(calendar, start, end) == counted(calendar, start, end) * MINUTE


@given(calendars(), instants(), st.integers(1, 2000))
@settings(max_examples=100, deadline=None)
def test_adding_ends_at_the_first_instant_with_so_much_time_before_it(
    calendar: Calendar, start: datetime, minutes: int
) -> None:
    assume(any(calendar.weekly))
    assume(sum(len(day) for day in calendar.weekly) >= 2)

    due = add(calendar, start, minutes * MINUTE)

    assert between(calendar, start, due) == minutes * MINUTE
    assert works(calendar, due - MINUTE)


@given(calendars(), instants(), st.integers(0, 600), st.integers(0, 600))
@settings(max_examples=100, deadline=None)
def test_adding_twice_is_adding_the_sum(calendar: Calendar, start: datetime, first: int, second: int) -> None:
    assume(any(calendar.weekly))
    assume(first > 0)

    assert add(calendar, add(calendar, start, first * MINUTE), second * MINUTE) == add(
        calendar, start, (first + second) * MINUTE
    )


@given(calendars(), instants(), st.integers(0, 4000), st.integers(0, 4000))
@settings(max_examples=100, deadline=None)
def test_time_between_adds_up(calendar: Calendar, start: datetime, first: int, second: int) -> None:
    middle, end = start + first * MINUTE, start + (first + second) * MINUTE

    assert between(calendar, start, middle) + between(calendar, middle, end) == between(calendar, start, end)


@pytest.mark.parametrize("zone", ZONES)
def test_a_year_of_office_hours_has_the_hours_of_its_working_days(zone: str) -> None:
    calendar = Calendar(zone, (((time(8, 30), time(12)), (time(13, 30), time(17, 30))),) * 5 + ((), ()))
    start = datetime(2026, 1, 1, tzinfo=ZoneInfo(zone))
    end = datetime(2027, 1, 1, tzinfo=ZoneInfo(zone))

    assert between(calendar, start, end) == 261 * timedelta(hours=7, minutes=30)
