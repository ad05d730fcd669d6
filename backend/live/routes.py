"""The map's snapshot and the stream of deltas behind it."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any

from fastapi import Header, Query, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from backend.live import service
from backend.live.schemas import Snapshot
from kernel import clock, feed
from kernel.auth import OFFICE, Principal
from kernel.db import transaction
from kernel.feed import Mark
from kernel.http import Db, Me
from kernel.http import router as make_router

router = make_router("live")

ACCESS = {"snapshot": OFFICE, "stream": OFFICE}

TICK_SECONDS = 1.0
PING_SECONDS = 15.0


@router.get("/map/snapshot", response_model=Snapshot)
def snapshot(db: Db) -> dict[str, Any]:
    """Return technicians, open orders and devices with their places, and where the stream goes on from."""
    mark = feed.head(db)
    return {"seq": str(mark), "ts": clock.now(), **service.snapshot(db)}


@router.get(
    "/live",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def stream(
    request: Request,
    me: Me,
    last_event_id: Annotated[str | None, Header(alias="Last-Event-ID", max_length=80)] = None,
    since: Annotated[str | None, Query(max_length=80)] = None,
) -> StreamingResponse:
    """Send what changes, at most once a second; resumes behind `Last-Event-ID` (or `since`, for the first time)."""
    mark = feed.parse_mark(last_event_id or since or "")
    return StreamingResponse(
        _events(request, me, mark),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _events(request: Request, me: Principal, mark: Mark | None) -> AsyncIterator[str]:
    here, silent_since = await run_in_threadpool(_start, me, mark), clock.now()
    if here != mark:
        yield _event("reset", here, {"seq": str(here)})
    yield ": connected\n\n"
    while not await request.is_disconnected():
        if clock.now() >= me.expires_at:
            yield _event("expired", here, {"seq": str(here)})
            return
        here, body = await run_in_threadpool(_next, me, here)
        if body:
            yield _event("delta", here, {"seq": str(here), "ts": clock.now().isoformat(), **body})
            silent_since = clock.now()
        elif _seconds(silent_since) > PING_SECONDS:
            yield ": ping\n\n"
            silent_since = clock.now()
        await asyncio.sleep(TICK_SECONDS)


def _start(me: Principal, mark: Mark | None) -> Mark:
    """Return where to go on from: the given place while the feed still reaches back to it, else the present."""
    with transaction(tenant_id=me.tenant_id) as session:
        return mark if mark is not None and feed.is_known(session, mark) else feed.head(session)


def _next(me: Principal, mark: Mark) -> tuple[Mark, dict[str, Any]]:
    with transaction(tenant_id=me.tenant_id) as session:
        changes = feed.since(session, mark)
        return (changes[-1].mark, service.delta(session, changes)) if changes else (mark, {})


def _event(name: str, mark: Mark, body: dict[str, Any]) -> str:
    return f"id: {mark}\nevent: {name}\ndata: {json.dumps(body, default=str, ensure_ascii=False)}\n\n"


def _seconds(since: datetime) -> float:
    return (clock.now() - since).total_seconds()
