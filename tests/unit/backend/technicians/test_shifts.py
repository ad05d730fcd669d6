"""The working time of a day in cases that people can check by hand."""

from datetime import UTC, date, datetime, time

from backend.technicians.shifts import Pattern, Shift, shift_of_day

TUESDAY = date(2026, 9, 1)
DAY = Pattern(1, time(8), time(17), ((time(12), time(13)),))


def utc(hour: int, minute: int = 0, day: int = 1) -> datetime:
    return datetime(2026, 9, day, hour, minute, tzinfo=UTC)


def test_a_pattern_is_read_in_the_zone_of_the_tenant() -> None:
    shift = shift_of_day(TUESDAY, time_zone="Asia/Shanghai", patterns=[DAY], own=[], absences=[])

    assert shift == Shift(utc(0), utc(9), ((utc(4), utc(5)),))


def test_a_night_shift_belongs_to_the_day_it_starts_on() -> None:
    night = Pattern(1, time(22), time(6), ((time(2), time(2, 30)),))

    shift = shift_of_day(TUESDAY, time_zone="UTC", patterns=[night], own=[], absences=[])

    assert shift == Shift(utc(22), utc(6, day=2), ((utc(2, day=2), utc(2, 30, day=2)),))


def test_an_own_shift_stands_in_place_of_the_pattern() -> None:
    own = Shift(utc(10), utc(12))

    assert shift_of_day(TUESDAY, time_zone="UTC", patterns=[DAY], own=[own], absences=[]) == own


def test_an_absence_of_the_whole_day_leaves_nothing() -> None:
    day = (utc(0), utc(0, day=2))

    assert shift_of_day(TUESDAY, time_zone="UTC", patterns=[DAY], own=[], absences=[day]) is None


def test_an_absence_in_the_morning_starts_the_day_later() -> None:
    shift = shift_of_day(TUESDAY, time_zone="UTC", patterns=[DAY], own=[], absences=[(utc(6), utc(10))])

    assert shift == Shift(utc(10), utc(17), ((utc(12), utc(13)),))


def test_an_absence_inside_is_a_break() -> None:
    shift = shift_of_day(TUESDAY, time_zone="UTC", patterns=[DAY], own=[], absences=[(utc(14), utc(15))])

    assert shift is not None
    assert shift.breaks == ((utc(12), utc(13)), (utc(14), utc(15)))


def test_a_pattern_that_no_longer_holds_says_nothing() -> None:
    former = Pattern(1, time(8), time(17), valid_to=date(2026, 8, 31))

    assert shift_of_day(TUESDAY, time_zone="UTC", patterns=[former], own=[], absences=[]) is None
