"""Bodies and answers of attachments."""

from datetime import datetime
from uuid import UUID

from backend.attachments.subjects import SubjectKind
from backend.files.models import FileLink, LinkRole
from backend.files.schemas import FileOut
from backend.files.service import Attached
from kernel.fields import Body, Line, OptionalLine, Out, Prose


class AttachmentIn(Body):
    """A file and what it is attached to."""

    file_id: UUID
    subject_kind: SubjectKind
    subject_id: UUID
    role: LinkRole
    name: Line | None = None
    caption: Prose = ""
    item: OptionalLine = ""


class ReuseOut(Out):
    """Where the same content was attached before."""

    subject_kind: str
    subject_id: UUID
    role: LinkRole
    linked_by_name: str
    linked_at: datetime


class AttachmentOut(Out):
    """A file as it belongs to its subject; `reused_from` tells that it was used for something else before."""

    id: UUID
    subject_kind: str
    subject_id: UUID
    role: LinkRole
    item: str
    name: str
    caption: str
    linked_by_name: str
    linked_at: datetime
    file: FileOut
    reused_from: ReuseOut | None


def shown(attached: Attached) -> AttachmentOut:
    """Return an attachment as it is answered."""
    row: FileLink = attached.link
    members = ("id", "subject_kind", "subject_id", "role", "item", "name", "caption", "linked_by_name", "linked_at")
    return AttachmentOut(
        **{member: getattr(row, member) for member in members},
        file=FileOut.model_validate(attached.file),
        reused_from=None if attached.reused_from is None else ReuseOut.model_validate(attached.reused_from),
    )
