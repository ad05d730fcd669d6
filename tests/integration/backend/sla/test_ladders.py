"""Ladders are climbed from rows: in time, in service hours where told, at most once, whoever sweeps or dies."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.orm import Session

from backend.customers import service as customers
from backend.sla import clock_rows, ladders, policies, readings, terms
from backend.sla import service as sla
from backend.sla.errors import LadderInUse, LadderTaken, StaleTerms
from backend.sla.events import EscalationReached
from backend.sla.models import ClockKind, PauseReason, SlaClock, SlaEscalation, StepAction
from backend.work.service import watch
from backend.worker import calendar as worker
from kernel.auth import Role
from kernel.db import Login, engine, transaction
from kernel.geo import LonLat
from kernel.ids import new_id
from kernel.outbox import OutboxEvent
from tests.conftest import make_tenant

SHANGHAI = ZoneInfo("Asia/Shanghai")
MINUTE = timedelta(minutes=1)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Return an instant of September 2026 in Shanghai; the first is a Tuesday."""
    return datetime(2026, 9, day, hour, minute, tzinfo=SHANGHAI)


def tell(percent: int | None = None, minutes: int | None = None, **members: Any) -> ladders.StepDraft:
    said = {"clock": ClockKind.RESTORE, "action": StepAction.NOTIFY_ROLE, "role": Role.DISPATCHER}
    return ladders.StepDraft(percent=percent, minutes=minutes, **(said | members))


def raise_it(minutes: int) -> ladders.StepDraft:
    return tell(minutes=minutes, action=StepAction.RAISE_PRIORITY, role=None)


def a_climb(
    session: Session,
    *steps: ladders.StepDraft,
    start: datetime,
    calendar_id: UUID | None = None,
    hours: UUID | None = None,
) -> UUID:
    """Start clocks of four hours to restore that climb a ladder."""
    mark = new_id().hex
    ladder = ladders.create_ladder(session, mark, calendar_id=hours, steps=steps)
    draft = policies.Draft(
        priority=2, work_type=mark, response_minutes=30, on_site_minutes=60, restore_minutes=240,
        calendar_id=calendar_id, ladder_id=ladder.id,
    )  # fmt: skip
    policies.create_policy(session, draft)
    subject = new_id()
    sla.start_clocks(session, subject, priority=2, criticality=None, work_type=mark, at=start)
    return subject


def an_office(session: Session) -> UUID:
    week = [(day, start, end) for day in range(5) for start, end in policies.OFFICE_HOURS]
    return terms.create_calendar(session, new_id().hex, name="x", time_zone="Asia/Shanghai", weekly=week).id


def planned(session: Session, subject: UUID) -> list[datetime | None]:
    clocks = clock_rows.clocks(session, [subject])
    return [step.due_at for step in clock_rows.escalations(session, [clock.id for clock in clocks])]


def said(session: Session) -> list[dict[str, Any]]:
    session.flush()
    query = select(OutboxEvent.body).where(OutboxEvent.topic == EscalationReached.topic).order_by(OutboxEvent.id)
    return list(session.scalars(query))


def test_steps_stand_at_shares_of_the_time_and_around_the_due_time(session: Session) -> None:
    subject = a_climb(session, tell(percent=50), tell(minutes=-30), raise_it(0), tell(minutes=45), start=at(1, 20))

    assert planned(session, subject) == [at(1, 22), at(1, 23, 30), at(2, 0), at(2, 0, 45)]


def test_a_step_counts_in_the_time_of_its_clock(session: Session) -> None:
    office = an_office(session)
    subject = a_climb(session, tell(percent=50), tell(minutes=60), start=at(4, 16), calendar_id=office)

    assert planned(session, subject) == [at(7, 9), at(7, 13, 30) - timedelta(hours=1, minutes=30)]


def test_steps_that_keep_to_service_hours_wait_for_them(session: Session) -> None:
    office = an_office(session)
    steps = (tell(percent=50), tell(percent=50, in_service_hours=True))
    subject = a_climb(session, *steps, start=at(4, 20), hours=office)

    assert planned(session, subject) == [at(4, 22), at(7, 8, 30)]


def test_a_pause_over_a_weekend_moves_the_steps_with_the_clock(session: Session) -> None:
    office = an_office(session)
    subject = a_climb(session, tell(percent=50), raise_it(0), start=at(4, 16), calendar_id=office)

    sla.pause(session, subject, reason=PauseReason.CUSTOMER, source="ticket", at=at(4, 16, 30))
    assert planned(session, subject) == [None, None]

    sla.resume(session, subject, source="ticket", at=at(7, 10))
    assert planned(session, subject) == [at(7, 11, 30), at(7, 15)]


def test_each_step_is_taken_once_and_late_after_a_stop(session: Session) -> None:
    a_climb(session, tell(percent=50), raise_it(0), tell(minutes=600), start=at(1, 20))

    early = readings.climb(session, at=at(1, 21), limit=10)
    late = readings.climb(session, at=at(2, 3), limit=10)
    again = readings.climb(session, at=at(2, 3, 1), limit=10)

    assert (early, late, again) == (0, 2, 0)
    assert sorted(found["action"] for found in said(session)) == ["notify_role", "raise_priority"]
    assert {datetime.fromisoformat(found["fired_at"]) for found in said(session)} == {at(2, 3)}


def test_after_a_stop_a_step_in_service_hours_waits_for_the_next_ones(session: Session) -> None:
    office = an_office(session)
    subject = a_climb(session, tell(percent=50, in_service_hours=True), start=at(1, 10), hours=office)

    assert readings.climb(session, at=at(1, 23), limit=10) == 1
    assert said(session) == []
    assert planned(session, subject) == [at(2, 8, 30)]

    readings.climb(session, at=at(2, 8, 30), limit=10)
    assert len(said(session)) == 1


@pytest.mark.parametrize("end", ["met", "stopped"])
def test_a_promise_that_is_kept_or_fell_away_escalates_no_more(session: Session, end: str) -> None:
    subject = a_climb(session, tell(percent=50), start=at(1, 20))

    if end == "met":
        sla.meet(session, subject, ClockKind.RESTORE, at=at(1, 21))
    else:
        sla.stop(session, subject, at=at(1, 21))

    assert planned(session, subject) == [None]
    assert readings.climb(session, at=at(3, 0), limit=10) == 0


def test_reopening_takes_the_steps_up_that_were_not_taken(session: Session) -> None:
    subject = a_climb(session, tell(percent=50), tell(percent=75), start=at(1, 20))
    readings.climb(session, at=at(1, 22), limit=10)
    sla.meet(session, subject, ClockKind.RESTORE, at=at(1, 22, 30))

    sla.reopen(session, subject, ClockKind.RESTORE, at=at(1, 22, 40))

    assert planned(session, subject)[1] == at(1, 23)
    assert readings.climb(session, at=at(1, 23), limit=10) == 1


def test_a_ladder_that_changes_is_for_later_clocks(session: Session) -> None:
    subject = a_climb(session, tell(percent=50), start=at(1, 20))
    ladder = ladders.list_ladders(session)[0]

    ladders.replace_ladder(
        session, ladder.id, name="b", calendar_id=None, steps=[tell(percent=10), tell(percent=20)], expected_version=1
    )

    assert planned(session, subject) == [at(1, 22)]
    assert [step.percent for step in ladders.steps_of(session, ladder.id)] == [10, 20]
    with pytest.raises(StaleTerms):
        ladders.replace_ladder(session, ladder.id, name="b", calendar_id=None, steps=[], expected_version=1)
    with pytest.raises(LadderInUse):
        ladders.delete_ladder(session, ladder.id)
    with pytest.raises(LadderTaken):
        ladders.create_ladder(session, "b", calendar_id=None, steps=[tell(percent=10)])


def many(tenant: UUID, count: int, *, start: datetime) -> None:
    """Start clocks of which each climbs two steps."""
    with transaction(tenant_id=tenant) as session:
        first = a_climb(session, tell(percent=50), raise_it(0), start=start)
        pattern = clock_rows.clocks(session, [first])[0]
        row = session.get_one(policies.SlaPolicy, pattern.policy_version_id)
        for _ in range(count - 1):
            sla.start_clocks(session, new_id(), priority=2, criticality=None, work_type=row.work_type, at=start)


def told(tenant: UUID, topic: str) -> list[str]:
    with transaction(tenant_id=tenant) as session:
        bodies = session.scalars(select(OutboxEvent.body).where(OutboxEvent.topic == topic))
        return [str(body.get("escalation_id") or (body["subject_id"], body["clock"])) for body in bodies]


def test_two_sweepers_at_once_do_everything_once(tenant: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    many(tenant, 40, start=at(1, 20))
    monkeypatch.setattr(sla, "SWEEP", 7)
    monkeypatch.setattr(worker, "SWEEP", 7)

    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(worker.keep_promises, tenant, at=at(2, 12)) for _ in range(3)]:
            done.result()
    worker.keep_promises(tenant, at=at(2, 12))

    steps, breaches = told(tenant, EscalationReached.topic), told(tenant, "sla.clock_breached.v1")
    assert (len(steps), len(set(steps))) == (80, 80)
    assert (len(breaches), len(set(breaches))) == (120, 120)


KILLED = """
import sys, time
from datetime import datetime
from uuid import UUID
from backend.work.service import promises
from kernel.db import transaction
import backend.tables
with transaction(tenant_id=UUID(sys.argv[1])) as session:
    at = datetime.fromisoformat(sys.argv[2])
    print(promises.mark_breaches(session, at=at), promises.climb(session, at=at), flush=True)
    time.sleep(600)
"""


def test_a_sweeper_that_is_killed_leaves_its_steps_to_the_next(tenant: UUID) -> None:
    many(tenant, 5, start=at(1, 20))
    command = [sys.executable, "-c", KILLED, str(tenant), at(2, 12).isoformat()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ)) as process:
        assert process.stdout is not None
        assert process.stdout.readline().split() == ["15", "10"]
        worker.keep_promises(tenant, at=at(2, 12))
        assert told(tenant, EscalationReached.topic) == []
        process.send_signal(signal.SIGKILL)
        process.wait(60)

    with transaction(tenant_id=tenant) as session:
        session.execute(select(SlaEscalation).with_for_update())
    worker.keep_promises(tenant, at=at(2, 12))

    assert len(set(told(tenant, EscalationReached.topic))) == 10
    assert len(told(tenant, EscalationReached.topic)) == 10
    assert len(told(tenant, "sla.clock_breached.v1")) == 15


def test_a_clock_that_cannot_be_counted_keeps_its_due_time_and_holds_up_no_other(tenant: UUID) -> None:
    with transaction(tenant_id=tenant) as session:
        office = an_office(session)
        subject = a_climb(session, start=at(1, 9), calendar_id=office)
        session.execute(text("DELETE FROM calendar_interval WHERE calendar_id = :office"), {"office": office})
        clock_rows.mark_for_recount(session, office)

    worker.keep_promises(tenant, at=at(1, 9, 5))

    with transaction(tenant_id=tenant) as session:
        assert session.scalar(select(func.count()).select_from(SlaClock).where(SlaClock.recount)) == 0
        assert clock_rows.clocks(session, [subject])[0].due_at > at(1, 9)


CLOCKS = text("""
    INSERT INTO sla_clock (id, tenant_id, subject_id, clock, target_minutes, paused_by, started_at, credit_seconds,
        paused_seconds, due_at, met_at, breached_at, at_risk_since, look_at, recount)
    SELECT gen_random_uuid(), tenant_id, id, 'restore', 60, '[]', now(), 0, 0,
        now() + n * interval '1 minute', CASE WHEN n % 10 > 0 THEN now() END,
        CASE WHEN n % 40 = 3 THEN now() - n * interval '1 minute' END,
        CASE WHEN n % 100 = 0 THEN now() END, CASE WHEN n % 10 = 0 THEN now() + n * interval '1 second' END,
        n % 500 = 0
    FROM (SELECT tenant_id, id, duration_minutes AS n FROM work_order WHERE tenant_id = :tenant) AS ours
""")
STEPS = text("""
    INSERT INTO sla_escalation (id, tenant_id, clock_id, seq, ladder, percent, action, in_service_hours, due_at,
        fired_at)
    SELECT gen_random_uuid(), tenant_id, id, 1, 'x', 50, 'raise_priority', false, due_at,
        CASE WHEN met_at IS NOT NULL THEN now() END
    FROM sla_clock WHERE tenant_id = :tenant
""")
ORDERS = text("""
    INSERT INTO work_order (id, tenant_id, number, source, customer_id, site_id, work_type, summary, priority, skill,
        skill_level, state, duration_minutes, version)
    SELECT gen_random_uuid(), :tenant, 'X-' || n, 'agent', :customer, :site, 'corrective', 'x', 2, 'x', 1, 'open', n, 1
    FROM generate_series(1, :count) n
""")


def fill(tenant: UUID, count: int) -> None:
    """Write clocks by the thousand: most of them over, some running, few late or at risk."""
    with transaction(tenant_id=tenant) as session:
        customer = customers.create_customer(session, "x")
        place = customers.create_site(session, customer.id, name="x", address="x", position=LonLat(0, 0))
        of = {"tenant": tenant, "customer": customer.id, "site": place.id, "count": count}
        for statement in (ORDERS, CLOCKS, STEPS):
            session.execute(statement, of)


def test_the_sweeper_and_the_lists_read_by_index(fresh_database: Any) -> None:
    ours = make_tenant()
    for tenant in (ours, make_tenant()):
        fill(tenant, 4000)
    with engine(Login.SYSTEM).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE sla_clock, sla_escalation, work_order, customer"))
    now = datetime.now(UTC)
    wanted = watch.Filter()
    statements: list[tuple[str, Any]] = []
    uses = {
        "ix_sla_clock_running": lambda db: clock_rows.late(db, at=now, limit=500),
        "ix_sla_clock_look": lambda db: clock_rows.to_look_at(db, at=now, limit=500),
        "ix_sla_clock_recount": lambda db: clock_rows.to_recount(db, limit=500),
        "ix_sla_escalation_due": lambda db: clock_rows.due_escalations(db, at=now, limit=500),
        "ix_sla_clock_risk": lambda db: watch.at_risk(db, wanted, after=(now, new_id()), limit=50),
        "ix_sla_clock_breached": lambda db: watch.breached(db, wanted, before=(now, new_id()), limit=50),
    }

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: Any) -> None:
        if "FROM sla_" in statement:
            statements.append((statement, parameters))

    for index, use in uses.items():
        statements.clear()
        with transaction(tenant_id=ours) as session:
            event.listen(engine(Login.APP), "before_cursor_execute", note)
            use(session)
            event.remove(engine(Login.APP), "before_cursor_execute", note)
            [(statement, parameters)] = statements
            plan = session.connection().exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars().all()
        told_plan = "\n".join(plan)
        assert index in told_plan, told_plan
        assert "Seq Scan on sla_" not in told_plan, told_plan


def test_service_hours_in_another_zone(session: Session) -> None:
    week = [(day, time(9), time(17)) for day in range(5)]
    london = terms.create_calendar(session, "london", name="London", time_zone="Europe/London", weekly=week)
    subject = a_climb(session, tell(percent=50, in_service_hours=True), start=at(1, 9), hours=london.id)

    assert planned(session, subject) == [datetime(2026, 9, 1, 8, tzinfo=UTC)]
