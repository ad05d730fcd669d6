"""Uploads and downloads of files for the caller's own visits."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Request, Response

from backend.attachments.schemas import AttachmentOut, shown
from backend.files import sending, uploads
from backend.files import service as files
from backend.files.errors import (
    ChunkUnfit,
    FileTooLarge,
    FileUnknown,
    HashDiffers,
    TooManyUploads,
    UnfitMedia,
    UploadIncomplete,
    UploadUnknown,
)
from backend.files.routes import Content, Offset
from backend.files.schemas import FileOut, MediaType, Sha256, UploadIn, UploadOut
from backend.work import actors
from backend.work.errors import NoSuchVisit, NotYourVisit
from backend.work.service import evidence
from kernel import clock
from kernel.auth import Role
from kernel.fields import Line
from kernel.http import Db, Me, problems
from kernel.http import router as make_router
from mobile_api.day.errors import NoTechnician
from mobile_api.day.service import own

router = make_router("field_files", "/visits/{visit_id}")

TECHNICIANS = frozenset({Role.TECHNICIAN})
ACCESS = {
    "begin_upload": TECHNICIANS,
    "put_chunk": TECHNICIANS,
    "finish_upload": TECHNICIANS,
    "list_files": TECHNICIANS,
    "put_file": TECHNICIANS,
    "download_file": TECHNICIANS,
}
NOT_MINE = (NoTechnician, NoSuchVisit, NotYourVisit)


def own_visit(visit_id: UUID, db: Db, me: Me) -> UUID:
    """Return the visit of the path.

    Raises:
        NoSuchVisit: there is none.
        NotYourVisit: it never was the caller's.
    """
    own(me)
    return evidence.visit_of(db, visit_id, actors.technician(me)).id


OwnVisit = Annotated[UUID, Depends(own_visit)]
Hash = Annotated[Sha256, Path()]


@router.post("/uploads", status_code=201, responses=problems(*NOT_MINE, FileTooLarge, UnfitMedia, TooManyUploads))
def begin_upload(_: OwnVisit, body: UploadIn, db: Db, me: Me) -> UploadOut:
    """Begin an upload, or go on with the one that was cut off; a known content needs no sending."""
    upload = uploads.begin_upload(
        db,
        name=body.name,
        size=body.size,
        sha256=body.sha256,
        media_type=body.media_type,
        by=me.user_id,
        at=clock.now(),
    )
    return UploadOut.model_validate(upload)


@router.put("/uploads/{upload_id}", responses=problems(*NOT_MINE, UploadUnknown, ChunkUnfit))
def put_chunk(_: OwnVisit, upload_id: UUID, db: Db, me: Me, data: Content, offset: Offset = 0) -> UploadOut:
    """Take the bytes from an offset on."""
    return UploadOut.model_validate(uploads.put_chunk(db, upload_id, data, offset=offset, by=me.user_id))


@router.post(
    "/uploads/{upload_id}/finish",
    responses=problems(*NOT_MINE, UploadUnknown, UploadIncomplete, HashDiffers, UnfitMedia),
)
def finish_upload(_: OwnVisit, upload_id: UUID, db: Db, me: Me) -> FileOut:
    """Check the hash of what was received and keep it."""
    return FileOut.model_validate(uploads.finish_upload(db, upload_id, by=me.user_id))


@router.get("/files", responses=problems(*NOT_MINE))
def list_files(visit_id: OwnVisit, db: Db) -> list[AttachmentOut]:
    """Return what is attached to the visit, the oldest first."""
    return [shown(found) for found in evidence.files_of_visit(db, visit_id)]


@router.put("/files/{sha256}", responses=problems(*NOT_MINE, FileTooLarge, UnfitMedia, HashDiffers))
def put_file(
    _: OwnVisit, sha256: Hash, db: Db, me: Me, data: Content, *, name: Line, media_type: MediaType = ""
) -> FileOut:
    """Keep a file that comes in one piece; the same again changes nothing."""
    file = files.put_bytes(db, data, name=name, media_type=media_type, by=me.user_id, sha256=sha256)
    return FileOut.model_validate(file)


@router.get("/files/{sha256}", response_class=Response, responses={**sending.BYTES, **problems(*NOT_MINE, FileUnknown)})
def download_file(visit_id: OwnVisit, sha256: Hash, db: Db, request: Request) -> Response:
    """Send a file that is attached to the visit."""
    for found in evidence.files_of_visit(db, visit_id):
        if found.file.sha256 == sha256:
            return sending.answer(request, found.file, files.open_file(db, found.file.id), inline=False)
    raise FileUnknown("No file of the visit has this content.", sha256=sha256)
