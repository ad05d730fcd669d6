"""Push and pull: operations in, changes out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from backend.work import events as work
from backend.work.models import ConflictState
from backend.work.service import conflicts
from backend.work.service.acting import Status as WorkStatus
from inventory import events as stock
from kernel import clock, feed
from kernel.auth import Principal
from kernel.db import tenant_of, transaction
from kernel.errors import Problem
from kernel.failures import meaning
from kernel.http import problem_body
from kernel.ids import new_id
from mobile_api.day import service as days
from mobile_api.sync import repository
from mobile_api.sync.errors import BadOperation, BatchTooLarge, Dismissed, OperationIdReused, OtherDevice
from mobile_api.sync.models import FieldOperation, Status
from mobile_api.sync.operations import Context, Done, faults, perform
from mobile_api.sync.schemas import Batch, Entity, Operation, Result, Unreadable

MOST_OPERATIONS = 200
ATTEMPTS = 3
"""How often an operation is tried that lost a race in the database."""
LATER = 500
"""Problems from this status on are not the operation's fault: the phone sends the batch again."""

STATUSES: Mapping[WorkStatus, Status] = {
    WorkStatus.APPLIED: Status.APPLIED,
    WorkStatus.DUPLICATE: Status.DUPLICATE,
    WorkStatus.CONFLICT: Status.CONFLICT,
}
TOPICS = frozenset(
    event.topic
    for event in (
        work.WorkOrderChanged, work.WorkOrderClosed, work.VisitScheduled, work.VisitAssigned, work.VisitWithdrawn,
        work.VisitChanged, work.VisitReported, stock.StockReceived, stock.StockIssued, stock.StockTakenBack,
        stock.StockTransferred, stock.StockAdjusted, stock.MoveReversed, stock.ReservationMade,
        stock.ReservationReleased,
    )
)  # fmt: skip
"""The news that may change what a phone holds."""


def push(me: Principal, batch: Batch) -> list[Result]:
    """Do the operations in order of `seq`, each in a transaction of its own with the row that makes it count once.

    One that is refused does not hold up those behind it.

    Raises:
        OtherDevice: the log-in belongs to another device.
        BatchTooLarge: the batch has to be sent in parts.
    """
    if batch.device_id != me.device_id:
        raise OtherDevice("Log in on this device.", device_id=me.device_id)
    if len(batch.operations) > MOST_OPERATIONS:
        raise BatchTooLarge(f"Send at most {MOST_OPERATIONS} operations at once.", limit=MOST_OPERATIONS)
    received_at = clock.now()
    results: dict[int, Result] = {}
    readable: list[tuple[int, int, Operation]] = []
    for place, operation in enumerate(batch.operations):
        if isinstance(operation, Operation):
            readable.append((operation.seq, place, operation))
        else:
            results[place] = _unread(operation)
    for _, place, operation in sorted(readable, key=lambda item: item[:2]):
        results[place] = _lasting(Context(me, operation, received_at), batch.device_id)
    return [results[place] for place in range(len(batch.operations))]


def _unread(operation: Unreadable) -> Result:
    try:
        Operation.model_validate(operation.model_dump())
    except ValidationError as error:
        return _refused(operation, BadOperation("This is not an operation.", errors=faults(error)))
    raise AssertionError("a readable operation was taken for an unreadable one")


def _lasting(context: Context, device_id: str) -> Result:
    """Do one operation; again where another transaction came between, refused where it cannot be stored."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction(tenant_id=context.me.tenant_id) as session:
                return _once(session, context, device_id)
        except DBAPIError as error:
            refusal = meaning(error)
            lost_race = refusal is not None and refusal.status != BadOperation.status
            if lost_race and attempt < ATTEMPTS:
                continue
            if refusal is None or refusal.status >= LATER:
                raise
            return _refused(context.operation, refusal)
    raise AssertionError("unreachable")


def _once(session: Session, context: Context, device_id: str) -> Result:
    operation = context.operation
    row = repository.claim(session, _row(session, context, device_id))
    if row is None:
        return _known(session, context)
    try:
        with session.begin_nested():
            done = perform(session, context)
    except Problem as refusal:
        done = None
        row.status, row.reason, row.problem = Status.REJECTED, refusal.slug, problem_body(refusal)
    if done is not None:
        _keep(row, done)
    return _result(operation, row.status, row)


def _row(session: Session, context: Context, device_id: str) -> dict[str, Any]:
    operation = context.operation
    return {
        "id": new_id(),
        "tenant_id": tenant_of(session),
        "client_op_id": operation.client_op_id,
        "technician_id": days.own(context.me),
        "device_id": device_id,
        "kind": operation.kind,
        "subject": operation.subject,
        "payload": operation.payload,
        "seq": operation.seq,
        "occurred_at": operation.occurred_at,
        "received_at": context.received_at,
        "status": Status.APPLIED,
    }


def _keep(row: FieldOperation, done: Done) -> None:
    row.status, row.entity = STATUSES[done.status], done.entity
    if done.problem is not None:
        row.reason, row.problem = done.problem.slug, problem_body(done.problem)


def _known(session: Session, context: Context) -> Result:
    """Answer an operation that came before: what was done is a duplicate now, what was refused stays refused."""
    operation = context.operation
    row = repository.operation(session, operation.client_op_id)
    same = (row.technician_id, row.kind, row.subject) == (days.own(context.me), operation.kind, operation.subject)
    if not same:
        return _refused(operation, OperationIdReused("Give each operation an id of its own."))
    if row.status is Status.CONFLICT:
        return _decided(session, operation, row)
    return _result(operation, Status.DUPLICATE if row.status is Status.APPLIED else row.status, row)


def _decided(session: Session, operation: Operation, row: FieldOperation) -> Result:
    """Answer an operation that became a conflict: meanwhile it may fit, or a dispatcher may have decided."""
    item = repository.conflict_of(session, operation.client_op_id)
    if item is not None and item.state is ConflictState.OPEN:
        return _result(operation, Status.CONFLICT, row)
    if item is not None and item.state is ConflictState.DISMISSED:
        return _refused(operation, Dismissed("A dispatcher set it aside.", refusal=conflicts.problem_of(item).detail))
    row.status, row.reason, row.problem = Status.APPLIED, None, None
    return _result(operation, Status.DUPLICATE, row)


def _refused(operation: Operation | Unreadable, refusal: Problem) -> Result:
    return Result(
        client_op_id=operation.client_op_id,
        status=Status.REJECTED,
        reason=refusal.slug,
        problem=problem_body(refusal),
        entity=None,
    )


def _result(operation: Operation, status: Status, row: FieldOperation) -> Result:
    return Result(
        client_op_id=operation.client_op_id,
        status=status,
        reason=row.reason,
        problem=row.problem,
        entity=None if row.entity is None else Entity.model_validate(row.entity),
    )


def pull(session: Session, me: Principal, *, cursor: str | None, at: datetime) -> dict[str, Any]:
    """Return what changed for the technician behind the cursor; without a known one, everything."""
    technician_id = days.own(me)
    mark = feed.parse_mark(cursor) if cursor else None
    head = feed.head(session)
    if mark is None or not feed.is_known(session, mark):
        everything = {
            "visits": days.visits_of(session, technician_id, at=at),
            "van_stock": days.van_stock(session, technician_id),
        }
        return _page(head, everything, at=at, full=True)
    changes = feed.since(session, mark, topics=TOPICS)
    touched = days.ever_assigned(session, technician_id, changes)
    visits = days.visits_of(session, technician_id, at=at, only=touched)
    moved = days.van_touched(session, technician_id, changes)
    upserts = {"visits": visits, "van_stock": days.van_stock(session, technician_id) if moved else None}
    more = len(changes) == feed.BATCH
    end = changes[-1].mark if more else max(head, mark, *(change.mark for change in changes[-1:]))
    gone = touched - {visit["id"] for visit in visits}
    return _page(end, upserts, at=at, full=False) | {"has_more": more, "deletes": {"visits": sorted(gone)}}


def _page(end: feed.Mark, upserts: dict[str, Any], *, at: datetime, full: bool) -> dict[str, Any]:
    return {
        "cursor": str(end),
        "has_more": False,
        "full": full,
        "upserts": upserts,
        "deletes": {"visits": []},
        "server_time": at,
    }
