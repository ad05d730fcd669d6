"""Tables of users, sessions and failed log-ins."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import TenantRow, refers, tenant_args


class Locale(StrEnum):
    """Language of the screens and messages of a person."""

    ZH = "zh"
    EN = "en"


class AppUser(TenantRow):
    """A person or program that may log in."""

    __tablename__ = "app_user"
    __table_args__ = tenant_args(
        UniqueConstraint("tenant_id", "username"),
        CheckConstraint("username = lower(username) AND username <> ''", name="username_lower"),
        Index("ix_app_user_technician_id", "tenant_id", "technician_id"),
    )

    username: Mapped[str]
    password_hash: Mapped[str]
    display_name: Mapped[str]
    roles: Mapped[list[str]]
    locale: Mapped[Locale] = mapped_column(default=Locale.ZH)
    technician_id: Mapped[UUID | None]
    """The technician that this user is; opaque here."""
    disabled_at: Mapped[datetime | None]


class SessionFamily(TenantRow):
    """One log-in on one device: the chain of refresh tokens that follow from it."""

    __tablename__ = "session_family"
    __table_args__ = tenant_args(
        refers("user_id", "app_user", ondelete="CASCADE"),
        Index("ix_session_family_user_id", "tenant_id", "user_id", "device_id"),
        Index("ix_session_family_expires_at", "expires_at"),
    )

    user_id: Mapped[UUID]
    device_id: Mapped[str]
    refresh_hash: Mapped[str]
    previous_hash: Mapped[str | None]
    """Hash of the token before; whoever shows it has copied it, or lost the answer."""
    rotated_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_reason: Mapped[str | None]


class LoginAttempts(TenantRow):
    """Failed log-ins in a row for one account name from one address; the name need not exist."""

    __tablename__ = "login_attempts"
    __table_args__ = tenant_args(
        UniqueConstraint("tenant_id", "username", "address"),
        Index("ix_login_attempts_last_at", "last_at"),
    )

    username: Mapped[str]
    address: Mapped[str]
    failures: Mapped[int]
    last_at: Mapped[datetime]
    locked_until: Mapped[datetime | None]
