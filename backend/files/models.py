"""Tables of files, uploads under way and links."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import TenantRow, refers, tenant_args

SHA256 = "sha256 ~ '^[0-9a-f]{64}$'"


class LinkRole(StrEnum):
    """What a file is to its subject."""

    PHOTO = "photo"
    DOCUMENT = "document"
    SIGNATURE = "signature"
    REPORT = "report"
    RECORDING = "recording"
    CERTIFICATE = "certificate"
    MANUAL = "manual"
    DRAWING = "drawing"


class StoredFile(TenantRow):
    """One content, whatever it is called and wherever it is linked; its bytes lie in the store under its hash."""

    __tablename__ = "stored_file"
    __table_args__ = tenant_args(
        UniqueConstraint("tenant_id", "sha256"),
        CheckConstraint(SHA256, name="sha256"),
        CheckConstraint("size > 0", name="size_positive"),
        info={"append_only": True},
    )

    sha256: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    """Bytes."""
    media_type: Mapped[str]
    """By the content, not by what the sender said."""
    name: Mapped[str]
    """As it was first called."""
    width: Mapped[int | None]
    """Of a picture, in pixels as stored."""
    height: Mapped[int | None]
    evidence: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default=text("'{}'::jsonb"))
    """What a picture says of itself (EXIF): `taken_local`, `offset`, `lon`, `lat`, `camera`, each if it is there."""
    uploaded_by: Mapped[UUID | None]


class FileUpload(TenantRow):
    """A content on its way in, chunk by chunk; cleared away a day after it began."""

    __tablename__ = "file_upload"
    __table_args__ = tenant_args(
        refers("file_id", "stored_file"),
        CheckConstraint(SHA256, name="sha256"),
        CheckConstraint("size > 0", name="size_positive"),
        CheckConstraint("received BETWEEN 0 AND size", name="received_within_size"),
        Index("ix_file_upload_open", "tenant_id", "started_by", "sha256", postgresql_where=text("file_id IS NULL")),
    )

    name: Mapped[str]
    sha256: Mapped[str]
    """As the sender announced it."""
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str]
    received: Mapped[int] = mapped_column(BigInteger, default=0)
    """Bytes, without a gap from the first one on."""
    started_by: Mapped[UUID]
    expires_at: Mapped[datetime]
    file_id: Mapped[UUID | None]
    """What it became."""


class FileLink(TenantRow):
    """A file as it belongs to a subject; a removed link stays as a row."""

    __tablename__ = "file_link"
    __table_args__ = tenant_args(
        refers("file_id", "stored_file"),
        CheckConstraint("subject_kind ~ '^[a-z_]{1,40}$'", name="subject_kind"),
        CheckConstraint("(removed_at IS NULL) = (removed_by IS NULL)", name="removed_by_somebody"),
        Index(
            "uq_file_link_once",
            "tenant_id",
            "subject_kind",
            "subject_id",
            "file_id",
            "role",
            "item",
            unique=True,
            postgresql_where=text("removed_at IS NULL"),
        ),
        Index(
            "ix_file_link_subject",
            "tenant_id",
            "subject_kind",
            "subject_id",
            "id",
            postgresql_where=text("removed_at IS NULL"),
        ),
        Index("ix_file_link_file", "tenant_id", "file_id", "id"),
        info={"app": "SELECT, INSERT, UPDATE"},
    )

    file_id: Mapped[UUID]
    subject_kind: Mapped[str]
    """`asset`, `work_order`, `visit` and so on; opaque here."""
    subject_id: Mapped[UUID]
    role: Mapped[LinkRole]
    item: Mapped[str] = mapped_column(server_default="")
    """Which part of the subject it belongs to, such as an item of its checklist; opaque here."""
    name: Mapped[str]
    """What the file is called here."""
    caption: Mapped[str] = mapped_column(server_default="")
    linked_by: Mapped[UUID | None]
    linked_by_name: Mapped[str]
    linked_at: Mapped[datetime]
    """When it was attached, by the clock of whoever did it."""
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[UUID | None]
