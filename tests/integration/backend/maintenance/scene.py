"""A pump with an hour meter, a checklist in use, and plans for it; the worker's sweep, by hand."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.assets import metering, meters
from backend.assets.events import MeterRead
from backend.assets.models import MeterKind, ReadingSource
from backend.checklists import service as checklists
from backend.checklists.answers import Item, ItemType
from backend.maintenance import handlers
from backend.maintenance.due import Anchor, Combinator
from backend.maintenance.lifecycle import PlanAction
from backend.maintenance.models import MaintenanceOccurrence, MaintenancePlan, MaintenanceSubject
from backend.maintenance.service import enrolment, generation, plans
from backend.maintenance.service.drafts import Draft, LevelDraft
from backend.work.events import WorkOrderClosed
from backend.work.lifecycle import OrderState
from backend.work.models import WorkOrder
from backend.work.service import orders
from tests.integration.backend.work.scene import desk

DAY = timedelta(days=1)
NEW_YEAR = datetime(2027, 1, 1, 1, tzinfo=UTC)
"""09:00 in Shanghai."""
LEAK = Item(key="leak", text_zh="无泄漏", text_en="No leak", type=ItemType.BOOL)


def a_draft(**other: object) -> Draft:
    """Return a plan of a pump: every 90 days, counted from when it was done."""
    given: dict[str, object] = {
        "name": "水泵保养", "asset_id": None, "class_code": None, "site_id": None, "route_id": None,
        "rule": "FREQ=DAILY;INTERVAL=90", "starts_on": date(2027, 1, 1), "due_time": time(9), "meter": None,
        "every": None, "metric": None, "metric_limit": None, "metric_value": None, "metric_seconds": 3600,
        "combinator": Combinator.ANY, "anchor": Anchor.FLOATING, "season": (), "tolerance_days": 7, "lead_days": 14,
        "summary": "水泵保养", "description": "", "skill": "rotating", "skill_level": 2, "priority": 3,
        "signature_required": True, "mute_device": True,
        "levels": (a_level(),),
        **other,
    }  # fmt: skip
    return Draft(**given)  # type: ignore[arg-type]


def a_level(**other: object) -> LevelDraft:
    """Return the plain level."""
    given: dict[str, object] = {
        "every": 1, "name": "小保养", "checklist_code": "pump-service", "duration_minutes": 90, "parts": (), **other,
    }  # fmt: skip
    return LevelDraft(**given)  # type: ignore[arg-type]


def publish_checklist(session: Session, code: str = "pump-service", *, items: tuple[Item, ...] = (LEAK,)) -> UUID:
    """Put the next version of a checklist in use."""
    template = checklists.create_version(session, code, name_zh="保养", name_en="Service", items=items)
    return checklists.publish_version(session, template.id, at=NEW_YEAR).id


def an_active_plan(session: Session, draft: Draft, *, at: datetime = NEW_YEAR) -> MaintenancePlan:
    """Write a plan and activate it."""
    row = plans.create_plan(session, draft, by=None)
    return plans.act_on_plan(session, row.id, PlanAction.ACTIVATE, expected_version=1, at=at, by=None)


def sweep(session: Session, at: datetime) -> None:
    """Do what the worker does."""
    for stage in (enrolment.sweep, enrolment.look_at_due, generation.open_due):
        stage(session, at=at, limit=50)
    session.flush()


def hour_meter(session: Session, asset_id: UUID) -> UUID:
    """Give an asset an hour meter."""
    return meters.create_meter(session, asset_id, code="hours", name="运行时数", unit="h", kind=MeterKind.CUMULATIVE).id


def read_meter(
    session: Session, meter_id: UUID, value: object, at: datetime, *, replaced_by: metering.Counter | None = None
) -> None:
    """Write a reading down and tell maintenance of it."""
    read = meters.Read(value=Decimal(str(value)), at=at, source=ReadingSource.MANUAL, replaced_by=replaced_by)
    row = meters.record_reading(session, meter_id, read, received_at=at)
    meter = meters.get_meter(session, meter_id)
    news = MeterRead(
        reading_id=row.id, meter_id=meter.id, asset_id=meter.asset_id, code=meter.code, at=row.at, value=row.value,
        total=row.total, source=row.source,
    )  # fmt: skip
    handlers.look_on_reading(session, news)


def the_subject(session: Session, plan: MaintenancePlan) -> MaintenanceSubject:
    """Return the one subject of a plan."""
    return session.scalars(select(MaintenanceSubject).where(MaintenanceSubject.plan_id == plan.id)).one()


def occurrences(session: Session, plan: MaintenancePlan) -> list[MaintenanceOccurrence]:
    """Return what came due, in order."""
    query = select(MaintenanceOccurrence).where(MaintenanceOccurrence.plan_id == plan.id)
    return list(session.scalars(query.order_by(MaintenanceOccurrence.number)))


def open_orders(session: Session, plan: MaintenancePlan) -> list[WorkOrder]:
    """Return the orders of a plan that have not ended."""
    ids = [row.work_order_id for row in occurrences(session, plan)]
    query = select(WorkOrder).where(WorkOrder.id.in_(ids), WorkOrder.state == OrderState.OPEN)
    return list(session.scalars(query.order_by(WorkOrder.id)))


def finish(session: Session, order: WorkOrder, *, done_at: datetime) -> None:
    """End an order as its last visit and the office would, and tell maintenance of it, twice."""
    order.state, order.completed_at = OrderState.VERIFIED, done_at
    session.flush()
    orders.close(session, order.id, actor=desk(), at=done_at + DAY)
    news = WorkOrderClosed(
        work_order_id=order.id, number=order.number, ticket_id=None, case_id=None, asset_id=order.asset_id,
        finding_result=None, failure_mode=None, closed_at=done_at + DAY,
    )  # fmt: skip
    for _ in range(2):
        handlers.count_on_close(session, news)
    session.flush()
