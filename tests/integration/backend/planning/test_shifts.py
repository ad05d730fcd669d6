"""Whose shift is planned: the present one, or the next when little of it is left; nobody twice."""

from datetime import UTC, datetime, time, timedelta

from sqlalchemy.orm import Session

from backend.planning.assemble import next_shifts
from backend.technicians import service as technicians
from kernel.geo import LonLat

ZONE = "Asia/Shanghai"


def local(hour: int, minute: int = 0, *, day: int = 1) -> datetime:
    """Return an instant of Shanghai's September 2026."""
    return datetime(2026, 9, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


def somebody(session: Session, starts: int, ends: int) -> None:
    person = technicians.create_technician(session, "陈", home=LonLat(121.4, 31.2))
    technicians.add_shift_pattern(session, person.id, weekdays=range(7), starts=time(starts), ends=time(ends))


def shift_at(session: Session, at: datetime) -> list[datetime]:
    return [day.shift[0] for day in next_shifts(session, time_zone=ZONE, at=at)]


def test_the_shift_that_runs_over_midnight_is_still_the_present_one(session: Session) -> None:
    somebody(session, 20, 8)

    assert shift_at(session, local(23)) == [local(20)]
    assert shift_at(session, local(3, day=2)) == [local(20)]
    assert shift_at(session, local(7, 30, day=2)) == [local(20, day=2)]
    assert shift_at(session, local(12, day=2)) == [local(20, day=2)]


def test_little_left_of_a_day_means_the_next_one(session: Session) -> None:
    somebody(session, 8, 17)

    assert shift_at(session, local(16)) == [local(8)]
    assert shift_at(session, local(16, 30)) == [local(8, day=2)]
    assert shift_at(session, local(5)) == [local(8)]


def test_nobody_is_asked_twice_and_people_come_in_one_order(session: Session) -> None:
    for hours in ((8, 17), (20, 8), (0, 0)):
        somebody(session, *hours)

    days = next_shifts(session, time_zone=ZONE, at=local(7))

    assert len({day.id for day in days}) == len(days) == 3
    assert [day.id for day in days] == sorted(day.id for day in days)
