"""Use cases of what a technician reports from a visit: answers, parts, serials, notes. Each is one operation."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from backend.assets import service as assets
from backend.assets.errors import ComponentMismatch
from backend.checklists import answers as checklist_answers
from backend.checklists import service as checklists
from backend.checklists.answers import has_verdict, is_out_of_limits
from backend.technicians import service as technicians
from backend.work import repository
from backend.work.actors import Actor
from backend.work.errors import BadVisit, IllegalTransition, NotYourVisit
from backend.work.events import VisitReported
from backend.work.lifecycle import VisitState
from backend.work.models import ConflictItem, Visit, VisitAnswer, VisitNote, VisitPart, WorkOrder
from backend.work.service import acting, conflicts, stages
from backend.work.service.acting import Outcome, Status
from backend.work.service.stages import Said
from inventory import service as stock
from inventory.errors import InsufficientStock, InvalidMove, SerialElsewhere
from inventory.service import Condition
from kernel import clock
from kernel.outbox import publish

PARTS_USE, SERIAL_SWAP = "parts.use", "asset.swap_serial"
KEPT = (InsufficientStock, SerialElsewhere, InvalidMove, ComponentMismatch, IllegalTransition, NotYourVisit)
"""Refusals of a part line that really happened on site: a dispatcher sorts it out, completion does not wait."""
ONE = Decimal(1)


@dataclass(frozen=True, kw_only=True)
class Reported:
    """Who reports, when it happened, when it was heard, and the operation's id."""

    actor: Actor
    occurred_at: datetime
    received_at: datetime
    client_op_id: UUID

    def said(self, detail: dict[str, Any]) -> Said:
        """Return it as what a conflict item keeps."""
        happened_at, flagged = stages.bounded(self.occurred_at, self.received_at, None)
        return Said(
            actor=self.actor,
            occurred_at=happened_at,
            received_at=self.received_at,
            client_op_id=self.client_op_id,
            flagged=flagged,
            detail=detail,
        )


def answer_checklist(
    session: Session,
    visit_id: UUID,
    *,
    item: str,
    value: object,
    unit: str | None = None,
    note: str | None = None,
    by: Reported,
) -> Outcome:
    """Answer one item; of two answers the one given later on site holds.

    Raises:
        BadVisit: the visit has no checklist.
        UnfitAnswer: the answer does not fit the item.
        NotYourVisit: the visit is somebody else's.
    """
    visit, order = repository.visit_with_order(session, visit_id)
    if known := acting.replayed(session, visit, by.client_op_id):
        return known
    check_own(session, visit, by.actor)
    if visit.checklist_id is None:
        raise BadVisit("The visit has no checklist.", visit_id=visit_id)
    template = checklists.get_template(session, visit.checklist_id)
    accepted = checklists.check_answer(template, item, value, unit=unit)
    asked = next(known for known in checklists.items_of(template) if known.key == item)
    said = by.said({})
    row = repository.answer(session, visit_id, item)
    if row is not None and row.occurred_at > said.occurred_at:
        return Outcome(Status.APPLIED, visit)
    if row is None:
        row = VisitAnswer(visit_id=visit_id, item=item)
        session.add(row)
    row.value = checklist_answers.to_json(accepted)
    row.unit, row.note = asked.unit, note
    row.passed = not is_out_of_limits(asked, accepted) if has_verdict(asked) else None
    row.actor_id, row.client_op_id = by.actor.actor_id, by.client_op_id
    row.occurred_at, row.received_at = said.occurred_at, by.received_at
    changed(session, visit, said)
    acting.retry(session, visit, order)
    return Outcome(Status.APPLIED, visit)


def check_own(session: Session, visit: Visit, actor: Actor) -> None:
    """Let a technician report on a visit that is or was theirs.

    Raises:
        NotYourVisit: it never was.
    """
    try:
        acting.check_owner(session, visit, actor, lead=False)
    except NotYourVisit:
        if not acting.ever_theirs(session, visit, actor):
            raise


def changed(session: Session, visit: Visit, said: Said) -> None:
    """Count a report as a change of the visit, and tell of it."""
    visit.changed_at = clock.now()
    visit.version += 1
    session.flush()
    publish(
        session,
        VisitReported(
            visit_id=visit.id,
            work_order_id=visit.work_order_id,
            version=visit.version,
            occurred_at=said.occurred_at,
        ),
    )


def use_part(
    session: Session,
    visit_id: UUID,
    *,
    part_id: UUID,
    quantity: Decimal,
    serial: str | None = None,
    location_id: UUID | None = None,
    by: Reported,
) -> Outcome:
    """Book a part out of the technician's van (or `location_id`), the visit's own reservation first.

    A line that the books refuse becomes a conflict item: the part is in the machine all the same.

    Raises:
        NotYourVisit: the visit never was this technician's.
        UnknownPart: there is no such part.
    """
    detail = {
        "part_id": str(part_id),
        "quantity": str(quantity),
        "serial": serial,
        "location_id": str(location_id) if location_id else None,
    }
    return _parts_line(session, visit_id, PARTS_USE, detail, by)


def swap_serial(
    session: Session,
    visit_id: UUID,
    *,
    part_id: UUID,
    old_serial: str,
    new_serial: str,
    asset_id: UUID | None = None,
    location_id: UUID | None = None,
    by: Reported,
) -> Outcome:
    """Install a new serial and take the old one back: stock, asset and visit in one transaction, or a conflict item.

    Raises:
        NotYourVisit: the visit never was this technician's.
        BadVisit: neither the order nor the operation names an asset.
    """
    detail = {
        "part_id": str(part_id),
        "old_serial": old_serial,
        "new_serial": new_serial,
        "asset_id": str(asset_id) if asset_id else None,
        "location_id": str(location_id) if location_id else None,
    }
    return _parts_line(session, visit_id, SERIAL_SWAP, detail, by)


def _parts_line(session: Session, visit_id: UUID, kind: str, detail: dict[str, Any], by: Reported) -> Outcome:
    visit, order = repository.visit_with_order(session, visit_id)
    if known := acting.replayed(session, visit, by.client_op_id):
        return known
    said = by.said(detail)
    try:
        with session.begin_nested():
            _BOOKS[kind](session, visit, order, said)
    except KEPT as problem:
        if by.actor.technician_id is None or not acting.ever_theirs(session, visit, by.actor):
            raise
        session.refresh(visit)
        conflicts.keep(session, visit, kind, said, problem=problem)
        return Outcome(Status.CONFLICT, visit, problem)
    changed(session, visit, said)
    return Outcome(Status.APPLIED, visit)


def _check_open(session: Session, visit: Visit, actor: Actor) -> None:
    acting.check_owner(session, visit, actor, lead=False)
    if visit.state in {VisitState.CANCELLED, VisitState.REJECTED}:
        raise IllegalTransition(
            "The visit did not take place, by what we know.", state=str(visit.state), action="parts", legal=[]
        )


def _book_use(session: Session, visit: Visit, _order: WorkOrder, said: Said) -> None:
    _check_open(session, visit, said.actor)
    detail, operation = said.detail, _operation(said)
    part_id, quantity = UUID(detail["part_id"]), Decimal(detail["quantity"])
    move = stock.issue(
        session,
        location_id=_from_where(session, visit, detail, part_id, said.actor),
        demand_id=visit.id,
        part_id=part_id,
        quantity=quantity,
        serial=detail["serial"],
        at=said.occurred_at,
        client_op_id=operation,
        actor_id=said.actor.actor_id,
    )
    session.add(
        VisitPart(
            visit_id=visit.id,
            part_id=part_id,
            quantity=quantity,
            serial=detail["serial"],
            move_id=move.id,
            actor_id=said.actor.actor_id,
            occurred_at=said.occurred_at,
            client_op_id=operation,
        )
    )


def _book_swap(session: Session, visit: Visit, order: WorkOrder, said: Said) -> None:
    _check_open(session, visit, said.actor)
    detail, operation = said.detail, _operation(said)
    part_id = UUID(detail["part_id"])
    asset_id = UUID(detail["asset_id"]) if detail["asset_id"] else order.asset_id
    if asset_id is None:
        raise BadVisit("Say which asset the part goes into.", visit_id=visit.id)
    if assets.get_asset(session, asset_id).site_id != order.site_id:
        raise BadVisit("The asset stands on another site.", asset_id=asset_id)
    swapped = stock.swap(
        session,
        location_id=_into_van(session, visit, said, part_id),
        demand_id=visit.id,
        part_id=part_id,
        new_serial=detail["new_serial"],
        old_serial=detail["old_serial"],
        at=said.occurred_at,
        client_op_id=operation,
        actor_id=said.actor.actor_id,
        old_condition=Condition.DEFECTIVE,
    )
    assets.swap_component(
        session,
        asset_id,
        part_id=part_id,
        old_serial=detail["old_serial"],
        new_serial=detail["new_serial"],
        at=said.occurred_at,
        client_op_id=operation,
    )
    session.add(
        VisitPart(
            visit_id=visit.id,
            part_id=part_id,
            quantity=ONE,
            serial=detail["new_serial"],
            old_serial=detail["old_serial"],
            move_id=swapped.issued.id,
            actor_id=said.actor.actor_id,
            occurred_at=said.occurred_at,
            client_op_id=operation,
        )
    )


Book = Callable[[Session, Visit, WorkOrder, Said], None]
_BOOKS: dict[str, Book] = {PARTS_USE: _book_use, SERIAL_SWAP: _book_swap}


def _operation(said: Said) -> UUID:
    if said.client_op_id is None:
        raise BadVisit("A part line needs its operation id.")
    return said.client_op_id


def _from_where(session: Session, visit: Visit, detail: dict[str, Any], part_id: UUID, actor: Actor) -> UUID:
    """Return where a part comes from: where it was taken, else where it is held for the visit, else the van."""
    if detail.get("location_id"):
        return UUID(detail["location_id"])
    held = stock.reservations_of(session, [visit.id], held_only=True)
    for reservation in held:
        if reservation.part_id == part_id:
            return reservation.location_id
    van = _van(session, visit, actor)
    if van is None:
        raise InsufficientStock("The technician has no van to take parts from.", part_id=part_id)
    return van


def _into_van(session: Session, visit: Visit, said: Said, part_id: UUID) -> UUID:
    """Return where the new piece is installed from and the old one goes: the van, after a pick-up if need be."""
    source = _from_where(session, visit, said.detail, part_id, said.actor)
    van = _van(session, visit, said.actor)
    if van is None or van == source:
        return source
    stock.transfer(
        session,
        from_location_id=source,
        to_location_id=van,
        part_id=part_id,
        quantity=ONE,
        serials=[said.detail["new_serial"]],
        demand_id=visit.id,
        at=said.occurred_at,
        client_op_id=uuid5(_operation(said), "pick-up"),
        actor_id=said.actor.actor_id,
    )
    return van


def _van(session: Session, visit: Visit, actor: Actor) -> UUID | None:
    technician_id = actor.technician_id or repository.crew(session, visit.id)[0].technician_id
    return technicians.get_technician(session, technician_id).van_location_id


def add_note(session: Session, visit_id: UUID, *, text: str, by: Reported) -> Outcome:
    """Write a remark into a visit.

    Raises:
        NotYourVisit: the visit never was this technician's.
    """
    visit, _ = repository.visit_with_order(session, visit_id)
    if known := acting.replayed(session, visit, by.client_op_id):
        return known
    check_own(session, visit, by.actor)
    said = by.said({})
    session.add(
        VisitNote(
            visit_id=visit_id,
            text=text,
            actor_id=by.actor.actor_id,
            actor_name=by.actor.name,
            occurred_at=said.occurred_at,
            received_at=by.received_at,
            client_op_id=by.client_op_id,
        )
    )
    changed(session, visit, said)
    return Outcome(Status.APPLIED, visit)


def apply_conflict(session: Session, conflict_id: UUID, *, by: UUID | None) -> ConflictItem:
    """Try a kept operation again for a dispatcher; an item that was decided stays as it is.

    Raises:
        NoSuchConflict: there is none with this id.
        Problem: it still does not fit.
    """
    item, visit, order = repository.conflict_with_visit(session, conflict_id)
    if item.resolved_at is not None:
        return item
    said = conflicts.step_of(item)
    if item.kind in _BOOKS:
        _BOOKS[item.kind](session, visit, order, said)
        changed(session, visit, said)
    else:
        acting.apply(session, visit, order, conflicts.action_of(item), said)
    conflicts.applied(item, by=by)
    acting.retry(session, visit, order)
    session.flush()
    return item
