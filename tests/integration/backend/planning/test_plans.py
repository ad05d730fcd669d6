"""Plans are committed once, against what the orders are by then, around what is promised already."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from threading import Event, Thread
from time import sleep
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from backend.planning import repository
from backend.planning import service as planner
from backend.planning.errors import PlanNotDraft
from backend.planning.handlers import plan_on_opened, plan_on_returned
from backend.planning.models import Plan, PlanMode, PlanState
from backend.planning.question import Question
from backend.technicians import absences
from backend.technicians import service as technicians
from backend.work.events import WorkOrderChanged, WorkOrderOpened
from backend.work.lifecycle import OrderAction, OrderState, VisitState
from backend.work.models import Visit, VisitTechnician
from backend.work.service import orders, scheduling
from kernel import clock
from kernel.db import transaction
from kernel.jobs import Job
from tests.conftest import Database, count_rows, wait_for
from tests.integration.backend.planning.scene import SECONDS, City
from tests.integration.backend.work.scene import HOUR, MINUTE, desk, fill


def cancel(city: City, order_id: UUID) -> None:
    with city.open() as session:
        orders.act_on_order(
            session, order_id, OrderAction.CANCEL, actor=desk(), at=clock.now(), reason="entered in error"
        )


def promise(city: City, order_id: UUID, start: datetime, *crew: UUID) -> UUID:
    """Make and dispatch a visit of an hour by hand."""
    with city.open() as session:
        visit = scheduling.schedule_visit(
            session, order_id, technician_ids=crew, start=start, end=start + HOUR, at=clock.now()
        )
        scheduling.dispatch_visit(session, visit.id, at=clock.now())
        return visit.id


def overlaps(city: City, technician: UUID) -> bool:
    """Tell whether any two visits of somebody are at the same time."""
    with city.open() as session:
        spans = session.execute(
            select(Visit.planned_start, Visit.planned_end)
            .join(VisitTechnician, VisitTechnician.visit_id == Visit.id)
            .where(VisitTechnician.technician_id == technician)
            .order_by(Visit.planned_start)
        ).all()
    return any(before[1] > after[0] for before, after in pairwise(spans))


def test_an_order_is_planned_within_skill_and_shift(city: City) -> None:
    order_id = city.order()

    plan_id = city.plan()

    plan, (line,), _ = city.read(plan_id)
    (visit,) = city.visits(order_id)
    assert plan.summary["planned"] == 1
    assert (visit.id, visit.plan_id, visit.state) == (line.visit_id, plan_id, VisitState.DISPATCHED)
    assert visit.planned_end - visit.planned_start == HOUR
    assert visit.planned_start >= clock.now() - 2 * MINUTE


def test_who_is_off_duty_or_lacks_the_skill_is_not_sent(city: City) -> None:
    with city.open() as session:
        technicians.set_skill(session, city.scene.chen, skill="rotating", level=1)
        away = clock.now() - HOUR
        absences.add_absence(session, city.scene.gao, start=away, end=away + timedelta(days=3), at=away)
    order_id = city.order()

    plan_id = city.plan()

    _, lines, (left,) = city.read(plan_id)
    assert not lines
    assert left.work_order_id == order_id
    assert [(row["technician_name"], row["code"]) for row in left.refused] == [("chen", "skill")]
    assert city.state(order_id).state is OrderState.OPEN


def test_reasons_and_refusals_name_people_in_both_languages(city: City) -> None:
    with city.open() as session:
        fill(session, city.depot, city.scene.bearing, 1)
        technicians.set_skill(session, city.scene.gao, skill="rotating", level=1)
    city.order(bearings=1)

    _, (line,), _ = city.read(city.plan())

    said = [*line.reasons, *line.refused]
    assert {"skill_held", "part_picked_up", "extra", "only_one"} <= {row["code"] for row in line.reasons}
    assert [(row["technician_name"], row["text_en"]) for row in line.refused] == [
        ("gao", "skill level 1 of 2 (rotating)")
    ]
    assert all(row["text_en"].isascii() or "中心库" in row["text_en"] for row in said)
    assert all(not row["text_zh"].isascii() for row in said)
    ids = (str(city.scene.chen), str(city.scene.gao), "WH-1")
    assert not any(name in row["text_en"] + row["text_zh"] for row in said for name in ids)


def test_a_plan_made_twice_changes_nothing(city: City) -> None:
    order_id = city.order()
    plan_id = city.plan()
    version = city.state(order_id).version

    planner.solve_plan(city.tenant, plan_id, seconds=SECONDS)
    planner.solve_job(city.tenant, {"plan_id": str(plan_id)})

    assert city.state(order_id).version == version
    assert len(city.visits(order_id)) == 1
    assert len(city.read(plan_id)[1]) == 1


def test_an_order_that_changed_meanwhile_is_left_and_the_others_are_planned(city: City) -> None:
    changed_id, other_id = city.order(priority=3), city.order()
    plan_id = city.plan(PlanMode.DRAFT)
    with city.open() as session:
        orders.raise_urgency(session, changed_id, priority=1, failure_at=None, at=clock.now())

    city.accept(plan_id)

    plan, lines, _ = city.read(plan_id)
    notes = {line.work_order_id: line.note for line in lines}
    assert plan.state is PlanState.COMMITTED
    assert (notes[changed_id] or "").startswith("stale-version: ")
    assert notes[other_id] is None
    assert city.state(changed_id).state is OrderState.OPEN
    assert city.state(other_id).state is OrderState.SCHEDULED


def test_an_order_that_changed_while_it_was_planned_is_planned_again_at_once(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = city.order(priority=3)
    solve_question = planner.solve_question

    def meanwhile(question: Question, *, seconds: float) -> planner.Solved:
        with city.open() as session:
            orders.raise_urgency(session, order_id, priority=1, failure_at=None, at=clock.now())
        return solve_question(question, seconds=seconds)

    with monkeypatch.context() as patch:
        patch.setattr(planner, "solve_question", meanwhile)
        city.plan()

    with city.open() as session:
        following = repository.waiting_plan(session, mode=PlanMode.AUTO)
        assert following is not None
        plan_id = following.id
    planner.solve_plan(city.tenant, plan_id, seconds=SECONDS)
    assert city.state(order_id).state is OrderState.SCHEDULED
    with city.open() as session:
        assert repository.waiting_plan(session, mode=PlanMode.AUTO) is None


def test_a_part_that_is_gone_meanwhile_is_not_reserved_twice(city: City) -> None:
    van = city.scene.vans[city.scene.chen]
    with city.open() as session:
        fill(session, van, city.scene.bearing, 1)
    order_id = city.order(bearings=1)
    plan_id = city.plan(PlanMode.DRAFT)
    taker = city.order()
    with city.open() as session:
        scheduling.schedule_visit(
            session,
            taker,
            technician_ids=[city.scene.chen],
            start=clock.now() + HOUR,
            end=clock.now() + 2 * HOUR,
            reserve=[(city.scene.bearing, van, Decimal(1))],
            at=clock.now(),
        )

    city.accept(plan_id)

    _, (line,), _ = city.read(plan_id)
    assert (line.note or "").startswith("insufficient-stock: ")
    assert line.visit_id is None
    assert not city.visits(order_id)
    assert city.free(city.scene.bearing, van) == 0
    with city.open() as session:
        assert count_rows(session, "reservation") == 1


def test_two_plans_at_once_send_nobody_twice(city: City) -> None:
    ids = [city.order() for _ in range(3)]
    plans = [city.request(PlanMode.AUTO), city.request(PlanMode.DRAFT)]

    def make(plan_id: UUID) -> None:
        planner.solve_plan(city.tenant, plan_id, seconds=SECONDS)
        if city.read(plan_id)[0].state is PlanState.DRAFT:
            city.accept(plan_id)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(make, [*plans, plans[0]]))

    assert [len(city.visits(order_id)) for order_id in ids] == [1, 1, 1]
    assert {city.read(plan_id)[0].state for plan_id in plans} == {PlanState.COMMITTED}
    notes = [line.note or "" for plan_id in plans for line in city.read(plan_id)[1]]
    assert sum(not note for note in notes) == 3


def test_a_plan_that_waits_for_its_turn_holds_no_orders(city: City, database: Database) -> None:
    order_id = city.order()
    plan_id = city.request()
    waits = "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"

    with ThreadPoolExecutor(1) as pool, psycopg.connect(database.admin_url, autocommit=True) as beside:
        with city.open() as session:
            repository.take_turn(session)
            made = pool.submit(planner.solve_plan, city.tenant, plan_id, seconds=SECONDS)
            assert wait_for(lambda: beside.execute(waits).fetchone() is not None, seconds=60)
            session.execute(text("SET LOCAL lock_timeout = '5s'"))
            repository.lock_orders(session, [order_id])
        made.result(timeout=90)

    assert len(city.visits(order_id)) == 1


def test_a_draft_changes_nothing_until_it_is_accepted_once(city: City) -> None:
    order_id = city.order()
    plan_id = city.plan(PlanMode.DRAFT)
    assert city.read(plan_id)[0].state is PlanState.DRAFT
    assert not city.visits(order_id)

    city.accept(plan_id)

    assert len(city.visits(order_id)) == 1
    with pytest.raises(PlanNotDraft):
        city.accept(plan_id)
    with city.open() as session, pytest.raises(PlanNotDraft):
        planner.discard_plan(session, plan_id)


def test_a_discarded_draft_is_never_carried_out(city: City) -> None:
    order_id = city.order()
    plan_id = city.plan(PlanMode.DRAFT)
    with city.open() as session:
        planner.discard_plan(session, plan_id)

    with pytest.raises(PlanNotDraft):
        city.accept(plan_id)

    assert not city.visits(order_id)


def test_a_promised_visit_keeps_its_technician_and_its_time(city: City) -> None:
    promised_id = city.order()
    start = clock.now() + 90 * MINUTE
    with city.open() as session:
        technicians.set_skill(session, city.scene.gao, skill="rotating", level=1)
    promise(city, promised_id, start, city.scene.chen)
    ids = [city.order(priority=1) for _ in range(4)]

    plan_id = city.plan()

    (visit,) = city.visits(promised_id)
    assert (visit.planned_start, visit.planned_end) == (start, start + HOUR)
    _, lines, left = city.read(plan_id)
    assert {line.work_order_id for line in lines} == set(ids)
    assert not left
    assert not overlaps(city, city.scene.chen)


def test_everybody_of_a_crew_is_busy(city: City) -> None:
    promised_id = city.order()
    promise(city, promised_id, clock.now() + 30 * MINUTE, city.scene.chen, city.scene.gao)
    for _ in range(4):
        city.order()

    city.plan()

    assert not overlaps(city, city.scene.chen)
    assert not overlaps(city, city.scene.gao)


def test_nobody_is_planned_over_a_break(city: City) -> None:
    at = clock.now()
    local = at.astimezone(ZoneInfo("Asia/Shanghai"))
    opens = (local + 30 * MINUTE).replace(second=0, microsecond=0)
    closes = opens + HOUR
    with city.open() as session:
        for person in (city.scene.chen, city.scene.gao):
            technicians.set_shift(
                session, person, day=local.date(), start=at - HOUR, end=at + 6 * HOUR, breaks=[(opens, closes)]
            )
    ids = [city.order() for _ in range(3)]

    city.plan()

    visits = [visit for order_id in ids for visit in city.visits(order_id)]
    assert len(visits) == 3
    assert all(visit.planned_start >= closes or visit.planned_end <= opens for visit in visits)


def test_wishes_are_gathered_in_one_plan_until_somebody_begins_it(city: City) -> None:
    order_id = city.order()
    at = clock.now()
    with city.open() as session:
        plan_on_opened(session, WorkOrderOpened(
            work_order_id=order_id, number="WO", ticket_id=None, case_id=None, priority=2, due_at=None, opened_at=at
        ))  # fmt: skip
    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(lambda _: city.request(), range(4)))

    assert len(found) == 1
    with city.open() as session:
        assert [row.body["plan_id"] for row in session.scalars(select(Job).where(Job.kind == planner.SOLVE_JOB))] == [
            str(next(iter(found)))
        ]


def test_a_wish_that_comes_while_a_plan_is_begun_is_not_lost(city: City) -> None:
    first = city.request()
    begun, wished = Event(), []

    def wish() -> None:
        begun.wait(5)
        wished.append(city.request())

    thread = Thread(target=wish)
    thread.start()
    with city.open() as session:
        plan = repository.plan(session, first, lock=True)
        assert plan is not None
        plan.state = PlanState.SOLVING
        session.flush()
        begun.set()
        sleep(0.3)
        assert not wished
    thread.join()

    assert wished != [first]


def test_an_order_that_comes_back_is_planned_again_and_a_new_draft_is_not(city: City) -> None:
    order_id = city.order()

    def changed(before: OrderState) -> WorkOrderChanged:
        return WorkOrderChanged(
            work_order_id=order_id,
            ticket_id=None,
            case_id=None,
            action="x",
            from_state=before,
            state=OrderState.OPEN,
            version=2,
            occurred_at=clock.now(),
        )

    with city.open() as session:
        plan_on_returned(session, changed(OrderState.DRAFT))
        assert count_rows(session, "plan") == 0
        plan_on_returned(session, changed(OrderState.SCHEDULED))
        assert count_rows(session, "plan") == 1


def test_what_waits_is_planned_again_after_a_while(city: City) -> None:
    at = clock.now()
    with city.open() as session:
        planner.replan_what_waits(session, at=at)
        assert count_rows(session, "plan") == 0
    city.order(bearings=1)
    city.plan()
    with city.open() as session:
        planner.replan_what_waits(session, at=clock.now() + 20 * MINUTE)
        assert count_rows(session, "plan") == 1

        planner.replan_what_waits(session, at=clock.now() + 40 * MINUTE)

        assert count_rows(session, "plan") == 2


def test_a_plan_that_nobody_finishes_is_given_up(city: City) -> None:
    stuck = city.request()
    city.order()

    with city.open() as session:
        planner.replan_what_waits(session, at=clock.now() + 2 * HOUR)

    assert city.read(stuck)[0].state is PlanState.FAILED
    assert city.request() != stuck


WATCH = """
DO $$
BEGIN
    CREATE TEMP TABLE seen (at timestamptz, busy boolean) ON COMMIT DROP;
    WHILE EXISTS (SELECT FROM plan WHERE id = '{plan}' AND state IN ('queued', 'solving')) LOOP
        PERFORM pg_stat_clear_snapshot(), pg_sleep(0.02);
        INSERT INTO seen
        SELECT clock_timestamp(), p.state <> 'solving' OR EXISTS (
            SELECT FROM pg_stat_activity a
            WHERE a.datname = current_database() AND a.usename = 'fieldhand_app' AND a.xact_start IS NOT NULL
        ) FROM plan p WHERE p.id = '{plan}';
    END LOOP;
END $$
"""
"""Looks on from within the server, for the optimiser keeps other threads of its process from running."""


def test_no_transaction_is_open_while_the_optimiser_searches(city: City, admin: Session, database: Database) -> None:
    for _ in range(3):
        city.order()
    plan_id = city.request()
    admin.execute(text("SET statement_timeout = '90s'"))
    watcher = Thread(target=admin.execute, args=(text(WATCH.format(plan=plan_id)),))
    watcher.start()
    looks_on = "SELECT FROM pg_stat_activity WHERE query LIKE '%TEMP TABLE seen%' AND pid <> pg_backend_pid()"
    with psycopg.connect(database.admin_url, autocommit=True) as beside:
        assert wait_for(lambda: beside.execute(looks_on).fetchone() is not None, seconds=60)

    planner.solve_plan(city.tenant, plan_id, seconds=1.0)
    watcher.join()

    seen = admin.execute(text("SELECT at, busy FROM seen ORDER BY at")).all()
    quiet = [after[0] - before[0] for before, after in pairwise(seen) if not before[1] and not after[1]]
    assert sum(quiet, timedelta(0)) > timedelta(seconds=0.5)


def test_another_tenant_sees_and_plans_nothing_of_it(city: City, other_tenant: UUID) -> None:
    order_id = city.order()
    plan_id = city.plan(PlanMode.DRAFT)

    planner.solve_plan(other_tenant, plan_id, seconds=SECONDS)

    with transaction(tenant_id=other_tenant) as session:
        assert repository.plan(session, plan_id) is None
        assert not repository.open_orders(session)
        assert repository.last_word_on(session, order_id) is None
        assert session.scalars(select(Plan)).all() == []
    assert city.read(plan_id)[0].state is PlanState.DRAFT
