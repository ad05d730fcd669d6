"""Who is calling: passwords (argon2id), access tokens, roles."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from uuid import UUID

import jwt
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from kernel.errors import Unauthenticated
from kernel.settings import get_settings

ACCESS_LIFETIME = timedelta(minutes=10)
ALGORITHM = "HS256"
AUDIENCE = "fieldhand"


class Role(StrEnum):
    """What a person or program may be."""

    CUSTOMER = "customer"
    AGENT = "agent"
    DISPATCHER = "dispatcher"
    TECHNICIAN = "technician"
    WAREHOUSE = "warehouse"
    ASSET_MANAGER = "asset_manager"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    AUDITOR = "auditor"
    INTEGRATOR = "integrator"


EVERYONE = frozenset(Role)
STAFF = EVERYONE - {Role.CUSTOMER, Role.INTEGRATOR}
OFFICE = STAFF - {Role.TECHNICIAN}
PUBLIC: frozenset[Role] = frozenset()
"""Access of an operation that needs no log-in: it carries a token of its own."""


class BadToken(Unauthenticated):
    """The token is not valid, or no longer."""

    slug = "bad-token"


@dataclass(frozen=True, kw_only=True)
class Principal:
    """The caller of an operation, as its access token says."""

    user_id: UUID
    tenant_id: UUID
    roles: frozenset[Role]
    device_id: str
    name: str
    technician_id: UUID | None
    expires_at: datetime


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password (19 MiB, 2 passes: OWASP's figures)."""
    return _hasher().hash(password)


def verify_password(password_hash: str, password: str) -> bool:
    """Tell whether the password belongs to the hash."""
    try:
        return _hasher().verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def new_secret() -> str:
    """Return a random 256-bit secret for a token."""
    return secrets.token_urlsafe(32)


def hash_secret(secret: str) -> str:
    """Return what is stored of a random secret; not for passwords."""
    return hashlib.sha256(secret.encode()).hexdigest()


def issue_access_token(principal: Principal) -> str:
    """Return a signed token of the principal, valid until its `expires_at`."""
    claims = {
        "sub": str(principal.user_id),
        "tid": str(principal.tenant_id),
        "roles": sorted(principal.roles),
        "dev": principal.device_id,
        "name": principal.name,
        "tech": str(principal.technician_id) if principal.technician_id else None,
        "aud": AUDIENCE,
        "exp": principal.expires_at,
    }
    return jwt.encode(claims, get_settings().secret_key.get_secret_value(), algorithm=ALGORITHM)


def read_access_token(token: str) -> Principal:
    """Return who a token speaks for.

    Raises:
        BadToken: it is forged, expired or not one of ours.
    """
    key = get_settings().secret_key.get_secret_value()
    try:
        claims = jwt.decode(
            token, key, algorithms=[ALGORITHM], audience=AUDIENCE, options={"require": ["exp", "sub", "aud"]}
        )
        return Principal(
            user_id=UUID(claims["sub"]),
            tenant_id=UUID(claims["tid"]),
            roles=frozenset(Role(role) for role in claims["roles"]),
            device_id=str(claims["dev"]),
            name=str(claims["name"]),
            technician_id=UUID(claims["tech"]) if claims["tech"] else None,
            expires_at=datetime.fromtimestamp(claims["exp"], tz=UTC),
        )
    except (jwt.InvalidTokenError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise BadToken("The access token is not valid. Log in again.") from error
