"""Queries over users, sessions and failed log-ins."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import case, delete, or_, select, update
from sqlalchemy.dialects.postgresql import array, insert
from sqlalchemy.orm import Session

from backend.identity.models import AppUser, LoginAttempts, SessionFamily
from kernel.ids import new_id


def user(session: Session, user_id: UUID) -> AppUser | None:
    """Return a user."""
    return session.get(AppUser, user_id)


def user_by_name(session: Session, username: str) -> AppUser | None:
    """Return the user with this name."""
    return session.scalar(select(AppUser).where(AppUser.username == username))


def names_of(session: Session, user_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the names of users by id."""
    rows = session.execute(select(AppUser.id, AppUser.display_name).where(AppUser.id.in_(user_ids)))
    return {row.id: row.display_name for row in rows}


def users(session: Session, *, after: str | None, limit: int) -> Sequence[AppUser]:
    """Return users by name, behind one."""
    query = select(AppUser).order_by(AppUser.username).limit(limit)
    return session.scalars(query if after is None else query.where(AppUser.username > after)).all()


def users_of_role(session: Session, role: str) -> Sequence[AppUser]:
    """Return who has a role and is not disabled, by name."""
    query = select(AppUser).where(AppUser.roles.contains([role]), AppUser.disabled_at.is_(None))
    return session.scalars(query.order_by(AppUser.username).limit(200)).all()


def find_users(session: Session, letters: str, *, roles: Collection[str], limit: int) -> Sequence[AppUser]:
    """Return who has one of some roles, is not disabled and has these letters in a name, by name."""
    query = select(AppUser).where(
        AppUser.roles.has_any(array(sorted(roles))),
        AppUser.disabled_at.is_(None),
        or_(
            AppUser.username.icontains(letters, autoescape=True),
            AppUser.display_name.icontains(letters, autoescape=True),
        ),
    )
    return session.scalars(query.order_by(AppUser.username).limit(limit)).all()


def family(session: Session, family_id: UUID) -> SessionFamily | None:
    """Return a session, locked."""
    return session.get(SessionFamily, family_id, with_for_update=True)


def revoke_families(session: Session, user_id: UUID, *, device_id: str | None, at: datetime, reason: str) -> None:
    """End the open sessions of a user, on one device or on all."""
    statement = update(SessionFamily).where(SessionFamily.user_id == user_id, SessionFamily.revoked_at.is_(None))
    if device_id is not None:
        statement = statement.where(SessionFamily.device_id == device_id)
    session.execute(statement.values(revoked_at=at, revoked_reason=reason))


def lock_of(session: Session, username: str, address: str) -> datetime | None:
    """Return until when a name is locked for an address."""
    return session.scalar(
        select(LoginAttempts.locked_until).where(LoginAttempts.username == username, LoginAttempts.address == address)
    )


def count_attempt(session: Session, username: str, address: str, *, at: datetime, limit: int, lock: timedelta) -> int:
    """Count an attempt, return the count; the one that reaches the limit locks. Old ones are forgotten."""
    statement = insert(LoginAttempts).values(
        id=new_id(), username=username, address=address, failures=1, last_at=at, locked_until=None
    )
    stale = LoginAttempts.last_at < at - lock
    failures = case((stale, 1), else_=LoginAttempts.failures + 1)
    counted = session.scalar(
        statement.on_conflict_do_update(
            index_elements=["tenant_id", "username", "address"],
            set_={
                "failures": failures,
                "last_at": at,
                "locked_until": case((failures >= limit, at + lock), else_=None),
            },
        ).returning(LoginAttempts.failures)
    )
    return counted or 0


def forget_attempts(session: Session, username: str, address: str) -> None:
    """Start counting afresh."""
    session.execute(delete(LoginAttempts).where(LoginAttempts.username == username, LoginAttempts.address == address))


def prune(session: Session, *, before: datetime) -> None:
    """Delete attempts and sessions that ended before an instant."""
    session.execute(delete(LoginAttempts).where(LoginAttempts.last_at < before))
    session.execute(delete(SessionFamily).where(SessionFamily.expires_at < before))
