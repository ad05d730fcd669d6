"""Queries of files, uploads and links."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import func, or_, select, true, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from backend.files.models import FileLink, FileUpload, StoredFile
from kernel.db import tenant_of
from kernel.ids import new_id

LinkRow = tuple[FileLink, StoredFile, FileLink | None]


def file(session: Session, file_id: UUID) -> StoredFile | None:
    """Return a file."""
    return session.get(StoredFile, file_id)


def file_of_hash(session: Session, sha256: str) -> StoredFile | None:
    """Return the file with this content."""
    return session.scalar(select(StoredFile).where(StoredFile.sha256 == sha256))


def add_file(session: Session, values: dict[str, object]) -> None:
    """Write a file, unless its content is known."""
    row = {"id": new_id(), "tenant_id": tenant_of(session), **values}
    session.execute(insert(StoredFile).values(row).on_conflict_do_nothing(index_elements=["tenant_id", "sha256"]))


def upload(session: Session, upload_id: UUID, *, started_by: UUID) -> FileUpload | None:
    """Return an upload of somebody, locked."""
    return session.scalar(
        select(FileUpload)
        .where(FileUpload.id == upload_id, FileUpload.started_by == started_by)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def open_upload(session: Session, *, started_by: UUID, sha256: str, size: int) -> FileUpload | None:
    """Return an upload of the same content that somebody began before."""
    return session.scalar(
        select(FileUpload)
        .where(
            FileUpload.started_by == started_by,
            FileUpload.sha256 == sha256,
            FileUpload.size == size,
            FileUpload.file_id.is_(None),
        )
        .order_by(FileUpload.id)
        .limit(1)
    )


def open_uploads(session: Session, *, started_by: UUID) -> int:
    """Return how many uploads somebody has begun and not finished."""
    query = select(func.count()).where(FileUpload.started_by == started_by, FileUpload.file_id.is_(None))
    return session.scalar(query) or 0


def link(session: Session, link_id: UUID) -> FileLink | None:
    """Return a link that was not removed, locked."""
    query = select(FileLink).where(FileLink.id == link_id, FileLink.removed_at.is_(None))
    return session.scalar(query.with_for_update())


def add_link(session: Session, values: dict[str, object]) -> None:
    """Write a link, unless the subject has the file in this role."""
    row = {"id": new_id(), "tenant_id": tenant_of(session), **values}
    session.execute(insert(FileLink).values(row).on_conflict_do_nothing())


def standing_link(
    session: Session, *, file_id: UUID, kind: str, subject_id: UUID, role: str, item: str
) -> FileLink | None:
    """Return the link of a file to a subject in a role."""
    return session.scalar(
        select(FileLink).where(
            FileLink.file_id == file_id,
            FileLink.subject_kind == kind,
            FileLink.subject_id == subject_id,
            FileLink.role == role,
            FileLink.item == item,
            FileLink.removed_at.is_(None),
        )
    )


def count_links(session: Session, *, kind: str, subject_id: UUID) -> int:
    """Return how many links a subject has."""
    query = select(func.count()).where(
        FileLink.subject_kind == kind, FileLink.subject_id == subject_id, FileLink.removed_at.is_(None)
    )
    return session.scalar(query) or 0


def links(
    session: Session, subjects: Collection[tuple[str, UUID]], *, after: UUID | None, limit: int
) -> Sequence[LinkRow]:
    """Return links with their files, the oldest first, and the first earlier link of the file to another subject."""
    other = aliased(FileLink)
    first = (
        select(other)
        .where(
            other.file_id == FileLink.file_id,
            other.id < FileLink.id,
            or_(other.subject_kind != FileLink.subject_kind, other.subject_id != FileLink.subject_id),
        )
        .order_by(other.id)
        .limit(1)
        .lateral()
    )
    source = aliased(FileLink, first)
    query = (
        select(FileLink, StoredFile, source)
        .join(StoredFile, StoredFile.id == FileLink.file_id)
        .join(source, true(), isouter=True)
        .where(tuple_(FileLink.subject_kind, FileLink.subject_id).in_(subjects), FileLink.removed_at.is_(None))
        .order_by(FileLink.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(FileLink.id > after)
    return [(link, file, earlier) for link, file, earlier in session.execute(query)]


def earlier_elsewhere(session: Session, link: FileLink) -> FileLink | None:
    """Return the first link of the same file to another subject that was there before."""
    return session.scalar(
        select(FileLink)
        .where(
            FileLink.file_id == link.file_id,
            FileLink.id < link.id,
            or_(FileLink.subject_kind != link.subject_kind, FileLink.subject_id != link.subject_id),
        )
        .order_by(FileLink.id)
        .limit(1)
    )
