"""Business time in cases that people can check by hand."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from backend.sla.calendar import Calendar, NeverWorksError, add, between

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOURS = ((time(8, 30), time(12)), (time(13, 30), time(17, 30)))


def an_office(**days: int | None) -> Calendar:
    special = {date.fromisoformat(day.removeprefix("d").replace("_", "-")): works for day, works in days.items()}
    return Calendar("Asia/Shanghai", (HOURS,) * 5 + ((), ()), special)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 9, day, hour, minute, tzinfo=SHANGHAI)


def test_lunch_does_not_count() -> None:
    assert add(an_office(), at(1, 11), timedelta(hours=2)) == at(1, 14, 30)


def test_the_weekend_does_not_count() -> None:
    assert add(an_office(), at(4, 17), timedelta(hours=1)) == at(7, 9)


def test_a_start_before_work_counts_from_the_opening() -> None:
    assert add(an_office(), at(1, 3), timedelta(minutes=30)) == at(1, 9)


def test_time_that_ends_with_the_day_ends_there_and_not_the_next_morning() -> None:
    assert add(an_office(), at(1, 13, 30), timedelta(hours=4)) == at(1, 17, 30)


def test_a_holiday_does_not_count_and_its_make_up_day_does() -> None:
    calendar = an_office(d2026_09_04=None, d2026_09_05=0)

    assert add(calendar, at(3, 17), timedelta(hours=1)) == at(5, 9)


def test_without_a_calendar_every_minute_counts() -> None:
    assert add(None, at(5, 3), timedelta(hours=48)) == at(7, 3)
    assert between(None, at(5, 3), at(7, 3)) == timedelta(hours=48)


def test_nothing_lies_between_instants_in_reverse_order() -> None:
    assert between(an_office(), at(2, 10), at(1, 10)) == timedelta()


def test_a_calendar_without_working_time_says_so() -> None:
    with pytest.raises(NeverWorksError):
        add(Calendar("UTC", ((),) * 7), at(1, 9), timedelta(minutes=1))


def test_a_night_that_daylight_saving_cuts_has_an_hour_less() -> None:
    night = Calendar("Europe/Berlin", (((time(0), time(6)),),) * 7)

    assert between(night, datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 21, tzinfo=UTC)) == timedelta(
        hours=5
    )


def test_an_end_at_midnight_ends_the_day() -> None:
    always = Calendar("Asia/Shanghai", (((time(0), time(0)),),) * 7)

    assert between(always, at(1, 0), at(4, 0)) == timedelta(days=3)
