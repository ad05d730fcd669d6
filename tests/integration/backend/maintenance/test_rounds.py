"""A round is one order whose checklist asks about every stop; plans walk it by the calendar."""

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.assets import service as assets
from backend.assets import tree
from backend.assets.models import NodeKind
from backend.checklists import service as checklists
from backend.checklists.conditions import Condition, Operator
from backend.customers import service as customers
from backend.maintenance.errors import RouteInUse, UnfitRoute
from backend.maintenance.models import InspectionRoute
from backend.maintenance.service import rounds
from backend.work import handlers as work
from backend.work.events import VisitCompleted
from backend.work.lifecycle import OrderState, VisitAction, Who
from backend.work.models import OrderSource, WorkOrder
from backend.work.service import reports, views
from kernel.ids import new_id
from kernel.outbox import OutboxEvent, decode
from tests.integration.backend.maintenance.scene import (
    DAY,
    LEAK,
    NEW_YEAR,
    a_draft,
    a_level,
    an_active_plan,
    finish,
    open_orders,
    publish_checklist,
    sweep,
    the_subject,
)
from tests.integration.backend.work.scene import (
    NOON,
    SITE,
    Scene,
    a_scene,
    a_visit,
    desk,
    do_visit,
    phone_of,
    reported,
    step,
)

NOISE = replace(LEAK, key="noise", shown_if=Condition(item="leak", op=Operator.ANSWERED))


def a_route(session: Session, scene: Scene) -> InspectionRoute:
    """Write a route over two pumps and the room they stand in."""
    publish_checklist(session)
    second = assets.create_asset(session, "循环泵 2", class_code="pump", site_id=scene.site)
    room = tree.create_location_node(session, name="泵房", kind=NodeKind.SITE, site_id=scene.site)
    places = ((scene.asset, None), (second.id, None), (None, room.id))
    draft = rounds.RouteDraft(
        name="泵房巡检",
        site_id=scene.site,
        skill="rotating",
        skill_level=1,
        duration_minutes=45,
        stops=tuple(
            rounds.StopDraft(asset_id=asset, location_id=place, checklist_code="pump-service")
            for asset, place in places
        ),
    )
    return rounds.create_route(session, draft, by=None)


def test_a_failed_stop_opens_one_order_for_its_asset_linked_both_ways(session: Session) -> None:
    scene = a_scene(session)
    route = a_route(session, scene)
    operation = new_id()
    order = rounds.start_round(session, route.id, client_op_id=operation, actor=desk(), at=NOON)
    assert rounds.start_round(session, route.id, client_op_id=operation, actor=desk(), at=NOON).id == order.id
    visit, phone = a_visit(session, scene, order), phone_of(scene.chen)
    assert visit.checklist_id is not None
    items = checklists.items_of(checklists.get_template(session, visit.checklist_id))
    assert [item.key for item in items] == ["01.leak", "02.leak", "03.leak"]
    assert items[0].text_zh == "1. 循环泵 1: 无泄漏"

    do_visit(session, visit.id, phone, until=VisitAction.START)
    for item, value in zip(items, (True, False, False), strict=True):
        reports.answer_checklist(session, visit.id, item=item.key, value=value, by=reported(phone, 41))
    step(session, visit.id, VisitAction.COMPLETE, phone, 50)
    row = session.scalars(select(OutboxEvent).where(OutboxEvent.topic == VisitCompleted.topic)).one()
    for _ in range(2):
        work.correct_on_completion(session, decode(VisitCompleted, row.body))

    opened = session.scalars(select(WorkOrder).where(WorkOrder.source == OrderSource.RULE)).all()
    assert {found.asset_id for found in opened} == {items[1].asset_id, None}
    told = views.order_view(session, order.id, role=Who.SUPERVISOR)["found"]
    assert {link["id"] for link in told} == {found.id for found in opened}
    assert all(found.found_by_id == order.id for found in opened)


def test_a_plan_walks_its_route_and_each_round_asks_what_is_in_use_then(session: Session) -> None:
    scene = a_scene(session)
    route = a_route(session, scene)
    level = a_level(checklist_code=None, name="巡检")
    plan = an_active_plan(
        session, a_draft(route_id=route.id, rule="FREQ=WEEKLY", lead_days=1, levels=(level,), tolerance_days=1)
    )
    sweep(session, NEW_YEAR + 7 * DAY)
    (first,) = open_orders(session, plan)
    assert (first.asset_id, first.site_id, first.work_type) == (None, scene.site, "inspection")
    publish_checklist(session, items=(LEAK, NOISE))
    finish(session, first, done_at=NEW_YEAR + 7 * DAY)
    sweep(session, NEW_YEAR + 14 * DAY)

    (second,) = open_orders(session, plan)
    assert first.checklist_id is not None
    assert second.checklist_id is not None
    before, now = (checklists.get_template(session, key) for key in (first.checklist_id, second.checklist_id))
    assert (before.code, before.version, now.code, now.version) == (now.code, 1, before.code, 2)
    assert (len(before.items), len(now.items)) == (3, 6)
    assert before.retired_at is not None  # so that no other visit is given it
    noise = checklists.items_of(now)[3]
    assert (noise.key, noise.shown_if) == ("02.noise", Condition(item="02.leak", op=Operator.ANSWERED))
    assert (the_subject(session, plan).number, first.state) == (1, OrderState.CLOSED)
    with pytest.raises(RouteInUse):
        rounds.delete_route(session, route.id, by=None)


def test_a_stop_stands_on_the_site_of_its_route(session: Session) -> None:
    scene = a_scene(session)
    publish_checklist(session)
    site = customers.create_site(session, scene.customer, name="南门", address="南京路 2", position=SITE)
    stop = rounds.StopDraft(asset_id=scene.asset, location_id=None, checklist_code="pump-service")
    draft = rounds.RouteDraft(
        name="巡检", site_id=site.id, skill="rotating", skill_level=1, duration_minutes=45, stops=(stop,)
    )

    for wrong in (
        draft,
        replace(draft, site_id=scene.site, stops=(replace(stop, checklist_code="none"),)),
        replace(draft, site_id=scene.site, stops=(replace(stop, asset_id=None),)),
    ):
        with pytest.raises(UnfitRoute):
            rounds.create_route(session, wrong, by=None)
