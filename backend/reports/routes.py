"""Service reports over HTTP."""

from uuid import UUID

from fastapi import Request, Response

from backend.files import sending
from backend.files import service as files
from backend.files.routes import Content
from backend.mail.schemas import MailOut
from backend.mail.service import Recipient
from backend.reports import service
from backend.reports.errors import NobodyToSendTo, NotCompleted, ReportUnknown
from backend.reports.models import Cause
from backend.reports.schemas import Language, ReportOut, ReportWhole, SendIn, VerdictOut
from backend.work.errors import NoSuchVisit, NoSuchWorkOrder
from backend.work.service import views
from kernel import clock, http
from kernel.auth import OFFICE, Role
from kernel.http import Db, problems
from kernel.ids import new_id
from kernel.paging import DEFAULT_LIMIT, Limit

router = http.router("reports")

WRITERS = frozenset({Role.AGENT, Role.DISPATCHER, Role.SUPERVISOR, Role.ADMIN})
ACCESS = {
    "list_reports": OFFICE,
    "make_report": WRITERS,
    "verify_report": OFFICE,
    "get_report": OFFICE,
    "download_report": OFFICE,
    "send_report": WRITERS,
}


@router.get("/work-orders/{work_order_id}/reports", responses=problems(NoSuchWorkOrder))
def list_reports(work_order_id: UUID, db: Db, limit: Limit = DEFAULT_LIMIT) -> list[ReportOut]:
    """Return the reports of an order's visits, the latest first."""
    views.get_order(db, work_order_id)
    return [ReportOut.model_validate(row) for row in service.reports_of(db, work_order_id, limit=limit)]


@router.post("/visits/{visit_id}/reports", responses=problems(NoSuchVisit, NotCompleted))
def make_report(visit_id: UUID, db: Db) -> ReportOut:
    """Return the report of a completed visit as it is now: the last version, or a new one if anything changed."""
    return ReportOut.model_validate(service.make(db, visit_id, cause=Cause.ASKED, at=clock.now()))


@router.post("/reports/verify")
def verify_report(data: Content, db: Db) -> VerdictOut:
    """Tell whether a file is one of our reports, unchanged, and whether there is a later version."""
    return VerdictOut.model_validate(service.verify(db, data))


@router.get("/reports/{report_id}", responses=problems(ReportUnknown))
def get_report(report_id: UUID, db: Db) -> ReportWhole:
    """Return a report with its content."""
    return ReportWhole.model_validate(service.get_report(db, report_id))


@router.get("/reports/{report_id}/pdf", response_class=Response, responses={**sending.BYTES, **problems(ReportUnknown)})
def download_report(
    report_id: UUID, db: Db, request: Request, locale: Language = "zh", *, inline: bool = False
) -> Response:
    """Send a report as PDF."""
    report = service.get_report(db, report_id)
    file = files.get_file(db, service.file_of(report, locale))
    name = service.file_name(report.content, version=report.version, locale=locale)
    return sending.answer(request, file, files.open_file(db, file.id), inline=inline, name=name)


@router.post("/reports/{report_id}/send", status_code=201, responses=problems(ReportUnknown, NobodyToSendTo))
def send_report(report_id: UUID, body: SendIn, db: Db) -> MailOut:
    """Mail a report, to the customer's contact or to an address."""
    usual = service.recipient(db, service.get_report(db, report_id))
    to = usual
    if body.to is not None:
        to = Recipient(address=body.to, name=body.name or body.to, locale=body.locale or "zh")
    elif usual is not None and body.locale is not None:
        to = Recipient(address=usual.address, name=usual.name, locale=body.locale)
    mail = service.send(db, report_id, to=to, key=f"service_report:{report_id}:{new_id()}", at=clock.now())
    return MailOut.model_validate(mail)
