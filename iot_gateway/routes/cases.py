"""Cases over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from iot_gateway.errors import CaseNotFound
from iot_gateway.evidence_plot import Theme
from iot_gateway.lifecycle import CaseState, Finding
from iot_gateway.repository import CaseFilter
from iot_gateway.schemas.cases import CaseDetailOut, CaseOut
from iot_gateway.schemas.pictures import PICTURE, AcceptLanguage, Lang, Look, picture
from iot_gateway.service import pictures, readings
from kernel.auth import STAFF, Role
from kernel.fields import Instant, Search
from kernel.http import Access, Db, problems
from kernel.http import router as make_router
from kernel.languages import preferred
from kernel.paging import DEFAULT_LIMIT, Cursor, Limit, Page, cut, decode_time_cursor, encode_cursor

router = make_router("telemetry")

ACCESS: Access = {
    "list_cases": STAFF | {Role.INTEGRATOR},
    "get_case": STAFF | {Role.INTEGRATOR},
    "get_case_picture": STAFF | {Role.INTEGRATOR},
}


@router.get("/cases")
def list_cases(
    db: Db,
    *,
    state: CaseState | None = None,
    finding: Finding | None = None,
    labelled: bool | None = None,
    model: Search = None,
    failure_group: Search = None,
    device_id: UUID | None = None,
    start: Annotated[Instant | None, Query(alias="from")] = None,
    end: Annotated[Instant | None, Query(alias="to")] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[CaseOut]:
    """Return cases, newest first; `from` and `to` are about when they were opened, `labelled` about any finding."""
    narrowed = CaseFilter(state, finding, labelled, model or None, failure_group or None, device_id, start, end)
    found = readings.list_cases(db, narrowed, before=decode_time_cursor(cursor) if cursor else None, limit=limit + 1)
    rows, more = cut(found, limit)
    following = encode_cursor(rows[-1].opened_at.isoformat(), rows[-1].id) if more else None
    return Page(items=[CaseOut.of(row) for row in rows], next_cursor=following)


@router.get("/cases/{case_id}", responses=problems(CaseNotFound))
def get_case(case_id: UUID, db: Db) -> CaseDetailOut:
    """Return a case with its evidence and chart."""
    return CaseDetailOut.of_view(readings.case_view(db, case_id))


@router.get("/cases/{case_id}/evidence.svg", response_class=Response, responses={**PICTURE, **problems(CaseNotFound)})
def get_case_picture(
    case_id: UUID, db: Db, *, lang: Lang = None, theme: Look = Theme.LIGHT, accept_language: AcceptLanguage = None
) -> Response:
    """Return the leading metric of a case against its expected band, with start and failure window, as SVG."""
    language = lang or preferred(accept_language)
    return picture(pictures.case_picture(db, case_id, language=language, theme=theme), language)
