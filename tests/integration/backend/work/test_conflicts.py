"""The conflict queue under many hands: decided once, in the locking order of visits, with what follows."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from time import sleep
from uuid import UUID

from sqlalchemy.orm import Session

from backend.work import repository
from backend.work.lifecycle import VisitAction, VisitState
from backend.work.models import ConflictItem, ConflictState
from backend.work.service import conflicts, reports, scheduling
from backend.work.service.acting import Status
from kernel.db import transaction
from tests.integration.backend.work.scene import (
    HOUR,
    NOON,
    a_scene,
    a_visit,
    do_visit,
    fill,
    phone_of,
    reported,
    step,
)


def a_conflict(tenant: UUID) -> tuple[UUID, UUID]:
    """Return a kept step and its visit, committed."""
    with transaction(tenant_id=tenant) as session:
        scene = a_scene(session)
        visit = a_visit(session, scene)
        step(session, visit.id, VisitAction.TRAVEL, phone_of(scene.chen), 10)
        (kept,) = repository.open_conflicts(session, [visit.id])
        return kept.id, visit.id


def test_a_decision_waits_for_the_visit_and_finds_what_the_field_has_settled(tenant: UUID) -> None:
    conflict_id, visit_id = a_conflict(tenant)

    def decide() -> ConflictState:
        with transaction(tenant_id=tenant) as session:
            return conflicts.dismiss(session, conflict_id, by=None, at=NOON).state

    with ThreadPoolExecutor(1) as pool:
        with transaction(tenant_id=tenant) as field:
            repository.visit_with_order(field, visit_id)
            decision = pool.submit(decide)
            sleep(0.5)
            conflicts.applied(field.get_one(ConflictItem, conflict_id))

        assert decision.result(timeout=90) is ConflictState.APPLIED


def test_what_a_decision_makes_way_for_follows(session: Session) -> None:
    scene = a_scene(session)
    visit = a_visit(session, scene)
    phone = phone_of(scene.chen)
    scheduling.reschedule_visit(
        session, visit.id, technician_ids=[scene.gao], start=NOON + HOUR, end=NOON + 2 * HOUR, at=NOON
    )
    kept = [step(session, visit.id, action, phone, 1) for action in (VisitAction.ACCEPT, VisitAction.TRAVEL)]
    scheduling.reschedule_visit(
        session, visit.id, technician_ids=[scene.chen], start=NOON + HOUR, end=NOON + 2 * HOUR, at=NOON
    )
    scheduling.dispatch_visit(session, visit.id, at=NOON)
    first, _ = repository.open_conflicts(session, [visit.id])

    reports.apply_conflict(session, first.id, by=None)

    assert [outcome.status for outcome in kept] == [Status.CONFLICT] * 2
    assert visit.state is VisitState.TRAVELLING
    assert repository.open_conflicts(session, [visit.id]) == []


def test_a_part_line_that_is_applied_later_is_news_to_the_phone(session: Session) -> None:
    scene = a_scene(session)
    visit = a_visit(session, scene)
    phone = phone_of(scene.chen)
    do_visit(session, visit.id, phone)
    reports.use_part(session, visit.id, part_id=scene.bearing, quantity=Decimal(1), by=reported(phone))
    (kept,) = repository.open_conflicts(session, [visit.id])
    fill(session, scene.vans[scene.chen], scene.bearing, 1)
    version = visit.version

    reports.apply_conflict(session, kept.id, by=None)

    assert visit.version == version + 1
