"""Use cases of service reports: make a version, mail it, check a file."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from backend.customers import service as customers
from backend.files import service as files
from backend.files.errors import FileUnknown, NoThumbnail
from backend.files.models import LinkRole
from backend.files.service import Subject
from backend.mail import service as mail
from backend.mail.models import OutboundMail
from backend.mail.service import Attachment, Recipient
from backend.reports import repository
from backend.reports.content import Json, gather
from backend.reports.drawing import Sheet, draw
from backend.reports.errors import NobodyToSendTo, NotCompleted, ReportUnknown
from backend.reports.models import Cause, ServiceReport
from backend.reports.sealing import Seal, SignatureState, check, seal
from backend.reports.texts import WORDS
from backend.work.lifecycle import VisitState
from backend.work.service import views
from kernel import jobs
from kernel.db import Tenant, tenant_of

MAKE_JOB = "reports.make"
SETTLING = timedelta(minutes=1)
"""A phone sends in batches: what follows the completion at once belongs to the first version."""
AUTHOR = "Fieldhand"


def request(session: Session, visit_id: UUID, *, version: int, cause: Cause, at: datetime) -> None:
    """Have the report of a visit made when it has settled; for the same version of the visit once."""
    body = {"visit_id": str(visit_id), "cause": cause}
    jobs.request(session, MAKE_JOB, key=f"{visit_id}:{version}", due_at=at + SETTLING, body=body)


def make(session: Session, visit_id: UUID, *, cause: Cause, at: datetime) -> ServiceReport:
    """Return the report of a completed visit: the last version if nothing has changed since, else a new one.

    The first version is mailed to the customer, where there is an address.

    Raises:
        NoSuchVisit: there is none with this id.
        NotCompleted: the visit is still under way, or was not completed.
    """
    visit = views.lock_visit(session, visit_id)
    if visit.state is not VisitState.COMPLETED:
        raise NotCompleted("Only a completed visit has a report.", state=str(visit.state))
    content = gather(session, visit)
    sealed = seal(content)
    last = repository.latest(session, visit_id)
    if last is not None and last.digest == sealed.digest:
        return last
    version = last.version + 1 if last else 1
    made = {
        locale: _file(session, content, sealed, version=version, locale=locale, visit_id=visit_id, at=at)
        for locale in WORDS
    }
    report = ServiceReport(
        visit_id=visit_id,
        work_order_id=visit.work_order_id,
        version=version,
        cause=cause,
        made_at=at,
        content=content,
        digest=sealed.digest,
        signature=sealed.signature,
        signed_by=sealed.signed_by,
        zh_file_id=made["zh"],
        en_file_id=made["en"],
    )
    session.add(report)
    session.flush()
    to = recipient(session, report)
    if version == 1 and to is not None:
        send(session, report.id, to=to, key=f"service_report:{visit_id}", at=at)
    return report


def _file(
    session: Session, content: Json, sealed: Seal, *, version: int, locale: str, visit_id: UUID, at: datetime
) -> UUID:
    tenant = session.get_one(Tenant, tenant_of(session))
    sheet = Sheet(
        content=content,
        seal=sealed,
        version=version,
        locale=locale,
        zone=ZoneInfo(tenant.time_zone),
        pictures=_pictures(session, content),
    )
    name = file_name(content, version=version, locale=locale)
    file = files.put_bytes(session, draw(sheet), name=name, media_type="application/pdf", by=None)
    subject = Subject("visit", visit_id)
    files.link(session, file.id, subject, role=LinkRole.REPORT, at=at, by=None, by_name=AUTHOR)
    return file.id


def file_name(content: Json, *, version: int, locale: str) -> str:
    """Return what the file of a report is called."""
    return f"{WORDS[locale]['title']} {content['order']['number']}-{content['visit']['no']} v{version}.pdf"


def _pictures(session: Session, content: Json) -> dict[str, bytes]:
    found = {}
    for one in (*content["photos"], *content["signatures"]):
        try:
            found[one["sha256"]] = files.thumbnail(session, UUID(one["file_id"]))
        except NoThumbnail:
            continue
    return found


def recipient(session: Session, report: ServiceReport) -> Recipient | None:
    """Return who gets a report: the first contact with an address, the primary one before others, else the customer."""
    order = views.get_order(session, report.work_order_id)
    customer = customers.get_customer(session, order.customer_id)
    people = [(one.email, one.name) for one in customers.contacts_of(session, customer.id)]
    for address, name in (*people, (customer.email, customer.name)):
        if address:
            return Recipient(address=address, name=name, locale=customer.locale)
    return None


def send(session: Session, report_id: UUID, *, to: Recipient | None, key: str, at: datetime) -> OutboundMail:
    """Mail a report in the reader's language; a known key sends none.

    Raises:
        ReportUnknown: there is no such report.
        NobodyToSendTo: there is no address.
    """
    report = get_report(session, report_id)
    to = to or recipient(session, report)
    if to is None:
        raise NobodyToSendTo("Name an address.", report_id=report_id)
    locale = "zh" if to.locale.startswith("zh") else "en"
    content = report.content
    words = {
        "name": to.name,
        "number": content["order"]["number"],
        "site": content["site"]["name"],
        "summary": content["order"]["summary"],
        "version": str(report.version),
        "sender": session.get_one(Tenant, tenant_of(session)).name,
    }
    attachment = Attachment(file_of(report, locale), file_name(content, version=report.version, locale=locale))
    about = ("work_order", report.work_order_id)
    return mail.write(session, "service_report", key=key, to=to, words=words, about=about, attachment=attachment, at=at)


def file_of(report: ServiceReport, locale: str) -> UUID:
    """Return the file of a report in a language."""
    return report.zh_file_id if locale == "zh" else report.en_file_id


def get_report(session: Session, report_id: UUID) -> ServiceReport:
    """Return a report.

    Raises:
        ReportUnknown: there is none with this id.
    """
    found = repository.report(session, report_id)
    if found is None:
        raise ReportUnknown("No report has this id.", report_id=report_id)
    return found


def reports_of(session: Session, work_order_id: UUID, *, limit: int) -> Sequence[ServiceReport]:
    """Return the reports of an order, the latest first."""
    return repository.of_order(session, work_order_id, limit=limit)


@dataclass(frozen=True)
class Verdict:
    """What a file is: an original report or none, the latest version or not, and what its signature says."""

    report: ServiceReport | None
    latest_version: int | None
    signature: SignatureState | None


def verify(session: Session, data: bytes) -> Verdict:
    """Tell whether a file is one of our reports, byte for byte."""
    try:
        file = files.file_of_hash(session, hashlib.sha256(data).hexdigest())
    except FileUnknown:
        return Verdict(None, None, None)
    report = repository.of_file(session, file.id)
    if report is None:
        return Verdict(None, None, None)
    last = repository.latest(session, report.visit_id)
    sealed = Seal(digest=report.digest, signature=report.signature, signed_by=report.signed_by)
    return Verdict(report, last.version if last else None, check(report.content, sealed))
