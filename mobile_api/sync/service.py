"""Push and pull: operations in, changes out."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.work.service.acting import Status as WorkStatus
from kernel import clock, feed
from kernel.auth import Principal
from kernel.db import tenant_of, transaction
from kernel.errors import Problem
from kernel.http import problem_body
from kernel.ids import new_id
from mobile_api.day import service as days
from mobile_api.sync.models import FieldOperation, Status
from mobile_api.sync.operations import Context, perform
from mobile_api.sync.schemas import Batch, Result

PAGE = 200


def push(me: Principal, batch: Batch) -> list[Result]:
    """Do the operations in their order, each in a transaction of its own with the row that makes it count once.

    One that is refused does not hold up those behind it.
    """
    received_at = clock.now()
    ordered = sorted(range(len(batch.operations)), key=lambda place: (batch.operations[place].seq, place))
    results: dict[int, Result] = {}
    for place in ordered:
        context = Context(me, batch.operations[place], received_at)
        with transaction(tenant_id=me.tenant_id) as session:
            results[place] = _one(session, context, batch.device_id)
    return [results[place] for place in range(len(batch.operations))]


def _one(session: Session, context: Context, device_id: str) -> Result:
    row = _claim(session, context, device_id)
    if row is None:
        return _known(session, context.operation.client_op_id)
    try:
        with session.begin_nested():
            done = perform(session, context)
    except Problem as refusal:
        row.status, row.reason = Status.REJECTED, refusal.slug
        return _result(row, refusal)
    row.status = STATUSES[done.status]
    row.reason = done.problem.slug if isinstance(done.problem, Problem) else None
    row.entity = done.entity
    return _result(row, done.problem)


STATUSES = {
    WorkStatus.APPLIED: Status.APPLIED,
    WorkStatus.DUPLICATE: Status.DUPLICATE,
    WorkStatus.CONFLICT: Status.CONFLICT,
}


def _claim(session: Session, context: Context, device_id: str) -> FieldOperation | None:
    """Write the dedupe row; None when the operation is known, after waiting for whoever writes it just now."""
    operation, me = context.operation, context.me
    made = session.scalar(
        insert(FieldOperation)
        .values(
            id=new_id(),
            tenant_id=tenant_of(session),
            client_op_id=operation.client_op_id,
            technician_id=me.technician_id,
            device_id=device_id,
            kind=operation.kind,
            subject=operation.subject,
            payload=operation.payload,
            seq=operation.seq,
            occurred_at=operation.occurred_at,
            received_at=context.received_at,
            status=Status.APPLIED,
        )
        .on_conflict_do_nothing()
        .returning(FieldOperation.id)
    )
    return None if made is None else session.get_one(FieldOperation, made)


def _known(session: Session, client_op_id: UUID) -> Result:
    row = session.scalars(select(FieldOperation).where(FieldOperation.client_op_id == client_op_id)).one()
    status = Status.DUPLICATE if row.status is Status.APPLIED else row.status
    return Result(client_op_id=client_op_id, status=status, reason=row.reason, problem=None, entity=row.entity)


def _result(row: FieldOperation, problem: object) -> Result:
    return Result(
        client_op_id=row.client_op_id,
        status=row.status,
        reason=row.reason,
        problem=problem_body(problem) if isinstance(problem, Problem) else None,
        entity=row.entity,
    )


def pull(session: Session, me: Principal, *, cursor: str | None, at: datetime) -> dict[str, Any]:
    """Return what changed for the technician behind the cursor; without a known one, everything."""
    technician_id = days.own(me)
    mark = feed.parse_mark(cursor) if cursor else None
    if mark is None or not feed.is_known(session, mark):
        head = feed.head(session)
        visits = days.visits_of(session, technician_id, at=at)
        return _page(str(head), visits, [], days.van_stock(session, technician_id), at=at, full=True)
    changes = feed.since(session, mark)
    touched = _visits_in(session, changes)
    visits = days.visits_of(session, technician_id, at=at, only=touched)
    gone = [visit_id for visit_id in sorted(touched) if visit_id not in {UUID(visit["id"]) for visit in visits}]
    stock = days.van_stock(session, technician_id) if days.van_touched(session, technician_id, changes) else None
    end = changes[-1].mark if changes else mark
    return _page(str(end), visits, gone, stock, at=at, full=False, more=len(changes) == feed.BATCH)


def _visits_in(session: Session, changes: list[feed.Change]) -> set[UUID]:
    visits = {UUID(change.body["visit_id"]) for change in changes if change.body.get("visit_id")}
    orders = {UUID(change.body["work_order_id"]) for change in changes if change.body.get("work_order_id")}
    return visits | days.visits_of_orders(session, orders)


def _page(
    cursor: str,
    visits: list[dict[str, Any]],
    gone: list[UUID],
    stock: list[dict[str, Any]] | None,
    *,
    at: datetime,
    full: bool,
    more: bool = False,
) -> dict[str, Any]:
    upserts: dict[str, list[dict[str, Any]]] = {"visits": visits}
    if stock is not None:
        upserts["van_stock"] = stock
    return {
        "cursor": cursor,
        "has_more": more,
        "full": full,
        "upserts": upserts,
        "deletes": {"visits": gone},
        "server_time": at,
    }
