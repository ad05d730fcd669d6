"""Weeks of technicians, and terms of pay, over HTTP."""

from dataclasses import asdict
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Response
from sqlalchemy.orm import Session

from backend.technicians.errors import AbsenceUnknown, TechnicianUnknown
from backend.timesheets import exchange, service
from backend.timesheets.errors import NoMonday, StaleTerms
from backend.timesheets.schemas import PlannedOut, TermsIn, TermsOut, WeekOut, visit_out
from kernel import audit, clock, http, sheets
from kernel.auth import Role
from kernel.fields import Day
from kernel.http import Db, Me, problems
from kernel.paging import Page

router = http.router("timesheets")

PLANNERS = frozenset({Role.DISPATCHER, Role.SUPERVISOR, Role.ADMIN})
WRITERS = frozenset({Role.SUPERVISOR, Role.ADMIN})
ACCESS = {
    "get_week": PLANNERS | {Role.AUDITOR},
    "export_week": WRITERS | {Role.AUDITOR, Role.INTEGRATOR},
    "list_visits_hit": PLANNERS | {Role.AUDITOR},
    "get_terms": PLANNERS | {Role.AUDITOR},
    "set_terms": WRITERS,
}


@router.get("/technicians/{technician_id}/weeks/{monday}", responses=problems(TechnicianUnknown, NoMonday))
def get_week(technician_id: UUID, monday: Day, db: Db) -> WeekOut:
    """Return the week of a technician: shifts, absences, visits, and what the time went to and is paid as so far."""
    return WeekOut.of(service.week(db, technician_id, monday, at=clock.now()))


@router.get(
    "/timesheets/{monday}",
    response_class=Response,
    responses={
        **problems(TechnicianUnknown, NoMonday),
        200: {"description": "The file.", "content": {media: {} for media in sheets.MEDIA.values()}},
    },
)
def export_week(
    monday: Day,
    db: Db,
    me: Me,
    *,
    technician_id: UUID | None = None,
    written_as: Annotated[sheets.Format, Query(alias="format")] = sheets.Format.XLSX,
    locale: Annotated[Literal["zh", "en"], Query()] = "zh",
) -> Response:
    """Send a week of one technician, or of all active ones, as a file: a line for each day."""
    content = exchange.export(db, monday, written_as, technician_id=technician_id, locale=locale, at=clock.now())
    audit.record(db, actor_id=me.user_id, action="timesheets.export", subject="week", subject_id=technician_id)
    name = f"timesheet-{monday}.{written_as}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, headers=headers, media_type=sheets.MEDIA[written_as])


@router.get("/absences/{absence_id}/visits", responses=problems(AbsenceUnknown))
def list_visits_hit(absence_id: UUID, db: Db) -> Page[PlannedOut]:
    """Return the visits that are planned into an absence; they go back to planning when it is approved."""
    return Page(items=[visit_out(one) for one in service.visits_hit(db, absence_id)], next_cursor=None)


def _terms(db: Session) -> TermsOut:
    return TermsOut(version=service.terms_version(db), **asdict(service.terms_of(db)))


@router.get("/pay-terms")
def get_terms(db: Db) -> TermsOut:
    """Return how working time is paid."""
    return _terms(db)


@router.put("/pay-terms", responses=problems(StaleTerms))
def set_terms(body: TermsIn, db: Db, me: Me) -> TermsOut:
    """Say how working time is paid."""
    service.set_terms(db, body.model_dump(exclude={"version"}), version=body.version, by=me.user_id)
    return _terms(db)
