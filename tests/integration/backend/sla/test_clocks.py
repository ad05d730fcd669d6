"""Clocks follow when things happened, not when they were reported."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.customers import service as customers
from backend.sla import policies, readings, terms
from backend.sla import service as sla
from backend.sla.errors import ClockUnknown, CodeTaken, NoWorkingTime, PolicyTaken, StaleTerms, UnknownZone
from backend.sla.models import ClockKind, PauseReason, SlaClock
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


def a_draft(**members: Any) -> policies.Draft:
    said = {"priority": 3, "response_minutes": 10, "on_site_minutes": 20, "restore_minutes": 30}
    return policies.Draft(**(said | members))


def wait(session: Session, subject: UUID, reason: PauseReason = PauseReason.CUSTOMER, *, at: datetime) -> None:
    sla.pause(session, subject, reason=reason, source=str(reason), at=at)


def go_on(session: Session, subject: UUID, reason: PauseReason = PauseReason.CUSTOMER, *, at: datetime) -> None:
    sla.resume(session, subject, source=str(reason), at=at)


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
    policies.create_policy(session, a_draft(criticality="A", response_minutes=5))
    subject = new_id()

    sla.start_clocks(session, subject, priority=3, criticality="A", at=at(5, 3))

    assert clock_of(session, subject, ClockKind.RESPONSE).due_at == at(5, 3, 5)


def test_a_pause_moves_the_due_time_by_its_counted_time_only(session: Session) -> None:
    subject = started(session)

    wait(session, subject, at=at(1, 9, 30))
    go_on(session, subject, at=at(1, 14))

    response = clock_of(session, subject, ClockKind.RESPONSE)
    assert response.due_at == at(1, 14, 30)
    assert response.paused_seconds == 3 * 3600
    assert response.paused_at is None


def test_pausing_and_resuming_twice_changes_nothing_more(session: Session) -> None:
    subject = started(session)

    for _ in range(2):
        wait(session, subject, at=at(1, 9, 30))
    for _ in range(2):
        go_on(session, subject, at=at(1, 10))

    assert clock_of(session, subject, ClockKind.RESPONSE).due_at == at(1, 10, 30)


def test_some_clocks_pause_without_the_others(session: Session) -> None:
    subject = started(session)

    wait(session, subject, PauseReason.WEATHER, at=at(1, 9, 30))

    assert clock_of(session, subject, ClockKind.RESTORE).paused_at == at(1, 9, 30)
    assert clock_of(session, subject, ClockKind.RESPONSE).paused_at is None


def test_a_late_clock_is_marked_once_and_said_once(session: Session) -> None:
    subject = started(session)

    first = sla.mark_breaches(session, at=at(1, 11))
    second = sla.mark_breaches(session, at=at(1, 12))
    session.flush()

    topics = session.scalars(select(OutboxEvent.topic).where(OutboxEvent.topic.like("sla.%"))).all()
    assert [clock.clock for clock in first] == [ClockKind.RESPONSE]
    assert list(second) == []
    assert topics == ["sla.clock_breached.v1"]
    assert clock_of(session, subject, ClockKind.RESPONSE).breached_at == at(1, 10)


def test_a_paused_or_stopped_clock_is_not_late(session: Session) -> None:
    paused, stopped = started(session), started(session)
    wait(session, paused, at=at(1, 9, 59))
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

    wait(session, subject, at=at(1, 9, 30))
    go_on(session, subject, at=at(1, 10, 30))

    clock = clock_of(session, subject, ClockKind.RESPONSE)
    assert (clock.breached_at, clock.due_at) == (None, at(1, 11))


def test_meeting_in_a_pause_counts_the_pause(session: Session) -> None:
    subject = started(session)
    wait(session, subject, at=at(1, 9, 30))

    clock = sla.meet(session, subject, ClockKind.RESPONSE, at=at(1, 11))

    assert (clock.breached_at, clock.paused_at, clock.due_at) == (None, None, at(1, 13, 30) - HOUR * 2)


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


def test_two_reasons_at_once_hold_a_clock_until_both_are_over_and_count_once(session: Session) -> None:
    subject = started(session)

    wait(session, subject, at=at(1, 9, 10))
    wait(session, subject, PauseReason.WEATHER, at=at(1, 9, 30))
    go_on(session, subject, at=at(1, 10))

    restore = clock_of(session, subject, ClockKind.RESTORE)
    assert restore.paused_at == at(1, 9, 10)
    assert clock_of(session, subject, ClockKind.RESPONSE).paused_at is None

    before = started(session)
    untouched = clock_of(session, before, ClockKind.RESTORE).due_at
    go_on(session, subject, PauseReason.WEATHER, at=at(1, 11))
    assert clock_of(session, subject, ClockKind.RESTORE).paused_seconds == 110 * 60
    assert clock_of(session, subject, ClockKind.RESTORE).due_at > untouched


def test_a_reason_that_the_policy_does_not_know_stops_nothing(session: Session) -> None:
    subject = started(session)

    wait(session, subject, PauseReason.PARTS, at=at(1, 9, 30))

    assert [clock.paused_at for clock in sla.clocks_of(session, subject)] == [None, None, None]


def test_which_reason_stops_which_clock_is_a_matter_of_the_policy(session: Session) -> None:
    sla.ensure_defaults(session)
    pauses = {PauseReason.PARTS: [ClockKind.RESTORE]}
    policies.create_policy(session, a_draft(work_type="repair", restore_minutes=600, pauses=pauses))
    subject = new_id()
    sla.start_clocks(session, subject, priority=3, criticality=None, work_type="repair", at=at(1, 9))

    wait(session, subject, PauseReason.PARTS, at=at(1, 9, 5))

    assert [clock.paused_at for clock in sla.clocks_of(session, subject)] == [None, None, at(1, 9, 5)]


def test_reports_in_any_order_lead_to_the_same_due_time(session: Session) -> None:
    first, second = started(session), started(session)

    wait(session, first, at=at(1, 9, 10))
    go_on(session, first, at=at(1, 9, 20))
    wait(session, first, PauseReason.WEATHER, at=at(1, 13, 40))
    go_on(session, first, PauseReason.WEATHER, at=at(1, 14))
    wait(session, second, PauseReason.WEATHER, at=at(1, 13, 40))
    go_on(session, second, PauseReason.WEATHER, at=at(1, 14))
    wait(session, second, at=at(1, 9, 10))
    go_on(session, second, at=at(1, 9, 20))

    for kind in ClockKind:
        assert clock_of(session, first, kind).due_at == clock_of(session, second, kind).due_at


def test_a_new_version_of_a_policy_is_for_later_clocks(session: Session) -> None:
    row = policies.create_policy(session, a_draft(criticality="A"))
    before, after = new_id(), new_id()
    sla.start_clocks(session, before, priority=3, criticality="A", at=at(1, 9))

    draft = a_draft(criticality="A", response_minutes=99)
    policies.replace_policy(session, row.policy_id, draft, expected_version=1, at=at(1, 10))
    sla.start_clocks(session, after, priority=3, criticality="A", at=at(1, 9))

    assert clock_of(session, before, ClockKind.RESPONSE).target_minutes == 10
    assert clock_of(session, after, ClockKind.RESPONSE).target_minutes == 99
    assert [found.version for found in policies.versions(session, row.policy_id)] == [2, 1]
    with pytest.raises(StaleTerms):
        policies.replace_policy(session, row.policy_id, draft, expected_version=1, at=at(1, 10))
    with pytest.raises(PolicyTaken):
        policies.create_policy(session, draft)


def test_the_most_special_policy_holds(session: Session) -> None:
    sla.ensure_defaults(session)
    gold = customers.create_customer(session, "Gold", tier="gold")
    other = customers.create_customer(session, "Other")
    policies.create_policy(session, a_draft(criticality="A", response_minutes=4))
    policies.create_policy(session, a_draft(work_type="repair", response_minutes=3))
    policies.create_policy(session, a_draft(tier="gold", response_minutes=2))
    policies.create_policy(session, a_draft(customer_id=other.id, response_minutes=1))

    def found(customer_id: UUID | None, work_type: str | None, criticality: str | None) -> int:
        return policies.in_force(
            session, priority=3, criticality=criticality, customer_id=customer_id, work_type=work_type
        ).response_minutes

    assert found(other.id, "repair", "A") == 1
    assert found(gold.id, "repair", "A") == 2
    assert found(None, "repair", "A") == 3
    assert found(None, "inspection", "A") == 4
    assert found(None, "inspection", "B") == 60


def test_a_holiday_that_is_entered_later_moves_running_clocks_with_the_next_sweep(session: Session) -> None:
    subject = started(session, when=at(1, 17))
    met = started(session, when=at(1, 17))
    sla.meet(session, met, ClockKind.RESPONSE, at=at(1, 17, 5))
    office = terms.list_calendars(session)[0]

    terms.set_day(session, office.id, day=date(2026, 9, 2), works_as=None, name="台风")
    counted = readings.recount(session, at=at(1, 18), limit=100)

    assert counted == 5
    assert clock_of(session, subject, ClockKind.RESPONSE).due_at == at(3, 9)
    assert clock_of(session, met, ClockKind.RESPONSE).due_at == at(2, 9)
    assert readings.recount(session, at=at(1, 18), limit=100) == 0


def test_a_clock_over_the_turn_of_the_year_and_a_change_of_the_clocks(session: Session) -> None:
    week = [(day, time(8), time(16)) for day in range(5)]
    berlin = terms.create_calendar(session, "berlin", name="Berlin", time_zone="Europe/Berlin", weekly=week)
    policies.create_policy(session, a_draft(tier=None, criticality="A", restore_minutes=600, calendar_id=berlin.id))
    new_year, spring = new_id(), new_id()
    zone = ZoneInfo("Europe/Berlin")
    terms.set_day(session, berlin.id, day=date(2027, 1, 1), works_as=None, name="Neujahr")

    sla.start_clocks(session, new_year, priority=3, criticality="A", at=datetime(2026, 12, 31, 14, tzinfo=zone))
    sla.start_clocks(session, spring, priority=3, criticality="A", at=datetime(2027, 3, 26, 15, tzinfo=zone))

    assert clock_of(session, new_year, ClockKind.RESTORE).due_at == datetime(2027, 1, 4, 16, tzinfo=zone)
    assert clock_of(session, spring, ClockKind.RESTORE).due_at == datetime(2027, 3, 30, 9, tzinfo=zone)
