"""Use cases of users and their sessions."""

import secrets
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from backend.identity import repository
from backend.identity.errors import LockedOut, NotYourself, SessionEnded, UsernameTaken, UserUnknown, WeakPassword
from backend.identity.models import AppUser, Locale, SessionFamily
from kernel import audit
from kernel.auth import (
    ACCESS_LIFETIME,
    STAFF,
    Principal,
    Role,
    hash_password,
    hash_secret,
    issue_access_token,
    new_secret,
)

REFRESH_LIFETIME = timedelta(days=30)
FAILURES_ALLOWED = 8
LOCK = timedelta(minutes=15)
PASSWORD_MIN = 10


@dataclass(frozen=True)
class OpenSession:
    """What a log-in or a refresh hands out."""

    access_token: str
    refresh_token: str
    user: AppUser


def normal_name(username: str) -> str:
    """Return a user name as it is stored and compared."""
    return unicodedata.normalize("NFKC", username).strip().lower()


def create_user(
    session: Session,
    username: str,
    *,
    password: str,
    display_name: str,
    roles: Collection[Role],
    locale: Locale = Locale.ZH,
    technician_id: UUID | None = None,
    by: UUID | None = None,
) -> AppUser:
    """Add somebody who may log in.

    Raises:
        UsernameTaken: another user has the name.
        WeakPassword: the password has fewer than ten characters besides the name.
    """
    name = normal_name(username)
    _check_password(name, password)
    if repository.user_by_name(session, name) is not None:
        raise UsernameTaken(f"The user {name} exists already.", username=name)
    user = AppUser(
        username=name,
        password_hash=hash_password(password),
        display_name=display_name,
        roles=sorted(set(roles)),
        locale=locale,
        technician_id=technician_id,
    )
    session.add(user)
    session.flush()
    detail = {"username": name, "roles": user.roles}
    audit.record(session, action="user.created", subject="app_user", subject_id=user.id, actor_id=by, detail=detail)
    return user


def _check_password(username: str, password: str) -> None:
    if len(password.lower().replace(username, "")) < PASSWORD_MIN:
        raise WeakPassword(f"Take at least {PASSWORD_MIN} characters besides the user name.")


def set_password(session: Session, user_id: UUID, *, password: str, at: datetime, by: UUID | None = None) -> AppUser:
    """Replace a password; every session of the user ends.

    Raises:
        UserUnknown: there is no such user.
        WeakPassword: the password has fewer than ten characters besides the name.
    """
    user = get_user(session, user_id)
    _check_password(user.username, password)
    user.password_hash = hash_password(password)
    repository.revoke_families(session, user_id, device_id=None, at=at, reason="password changed")
    audit.record(session, action="user.password_set", subject="app_user", subject_id=user_id, actor_id=by)
    return user


def disable_user(session: Session, user_id: UUID, *, at: datetime, by: UUID) -> AppUser:
    """Keep somebody from logging in; every session of the user ends.

    Raises:
        UserUnknown: there is no such user.
        NotYourself: it is the caller.
    """
    if user_id == by:
        raise NotYourself("Let another administrator do that.")
    user = get_user(session, user_id)
    user.disabled_at = user.disabled_at or at
    repository.revoke_families(session, user_id, device_id=None, at=at, reason="user disabled")
    audit.record(session, action="user.disabled", subject="app_user", subject_id=user_id, actor_id=by)
    session.flush()
    return user


def get_user(session: Session, user_id: UUID) -> AppUser:
    """Return a user.

    Raises:
        UserUnknown: there is none with this id.
    """
    user = repository.user(session, user_id)
    if user is None:
        raise UserUnknown("No user has this id.", user_id=user_id)
    return user


def names_of(session: Session, user_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the names of users by id; unknown ones are missing."""
    return repository.names_of(session, user_ids)


def user_by_name(session: Session, username: str) -> AppUser | None:
    """Return the user with this name, if there is one."""
    return repository.user_by_name(session, normal_name(username))


def list_users(session: Session, *, after: str | None = None, limit: int) -> Sequence[AppUser]:
    """Return users by name, behind one."""
    return repository.users(session, after=after, limit=limit)


def find_staff(session: Session, letters: str, *, limit: int) -> Sequence[AppUser]:
    """Return people of the house who may log in and whose name holds some letters, by name."""
    return repository.find_users(session, letters, roles=STAFF, limit=limit)


def users_of_role(session: Session, role: Role) -> Sequence[AppUser]:
    """Return who has a role and may log in, at most 200."""
    return repository.users_of_role(session, role)


def count_attempt(session: Session, username: str, *, address: str, at: datetime) -> None:
    """Count a log-in before its password is looked at, so that many at once gain nothing.

    Raises:
        LockedOut: too many failed before.
    """
    name = normal_name(username)
    until = repository.lock_of(session, name, address)
    if until is not None and until > at:
        raise LockedOut("Too many failed log-ins.", retry_at=until)
    counted = repository.count_attempt(session, name, address, at=at, limit=FAILURES_ALLOWED, lock=LOCK)
    if counted > FAILURES_ALLOWED:  # others passed the look at the lock at the same moment
        raise LockedOut("Too many failed log-ins.", retry_at=at + LOCK)


def open_session(session: Session, user: AppUser, *, device_id: str, address: str, at: datetime) -> OpenSession:
    """Log in somebody whose password was right; an older session on the same device ends."""
    repository.forget_attempts(session, user.username, address)
    repository.revoke_families(session, user.id, device_id=device_id, at=at, reason="logged in again")
    secret = new_secret()
    family = SessionFamily(
        user_id=user.id,
        device_id=device_id,
        refresh_hash=hash_secret(secret),
        rotated_at=at,
        expires_at=at + REFRESH_LIFETIME,
    )
    session.add(family)
    session.flush()
    return _handed_out(family, user, secret, at=at)


def _handed_out(family: SessionFamily, user: AppUser, secret: str, *, at: datetime) -> OpenSession:
    principal = Principal(
        user_id=user.id,
        tenant_id=user.tenant_id,
        roles=frozenset(Role(role) for role in user.roles),
        device_id=family.device_id,
        name=user.display_name,
        technician_id=user.technician_id,
        expires_at=at + ACCESS_LIFETIME,
    )
    return OpenSession(issue_access_token(principal), f"{family.id}.{secret}", user)


def rotate(
    session: Session, family_id: UUID, *, secret: str, device_id: str, at: datetime
) -> OpenSession | SessionEnded:
    """Exchange a refresh token for the next one.

    A token that was exchanged before, or comes from another device, has been copied: the session ends. The refusal
    is returned for the caller to raise after the commit, since raising it here would undo the ending.
    """
    family = repository.family(session, family_id)
    if family is None or family.revoked_at is not None or family.expires_at <= at:
        return SessionEnded("Log in again.")
    user = get_user(session, family.user_id)
    right = secrets.compare_digest(family.refresh_hash, hash_secret(secret)) and family.device_id == device_id
    if not right or user.disabled_at is not None:
        family.revoked_at, family.revoked_reason = at, "user disabled" if right else _misuse(family, secret, device_id)
        audit.record(
            session,
            action="session.revoked",
            subject="session_family",
            subject_id=family.id,
            actor_id=user.id,
            detail={"reason": family.revoked_reason},
        )
        return SessionEnded("Log in again.")
    fresh = new_secret()
    family.previous_hash, family.refresh_hash = family.refresh_hash, hash_secret(fresh)
    family.rotated_at, family.expires_at = at, at + REFRESH_LIFETIME
    return _handed_out(family, user, fresh, at=at)


def _misuse(family: SessionFamily, secret: str, device_id: str) -> str:
    if family.device_id != device_id:
        return "another device"
    return "refresh token reused" if family.previous_hash == hash_secret(secret) else "old or forged refresh token"


def log_out(session: Session, family_id: UUID, *, secret: str, at: datetime) -> None:
    """End a session; a token that is not its own changes nothing."""
    family = repository.family(session, family_id)
    if family is not None and family.revoked_at is None:
        digest = hash_secret(secret)
        if secrets.compare_digest(family.refresh_hash, digest):
            family.revoked_at, family.revoked_reason = at, "logged out"


def revoke_device(session: Session, user_id: UUID, *, device_id: str, at: datetime, by: UUID | None = None) -> None:
    """End the sessions of a user on one device, such as a lost phone.

    Raises:
        UserUnknown: there is no such user.
    """
    get_user(session, user_id)
    repository.revoke_families(session, user_id, device_id=device_id, at=at, reason="device revoked")
    detail = {"device_id": device_id}
    audit.record(session, action="device.revoked", subject="app_user", subject_id=user_id, actor_id=by, detail=detail)


def prune(session: Session, *, before: datetime) -> None:
    """Delete attempts and sessions that ended before an instant."""
    repository.prune(session, before=before)
