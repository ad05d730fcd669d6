"""Orders of plans: opened in time and once, counted on from their end, and told apart in the figures."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from threading import Thread
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.assets import metering
from backend.assets import service as assets
from backend.assets.models import AssetState
from backend.maintenance import handlers
from backend.maintenance.due import Anchor, Combinator, Trigger, Why
from backend.maintenance.errors import PlanNeverFires, UnfitPlan
from backend.maintenance.lifecycle import PlanAction
from backend.maintenance.models import Limit, MaintenanceOccurrence, MaintenancePlan, MaintenanceSubject
from backend.maintenance.models import OccurrenceState as State
from backend.maintenance.service import compliance, generation, plans
from backend.maintenance.service.compliance import Filter, Grouping, Outcome
from backend.work.actors import system
from backend.work.events import VisitChanged, WorkOrderChanged
from backend.work.lifecycle import OrderAction, VisitAction
from backend.work.models import DueBasis, OrderSource, WorkOrder
from backend.work.service import orders
from inventory import service as stock
from iot_gateway.models.devices import Device
from iot_gateway.partitions import maintain_partitions
from iot_gateway.service import devices
from kernel import clock
from kernel.db import Tenant, transaction
from tests.integration.backend.maintenance.scene import (
    DAY,
    NEW_YEAR,
    a_draft,
    a_level,
    an_active_plan,
    finish,
    hour_meter,
    occurrences,
    open_orders,
    publish_checklist,
    read_meter,
    sweep,
    the_subject,
)
from tests.integration.backend.work.scene import NOON, a_scene, a_visit, do_visit, phone_of, step
from tests.integration.iot_gateway.world import DemoDevice, feed

SHANGHAI = ZoneInfo("Asia/Shanghai")


def days_due(session: Session, plan: MaintenancePlan) -> list[date]:
    return [row.due_at.astimezone(SHANGHAI).date() for row in occurrences(session, plan)]


def test_250_hours_or_90_days_through_the_replacement_of_a_meter(session: Session) -> None:
    scene, checklist = a_scene(session), publish_checklist(session)
    meter = hour_meter(session, scene.asset)
    read_meter(session, meter, 920, NEW_YEAR - 20 * DAY)
    read_meter(session, meter, 1000, NEW_YEAR)
    kit = a_level(parts=((scene.bearing, Decimal(2)),))
    draft = a_draft(asset_id=scene.asset, meter="hours", every=Decimal(250), levels=(kit,))
    plan = an_active_plan(session, draft)

    projected = the_subject(session, plan)
    assert projected.due_at is not None
    assert projected.due_at.astimezone(SHANGHAI).date() == date(2027, 3, 4)  # 62.5 days of 4 hours
    read_meter(session, meter, 1080, NEW_YEAR + 20 * DAY, replaced_by=metering.Counter(Decimal(5)))
    read_meter(session, meter, 85, NEW_YEAR + 40 * DAY)  # 1160 in all
    sweep(session, NEW_YEAR + 47 * DAY)
    assert open_orders(session, plan) == []
    for _ in range(3):
        sweep(session, NEW_YEAR + 49 * DAY)

    (order,), (first,) = open_orders(session, plan), occurrences(session, plan)
    assert days_due(session, plan) == [date(2027, 3, 4)]
    assert {part["trigger"]: part["why"] for part in first.why} == {
        Trigger.CALENDAR: Why.RULE,
        Trigger.METER: Why.PROJECTED,
    }
    assert (order.source, order.due_basis, order.checklist_id) == (OrderSource.PLAN, DueBasis.PLAN, checklist)
    assert (order.signature_required, order.duration_minutes) == (True, 90)
    assert (first.window_from, order.due_at) == (
        datetime(2027, 2, 24, 16, tzinfo=UTC),
        datetime(2027, 3, 11, 16, tzinfo=UTC),
    )
    (wanted,) = stock.list_demand(session, part_id=scene.bearing, until=None, after=None, limit=5)
    assert (wanted.quantity, wanted.due_on) == (Decimal(2), date(2027, 3, 11))

    done_at = datetime(2027, 3, 3, 6, tzinfo=UTC)
    read_meter(session, meter, 170, done_at - timedelta(hours=1))  # 1245 in all
    finish(session, order, done_at=done_at)
    assert (first.state, first.ended_at) == (State.DONE, done_at)
    subject = the_subject(session, plan)
    assert (subject.passed_total, subject.number, subject.missed) == (Decimal(1245), 1, 0)
    assert stock.list_demand(session, part_id=scene.bearing, until=None, after=None, limit=5) == []

    read_meter(session, meter, 175, done_at + 60 * DAY)  # it hardly runs any more
    sweep(session, done_at + 76 * DAY)

    assert days_due(session, plan) == [date(2027, 3, 4), date(2027, 6, 1)]  # 90 days from 3 March
    assert len(open_orders(session, plan)) == 1


def test_sweeps_at_once_retries_and_a_crash_open_one_order(tenant: UUID) -> None:
    with transaction(tenant_id=tenant) as session:
        scene = a_scene(session)
        publish_checklist(session)
        plan = an_active_plan(session, a_draft(asset_id=scene.asset, lead_days=100))

    with pytest.raises(RuntimeError, match="power cut"):
        sweep_until_the_power_is_cut(tenant)
    sweepers = [Thread(target=sweep_alone, args=(tenant,)) for _ in range(6)]
    for sweeper in sweepers:
        sweeper.start()
    for sweeper in sweepers:
        sweeper.join()

    with transaction(tenant_id=tenant) as session:
        found = session.scalars(select(WorkOrder)).all()
        assert [order.source for order in found] == [OrderSource.PLAN]
        assert len(occurrences(session, plan)) == 1


def sweep_until_the_power_is_cut(tenant: UUID) -> None:
    with transaction(tenant_id=tenant) as session:
        assert generation.open_due(session, at=NEW_YEAR + DAY, limit=50) == 1
        session.flush()
        raise RuntimeError("power cut")


def sweep_alone(tenant: UUID) -> None:
    for _ in range(2):
        with transaction(tenant_id=tenant) as session:
            sweep(session, NEW_YEAR + DAY)


def test_what_is_missed_is_counted_once_and_the_higher_level_is_not_lost(session: Session) -> None:
    a_scene(session)
    publish_checklist(session)
    levels = (a_level(), a_level(every=3, name="季度保养", duration_minutes=240))
    draft = a_draft(
        class_code="pump", rule="FREQ=MONTHLY", anchor=Anchor.FIXED, starts_on=date(2027, 1, 31), levels=levels,
        lead_days=3, tolerance_days=2, signature_required=False,
    )  # fmt: skip
    plan = an_active_plan(session, draft)
    sweep(session, datetime(2027, 1, 29, tzinfo=UTC))
    (order,) = open_orders(session, plan)

    finish(session, order, done_at=datetime(2027, 4, 2, tzinfo=UTC))  # February's and March's came due meanwhile
    sweep(session, datetime(2027, 4, 28, tzinfo=UTC))

    assert days_due(session, plan) == [date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30)]
    assert [row.state for row in occurrences(session, plan)] == [State.DONE, State.MISSED, State.MISSED, State.OPEN]
    assert [row.level for row in occurrences(session, plan)] == [1, 1, 3, 3]
    (catching_up,) = open_orders(session, plan)
    assert catching_up.duration_minutes == 240
    at = datetime(2027, 6, 1, tzinfo=UTC)
    (year,) = compliance.report(session, Filter(plan_id=plan.id), by=Grouping.ALL, at=at)
    assert (year.due, year.share) == (4, 0.0)
    assert {told: count for told, count in year.counts.items() if count} == {
        Outcome.LATE: 1,
        Outcome.MISSED: 2,
        Outcome.OVERDUE: 1,
    }
    finish(session, catching_up, done_at=datetime(2027, 4, 29, tzinfo=UTC))
    by_month = compliance.report(session, Filter(start=date(2027, 4, 1)), by=Grouping.MONTH, at=at)
    assert [(row.key, row.due, row.share) for row in by_month] == [("2027-04", 1, 1.0)]
    listed = compliance.list_occurrences(
        session, Filter(outcomes=(Outcome.LATE, Outcome.IN_TIME)), at=at, before=None, limit=10
    )
    assert [row.work_order_id for row, _, _ in listed] == [catching_up.id, order.id]


def test_a_cancelled_order_counts_as_called_off_and_the_next_one_comes(session: Session) -> None:
    scene = a_scene(session)
    publish_checklist(session)
    plan = an_active_plan(session, a_draft(asset_id=scene.asset, rule="FREQ=WEEKLY", anchor=Anchor.FIXED, lead_days=1))
    sweep(session, NEW_YEAR + 6 * DAY)
    (order,) = open_orders(session, plan)

    orders.act_on_order(session, order.id, OrderAction.CANCEL, actor=system(), at=NEW_YEAR + 6 * DAY)
    news = WorkOrderChanged(
        work_order_id=order.id, ticket_id=None, case_id=None, from_state="open", state="cancelled", action="cancel",
        version=order.version, occurred_at=NEW_YEAR + 6 * DAY,
    )  # fmt: skip
    for _ in range(2):
        handlers.count_on_cancel(session, news)
    sweep(session, NEW_YEAR + 8 * DAY)
    assert open_orders(session, plan) == []
    sweep(session, NEW_YEAR + 13 * DAY)

    assert [row.state for row in occurrences(session, plan)] == [State.CANCELLED, State.OPEN]
    assert days_due(session, plan) == [date(2027, 1, 8), date(2027, 1, 15)]


@pytest.mark.parametrize(
    ("other", "reasons"),
    [
        ({"rule": None, "meter": "hours", "every": Decimal(250)}, ["no_meter"]),
        ({"rule": "FREQ=WEEKLY;UNTIL=20260101", "anchor": Anchor.FIXED}, ["no_date"]),
        ({"rule": "FREQ=YEARLY", "anchor": Anchor.FIXED, "season": (6, 7)}, ["no_date"]),
        ({"rule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "anchor": Anchor.FIXED}, ["no_date"]),
        ({"meter": "hours", "every": Decimal(250), "combinator": Combinator.ALL}, ["no_meter"]),
        ({"asset_id": None, "class_code": "lift"}, ["no_asset"]),
    ],
)
def test_a_plan_that_would_never_fire_is_not_activated(
    session: Session, other: dict[str, object], reasons: list[str]
) -> None:
    scene = a_scene(session)
    publish_checklist(session)
    assets.create_asset_class(session, "lift", name_zh="电梯", name_en="Lift")
    row = plans.create_plan(session, a_draft(**{"asset_id": scene.asset, **other}), by=None)

    with pytest.raises(PlanNeverFires) as refused:
        plans.act_on_plan(session, row.id, PlanAction.ACTIVATE, expected_version=1, at=NEW_YEAR, by=None)

    assert refused.value.members["reasons"] == reasons


def test_a_plan_that_contradicts_itself_is_refused(session: Session) -> None:
    scene = a_scene(session)

    for other in ({"site_id": scene.site}, {"rule": None}, {"every": Decimal(5)}, {"levels": (a_level(every=2),)}):
        with pytest.raises(UnfitPlan):
            plans.create_plan(session, a_draft(**{"asset_id": scene.asset, **other}), by=None)


def test_assets_that_come_and_go_are_taken_up_and_let_go(session: Session) -> None:
    scene = a_scene(session)
    publish_checklist(session)
    plan = an_active_plan(session, a_draft(class_code="pump", site_id=scene.site))
    second = assets.create_asset(session, "循环泵 2", class_code="pump", site_id=scene.site)
    assets.get_asset(session, scene.asset).state = AssetState.DECOMMISSIONED
    session.flush()

    sweep(session, NEW_YEAR + DAY)

    rows = {row.asset_id: row for row in session.scalars(select(MaintenanceSubject).filter_by(plan_id=plan.id))}
    assert rows[scene.asset].left_at == NEW_YEAR + DAY
    coming = rows[second.id].due_at
    assert coming is not None
    assert coming.astimezone(SHANGHAI).date() == date(2027, 4, 2)  # 90 days from when it came in
    sweep(session, NEW_YEAR + 90 * DAY)
    assert [order.asset_id for order in open_orders(session, plan)] == [second.id]


def test_a_paused_plan_opens_nothing_and_goes_on_from_then(session: Session) -> None:
    scene = a_scene(session)
    publish_checklist(session)
    draft = a_draft(asset_id=scene.asset, rule="FREQ=MONTHLY", anchor=Anchor.FIXED, lead_days=0)
    plan = an_active_plan(session, draft)
    plans.act_on_plan(session, plan.id, PlanAction.PAUSE, expected_version=2, at=NEW_YEAR + DAY, by=None)
    sweep(session, NEW_YEAR + 100 * DAY)
    assert occurrences(session, plan) == []

    plans.act_on_plan(session, plan.id, PlanAction.ACTIVATE, expected_version=3, at=NEW_YEAR + 100 * DAY, by=None)
    sweep(session, datetime(2027, 5, 1, 2, tzinfo=UTC))

    assert days_due(session, plan) == [date(2027, 5, 1)]


def test_the_device_is_muted_while_its_asset_is_maintained(session: Session) -> None:
    scene = a_scene(session)
    publish_checklist(session, items=())
    plan = an_active_plan(
        session, a_draft(asset_id=scene.asset, signature_required=False, lead_days=120), at=NOON - DAY
    )
    plan.starts_on = NOON.date()
    session.flush()
    subject = the_subject(session, plan)
    subject.opens_at = subject.passed_at = NOON
    session.flush()
    sweep(session, NOON)
    (order,) = open_orders(session, plan)
    visit = a_visit(session, scene, order)

    do_visit(session, visit.id, phone_of(scene.chen), until=VisitAction.START)
    hear(session, visit.id, order.id)
    since, until = devices.mute_of(session, scene.device)
    assert (since, until) == (visit.arrived_at, visit.planned_end + timedelta(hours=4))
    step(session, visit.id, VisitAction.COMPLETE, phone_of(scene.chen), 50)
    hear(session, visit.id, order.id)

    assert devices.mute_of(session, scene.device) == (visit.arrived_at, visit.ended_at)


def hear(session: Session, visit_id: UUID, order_id: UUID) -> None:
    news = VisitChanged(
        visit_id=visit_id, work_order_id=order_id, technician_ids=(), from_state="on_site", state="in_progress",
        action="start", version=1, occurred_at=NOON,
    )  # fmt: skip
    for _ in range(2):
        handlers.mute_on_visit(session, news)


def test_a_condition_that_has_held_long_enough_opens_an_order(tenant: UUID) -> None:
    maintain_partitions()
    at = clock.now()
    with transaction(tenant_id=tenant) as session:
        scene = a_scene(session)
        publish_checklist(session)
        condition = {
            "metric": "bearing_temp_c",
            "metric_limit": Limit.ABOVE,
            "metric_value": 70.0,
            "metric_seconds": 600,
        }
        draft = a_draft(asset_id=scene.asset, rule=None, starts_on=at.date(), **condition)
        plan = an_active_plan(session, draft, at=at - timedelta(hours=1))
        device = session.get_one(Device, scene.device)
        slug = session.get_one(Tenant, tenant).slug
        sweep(session, at - timedelta(minutes=40))
        assert open_orders(session, plan) == []
    sender = DemoDevice(device.id, device.number, tenant, slug, device.name, "", 0)
    first = int((at - timedelta(minutes=30)).timestamp() * 1000)
    feed(sender, [(first + place * 60_000, {"bearing_temp_c": 60.0 + place}) for place in range(29)])

    with transaction(tenant_id=tenant) as session:
        sweep(session, at)

        (occurrence,) = session.scalars(select(MaintenanceOccurrence).where(MaintenanceOccurrence.plan_id == plan.id))
        assert [part["why"] for part in occurrence.why] == [Why.HELD]
        held = at - timedelta(minutes=30) + timedelta(minutes=21)  # above 70 from the 11th minute on, for ten
        assert abs(occurrence.due_at - held) < timedelta(seconds=1)
        assert len(open_orders(session, plan)) == 1
