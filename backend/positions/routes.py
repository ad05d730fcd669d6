"""Positions over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from backend.positions import service
from backend.positions.schemas import PositionOut
from kernel import http
from kernel.auth import Role
from kernel.fields import Instant
from kernel.http import Db
from kernel.paging import Page

router = http.router("positions")

READERS = frozenset({Role.DISPATCHER, Role.AGENT, Role.SUPERVISOR, Role.ADMIN})
ACCESS = {"list_positions": READERS, "get_track": READERS - {Role.AGENT}}


@router.get("/positions")
def list_positions(db: Db) -> Page[PositionOut]:
    """Return the last known position of each technician."""
    return Page(items=[PositionOut.model_validate(row) for row in service.latest(db)], next_cursor=None)


@router.get("/technicians/{technician_id}/track")
def get_track(
    technician_id: UUID,
    db: Db,
    start: Annotated[Instant, Query(alias="from")],
    end: Annotated[Instant, Query(alias="to")],
) -> Page[PositionOut]:
    """Return where a technician has been in an interval, in order; 5,000 readings at most."""
    items = [PositionOut.model_validate(row) for row in service.track(db, technician_id, start=start, end=end)]
    return Page(items=items, next_cursor=None)
