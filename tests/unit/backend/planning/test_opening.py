"""When work may begin at a site with opening hours."""

from datetime import UTC, datetime, time, timedelta

import pytest

from backend.planning.opening import Opening, starts

TUESDAY = datetime(2026, 9, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
OFFICE = [Opening(day, time(8), time(17)) for day in range(5)]


def found(
    hours: list[Opening], *, since: datetime, length: timedelta = HOUR, zone: str = "UTC"
) -> list[tuple[int, int]]:
    windows = starts(hours, time_zone=zone, length=length, since=since, until=since + 30 * HOUR)
    return [(int((start - TUESDAY) / HOUR), int((end - TUESDAY) / HOUR)) for start, end in windows]


def test_work_ends_before_closing() -> None:
    assert found(OFFICE, since=TUESDAY) == [(8, 16)]


def test_what_is_left_of_today_counts_unless_it_is_too_little() -> None:
    assert found(OFFICE, since=TUESDAY + 10 * HOUR)[0] == (10, 16)
    assert found(OFFICE, since=TUESDAY + 16.5 * HOUR)[0] == (32, 40)


def test_hours_are_local() -> None:
    assert found(OFFICE, since=TUESDAY, zone="Asia/Shanghai")[0] == (0, 8)


def test_lunch_parts_the_day_and_touching_intervals_are_one() -> None:
    split = [Opening(1, time(8), time(12)), Opening(1, time(13), time(17))]
    whole = [Opening(1, time(8), time(12)), Opening(1, time(12), time(17))]

    assert found(split, since=TUESDAY) == [(8, 11), (13, 16)]
    assert found(whole, since=TUESDAY) == [(8, 16)]


def test_an_interval_over_midnight_began_yesterday() -> None:
    assert found([Opening(0, time(22), time(4))], since=TUESDAY)[0] == (0, 3)


def test_work_longer_than_any_opening_begins_when_it_opens() -> None:
    assert found([Opening(2, time(9), time(10))], since=TUESDAY, length=3 * HOUR) == [(33, 33)]


def test_the_next_opening_counts_even_if_it_is_far() -> None:
    assert found([Opening(0, time(9), time(17))], since=TUESDAY) == [(6 * 24 + 9, 6 * 24 + 16)]


def test_a_site_without_hours_has_no_windows() -> None:
    with pytest.raises(ValueError, match="no hours"):
        found([], since=TUESDAY)
