"""Clocks follow when things happened, not when they were reported."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.sla import service as sla
from backend.sla import terms
from backend.sla.errors import ClockUnknown, CodeTaken, NoWorkingTime, UnknownZone
from backend.sla.models import ClockKind, SlaClock
from kernel.db import Login, transaction
from kernel.ids import new_id
from kernel.outbox import OutboxEvent

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOUR = timedelta(hours=1)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Return an instant of September 2026 in Shanghai; the first is a Tuesday."""
    return datetime(2026, 9, day, hour, minute, tzinfo=SHANGHAI)


TUESDAY_AT_NINE = at(1, 9)


def started(session: Session, *, priority: int = 3, when: datetime = TUESDAY_AT_NINE) -> UUID:
    subject = new_id()
    sla.start_clocks(session, subject, priority=priority, criticality="B", at=when)
    return subject


def clock_of(session: Session, subject: UUID, kind: ClockKind) -> SlaClock:
    return next(clock for clock in sla.clocks_of(session, subject) if clock.clock is kind)


def test_a_tenant_without_policies_gets_the_usual_ones(session: Session) -> None:
    subject = started(session)

    assert [clock.clock for clock in sla.clocks_of(session, subject)] == list(ClockKind)
    assert clock_of(session, subject, ClockKind.RESPONSE).due_at == at(1, 10)
    assert clock_of(session, subject, ClockKind.ON_SITE).due_at == at(2, 9, 30)


def test_priority_one_counts_every_minute(session: Session) -> None:
    subject = started(session, priority=1, when=at(5, 23))

    assert clock_of(session, subject, ClockKind.ON_SITE).due_at == at(6, 1)


def test_starting_twice_starts_once(session: Session) -> None:
    subject = started(session)

    sla.start_clocks(session, subject, priority=1, criticality="A", at=at(2, 9))

    assert len(sla.clocks_of(session, subject)) == 3
    assert clock_of(session, subject, ClockKind.RESPONSE).target_minutes == 60


def test_a_policy_for_the_criticality_comes_first(session: Session) -> None:
    sla.ensure_defaults(session)
    terms.set_policy(
        session,
        priority=3,
        criticality="A",
        response_minutes=5,
        on_site_minutes=6,
        restore_minutes=7,
        calendar_id=None,
    )
    subject = new_id()

    sla.start_clocks(session, subject, priority=3, criticality="A", at=at(5, 3))

    assert clock_of(session, subject, ClockKind.RESPONSE).due_at == at(5, 3, 5)


def test_a_pause_moves_the_due_time_by_its_counted_time_only(session: Session) -> None:
    subject = started(session)

    sla.pause(session, subject, at=at(1, 9, 30))
    sla.resume(session, subject, at=at(1, 14))

    response = clock_of(session, subject, ClockKind.RESPONSE)
    assert response.due_at == at(1, 14, 30)
    assert response.paused_seconds == 3 * 3600
    assert response.paused_at is None


def test_pausing_and_resuming_twice_changes_nothing_more(session: Session) -> None:
    subject = started(session)

    for _ in range(2):
        sla.pause(session, subject, at=at(1, 9, 30))
    for _ in range(2):
        sla.resume(session, subject, at=at(1, 10))

    assert clock_of(session, subject, ClockKind.RESPONSE).due_at == at(1, 10, 30)


def test_some_clocks_pause_without_the_others(session: Session) -> None:
    subject = started(session)

    sla.pause(session, subject, at=at(1, 9, 30), clocks={ClockKind.RESTORE})

    assert clock_of(session, subject, ClockKind.RESTORE).paused_at == at(1, 9, 30)
    assert clock_of(session, subject, ClockKind.RESPONSE).paused_at is None


def test_a_late_clock_is_marked_once_and_said_once(session: Session) -> None:
    subject = started(session)

    first = sla.mark_breaches(session, at=at(1, 11))
    second = sla.mark_breaches(session, at=at(1, 12))
    session.flush()

    topics = session.scalars(select(OutboxEvent.topic)).all()
    assert [clock.clock for clock in first] == [ClockKind.RESPONSE]
    assert list(second) == []
    assert topics == ["sla.clock_breached.v1"]
    assert clock_of(session, subject, ClockKind.RESPONSE).breached_at == at(1, 10)


def test_a_paused_or_stopped_clock_is_not_late(session: Session) -> None:
    paused, stopped = started(session), started(session)
    sla.pause(session, paused, at=at(1, 9, 59))
    sla.stop(session, stopped, at=at(1, 9, 59))

    assert list(sla.mark_breaches(session, at=at(20, 9))) == []


def test_what_happened_in_time_clears_the_breach_however_late_it_is_reported(session: Session) -> None:
    subject = started(session)
    sla.mark_breaches(session, at=at(1, 12))

    clock = sla.meet(session, subject, ClockKind.RESPONSE, at=at(1, 9, 45))

    assert (clock.met_at, clock.breached_at) == (at(1, 9, 45), None)


def test_what_happened_too_late_is_a_breach_even_before_the_sweeper_comes(session: Session) -> None:
    subject = started(session)

    clock = sla.meet(session, subject, ClockKind.RESPONSE, at=at(1, 10, 1))

    assert (clock.met_at, clock.breached_at) == (at(1, 10, 1), at(1, 10))


def test_the_earliest_report_holds(session: Session) -> None:
    subject = started(session)

    sla.meet(session, subject, ClockKind.RESPONSE, at=at(1, 10, 30))
    sla.meet(session, subject, ClockKind.RESPONSE, at=at(1, 9, 30))
    clock = sla.meet(session, subject, ClockKind.RESPONSE, at=at(1, 11))

    assert (clock.met_at, clock.breached_at) == (at(1, 9, 30), None)


def test_a_pause_that_began_in_time_and_is_reported_late_takes_the_breach_back(session: Session) -> None:
    subject = started(session)
    sla.mark_breaches(session, at=at(1, 11))

    sla.pause(session, subject, at=at(1, 9, 30))
    sla.resume(session, subject, at=at(1, 10, 30))

    clock = clock_of(session, subject, ClockKind.RESPONSE)
    assert (clock.breached_at, clock.due_at) == (None, at(1, 11))


def test_meeting_in_a_pause_counts_the_pause(session: Session) -> None:
    subject = started(session)
    sla.pause(session, subject, at=at(1, 9, 30))

    clock = sla.meet(session, subject, ClockKind.RESPONSE, at=at(1, 11))

    assert (clock.breached_at, clock.paused_at, clock.due_at) == (None, None, at(1, 13, 30) - HOUR * 2)


def test_another_priority_measures_the_open_clocks_anew(session: Session) -> None:
    subject = started(session)
    sla.meet(session, subject, ClockKind.RESPONSE, at=at(1, 9, 10))

    sla.retarget(session, subject, priority=1, criticality="B", at=at(1, 9, 20))

    assert clock_of(session, subject, ClockKind.RESPONSE).target_minutes == 60
    assert clock_of(session, subject, ClockKind.ON_SITE).due_at == at(1, 11)


def test_a_subject_without_clocks_has_none_to_meet(session: Session) -> None:
    with pytest.raises(ClockUnknown):
        sla.meet(session, new_id(), ClockKind.RESPONSE, at=at(1, 9))


def test_a_holiday_moves_what_is_due(session: Session) -> None:
    sla.ensure_defaults(session)
    office = terms.list_calendars(session)[0]
    terms.set_day(session, office.id, day=date(2026, 9, 2), works_as=None, name="假日")
    subject = started(session, when=at(1, 17))

    assert clock_of(session, subject, ClockKind.RESPONSE).due_at == at(3, 9)

    terms.clear_day(session, office.id, day=date(2026, 9, 2))
    assert clock_of(session, started(session, when=at(1, 17)), ClockKind.RESPONSE).due_at == at(2, 9)


@pytest.mark.parametrize(
    ("weekly", "zone", "refusal"),
    [
        ([], "UTC", NoWorkingTime),
        ([(0, time(9), time(8))], "UTC", NoWorkingTime),
        ([(0, time(9), time(12)), (0, time(11), time(13))], "UTC", NoWorkingTime),
        ([(0, time(9), time(12))], "Mars/Phobos", UnknownZone),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused(
    session: Session, weekly: list[terms.WeeklyTime], zone: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        terms.create_calendar(session, "x", name="x", time_zone=zone, weekly=weekly)


def test_a_code_is_taken_once(session: Session) -> None:
    terms.create_calendar(session, "x", name="x", time_zone="UTC", weekly=[(0, time(0), time(0))])

    with pytest.raises(CodeTaken):
        terms.create_calendar(session, "x", name="x", time_zone="UTC", weekly=[(0, time(0), time(0))])


def test_the_sweeper_sees_the_clocks_of_all_tenants(tenant: UUID, other_tenant: UUID) -> None:
    for key in (tenant, other_tenant):
        with transaction(tenant_id=key) as session:
            started(session, when=datetime(2020, 1, 6, 3, tzinfo=UTC))

    with transaction(Login.SYSTEM) as session:
        late = sla.mark_breaches(session, at=datetime(2020, 1, 6, 5, tzinfo=UTC))

        assert {clock.tenant_id for clock in late} >= {tenant, other_tenant}
        told = session.scalars(select(OutboxEvent.tenant_id).where(OutboxEvent.topic == "sla.clock_breached.v1")).all()
        assert set(told) >= {tenant, other_tenant}


def test_the_clocks_of_another_tenant_are_out_of_sight(session: Session, other_tenant: UUID) -> None:
    with transaction(tenant_id=other_tenant) as theirs:
        subject = started(theirs)

    assert list(sla.clocks_of(session, subject)) == []
    assert list(sla.mark_breaches(session, at=at(20, 9))) == []
