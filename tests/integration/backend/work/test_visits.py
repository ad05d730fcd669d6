"""Visits from the field: legality, replays, order of arrival, clocks, other people's visits."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.checklists import service as checklists
from backend.checklists.answers import Item, ItemType
from backend.sla import service as sla
from backend.sla.models import ClockKind
from backend.work import repository
from backend.work.errors import IllegalTransition, NotFinished, NotYourVisit, ReasonMissing, StaleVersion
from backend.work.lifecycle import OrderState, Step, VisitAction, VisitState, Who, fold
from backend.work.models import ConflictItem, ConflictState, VisitEvent
from backend.work.service import acting, conflicts, reports, scheduling
from backend.work.service.acting import Status
from kernel import clock
from kernel.geo import LonLat
from kernel.ids import new_id
from tests.integration.backend.work.scene import (
    HOUR,
    MINUTE,
    NOON,
    WORK,
    a_scene,
    a_visit,
    an_order,
    desk,
    do_visit,
    phone_of,
    reported,
    step,
)


def state_of(session: Session, visit_id: UUID) -> VisitState:
    session.flush()
    return repository.visit(session, visit_id).state


def test_a_visit_runs_to_its_end_and_takes_its_order_along(session: Session) -> None:
    scene = a_scene(session)
    visit = a_visit(session, scene)

    do_visit(session, visit.id, phone_of(scene.chen))

    order = repository.order(session, visit.work_order_id)
    assert (visit.state, order.state) == (VisitState.COMPLETED, OrderState.COMPLETED)
    assert visit.arrived_at == NOON + 30 * MINUTE
    assert order.completed_at == NOON + 50 * MINUTE
    assert (order.finding_result, order.finding_failure_mode) == ("confirmed", "bearing")


def test_an_illegal_step_online_is_refused_with_the_legal_ones(session: Session) -> None:
    scene = a_scene(session)
    visit = a_visit(session, scene)

    with pytest.raises(IllegalTransition) as refusal:
        step(session, visit.id, VisitAction.START, desk(), 5)

    assert refusal.value.members["state"] == "dispatched"
    assert set(refusal.value.members["legal"]) == {"reassign", "accept", "reject", "expire", "cancel"}
    assert state_of(session, visit.id) is VisitState.DISPATCHED


def test_replays_change_nothing(session: Session) -> None:
    scene = a_scene(session)
    visit = a_visit(session, scene)
    phone, operation = phone_of(scene.chen), new_id()
    first = step(session, visit.id, VisitAction.ACCEPT, phone, 5, client_op_id=operation)
    version = first.visit.version

    again = step(session, visit.id, VisitAction.ACCEPT, phone, 5, client_op_id=operation)

    assert (first.status, again.status) == (Status.APPLIED, Status.DUPLICATE)
    assert again.visit.version == version


@pytest.mark.parametrize("order", [[4, 3, 2, 1, 0], [1, 0, 3, 2, 4], [2, 4, 0, 1, 3]])
def test_a_batch_may_come_in_any_order(session: Session, order: list[int]) -> None:
    scene = a_scene(session)
    visit = a_visit(session, scene)
    phone = phone_of(scene.chen)
    operations = [new_id() for _ in WORK]
    for _ in range(2):
        for place in order:
            minutes = 10.0 * (place + 1)
            step(session, visit.id, WORK[place], phone, minutes, client_op_id=operations[place])

    session.flush()
    assert state_of(session, visit.id) is VisitState.COMPLETED
    assert visit.travel_started_at == NOON + 20 * MINUTE
    events = repository.visit_events(session, visit.id)
    assert sorted(row.client_op_id for row in events if row.client_op_id) == sorted(operations)
    assert not repository.open_conflicts(session, [visit.id])


def test_the_state_is_the_fold_of_the_events(session: Session) -> None:
    scene = a_scene(session)
    visit = a_visit(session, scene)

    do_visit(session, visit.id, phone_of(scene.chen), until=VisitAction.START)

    steps = [
        Step(VisitAction(row.action), row.occurred_at, row.seq) for row in repository.visit_events(session, visit.id)
    ]
    assert fold(steps).state is visit.state is VisitState.IN_PROGRESS


def test_promises_follow_the_time_on_site_not_the_time_of_arrival_of_the_news(session: Session) -> None:
    scene = a_scene(session)
    visit = a_visit(session, scene)
    sla.mark_breaches(session, at=NOON + 30 * HOUR)
    late = NOON + 30 * HOUR

    for place, action in enumerate(WORK):
        step(session, visit.id, action, phone_of(scene.chen), 10.0 * (place + 1), received_at=late)

    clocks = {row.clock: row for row in sla.clocks_of(session, visit.work_order_id)}
    assert clocks[ClockKind.RESPONSE].met_at == NOON + 10 * MINUTE
    assert clocks[ClockKind.ON_SITE].met_at == NOON + 30 * MINUTE
    assert clocks[ClockKind.RESTORE].met_at == NOON + 50 * MINUTE
    assert [row.breached_at for row in clocks.values()] == [None, None, None]


def test_work_on_a_visit_that_was_cancelled_meanwhile_waits_for_the_dispatcher(session: Session) -> None:
    scene = a_scene(session)
    visit = a_visit(session, scene)
    phone = phone_of(scene.chen)
    step(session, visit.id, VisitAction.ACCEPT, phone, 1)
    scheduling.unschedule_visit(session, visit.id, reason="customer called", at=NOON + 15 * MINUTE)

    travel = step(session, visit.id, VisitAction.TRAVEL, phone, 10)

    assert travel.status is Status.CONFLICT
    assert state_of(session, visit.id) is VisitState.CANCELLED
    (kept,) = repository.open_conflicts(session, [visit.id])
    assert (kept.kind, kept.problem) == ("visit.travel", "illegal-transition")
    with pytest.raises(IllegalTransition):
        reports.apply_conflict(session, kept.id, by=None)
    assert conflicts.dismiss(session, kept.id, by=None, at=NOON).state is ConflictState.DISMISSED


def test_work_on_a_visit_that_went_to_somebody_else_waits_for_the_dispatcher(session: Session) -> None:
    scene = a_scene(session)
    visit = a_visit(session, scene)
    scheduling.reschedule_visit(
        session, visit.id, technician_ids=[scene.gao], start=NOON + HOUR, end=NOON + 2 * HOUR, at=NOON
    )

    kept = step(session, visit.id, VisitAction.ACCEPT, phone_of(scene.chen), 1)

    assert kept.status is Status.CONFLICT
    assert state_of(session, visit.id) is VisitState.PLANNED


def test_a_stranger_moves_nothing(session: Session) -> None:
    scene = a_scene(session)
    visit = a_visit(session, scene)

    with pytest.raises(NotYourVisit):
        step(session, visit.id, VisitAction.ACCEPT, phone_of(scene.gao), 1)

    assert session.scalar(select(func.count()).select_from(ConflictItem)) == 0


def test_a_visit_ends_with_its_mandatory_answers_only(session: Session) -> None:
    scene = a_scene(session)
    items = [Item(key="vibration", text_zh="振动", text_en="Vibration", type=ItemType.NUMBER, unit="mm/s")]
    template = checklists.create_version(session, "pump", name_zh="泵", name_en="Pump", items=items)
    checklists.publish_version(session, template.id, at=NOON)
    visit = a_visit(session, scene)
    phone = phone_of(scene.chen)
    do_visit(session, visit.id, phone, until=VisitAction.START)

    early = step(session, visit.id, VisitAction.COMPLETE, phone, 60)

    assert early.status is Status.CONFLICT
    assert isinstance(early.problem, NotFinished)
    assert early.problem.members["missing"] == ["checklist.vibration"]
    answered = reports.answer_checklist(
        session, visit.id, item="vibration", value="1.8", unit="mm/s", by=reported(phone, 55)
    )
    assert answered.status is Status.APPLIED
    assert state_of(session, visit.id) is VisitState.COMPLETED


def test_the_later_answer_holds_whatever_comes_first(session: Session) -> None:
    scene = a_scene(session)
    items = [Item(key="note", text_zh="备注", text_en="Note", type=ItemType.TEXT)]
    template = checklists.create_version(session, "pump", name_zh="泵", name_en="Pump", items=items)
    checklists.publish_version(session, template.id, at=NOON)
    visit = a_visit(session, scene)
    phone = phone_of(scene.chen)

    reports.answer_checklist(session, visit.id, item="note", value="second", by=reported(phone, 20))
    reports.answer_checklist(session, visit.id, item="note", value="first", by=reported(phone, 10))

    (answer,) = repository.answers(session, visit.id)
    assert answer.value == "second"


def test_a_clock_that_runs_ahead_is_flagged_and_bounded(session: Session) -> None:
    scene = a_scene(session)
    visit = a_visit(session, scene)

    step(session, visit.id, VisitAction.ACCEPT, phone_of(scene.chen), 300, received_at=NOON + HOUR)

    event = repository.visit_events(session, visit.id)[-1]
    assert (event.flagged, event.occurred_at) == ("clock_ahead", NOON + HOUR)
    assert event.detail["claimed_at"] == (NOON + 300 * MINUTE).isoformat()


def test_arriving_far_away_is_flagged(session: Session) -> None:
    scene = a_scene(session)
    visit = a_visit(session, scene)
    phone = phone_of(scene.chen)
    do_visit(session, visit.id, phone, until=VisitAction.TRAVEL)

    step(session, visit.id, VisitAction.ARRIVE, phone, 30, position=LonLat(121.60, 31.23))

    event = repository.visit_events(session, visit.id)[-1]
    assert event.flagged == "far_from_site"
    assert event.detail["metres_from_site"] > 10_000


def test_a_step_that_needs_a_reason_says_so(session: Session) -> None:
    scene = a_scene(session)
    visit = a_visit(session, scene)

    with pytest.raises(ReasonMissing):
        step(session, visit.id, VisitAction.REJECT, phone_of(scene.chen), 1)


@pytest.mark.parametrize("action", [VisitAction.INCOMPLETE, VisitAction.NO_ACCESS])
def test_a_failed_visit_opens_the_order_again_for_another_one(session: Session, action: VisitAction) -> None:
    scene = a_scene(session)
    order = an_order(session, scene)
    visit = a_visit(session, scene, order)
    phone = phone_of(scene.chen)
    do_visit(session, visit.id, phone, until=VisitAction.START)

    step(session, visit.id, action, phone, 60, reason="parts")
    second = a_visit(session, scene, order)

    assert second.visit_no == 2
    assert order.state is OrderState.SCHEDULED


def test_nobody_who_accepts_in_time_loses_the_visit_others_do(session: Session) -> None:
    scene = a_scene(session)
    visit = a_visit(session, scene)
    assert visit.dispatched_at is not None
    late = NOON + HOUR

    assert scheduling.expire_acceptance(session, visit.id, dispatched_at=visit.dispatched_at, at=late)
    assert not scheduling.expire_acceptance(session, visit.id, dispatched_at=visit.dispatched_at, at=late)

    order = repository.order(session, visit.work_order_id)
    assert (visit.state, order.state) == (VisitState.REJECTED, OrderState.OPEN)


def test_an_edit_of_something_stale_is_refused(session: Session) -> None:
    scene = a_scene(session)
    visit = a_visit(session, scene)

    with pytest.raises(StaleVersion):
        scheduling.unschedule_visit(session, visit.id, expected_version=visit.version - 1, at=NOON)


def test_a_hold_at_the_customers_account_moves_the_time_to_restore(session: Session) -> None:
    scene = a_scene(session)
    visit = a_visit(session, scene)
    phone = phone_of(scene.chen)
    do_visit(session, visit.id, phone, until=VisitAction.START)
    before = {row.clock: row.due_at for row in sla.clocks_of(session, visit.work_order_id)}

    step(session, visit.id, VisitAction.HOLD, phone, 120, reason="customer")
    step(session, visit.id, VisitAction.RESUME, phone, 180, received_at=NOON + 4 * HOUR)

    after = {row.clock: row.due_at for row in sla.clocks_of(session, visit.work_order_id)}
    assert after[ClockKind.RESTORE] == before[ClockKind.RESTORE] + HOUR


def test_a_visit_that_ends_on_hold_lets_the_time_to_restore_run_on(session: Session) -> None:
    scene = a_scene(session)
    visit = a_visit(session, scene)
    phone = phone_of(scene.chen)
    do_visit(session, visit.id, phone, until=VisitAction.START)
    before = {row.clock: row.due_at for row in sla.clocks_of(session, visit.work_order_id)}
    step(session, visit.id, VisitAction.HOLD, phone, 120, reason="customer")

    step(session, visit.id, VisitAction.NO_ACCESS, phone, 180, reason="nobody there", received_at=NOON + 4 * HOUR)

    after = {row.clock: row for row in sla.clocks_of(session, visit.work_order_id)}
    assert after[ClockKind.RESTORE].paused_at is None
    assert after[ClockKind.RESTORE].due_at == before[ClockKind.RESTORE] + HOUR


def test_events_are_never_changed(session: Session) -> None:
    scene = a_scene(session)
    visit = a_visit(session, scene)
    event = session.scalars(select(VisitEvent).where(VisitEvent.visit_id == visit.id)).one()
    event.reason = "forged"

    with pytest.raises(Exception, match="permission denied"):
        session.flush()


def test_a_technician_does_not_dispatch(session: Session) -> None:
    scene = a_scene(session)
    order = an_order(session, scene)
    visit = scheduling.schedule_visit(
        session, order.id, technician_ids=[scene.chen], start=NOON, end=NOON + HOUR, at=NOON
    )

    with pytest.raises(Exception, match="not for the role"):
        acting.act(
            session,
            visit.id,
            VisitAction.DISPATCH,
            actor=phone_of(scene.chen),
            occurred_at=NOON,
            received_at=clock.now() + timedelta(0),
        )
    assert desk(Who.DISPATCHER).role is Who.DISPATCHER
