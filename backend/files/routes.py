"""Files over HTTP: uploads whole or in chunks, and downloads."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Query, Request, Response

from backend.files import sending, service, uploads
from backend.files.errors import (
    ChunkUnfit,
    FileTooLarge,
    FileUnknown,
    HashDiffers,
    NoThumbnail,
    TooManyUploads,
    UnfitMedia,
    UploadIncomplete,
    UploadUnknown,
)
from backend.files.schemas import FileOut, MediaType, Sha256, UploadIn, UploadOut
from kernel import clock, http
from kernel.auth import OFFICE, Role
from kernel.fields import Line
from kernel.http import Db, Me, problems

router = http.router("files")

READERS = OFFICE | {Role.INTEGRATOR}
WRITERS = READERS - {Role.AUDITOR}
ACCESS = {
    "begin_upload": WRITERS,
    "get_upload": WRITERS,
    "put_chunk": WRITERS,
    "finish_upload": WRITERS,
    "upload_file": WRITERS,
    "get_file": READERS,
    "download_file": READERS,
    "show_thumbnail": READERS,
}

Content = Annotated[bytes, Body(media_type="application/octet-stream", description="The bytes as they are.")]
Offset = Annotated[int, Query(ge=0, le=2**40)]


@router.post("/files/uploads", status_code=201, responses=problems(FileTooLarge, UnfitMedia, TooManyUploads))
def begin_upload(body: UploadIn, db: Db, me: Me) -> UploadOut:
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


@router.get("/files/uploads/{upload_id}", responses=problems(UploadUnknown))
def get_upload(upload_id: UUID, db: Db, me: Me) -> UploadOut:
    """Return how far an upload has come."""
    return UploadOut.model_validate(uploads.get_upload(db, upload_id, by=me.user_id))


@router.put("/files/uploads/{upload_id}", responses=problems(UploadUnknown, ChunkUnfit))
def put_chunk(upload_id: UUID, db: Db, me: Me, data: Content, offset: Offset = 0) -> UploadOut:
    """Take the bytes from an offset on."""
    return UploadOut.model_validate(uploads.put_chunk(db, upload_id, data, offset=offset, by=me.user_id))


@router.post(
    "/files/uploads/{upload_id}/finish", responses=problems(UploadUnknown, UploadIncomplete, HashDiffers, UnfitMedia)
)
def finish_upload(upload_id: UUID, db: Db, me: Me) -> FileOut:
    """Check the hash of what was received and keep it."""
    return FileOut.model_validate(uploads.finish_upload(db, upload_id, by=me.user_id))


@router.post("/files", status_code=201, responses=problems(FileTooLarge, UnfitMedia, HashDiffers))
def upload_file(
    db: Db, me: Me, data: Content, *, name: Line, media_type: MediaType = "", sha256: Sha256 | None = None
) -> FileOut:
    """Keep a small file that comes in one piece; a known content is returned as it is."""
    file = service.put_bytes(db, data, name=name, media_type=media_type, by=me.user_id, sha256=sha256)
    return FileOut.model_validate(file)


@router.get("/files/{file_id}", responses=problems(FileUnknown))
def get_file(file_id: UUID, db: Db) -> FileOut:
    """Return what is known of a file."""
    return FileOut.model_validate(service.get_file(db, file_id))


@router.get("/files/{file_id}/content", response_class=Response, responses={**sending.BYTES, **problems(FileUnknown)})
def download_file(file_id: UUID, db: Db, request: Request, inline: bool = False) -> Response:
    """Send a file; pictures, sound and PDF may be shown in place."""
    file = service.get_file(db, file_id)
    return sending.answer(request, file, service.open_file(db, file_id), inline=inline)


@router.get(
    "/files/{file_id}/thumbnail",
    response_class=Response,
    responses={**sending.BYTES, **problems(FileUnknown, NoThumbnail)},
)
def show_thumbnail(file_id: UUID, db: Db, request: Request) -> Response:
    """Send a picture upright and small."""
    return sending.small(request, service.get_file(db, file_id), service.thumbnail(db, file_id))
