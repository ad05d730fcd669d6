"""Bodies and answers of service reports."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from backend.reports.models import Cause
from backend.reports.sealing import SignatureState
from kernel.fields import Body, Email, Line, Out

Language = Literal["zh", "en"]


class ReportOut(Out):
    """One version of the report of a visit."""

    id: UUID
    visit_id: UUID
    work_order_id: UUID
    version: int
    cause: Cause
    made_at: datetime
    digest: str
    signature: str | None
    signed_by: str | None
    zh_file_id: UUID
    en_file_id: UUID


class ReportWhole(ReportOut):
    """A report with its content, from which its digest follows."""

    content: dict[str, Any]


class SendIn(Body):
    """Where a report goes; without an address to the customer's contact, in the customer's language."""

    to: Email | None = None
    name: Line | None = None
    locale: Language | None = None


class VerdictOut(Out):
    """What a file is; `report` is null where it is none of our reports, or not as we made it."""

    report: ReportOut | None
    latest_version: int | None
    signature: SignatureState | None
