"""What a checklist finds wrong becomes work of its own, once."""

from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.checklists import service as checklists
from backend.checklists.answers import Item, ItemType
from backend.work import handlers
from backend.work.events import VisitCompleted
from backend.work.lifecycle import OrderState, VisitAction
from backend.work.models import OrderSource, WorkOrder
from backend.work.service import reports
from kernel.outbox import OutboxEvent, decode
from tests.integration.backend.work.scene import NOON, Scene, a_scene, a_visit, do_visit, phone_of, reported, step

VIBRATION = Item(
    key="vibration", text_zh="振动", text_en="Vibration", type=ItemType.NUMBER, unit="mm/s", max=Decimal("4.5")
)
GUARD = Item(key="guard", text_zh="护罩完好", text_en="Guard in place", type=ItemType.BOOL)


def inspected(session: Session, scene: Scene, *, vibration: tuple[str, ...], guard: bool) -> VisitCompleted:
    """Do a visit with these answers, one after another."""
    template = checklists.create_version(session, "pump", name_zh="泵", name_en="Pump", items=[VIBRATION, GUARD])
    checklists.publish_version(session, template.id, at=NOON)
    visit = a_visit(session, scene)
    phone = phone_of(scene.chen)
    do_visit(session, visit.id, phone, until=VisitAction.START)
    for number, value in enumerate(vibration):
        reports.answer_checklist(session, visit.id, item="vibration", value=value, by=reported(phone, 41 + number))
    reports.answer_checklist(session, visit.id, item="guard", value=guard, by=reported(phone, 45))
    step(session, visit.id, VisitAction.COMPLETE, phone, 50)
    session.flush()
    row = session.scalars(select(OutboxEvent).where(OutboxEvent.topic == VisitCompleted.topic)).one()
    return decode(VisitCompleted, row.body)


def corrective(session: Session) -> list[WorkOrder]:
    session.flush()
    return list(session.scalars(select(WorkOrder).where(WorkOrder.source == OrderSource.RULE)))


def test_failed_items_open_one_corrective_order_however_often_the_news_comes(session: Session) -> None:
    scene = a_scene(session)
    news = inspected(session, scene, vibration=("7.1",), guard=False)

    for _ in range(2):
        handlers.correct_on_completion(session, news)

    (order,) = corrective(session)
    assert (order.state, order.work_type, order.asset_id) == (OrderState.OPEN, "corrective", scene.asset)
    assert (order.skill, order.ticket_id) == ("rotating", None)
    assert "Vibration: 7.1 mm/s [..4.5]" in order.description
    assert "Guard in place: no" in order.description


def test_what_was_put_right_during_the_visit_opens_nothing(session: Session) -> None:
    scene = a_scene(session)
    news = inspected(session, scene, vibration=("7.1", "1.9"), guard=True)

    handlers.correct_on_completion(session, news)

    assert corrective(session) == []
