"""What a checklist finds wrong becomes work of its own, once."""

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.assets import service as assets
from backend.checklists import service as checklists
from backend.checklists.answers import Item, ItemType
from backend.work import handlers
from backend.work.errors import NotFinished
from backend.work.events import VisitCompleted
from backend.work.lifecycle import OrderState, VisitAction, Who
from backend.work.models import DueBasis, EventSource, OrderSource, WorkOrder
from backend.work.service import acting, orders, reports, views
from kernel.outbox import OutboxEvent, decode
from tests.integration.backend.work.scene import (
    FINDING,
    HOUR,
    NOON,
    Scene,
    a_scene,
    a_visit,
    an_order,
    do_visit,
    phone_of,
    reported,
    step,
)

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
    found_by = views.order_view(session, news.work_order_id, role=Who.SUPERVISOR)
    assert [(link["id"], link["state"]) for link in found_by["found"]] == [(order.id, OrderState.OPEN)]
    assert views.order_view(session, order.id, role=Who.SUPERVISOR)["found_by"]["id"] == news.work_order_id


def test_what_was_put_right_during_the_visit_opens_nothing(session: Session) -> None:
    scene = a_scene(session)
    news = inspected(session, scene, vibration=("7.1", "1.9"), guard=True)

    handlers.correct_on_completion(session, news)

    assert corrective(session) == []


def test_a_checklist_that_asks_about_several_assets_opens_one_order_for_each_that_fails(session: Session) -> None:
    scene = a_scene(session)
    second = assets.create_asset(session, "循环泵 2", class_code="pump", site_id=scene.site)
    items = [
        replace(item, key=f"{place}.{item.key}", asset_id=asset)
        for place, asset in (("1", scene.asset), ("2", second.id), ("3", None))
        for item in (VIBRATION, GUARD)
    ]
    template = checklists.create_version(session, "round", name_zh="巡检", name_en="Round", items=items)
    schedule = orders.Schedule(due_at=NOON + 8 * HOUR, checklist_id=template.id, signature_required=True)
    order = an_order(session, scene, asset_id=None, source=OrderSource.PLAN, schedule=schedule)
    assert (order.due_at, order.due_basis) == (NOON + 8 * HOUR, DueBasis.PLAN)
    visit, phone = a_visit(session, scene, order), phone_of(scene.chen)
    assert visit.checklist_id == template.id
    do_visit(session, visit.id, phone, until=VisitAction.START)
    for key, value in (("1.vibration", "9"), ("2.vibration", "1"), ("3.vibration", "9"), ("1.guard", False)):
        reports.answer_checklist(session, visit.id, item=key, value=value, by=reported(phone, 41))
    for key in ("2.guard", "3.guard"):
        reports.answer_checklist(session, visit.id, item=key, value=True, by=reported(phone, 42))

    with pytest.raises(NotFinished) as unsigned:
        acting.act(
            session, visit.id, VisitAction.COMPLETE, actor=replace(phone, source=EventSource.WEB),
            occurred_at=NOON + HOUR, received_at=NOON + HOUR, payload=FINDING,
        )  # fmt: skip
    step(session, visit.id, VisitAction.COMPLETE, phone, 50, payload={**FINDING, "signature_name": "王工"})
    row = session.scalars(select(OutboxEvent).where(OutboxEvent.topic == VisitCompleted.topic)).one()
    for _ in range(2):
        handlers.correct_on_completion(session, decode(VisitCompleted, row.body))

    assert unsigned.value.members["missing"] == ["signature"]
    assert {found.asset_id for found in corrective(session)} == {scene.asset, None}
    assert len(corrective(session)) == 2
    assert order.state is OrderState.COMPLETED
