"""What the finding of an order teaches: failures that telemetry missed, and limits of false cases."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.intake import handlers
from backend.work.events import WorkOrderClosed
from backend.work.models import FindingResult
from backend.work.service import orders
from iot_gateway.lifecycle import Finding
from iot_gateway.service import cases, feedback, limits
from iot_gateway.service.feedback import Narrowed
from kernel import clock
from kernel.outbox import OutboxEvent, decode
from tests.integration.backend.intake.test_cases import a_case, cleared, repaired
from tests.integration.backend.work.scene import Scene, a_scene, a_visit, an_order, desk, do_visit, phone_of


def failures_of(session: Session, scene: Scene) -> list[tuple[str, str]]:
    session.flush()
    found = feedback.list_failures(session, Narrowed(model="pump"), before=None, limit=10)
    return [(one.failure_group, one.source_ref) for one in found if one.device_id == scene.device]


def closed(session: Session, scene: Scene, **other: object) -> WorkOrderClosed:
    """Do an order, close it and return the news."""
    order = an_order(session, scene, **other)
    visit = a_visit(session, scene, order)
    do_visit(session, visit.id, phone_of(scene.chen))
    orders.verify(session, order.id, actor=desk(), at=clock.now())
    orders.close(session, order.id, actor=desk(), at=clock.now())
    session.flush()
    row = session.scalars(
        select(OutboxEvent).where(OutboxEvent.topic == WorkOrderClosed.topic).order_by(OutboxEvent.id.desc()).limit(1)
    ).one()
    return decode(WorkOrderClosed, row.body)


def test_a_repair_without_a_case_is_a_failure_that_telemetry_missed(session: Session) -> None:
    scene = a_scene(session)

    news = closed(session, scene)
    for _ in range(2):
        handlers.label_on_close(session, news)

    assert failures_of(session, scene) == [("bearing", f"work_order:{news.work_order_id}")]


def test_only_corrective_work_on_an_asset_with_a_device_tells_of_missed_failures(session: Session) -> None:
    scene = a_scene(session)
    routine = closed(session, scene, work_type="inspection")
    placeless = closed(session, scene, asset_id=None)

    for news in (routine, placeless):
        handlers.label_on_close(session, news)

    assert failures_of(session, scene) == []


def test_a_repair_during_an_active_case_was_foreseen_though_nobody_linked_it(session: Session) -> None:
    scene = a_scene(session)
    event = a_case(session, scene)

    news = closed(session, scene, at=event.opened_at + timedelta(minutes=1))
    handlers.label_on_close(session, news)

    assert failures_of(session, scene) == []


def test_a_case_that_recovered_and_then_proved_false_raises_its_limit_once(session: Session) -> None:
    scene = a_scene(session)
    event, order = repaired(session, scene)
    cases.clear_case(session, event.case_id, at=clock.now(), evidence={})
    order.finding_result = FindingResult.NO_FAULT_FOUND
    handlers.verify_on_recovery(session, cleared(event))
    session.flush()
    row = session.scalars(select(OutboxEvent).where(OutboxEvent.topic == WorkOrderClosed.topic)).one()

    for _ in range(2):
        handlers.label_on_close(session, decode(WorkOrderClosed, row.body))

    assert cases.get_case(session, event.case_id).finding is Finding.NO_FAULT_FOUND
    assert limits.factors_of(session, [scene.device]) == {scene.device: {"vibration_mm_s": 1.5}}
    assert failures_of(session, scene) == []
