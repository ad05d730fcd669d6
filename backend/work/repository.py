"""Queries of work orders and visits; rows are locked order first, then its visits."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, func, or_, select, update
from sqlalchemy.orm import Session

from backend.work.errors import NoSuchConflict, NoSuchVisit, NoSuchWorkOrder
from backend.work.lifecycle import ORDER_ENDED, VISIT_BEFORE_TRAVEL, OrderState, VisitState
from backend.work.models import (
    ConflictItem,
    ConflictState,
    Visit,
    VisitAnswer,
    VisitEvent,
    VisitNote,
    VisitPart,
    VisitTechnician,
    WorkOrder,
    WorkOrderEvent,
    WorkOrderPart,
)


def order(session: Session, work_order_id: UUID, *, lock: bool = False) -> WorkOrder:
    """Return an order, as it stands now if it is locked.

    Raises:
        NoSuchWorkOrder: there is none with this id.
    """
    query = select(WorkOrder).where(WorkOrder.id == work_order_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None:
        raise NoSuchWorkOrder("No work order has this id.", work_order_id=work_order_id)
    return found


def exists(session: Session, work_order_id: UUID) -> bool:
    """Tell whether there is an order with this id."""
    return session.scalar(select(WorkOrder.id).where(WorkOrder.id == work_order_id)) is not None


def order_of_key(session: Session, source_key: str) -> WorkOrder | None:
    """Return the order that was made from a source."""
    return session.scalar(select(WorkOrder).where(WorkOrder.source_key == source_key))


def visit_with_order(session: Session, visit_id: UUID) -> tuple[Visit, WorkOrder]:
    """Return a visit and its order, both locked.

    Raises:
        NoSuchVisit: there is none with this id.
    """
    order_id = session.scalar(select(Visit.work_order_id).where(Visit.id == visit_id))
    if order_id is None:
        raise NoSuchVisit("No visit has this id.", visit_id=visit_id)
    held = order(session, order_id, lock=True)
    query = select(Visit).where(Visit.id == visit_id).with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).one(), held


def visit(session: Session, visit_id: UUID) -> Visit:
    """Return a visit.

    Raises:
        NoSuchVisit: there is none with this id.
    """
    found = session.scalar(select(Visit).where(Visit.id == visit_id))
    if found is None:
        raise NoSuchVisit("No visit has this id.", visit_id=visit_id)
    return found


def visits_of(session: Session, work_order_id: UUID) -> Sequence[Visit]:
    """Return the visits of an order, the first one first."""
    return session.scalars(select(Visit).where(Visit.work_order_id == work_order_id).order_by(Visit.visit_no)).all()


def standing_visits(session: Session, technician_id: UUID, *, start: datetime, end: datetime | None) -> Sequence[UUID]:
    """Return the visits of a technician that share time with an interval and have not begun, in order of their ids."""
    query = (
        select(Visit.id)
        .join(VisitTechnician, VisitTechnician.visit_id == Visit.id)
        .where(
            VisitTechnician.technician_id == technician_id,
            VisitTechnician.released_at.is_(None),
            Visit.state.in_(VISIT_BEFORE_TRAVEL),
            Visit.planned_end > start,
        )
        .order_by(Visit.id)
    )
    return session.scalars(query if end is None else query.where(Visit.planned_start < end)).all()


def visits_of_people(
    session: Session, technician_ids: Collection[UUID], *, start: datetime, end: datetime
) -> Sequence[Row[Visit, WorkOrder, UUID]]:
    """Return the visits of technicians that are planned into an interval, by their start."""
    return session.execute(
        select(Visit, WorkOrder, VisitTechnician.technician_id)
        .join(WorkOrder, WorkOrder.id == Visit.work_order_id)
        .join(VisitTechnician, VisitTechnician.visit_id == Visit.id)
        .where(
            VisitTechnician.technician_id.in_(technician_ids),
            VisitTechnician.released_at.is_(None),
            Visit.planned_start < end,
            Visit.planned_end > start,
        )
        .order_by(Visit.planned_start, Visit.id)
    ).all()


def steps_of_people(
    session: Session, technician_ids: Collection[UUID], *, start: datetime, end: datetime
) -> Sequence[Row[VisitEvent, UUID, str, UUID]]:
    """Return the steps, with order, number and technician, of visits under way in an interval, as they occurred."""
    begun = func.coalesce(Visit.travel_started_at, Visit.arrived_at, Visit.work_started_at)
    return session.execute(
        select(VisitEvent, WorkOrder.id, WorkOrder.number, VisitTechnician.technician_id)
        .join(Visit, Visit.id == VisitEvent.visit_id)
        .join(WorkOrder, WorkOrder.id == Visit.work_order_id)
        .join(VisitTechnician, VisitTechnician.visit_id == Visit.id)
        .where(
            VisitTechnician.technician_id.in_(technician_ids),
            VisitTechnician.released_at.is_(None),
            begun < end,
            or_(Visit.ended_at.is_(None), Visit.ended_at > start),
        )
        .order_by(VisitTechnician.technician_id, Visit.id, VisitEvent.occurred_at, VisitEvent.seq)
    ).all()


def states_of_visits(session: Session, work_order_id: UUID) -> list[VisitState]:
    """Return the states of an order's visits, the first one first."""
    return [visit.state for visit in visits_of(session, work_order_id)]


def crew(session: Session, visit_id: UUID) -> Sequence[VisitTechnician]:
    """Return who goes, the lead first."""
    return session.scalars(
        select(VisitTechnician)
        .where(VisitTechnician.visit_id == visit_id, VisitTechnician.released_at.is_(None))
        .order_by(VisitTechnician.lead.desc(), VisitTechnician.id)
    ).all()


def was_theirs(session: Session, visit_id: UUID, technician_id: UUID) -> bool:
    """Tell whether the visit is or was this technician's."""
    found = session.scalar(
        select(VisitTechnician.id)
        .where(VisitTechnician.visit_id == visit_id, VisitTechnician.technician_id == technician_id)
        .limit(1)
    )
    return found is not None


def order_was_theirs(session: Session, work_order_id: UUID, technician_id: UUID) -> bool:
    """Tell whether a visit of the order is or was this technician's."""
    found = session.scalar(
        select(VisitTechnician.id)
        .join(Visit, Visit.id == VisitTechnician.visit_id)
        .where(Visit.work_order_id == work_order_id, VisitTechnician.technician_id == technician_id)
        .limit(1)
    )
    return found is not None


def release_crew(session: Session, visit_id: UUID, *, at: datetime) -> None:
    """Take the visit from its technicians."""
    session.execute(
        update(VisitTechnician)
        .where(VisitTechnician.visit_id == visit_id, VisitTechnician.released_at.is_(None))
        .values(released_at=at)
    )


def visit_events(session: Session, visit_id: UUID) -> Sequence[VisitEvent]:
    """Return what happened in a visit, as it was written."""
    return session.scalars(select(VisitEvent).where(VisitEvent.visit_id == visit_id).order_by(VisitEvent.seq)).all()


def next_order_seq(session: Session, work_order_id: UUID) -> int:
    """Return the number of an order's next event; the order is locked."""
    last = session.scalar(select(func.max(WorkOrderEvent.seq)).where(WorkOrderEvent.work_order_id == work_order_id))
    return (last or 0) + 1


def known_operation(session: Session, client_op_id: UUID) -> bool:
    """Tell whether an operation has left its trace: an event, an answer, a part, a note, or a conflict item."""
    tables = (VisitEvent, WorkOrderEvent, VisitAnswer, VisitPart, VisitNote, ConflictItem)
    return any(
        session.scalar(select(table.id).where(table.client_op_id == client_op_id)) is not None for table in tables
    )


def answers(session: Session, visit_id: UUID) -> Sequence[VisitAnswer]:
    """Return the answers of a visit's checklist."""
    return session.scalars(
        select(VisitAnswer).where(VisitAnswer.visit_id == visit_id).order_by(VisitAnswer.occurred_at)
    ).all()


def answer(session: Session, visit_id: UUID, item: str) -> VisitAnswer | None:
    """Return the answer to one item."""
    return session.scalar(
        select(VisitAnswer).where(VisitAnswer.visit_id == visit_id, VisitAnswer.item == item).with_for_update()
    )


def expected_parts(session: Session, work_order_id: UUID) -> Sequence[WorkOrderPart]:
    """Return the parts that an order is expected to take."""
    return session.scalars(
        select(WorkOrderPart).where(WorkOrderPart.work_order_id == work_order_id).order_by(WorkOrderPart.id)
    ).all()


def waiting_for(session: Session, part_id: UUID) -> Sequence[UUID]:
    """Return the orders that wait for a part, in the order in which rows are locked."""
    return session.scalars(
        select(WorkOrder.id)
        .join(WorkOrderPart, WorkOrderPart.work_order_id == WorkOrder.id)
        .where(WorkOrder.state == OrderState.WAITING_PARTS, WorkOrderPart.part_id == part_id)
        .order_by(WorkOrder.id)
        .limit(200)
    ).all()


def states_of_ticket(session: Session, ticket_id: UUID) -> set[OrderState]:
    """Return the states that orders of a ticket are in."""
    return set(session.scalars(select(WorkOrder.state).where(WorkOrder.ticket_id == ticket_id).distinct()))


def orders_found_by(session: Session, work_order_id: UUID) -> Sequence[WorkOrder]:
    """Return the orders that put right what an order's checklists found, the first one first."""
    query = select(WorkOrder).where(WorkOrder.found_by_id == work_order_id)
    return session.scalars(query.order_by(WorkOrder.id).limit(200)).all()


def orders_of_ticket(session: Session, ticket_id: UUID) -> Sequence[WorkOrder]:
    """Return the orders of a ticket, the first one first."""
    return session.scalars(
        select(WorkOrder).where(WorkOrder.ticket_id == ticket_id).order_by(WorkOrder.id).limit(100)
    ).all()


def ids_of_ticket(session: Session, ticket_id: UUID) -> Sequence[UUID]:
    """Return the orders of a ticket that are not over, in the order in which rows are locked."""
    query = select(WorkOrder.id).where(WorkOrder.ticket_id == ticket_id, WorkOrder.state.not_in(ORDER_ENDED))
    return session.scalars(query.order_by(WorkOrder.id)).all()


def open_children(session: Session, work_order_id: UUID) -> Sequence[str]:
    """Return the numbers of the first orders that are a part of this one and not over."""
    query = select(WorkOrder.number).where(WorkOrder.parent_id == work_order_id, WorkOrder.state.not_in(ORDER_ENDED))
    return session.scalars(query.order_by(WorkOrder.id).limit(20)).all()


def open_conflicts(session: Session, visit_ids: Collection[UUID]) -> Sequence[ConflictItem]:
    """Return undecided conflict items of visits, as they happened."""
    return session.scalars(
        select(ConflictItem)
        .where(ConflictItem.visit_id.in_(visit_ids), ConflictItem.state == ConflictState.OPEN)
        .order_by(ConflictItem.occurred_at, ConflictItem.id)
    ).all()


def conflict_with_visit(session: Session, conflict_id: UUID) -> tuple[ConflictItem, Visit, WorkOrder]:
    """Return a conflict item with its visit and order, all locked: those two first, as steps of the visit lock them.

    Raises:
        NoSuchConflict: there is none with this id.
    """
    visit_id = session.scalar(select(ConflictItem.visit_id).where(ConflictItem.id == conflict_id))
    if visit_id is None:
        raise NoSuchConflict("No conflict item has this id.", conflict_id=conflict_id)
    held, of = visit_with_order(session, visit_id)
    query = select(ConflictItem).where(ConflictItem.id == conflict_id)
    return session.scalars(query.with_for_update().execution_options(populate_existing=True)).one(), held, of


def conflict_rows(
    session: Session,
    *,
    state: ConflictState = ConflictState.OPEN,
    after: UUID | None = None,
    conflict_id: UUID | None = None,
    limit: int,
) -> Sequence[tuple[ConflictItem, Visit, WorkOrder]]:
    """Return conflict items with their visit and order: one by id, or those of a state behind `after`."""
    query = (
        select(ConflictItem, Visit, WorkOrder)
        .join(Visit, Visit.id == ConflictItem.visit_id)
        .join(WorkOrder, WorkOrder.id == Visit.work_order_id)
        .order_by(ConflictItem.id)
        .limit(limit)
    )
    if conflict_id is not None:
        query = query.where(ConflictItem.id == conflict_id)
    else:
        query = query.where(ConflictItem.state == state)
    if after is not None:
        query = query.where(ConflictItem.id > after)
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def hand_over(session: Session, customer_id: UUID, into_id: UUID) -> None:
    """Give everything of a customer to another."""
    session.execute(update(WorkOrder).where(WorkOrder.customer_id == customer_id).values(customer_id=into_id))
