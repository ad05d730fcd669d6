"""Use cases of files: keep a content, read it, link it to a subject, tell where a photo was used before."""

import hashlib
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from backend.files import images, repository, sniff, storage
from backend.files.errors import FileTooLarge, FileUnknown, HashDiffers, LinkUnknown, NoThumbnail, TooManyLinks
from backend.files.models import FileLink, LinkRole, StoredFile
from kernel import audit
from kernel.db import tenant_of
from kernel.settings import get_settings

MOST_LINKS = 500
"""Of one subject."""


class Subject(NamedTuple):
    """What a file belongs to."""

    kind: str
    id: UUID


@dataclass(frozen=True)
class Attached:
    """A link with its file; `reused_from` is the first earlier link of the same content to another subject."""

    link: FileLink
    file: StoredFile
    reused_from: FileLink | None


def put_bytes(
    session: Session, data: bytes, *, name: str, media_type: str = "", by: UUID | None, sha256: str | None = None
) -> StoredFile:
    """Keep a content; a known one is returned as it is.

    Raises:
        HashDiffers: it is not what was announced.
        FileTooLarge: it is larger than this installation takes.
        UnfitMedia: it is of no kind that is kept.
    """
    check_size(len(data))
    found = hashlib.sha256(data).hexdigest()
    check_hash(sha256 or found, found)
    return keep(session, io.BytesIO(data), sha256=found, name=name, media_type=media_type, by=by)


def check_size(size: int) -> None:
    """Refuse what is too large.

    Raises:
        FileTooLarge: it is.
    """
    limit = get_settings().file_max_bytes
    if size > limit:
        raise FileTooLarge(f"A file has at most {limit} bytes.", limit=limit)


def check_hash(announced: str, found: str) -> None:
    """Refuse a content that is not the one that was announced.

    Raises:
        HashDiffers: it is not.
    """
    if announced != found:
        raise HashDiffers("The content was changed on its way; send it again.", announced=announced, found=found)


def keep(
    session: Session, content: BinaryIO, *, sha256: str, name: str, media_type: str, by: UUID | None
) -> StoredFile:
    """Put a content whose hash is known into the store and into the table.

    Raises:
        UnfitMedia: it is of no kind that is kept.
    """
    if known := repository.file_of_hash(session, sha256):
        return known
    kind = sniff.media_type_of(content, media_type)
    picture = images.look_at(content) if kind in sniff.PICTURES else None
    with storage.writer(storage.content_key(tenant_of(session), sha256)) as place:
        while piece := content.read(storage.PIECE):
            place.write(piece)
    row = {
        "sha256": sha256,
        "size": content.seek(0, os.SEEK_END),
        "media_type": kind,
        "name": name,
        "width": picture and picture.width,
        "height": picture and picture.height,
        "evidence": picture.evidence if picture else {},
        "uploaded_by": by,
    }
    repository.add_file(session, row)
    return file_of_hash(session, sha256)


def get_file(session: Session, file_id: UUID) -> StoredFile:
    """Return a file.

    Raises:
        FileUnknown: there is none with this id.
    """
    found = repository.file(session, file_id)
    if found is None:
        raise FileUnknown("No file has this id.", file_id=file_id)
    return found


def file_of_hash(session: Session, sha256: str) -> StoredFile:
    """Return the file with a content.

    Raises:
        FileUnknown: it was not uploaded.
    """
    found = repository.file_of_hash(session, sha256)
    if found is None:
        raise FileUnknown("No file has this content: upload it first.", sha256=sha256)
    return found


def open_file(session: Session, file_id: UUID) -> BinaryIO:
    """Open the content of a file.

    Raises:
        FileUnknown: there is none with this id.
    """
    return storage.reader(storage.content_key(tenant_of(session), get_file(session, file_id).sha256))


def read_bytes(session: Session, file_id: UUID) -> bytes:
    """Return the content of a file.

    Raises:
        FileUnknown: there is none with this id.
    """
    with open_file(session, file_id) as content:
        return content.read()


def thumbnail(session: Session, file_id: UUID) -> bytes:
    """Return a picture upright and small, as JPEG; made when first asked for.

    Raises:
        FileUnknown: there is no such file.
        NoThumbnail: it is no picture that can be drawn.
    """
    file = get_file(session, file_id)
    key = storage.thumbnail_key(tenant_of(session), file.sha256)
    if storage.has(key):
        return storage.read(key)
    made = None
    if file.width is not None:
        with open_file(session, file_id) as content:
            made = images.thumbnail(content)
    if made is None:
        raise NoThumbnail("This file cannot be drawn small.", media_type=file.media_type)
    storage.write(key, made)
    return made


def link(
    session: Session,
    file_id: UUID,
    subject: Subject,
    *,
    role: LinkRole,
    at: datetime,
    by: UUID | None,
    by_name: str,
    name: str | None = None,
    caption: str = "",
    item: str = "",
) -> Attached:
    """Attach a file to a subject; the same once more changes nothing.

    Raises:
        FileUnknown: there is no such file.
        TooManyLinks: the subject has as many as it may have.
    """
    file = get_file(session, file_id)
    standing = _standing(session, file_id, subject, role, item)
    if standing is None:
        if repository.count_links(session, kind=subject.kind, subject_id=subject.id) >= MOST_LINKS:
            raise TooManyLinks(f"At most {MOST_LINKS} files are attached to one thing.", limit=MOST_LINKS)
        row = {
            "file_id": file_id,
            "subject_kind": subject.kind,
            "subject_id": subject.id,
            "role": role,
            "item": item,
            "name": name or file.name,
            "caption": caption,
            "linked_by": by,
            "linked_by_name": by_name,
            "linked_at": at,
        }
        repository.add_link(session, row)
        standing = _standing(session, file_id, subject, role, item)
        if standing is None:
            raise LookupError("a link was removed while it was made")
    return Attached(standing, file, repository.earlier_elsewhere(session, standing))


def _standing(session: Session, file_id: UUID, subject: Subject, role: LinkRole, item: str) -> FileLink | None:
    return repository.standing_link(
        session, file_id=file_id, kind=subject.kind, subject_id=subject.id, role=role, item=item
    )


def links_of(
    session: Session, *subjects: Subject, after: UUID | None = None, limit: int = MOST_LINKS
) -> Sequence[Attached]:
    """Return what is attached to some subjects, the oldest first, behind a link."""
    return [Attached(*row) for row in repository.links(session, subjects, after=after, limit=limit)]


def get_link(session: Session, link_id: UUID) -> FileLink:
    """Return a link that stands, to change it.

    Raises:
        LinkUnknown: there is none.
    """
    found = repository.link(session, link_id)
    if found is None:
        raise LinkUnknown("No link has this id.", link_id=link_id)
    return found


def unlink(session: Session, link_id: UUID, *, by: UUID, at: datetime) -> None:
    """Take a file off its subject; the content, the row and an audit entry stay.

    Raises:
        LinkUnknown: there is no such link.
    """
    found = get_link(session, link_id)
    found.removed_at, found.removed_by = at, by
    audit.record(
        session,
        actor_id=by,
        action="files.unlink",
        subject=found.subject_kind,
        subject_id=found.subject_id,
        detail={"file_id": str(found.file_id), "role": str(found.role), "name": found.name},
    )
    session.flush()
