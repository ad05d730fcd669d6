"""Lists of orders over HTTP: counts, files, saved views, changes of many at once."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Query
from fastapi.responses import StreamingResponse
from pydantic import Field

from backend.work import actors
from backend.work.errors import (
    KeyOfAnother,
    NoSuchBatch,
    NoSuchView,
    NoSuchWorkOrder,
    NotYourView,
    StaleVersion,
    TooManyViews,
    UndoTooLate,
)
from backend.work.listing import batches, export, saved
from backend.work.listing.models import Batch, BatchRow, SavedView
from backend.work.listing.schemas import (
    BatchIn,
    BatchOut,
    BatchRowOut,
    OrderCountOut,
    ViewIn,
    ViewOut,
    ViewPatch,
)
from backend.work.service import lists as query
from backend.work.wanted import USUAL_COLUMNS, Column, OrderFilter, OrderWish
from kernel import audit, http, sheets
from kernel.auth import STAFF, Principal, Role
from kernel.failures import AlreadyExists
from kernel.http import Db, Me, problems

router = http.router("lists")

DISPATCH = frozenset({Role.DISPATCHER, Role.SUPERVISOR, Role.ADMIN})
READERS = STAFF | {Role.INTEGRATOR}
ACCESS = {
    "count_work_orders": READERS,
    "export_work_orders": DISPATCH | {Role.AUDITOR, Role.INTEGRATOR},
    "list_views": STAFF,
    "keep_view": STAFF,
    "change_view": STAFF,
    "remove_view": STAFF,
    "change_many": DISPATCH,
    "undo_change": DISPATCH,
}


class ExportWish(OrderWish):
    """Which orders, in which order, with which columns, as which kind of file."""

    columns: list[Column] = Field(default=list(USUAL_COLUMNS), min_length=1, max_length=len(Column))
    written_as: sheets.Format = Field(default=sheets.Format.CSV, alias="format")
    locale: str = Field(default="zh", pattern="^(zh|en)$")


@router.get("/work-order-count")
def count_work_orders(db: Db, me: Me, wanted: Annotated[OrderFilter, Query()]) -> OrderCountOut:
    """Return how many work orders fit a filter: up to 10,000 exactly, more as an estimate."""
    return OrderCountOut.model_validate(query.count(db, wanted, only_of=actors.own_orders(me)))


@router.get(
    "/work-order-export",
    response_class=StreamingResponse,
    responses={
        200: {"description": "The file.", "content": {media: {} for media in sheets.MEDIA.values()}},
        **problems(sheets.TooManyRows),
    },
)
def export_work_orders(db: Db, me: Me, wanted: Annotated[ExportWish, Query()]) -> StreamingResponse:
    """Send the work orders that fit a filter as a file, at most 100,000."""
    wish = OrderWish.model_validate(wanted.model_dump(include=set(OrderWish.model_fields)))
    export.check_size(db, wish, only_of=actors.own_orders(me))
    audit.record(db, actor_id=me.user_id, action="work.export", subject="work_order", subject_id=None)
    content = export.pieces(
        me.tenant_id,
        wish,
        wanted.columns,
        written_as=wanted.written_as,
        locale=wanted.locale,
        only_of=actors.own_orders(me),
    )
    headers = {
        "Content-Disposition": f'attachment; filename="orders.{wanted.written_as}"',
        "Cache-Control": "no-store",
    }
    return StreamingResponse(content, headers=headers, media_type=sheets.MEDIA[wanted.written_as])


@router.get("/work-order-views")
def list_views(db: Db, me: Me) -> list[ViewOut]:
    """Return the caller's saved views and those of everybody, by name."""
    return [_view(view) for view in saved.views_for(db, me.user_id)]


@router.post("/work-order-views", status_code=201, responses=problems(NotYourView, TooManyViews, AlreadyExists))
def keep_view(body: ViewIn, db: Db, me: Me) -> ViewOut:
    """Keep filters, order and columns under a name, for the caller or for everybody."""
    saved.check_may_share(shared=body.shared, may_share=_may_share(me))
    owner_id = None if body.shared else me.user_id
    view = saved.keep(db, body.name, _stored(body.query), [str(name) for name in body.columns], owner_id=owner_id)
    return _view(view)


@router.patch("/work-order-views/{view_id}", responses=problems(NoSuchView, NotYourView, StaleVersion, AlreadyExists))
def change_view(view_id: UUID, body: ViewPatch, db: Db, me: Me) -> ViewOut:
    """Change what the body names of a saved view."""
    said = body.model_dump(mode="json", exclude={"version", "query"}, exclude_none=True)
    if body.query is not None:
        said["query"] = _stored(body.query)
    view = saved.change(db, view_id, user_id=me.user_id, may_share=_may_share(me), version=body.version, **said)
    return _view(view)


@router.delete("/work-order-views/{view_id}", status_code=204, responses=problems(NoSuchView, NotYourView))
def remove_view(view_id: UUID, db: Db, me: Me) -> None:
    """Forget a saved view."""
    saved.remove(db, view_id, user_id=me.user_id, may_share=_may_share(me))


@router.post("/work-order-changes", responses=problems(NoSuchWorkOrder, KeyOfAnother))
def change_many(body: BatchIn, db: Db, me: Me) -> BatchOut:
    """Change many work orders; each is changed or refused for itself."""
    value = body.action.model_dump(mode="json", exclude={"kind"})
    targets = [batches.Target(one.work_order_id, one.version) for one in body.targets]
    batch, rows = batches.run(db, body.client_op_id, body.action.kind, value, targets, actor=actors.staff(me))
    return _batch(db, batch, rows)


@router.post("/work-order-changes/{batch_id}/undo", responses=problems(NoSuchBatch, UndoTooLate))
def undo_change(batch_id: UUID, db: Db, me: Me) -> BatchOut:
    """Take a change back for every order that nobody has changed since, within ten minutes."""
    batch, rows = batches.undo(db, batch_id, actor=actors.staff(me))
    return _batch(db, batch, rows)


def _may_share(me: Principal) -> bool:
    return bool(me.roles & DISPATCH)


def _stored(wish: OrderWish) -> dict[str, object]:
    return wish.model_dump(mode="json", exclude_defaults=True)


def _view(view: SavedView) -> ViewOut:
    return ViewOut(
        id=view.id,
        name=view.name,
        query=OrderWish.model_validate(view.query),
        columns=[Column(name) for name in view.columns],
        shared=view.owner_id is None,
        version=view.version,
    )


def _batch(db: Db, batch: Batch, rows: Sequence[BatchRow]) -> BatchOut:
    numbers = batches.numbers_of(db, rows)
    undoable = batch.undone_at is None and any(row.former is not None for row in rows)
    return BatchOut(
        id=batch.id,
        rows=[
            BatchRowOut(
                work_order_id=row.work_order_id,
                number=numbers[row.work_order_id],
                problem=row.problem,
                detail=row.detail,
                undone=row.undone,
            )
            for row in rows
        ],
        undo_until=batch.at + batches.UNDO_WITHIN if undoable else None,
    )
