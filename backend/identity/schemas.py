"""Bodies and answers of log-in and users."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, SecretStr, StringConstraints

from backend.identity.models import Locale
from kernel.auth import Role
from kernel.fields import Body, Line, Out, Storable

Username = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64, pattern=r"^[^\s\x00]+$"), Storable
]
Device = Annotated[str, StringConstraints(min_length=1, max_length=100), Storable]
Password = Annotated[SecretStr, Field(min_length=1, max_length=200)]


class LoginIn(Body):
    """Who wants in, from which device."""

    tenant: Annotated[str, StringConstraints(min_length=1, max_length=64), Storable]
    username: Username
    password: Password
    device_id: Device
    browser: bool = False
    """Put the tokens into cookies that no script can read."""


class RefreshIn(Body):
    """A refresh token, unless it is in the cookie."""

    refresh_token: Annotated[str | None, Field(max_length=200)] = None
    device_id: Device


class LogoutIn(Body):
    """A refresh token, unless it is in the cookie."""

    refresh_token: Annotated[str | None, Field(max_length=200)] = None


class TenantOut(Out):
    """The company of the user."""

    id: UUID
    slug: str
    name: str
    time_zone: str


class MeOut(Out):
    """The caller."""

    user_id: UUID
    tenant: TenantOut
    username: str
    name: str
    roles: list[Role]
    locale: Locale
    technician_id: UUID | None


class LoginOut(Out):
    """Tokens of a session; in a browser the refresh token stays in its cookie."""

    access_token: str
    refresh_token: str | None
    expires_in: int
    """Seconds for which the access token is good."""
    user: MeOut


class UserIn(Body):
    """Somebody who is to be able to log in."""

    username: Username
    password: Password
    display_name: Line
    roles: Annotated[frozenset[Role], Field(min_length=1)]
    locale: Locale = Locale.ZH
    technician_id: UUID | None = None


class PasswordIn(Body):
    """A new password."""

    password: Password


class DeviceIn(Body):
    """A device whose sessions are to end."""

    device_id: Device


class UserOut(Out):
    """Somebody who may log in."""

    id: UUID
    username: str
    display_name: str
    roles: list[Role]
    locale: Locale
    technician_id: UUID | None
    disabled_at: datetime | None
    created_at: datetime
