"""The conflict queue: operations from the field that were refused, kept whole until they fit or are decided."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.identity import service as identity
from backend.work import repository
from backend.work.actors import Actor
from backend.work.errors import NoSuchConflict
from backend.work.events import ConflictRaised
from backend.work.lifecycle import VisitAction, Who
from backend.work.models import ConflictItem, ConflictState, EventSource, Visit, WorkOrder
from backend.work.service.stages import Said
from kernel import clock
from kernel.errors import Conflict, Problem
from kernel.geo import LonLat
from kernel.ids import new_id
from kernel.outbox import publish

STEP = "visit."


class KeptForDispatcher(Conflict):
    """The operation is kept for the dispatcher.

    Members: those of the refusal.
    """

    slug = "kept-for-dispatcher"


def keep(session: Session, visit: Visit, kind: str, said: Said, *, problem: Problem) -> ConflictItem:
    """Keep an operation that was refused, and tell the dispatchers."""
    item = ConflictItem(
        id=new_id(),
        visit_id=visit.id,
        kind=kind,
        payload=_to_json(said),
        problem=problem.slug,
        reason=problem.detail,
        members=_plain(problem.members),
        actor_id=said.actor.actor_id,
        actor_name=said.actor.name,
        technician_id=said.actor.technician_id,
        occurred_at=said.occurred_at,
        received_at=said.received_at,
        client_op_id=said.client_op_id or new_id(),
        state=ConflictState.OPEN,
    )
    session.add(item)
    session.flush()
    publish(
        session,
        ConflictRaised(
            conflict_id=item.id, visit_id=visit.id, work_order_id=visit.work_order_id, kind=kind, reason=problem.detail
        ),
    )
    return item


def _to_json(said: Said) -> dict[str, Any]:
    return {
        "reason": said.reason,
        "position": list(said.position) if said.position else None,
        "accuracy_m": said.accuracy_m,
        "flagged": said.flagged,
        "detail": _plain(said.detail),
    }


def _plain(value: Any) -> Any:
    """Return a value as JSON keeps it."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def step_of(item: ConflictItem) -> Said:
    """Return what was said of the step that an item keeps."""
    kept = item.payload
    position = kept.get("position")
    return Said(
        actor=Actor(
            actor_id=item.actor_id,
            name=item.actor_name,
            role=Who.TECHNICIAN,
            technician_id=item.technician_id,
            source=EventSource.MOBILE,
        ),
        occurred_at=item.occurred_at,
        received_at=item.received_at,
        reason=kept.get("reason"),
        client_op_id=item.client_op_id,
        position=LonLat(*position) if position else None,
        accuracy_m=kept.get("accuracy_m"),
        flagged=kept.get("flagged"),
        detail=kept.get("detail") or {},
    )


def action_of(item: ConflictItem) -> VisitAction:
    """Return the action that an item keeps."""
    return VisitAction(item.kind.removeprefix(STEP))


def waiting_steps(session: Session, visit_id: UUID) -> Sequence[ConflictItem]:
    """Return the undecided steps of a visit, as they happened."""
    return [item for item in repository.open_conflicts(session, [visit_id]) if item.kind.startswith(STEP)]


def open_of_operation(session: Session, client_op_id: UUID) -> ConflictItem | None:
    """Return the undecided item of an operation."""
    return session.scalar(
        select(ConflictItem).where(ConflictItem.client_op_id == client_op_id, ConflictItem.state == ConflictState.OPEN)
    )


def problem_of(item: ConflictItem) -> Problem:
    """Return the refusal of a kept operation, for the app that sends it again."""
    return KeptForDispatcher(item.reason, **{**item.members, "refusal": item.problem})


def applied(item: ConflictItem, *, by: UUID | None = None) -> None:
    """Say that a kept operation has been applied."""
    item.state, item.resolved_at, item.resolved_by = ConflictState.APPLIED, clock.now(), by


def dismiss(session: Session, conflict_id: UUID, *, by: UUID | None, at: datetime) -> ConflictItem:
    """Decide that a kept operation shall have no effect; it stays readable.

    Raises:
        NoSuchConflict: there is none with this id.
    """
    item, _, _ = repository.conflict_with_visit(session, conflict_id)
    if item.state is ConflictState.OPEN:
        item.state, item.resolved_at, item.resolved_by = ConflictState.DISMISSED, at, by
    return item


def list_items(session: Session, state: ConflictState, *, after: UUID | None, limit: int) -> list[dict[str, Any]]:
    """Return items in a state, the oldest first, behind one, each with what stands now."""
    return _views(session, repository.conflict_rows(session, state=state, after=after, limit=limit))


def view(session: Session, conflict_id: UUID) -> dict[str, Any]:
    """Return one item, decided or not.

    Raises:
        NoSuchConflict: there is none with this id.
    """
    rows = repository.conflict_rows(session, conflict_id=conflict_id, limit=1)
    if not rows:
        raise NoSuchConflict("No conflict item has this id.", conflict_id=conflict_id)
    return _views(session, rows)[0]


def _views(session: Session, rows: Sequence[tuple[ConflictItem, Visit, WorkOrder]]) -> list[dict[str, Any]]:
    deciders = identity.names_of(session, {item.resolved_by for item, _, _ in rows if item.resolved_by})
    return [_view(*row, deciders) for row in rows]


def _view(item: ConflictItem, visit: Visit, order: WorkOrder, deciders: Mapping[UUID, str]) -> dict[str, Any]:
    return {
        "id": item.id,
        "visit_id": item.visit_id,
        "work_order_id": order.id,
        "work_order_number": order.number,
        "summary": order.summary,
        "kind": item.kind,
        "problem": item.problem,
        "reason": item.reason,
        "payload": item.payload,
        "members": item.members,
        "actor_name": item.actor_name,
        "occurred_at": item.occurred_at,
        "received_at": item.received_at,
        "state": item.state,
        "now": {
            "visit_no": visit.visit_no,
            "visit_state": visit.state,
            "visit_reason": visit.reason,
            "visit_changed_at": visit.changed_at,
            "order_state": order.state,
        },
        "resolved_at": item.resolved_at,
        "resolved_by": deciders.get(item.resolved_by) if item.resolved_by else None,
    }
