"""Figures over HTTP: all of a period, one, and the orders behind it."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any

from fastapi import Path, Query
from fastapi.responses import StreamingResponse
from sqlalchemy import Row

from backend.customers.errors import CustomerUnknown, SiteUnknown
from backend.figures import export, pareto, service
from backend.figures.errors import BadPeriod, EventsUnknown, FigureUnknown
from backend.figures.kpis import KPIS, NOT_COMPUTED
from backend.figures.pareto import By, Measure
from backend.figures.repository import time_zone
from backend.figures.schemas import BoardOut, FactOut, FigureOut, Narrowing, ParetoOut
from backend.figures.service import Question
from backend.technicians.errors import TechnicianUnknown
from kernel import audit, clock, http
from kernel.auth import OFFICE, Role
from kernel.fields import Search, Storable
from kernel.http import Db, Me, problems
from kernel.paging import DEFAULT_LIMIT, BadCursor, Cursor, Limit, Page, cut, decode_time_cursor, encode_cursor

router = http.router("figures")

READERS = OFFICE | {Role.INTEGRATOR}
TAKERS = frozenset({Role.ADMIN, Role.SUPERVISOR, Role.AUDITOR, Role.INTEGRATOR})
ACCESS = {
    "list_kpi": READERS,
    "get_kpi": READERS,
    "list_kpi_orders": READERS,
    "get_pareto": READERS,
    "list_pareto_orders": READERS,
    "export_events": TAKERS,
}
NARROWED = (BadPeriod, CustomerUnknown, SiteUnknown, TechnicianUnknown)
Name = Annotated[str, Path(max_length=60, json_schema_extra={"enum": list(KPIS)})]
Rows = Annotated[str, Path(max_length=60, json_schema_extra={"enum": list(export.TABLES)})]


class Only(StrEnum):
    """Which of the rows behind a figure to list."""

    ALL = "all"
    COUNTED = "counted"
    HIT = "hit"
    MISSED = "missed"
    EXCLUDED = "excluded"


def _question(asked: Narrowing) -> Question:
    return Question(first=asked.from_, last=asked.to, narrowed=asked.filter(), bucket=asked.bucket, as_of=clock.now())


@router.get("/kpi", responses=problems(*NARROWED))
def list_kpi(db: Db, asked: Annotated[Narrowing, Query()]) -> BoardOut:
    """Return all figures of a period."""
    items = [FigureOut.of(found) for found in service.board(db, _question(asked))]
    return BoardOut(time_zone=time_zone(db), items=items, not_computed=dict(NOT_COMPUTED))


@router.get("/kpi/{name}", responses=problems(FigureUnknown, *NARROWED))
def get_kpi(name: Name, db: Db, asked: Annotated[Narrowing, Query()]) -> FigureOut:
    """Return one figure with its trend."""
    return FigureOut.of(service.answer(db, name, _question(asked)))


class BehindQuery(Narrowing):
    """Which of the rows behind a figure, and which page of them."""

    only: Only = Only.COUNTED
    reason: Search = None
    limit: Limit = DEFAULT_LIMIT
    cursor: Cursor = None


@router.get("/kpi/{name}/orders", responses=problems(FigureUnknown, *NARROWED, BadCursor))
def list_kpi_orders(name: Name, db: Db, asked: Annotated[BehindQuery, Query()]) -> Page[FactOut]:
    """Return the orders, visits or tickets behind a figure, the latest first."""
    after = decode_time_cursor(asked.cursor) if asked.cursor else None
    found = service.behind(
        db,
        name,
        _question(asked),
        only=asked.only,
        reason=asked.reason or None,
        after=after,
        limit=asked.limit + 1,
    )
    return _page(found, asked.limit)


def _page(found: Sequence[Row[Any]], limit: int) -> Page[FactOut]:
    rows, more = cut(found, limit)
    following = encode_cursor(rows[-1].at.isoformat(), rows[-1].fact_id) if more else None
    return Page(items=[FactOut.model_validate(row) for row in rows], next_cursor=following)


class ParetoQuery(Narrowing):
    """By what failures are put together, and what a bar is long by."""

    by: By = By.MODE
    measure: Measure = Measure.COUNT


class BarQuery(Narrowing):
    """One bar, and which page of its orders."""

    by: By = By.MODE
    key: Annotated[str, Query(max_length=200), Storable]
    limit: Limit = DEFAULT_LIMIT
    cursor: Cursor = None


@router.get("/failures/pareto", responses=problems(*NARROWED))
def get_pareto(db: Db, asked: Annotated[ParetoQuery, Query()]) -> ParetoOut:
    """Return repairs of a period by what failed, the most first, with what they add up to."""
    return ParetoOut.model_validate(pareto.pareto(db, _question(asked), by=asked.by, measure=asked.measure))


@router.get("/failures/pareto/orders", responses=problems(*NARROWED, BadCursor))
def list_pareto_orders(db: Db, asked: Annotated[BarQuery, Query()]) -> Page[FactOut]:
    """Return the repairs of one bar, the latest first."""
    after = decode_time_cursor(asked.cursor) if asked.cursor else None
    found = pareto.behind(db, _question(asked), by=asked.by, key=asked.key, after=after, limit=asked.limit + 1)
    return _page(found, asked.limit)


MEDIA = {
    export.Format.CSV: "text/csv; charset=utf-8; header=present",
    export.Format.PARQUET: "application/vnd.apache.parquet",
}


@router.get(
    "/kpi-events/{kind}",
    response_class=StreamingResponse,
    responses={
        200: {"description": "The file.", "content": {"text/csv": {}, "application/vnd.apache.parquet": {}}},
        **problems(EventsUnknown),
    },
)
def export_events(
    kind: Rows,
    db: Db,
    me: Me,
    written_as: Annotated[export.Format, Query(alias="format")] = export.Format.CSV,
) -> StreamingResponse:
    """Send the rows of one kind that figures are computed from, as a file."""
    found = export.written(me.tenant_id, kind, written_as)
    detail = {"kind": kind, "format": written_as}
    audit.record(db, actor_id=me.user_id, action="figures.export", subject="figures", subject_id=None, detail=detail)
    headers = {"Content-Disposition": f'attachment; filename="{kind}.{written_as}"', "Cache-Control": "no-store"}
    return StreamingResponse(found, media_type=MEDIA[written_as], headers=headers)
