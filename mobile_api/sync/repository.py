"""Queries of the sync: known operations, and what a command may be sent to."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.assets.models import Asset
from backend.work.errors import NoSuchVisit, NotYourVisit
from backend.work.lifecycle import VisitState
from backend.work.models import ConflictItem, Visit, VisitTechnician, WorkOrder
from mobile_api.sync.models import FieldOperation

OFF = (VisitState.PLANNED, VisitState.CANCELLED, VisitState.REJECTED)


def claim(session: Session, values: dict[str, Any]) -> FieldOperation | None:
    """Write the row of an operation; None when it is known, after waiting for whoever writes it just now."""
    made = session.scalar(insert(FieldOperation).values(values).on_conflict_do_nothing().returning(FieldOperation.id))
    return None if made is None else session.get_one(FieldOperation, made)


def operation(session: Session, client_op_id: UUID) -> FieldOperation:
    """Return a known operation."""
    return session.scalars(select(FieldOperation).where(FieldOperation.client_op_id == client_op_id)).one()


def conflict_of(session: Session, client_op_id: UUID) -> ConflictItem | None:
    """Return the conflict item that an operation became."""
    return session.scalar(select(ConflictItem).where(ConflictItem.client_op_id == client_op_id))


def device_of_visit(session: Session, visit_id: UUID, *, technician_id: UUID) -> UUID | None:
    """Return the device of the asset that a technician's visit is about.

    Raises:
        NoSuchVisit: there is none with this id.
        NotYourVisit: it is not the technician's, or not any more.
    """
    found = session.execute(
        select(Visit.state, Asset.device_id, VisitTechnician.id.label("crew"))
        .join(WorkOrder, WorkOrder.id == Visit.work_order_id)
        .join(Asset, Asset.id == WorkOrder.asset_id, isouter=True)
        .join(
            VisitTechnician,
            (VisitTechnician.visit_id == Visit.id)
            & (VisitTechnician.technician_id == technician_id)
            & VisitTechnician.released_at.is_(None),
            isouter=True,
        )
        .where(Visit.id == visit_id)
    ).first()
    if found is None:
        raise NoSuchVisit("No visit has this id.", visit_id=visit_id)
    if found.crew is None or found.state in OFF:
        raise NotYourVisit("The visit is not yours, or not any more.", visit_id=visit_id)
    device_id: UUID | None = found.device_id
    return device_id
