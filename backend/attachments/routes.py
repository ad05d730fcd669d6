"""Attachments over HTTP."""

from uuid import UUID

from backend.assets.errors import AssetUnknown
from backend.attachments.schemas import AttachmentIn, AttachmentOut, shown
from backend.attachments.subjects import LOOK_UP, SubjectKind
from backend.customers.errors import CustomerUnknown, SiteUnknown
from backend.files import service as files
from backend.files.errors import FileUnknown, LinkUnknown, TooManyLinks
from backend.files.routes import READERS, WRITERS
from backend.files.service import Subject
from backend.work.errors import NoSuchVisit, NoSuchWorkOrder
from kernel import clock, http
from kernel.http import Db, Me, problems
from kernel.paging import DEFAULT_LIMIT, BadCursor, Cursor, Limit, Page, cut, decode_id_cursor, encode_cursor

router = http.router("attachments")

ACCESS = {"list_attachments": READERS, "attach_file": WRITERS, "detach_file": WRITERS}


@router.get("/attachments", responses=problems(BadCursor))
def list_attachments(
    db: Db, subject_kind: SubjectKind, subject_id: UUID, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[AttachmentOut]:
    """Return the files of a subject, the oldest first."""
    after = decode_id_cursor(cursor) if cursor else None
    rows, more = cut(files.links_of(db, Subject(subject_kind, subject_id), after=after, limit=limit + 1), limit)
    return Page(items=[shown(row) for row in rows], next_cursor=encode_cursor(rows[-1].link.id) if more else None)


@router.post(
    "/attachments",
    status_code=201,
    responses=problems(
        FileUnknown, NoSuchWorkOrder, NoSuchVisit, AssetUnknown, SiteUnknown, CustomerUnknown, TooManyLinks
    ),
)
def attach_file(body: AttachmentIn, db: Db, me: Me) -> AttachmentOut:
    """Attach a file; a photo that was used for something else before is told."""
    LOOK_UP[body.subject_kind](db, body.subject_id)
    attached = files.link(
        db,
        body.file_id,
        Subject(body.subject_kind, body.subject_id),
        role=body.role,
        name=body.name,
        caption=body.caption,
        item=body.item,
        at=clock.now(),
        by=me.user_id,
        by_name=me.name,
    )
    return shown(attached)


@router.delete("/attachments/{link_id}", status_code=204, responses=problems(LinkUnknown))
def detach_file(link_id: UUID, db: Db, me: Me) -> None:
    """Take a file off its subject; it is audited, and the content stays."""
    files.unlink(db, link_id, by=me.user_id, at=clock.now())
