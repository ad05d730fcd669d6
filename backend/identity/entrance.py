"""The door: log-in, refresh and log-out, in transactions of their own.

What a failed attempt leaves behind (the count, the end of a copied session) must be committed although the caller
is refused; so refusals are raised here, after the commit.
"""

import threading
from functools import cache
from uuid import UUID

from backend.identity import lookup, service
from backend.identity.errors import BadCredentials, SessionEnded
from backend.identity.service import OpenSession
from kernel import clock
from kernel.auth import hash_password, new_secret, verify_password
from kernel.db import transaction

HASHING = threading.BoundedSemaphore(2)
"""Each hash takes 19 MiB and a core."""


def log_in(tenant: str, username: str, password: str, *, device_id: str, address: str) -> OpenSession:
    """Open a session; an unknown tenant or user takes as long as a wrong password.

    Raises:
        BadCredentials: they do not belong together.
        LockedOut: too many failed before.
    """
    stand_in, at = _stand_in(), clock.now()
    tenant_id = lookup.tenant_by_slug(tenant)
    known = None
    if tenant_id is not None:
        with transaction(tenant_id=tenant_id) as session:
            service.count_attempt(session, username, address=address, at=at)
            known = service.user_by_name(session, username)
    with HASHING:
        right = verify_password(known.password_hash if known else stand_in, password)
    if known is None or not right or known.disabled_at is not None:
        raise BadCredentials("The tenant, the user name or the password is wrong.")
    with transaction(tenant_id=known.tenant_id) as session:
        user = service.get_user(session, known.id)
        return service.open_session(session, user, device_id=device_id, address=address, at=clock.now())


@cache
def _stand_in() -> str:
    return hash_password(new_secret())


def refresh(token: str, *, device_id: str) -> OpenSession:
    """Exchange a refresh token.

    Raises:
        SessionEnded: it is not valid, or has been exchanged before.
    """
    family_id, secret = _parts(token)
    tenant_id = lookup.tenant_of_session(family_id)
    if tenant_id is None:
        raise SessionEnded("Log in again.")
    with transaction(tenant_id=tenant_id) as session:
        outcome = service.rotate(session, family_id, secret=secret, device_id=device_id, at=clock.now())
    if isinstance(outcome, SessionEnded):
        raise outcome
    return outcome


def log_out(token: str) -> None:
    """End the session of a refresh token; one that is not valid has nothing to end."""
    try:
        family_id, secret = _parts(token)
    except SessionEnded:
        return
    tenant_id = lookup.tenant_of_session(family_id)
    if tenant_id is not None:
        with transaction(tenant_id=tenant_id) as session:
            service.log_out(session, family_id, secret=secret, at=clock.now())


def _parts(token: str) -> tuple[UUID, str]:
    family, _, secret = token.partition(".")
    try:
        return UUID(family), secret
    except ValueError as error:
        raise SessionEnded("Log in again.") from error
