"""Use cases of uploads in chunks: begin, go on where the connection was cut, finish with the hash checked."""

import hashlib
import tempfile
from datetime import datetime, timedelta
from typing import BinaryIO, cast
from uuid import UUID

from sqlalchemy.orm import Session

from backend.files import repository, service, sniff, storage
from backend.files.errors import ChunkUnfit, TooManyUploads, UploadIncomplete, UploadUnknown
from backend.files.models import FileUpload, StoredFile
from kernel import jobs
from kernel.db import tenant_of

SWEEP_JOB = "files.sweep_upload"
LIFETIME = timedelta(days=1)
MOST_OPEN = 50
"""Uploads that one user may have under way."""
IN_MEMORY = 8 * 1024 * 1024


def begin_upload(
    session: Session, *, name: str, size: int, sha256: str, media_type: str, by: UUID, at: datetime
) -> FileUpload:
    """Begin an upload, or go on with the one begun before; a known content is finished at once.

    Raises:
        FileTooLarge: it is larger than this installation takes.
        UnfitMedia: such a media type is not kept.
        TooManyUploads: finish others first.
    """
    service.check_size(size)
    sniff.check_said(media_type)
    if begun := repository.open_upload(session, started_by=by, sha256=sha256, size=size):
        return begun
    if repository.open_uploads(session, started_by=by) >= MOST_OPEN:
        raise TooManyUploads(f"At most {MOST_OPEN} uploads are under way at once.", limit=MOST_OPEN)
    known = repository.file_of_hash(session, sha256)
    upload = FileUpload(
        name=name,
        sha256=sha256,
        size=size,
        media_type=media_type,
        received=size if known else 0,
        started_by=by,
        expires_at=at + LIFETIME,
        file_id=known and known.id,
    )
    session.add(upload)
    session.flush()
    body = {"upload_id": str(upload.id)}
    jobs.request(session, SWEEP_JOB, key=str(upload.id), due_at=upload.expires_at, body=body)
    return upload


def get_upload(session: Session, upload_id: UUID, *, by: UUID) -> FileUpload:
    """Return an upload of the caller, locked.

    Raises:
        UploadUnknown: there is none.
    """
    found = repository.upload(session, upload_id, started_by=by)
    if found is None:
        raise UploadUnknown("No upload of yours has this id.", upload_id=upload_id)
    return found


def put_chunk(session: Session, upload_id: UUID, data: bytes, *, offset: int, by: UUID) -> FileUpload:
    """Take the bytes from `offset` on; what was received behind it before is dropped, so that one may begin again.

    Raises:
        UploadUnknown: there is no such upload.
        ChunkUnfit: it leaves a gap, or goes beyond the announced size.
    """
    upload = get_upload(session, upload_id, by=by)
    if upload.file_id is not None:
        return upload
    if offset > upload.received or offset + len(data) > upload.size or not data:
        raise ChunkUnfit("Go on where the received bytes end.", received=upload.received, size=upload.size)
    tenant_id = tenant_of(session)
    storage.drop_chunks(tenant_id, upload_id, beyond=offset)
    storage.write(storage.chunk_key(tenant_id, upload_id, offset), data)
    upload.received = offset + len(data)
    session.flush()
    return upload


def finish_upload(session: Session, upload_id: UUID, *, by: UUID) -> StoredFile:
    """Check the hash and keep the content; finishing twice gives the same file.

    Raises:
        UploadUnknown: there is no such upload.
        UploadIncomplete: bytes are missing.
        HashDiffers: the bytes are not those that were announced; send them again from offset 0.
        UnfitMedia: the content is of no kind that is kept.
    """
    upload = get_upload(session, upload_id, by=by)
    if upload.file_id is not None:
        return service.get_file(session, upload.file_id)
    if upload.received < upload.size:
        raise UploadIncomplete("Send the missing bytes first.", received=upload.received, size=upload.size)
    tenant_id = tenant_of(session)
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as spooled:
        whole = cast("BinaryIO", spooled)
        found = _join(whole, tenant_id, upload)
        service.check_hash(upload.sha256, found)
        whole.seek(0)
        file = service.keep(session, whole, sha256=upload.sha256, name=upload.name, media_type=upload.media_type, by=by)
    upload.file_id = file.id
    session.flush()
    return file


def _join(whole: BinaryIO, tenant_id: UUID, upload: FileUpload) -> str:
    """Write the chunks one behind the other; a chunk ends where the next one begins. Return the hash of the whole."""
    digest = hashlib.sha256()
    found = storage.chunks(tenant_id, upload.id)
    ends = [offset for offset, _ in found[1:]] + [upload.size]
    for (offset, key), end in zip(found, ends, strict=True):
        piece = storage.read(key)[: end - offset]
        digest.update(piece)
        whole.write(piece)
    return digest.hexdigest()


def sweep_upload(session: Session, upload_id: UUID) -> None:
    """Forget an upload and remove its chunks; what it became stays."""
    storage.drop_chunks(tenant_of(session), upload_id)
    upload = session.get(FileUpload, upload_id, with_for_update=True)
    if upload is not None:
        session.delete(upload)
        session.flush()
