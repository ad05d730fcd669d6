"""Queries of the day: the visits of one technician and what is known about their assets."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from backend.assets.models import AssetComponent, FailureRecord
from backend.checklists.models import ChecklistTemplate
from backend.customers.models import Contact, Customer, Site
from backend.work.lifecycle import VisitState
from backend.work.models import Visit, VisitAnswer, VisitNote, VisitPart, VisitTechnician, WorkOrder, WorkOrderPart

OVER = (VisitState.COMPLETED, VisitState.INCOMPLETE, VisitState.NO_ACCESS)
HIDDEN = (VisitState.PLANNED, VisitState.CANCELLED, VisitState.REJECTED)
"""Not on a phone: not handed over yet, or not theirs any more."""
OVER_KEPT = timedelta(hours=36)
MOST_VISITS = 200
HISTORY = 10


class VisitRow(NamedTuple):
    """A visit, and whether the technician leads it."""

    visit: Visit
    order: WorkOrder
    site: Site
    customer: Customer
    lead: bool


def visits(
    session: Session, technician_id: UUID, *, at: datetime, only: Collection[UUID] | None = None
) -> list[VisitRow]:
    """Return the technician's visits that are open, or over not long ago, in the order of the plan."""
    query = (
        select(Visit, WorkOrder, Site, Customer, VisitTechnician.lead)
        .join(VisitTechnician, VisitTechnician.visit_id == Visit.id)
        .join(WorkOrder, WorkOrder.id == Visit.work_order_id)
        .join(Site, Site.id == WorkOrder.site_id)
        .join(Customer, Customer.id == WorkOrder.customer_id)
        .where(
            VisitTechnician.technician_id == technician_id,
            VisitTechnician.released_at.is_(None),
            Visit.state.not_in(HIDDEN),
            or_(Visit.state.not_in(OVER), Visit.ended_at > at - OVER_KEPT),
        )
        .order_by(Visit.planned_start, Visit.id)
        .limit(MOST_VISITS)
    )
    rows = session.execute(query if only is None else query.where(Visit.id.in_(only)))
    return [VisitRow(*row) for row in rows]


def ever_assigned(
    session: Session, technician_id: UUID, *, visits: Collection[UUID], orders: Collection[UUID]
) -> set[UUID]:
    """Return those of some visits, and of the visits of some orders, that are or were the technician's."""
    query = (
        select(Visit.id)
        .join(VisitTechnician, VisitTechnician.visit_id == Visit.id)
        .where(
            VisitTechnician.technician_id == technician_id,
            or_(Visit.id.in_(visits), Visit.work_order_id.in_(orders)),
        )
    )
    return set(session.scalars(query))


def expected_parts(session: Session, order_ids: Collection[UUID]) -> Sequence[WorkOrderPart]:
    """Return the parts that orders are expected to use."""
    return session.scalars(select(WorkOrderPart).where(WorkOrderPart.work_order_id.in_(order_ids))).all()


def checklists(session: Session, ids: Collection[UUID | None]) -> dict[UUID | None, ChecklistTemplate]:
    """Return checklists by id."""
    rows = session.scalars(select(ChecklistTemplate).where(ChecklistTemplate.id.in_(ids)))
    return {row.id: row for row in rows}


def contacts(session: Session, customer_ids: Collection[UUID]) -> Sequence[Contact]:
    """Return the contacts of customers, the primary ones first."""
    return session.scalars(
        select(Contact).where(Contact.customer_id.in_(customer_ids)).order_by(Contact.is_primary.desc(), Contact.id)
    ).all()


def components(session: Session, asset_ids: Collection[UUID]) -> Sequence[AssetComponent]:
    """Return the serialised parts inside assets now."""
    return session.scalars(
        select(AssetComponent)
        .where(AssetComponent.asset_id.in_(asset_ids), AssetComponent.removed_at.is_(None))
        .order_by(AssetComponent.place)
    ).all()


def failures(session: Session, asset_ids: Collection[UUID]) -> Sequence[FailureRecord]:
    """Return what failed on assets before, the newest first."""
    return session.scalars(
        select(FailureRecord)
        .where(FailureRecord.asset_id.in_(asset_ids))
        .order_by(FailureRecord.at.desc())
        .limit(HISTORY * max(len(asset_ids), 1))
    ).all()


def answers(session: Session, visit_ids: Collection[UUID]) -> Sequence[VisitAnswer]:
    """Return the checklist answers of visits."""
    return session.scalars(select(VisitAnswer).where(VisitAnswer.visit_id.in_(visit_ids))).all()


def parts_used(session: Session, visit_ids: Collection[UUID]) -> Sequence[VisitPart]:
    """Return the parts used on visits."""
    return session.scalars(select(VisitPart).where(VisitPart.visit_id.in_(visit_ids)).order_by(VisitPart.id)).all()


def notes(session: Session, visit_ids: Collection[UUID]) -> Sequence[VisitNote]:
    """Return the notes of visits."""
    return session.scalars(select(VisitNote).where(VisitNote.visit_id.in_(visit_ids)).order_by(VisitNote.id)).all()
