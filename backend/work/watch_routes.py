"""The staff API of promises that will be missed, and of those that were."""

from typing import Annotated

from fastapi import Query

from backend.sla.models import ClockKind
from backend.work.schemas import WatchedPage
from backend.work.service import watch
from kernel import http
from kernel.auth import OFFICE, Role
from kernel.fields import Code
from kernel.http import Db, problems
from kernel.paging import DEFAULT_LIMIT, BadCursor, Cursor, Limit, cut, decode_time_cursor, encode_cursor

router = http.router("watch")

READERS = OFFICE | {Role.INTEGRATOR}
ACCESS = {"list_at_risk": READERS, "list_breached": READERS}

Clock = Annotated[ClockKind | None, Query()]
Priority = Annotated[int | None, Query(ge=1, le=4)]
Queue = Annotated[Code | None, Query()]


@router.get("/sla/at-risk", response_model=WatchedPage, responses=problems(BadCursor))
def list_at_risk(
    db: Db,
    *,
    clock: Clock = None,
    priority: Priority = None,
    queue: Queue = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> dict[str, object]:
    """Return promises that will probably be missed, the earliest due first, each with what the forecast is made of."""
    wanted = watch.Filter(clock=clock, priority=priority, queue=queue)
    after = decode_time_cursor(cursor) if cursor else None
    rows, more = cut(watch.at_risk(db, wanted, after=after, limit=limit + 1), limit)
    return {"items": rows, "next_cursor": encode_cursor(rows[-1]["due_at"], rows[-1]["id"]) if more else None}


@router.get("/sla/breached", response_model=WatchedPage, responses=problems(BadCursor))
def list_breached(
    db: Db,
    *,
    clock: Clock = None,
    priority: Priority = None,
    queue: Queue = None,
    unmet: Annotated[bool, Query(description="only those that are not kept to this day")] = True,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> dict[str, object]:
    """Return promises that were not kept in time, the latest first."""
    wanted = watch.Filter(clock=clock, priority=priority, queue=queue, unmet=unmet)
    before = decode_time_cursor(cursor) if cursor else None
    rows, more = cut(watch.breached(db, wanted, before=before, limit=limit + 1), limit)
    return {"items": rows, "next_cursor": encode_cursor(rows[-1]["breached_at"], rows[-1]["id"]) if more else None}
