"""Log-in, refresh, log-out, the caller, and the administration of users."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from backend.identity import cookies, entrance, service
from backend.identity.errors import (
    BadCredentials,
    LockedOut,
    NotYourself,
    SessionEnded,
    UsernameTaken,
    UserUnknown,
    WeakPassword,
)
from backend.identity.models import AppUser
from backend.identity.schemas import (
    DeviceIn,
    LoginIn,
    LoginOut,
    LogoutIn,
    MeOut,
    PasswordIn,
    RefreshIn,
    TenantOut,
    UserIn,
    UserOut,
)
from backend.identity.service import REFRESH_LIFETIME, OpenSession
from kernel import clock, http
from kernel.auth import ACCESS_LIFETIME, EVERYONE, PUBLIC, Role
from kernel.db import Tenant, transaction
from kernel.http import BadCsrf, Db, Me, problems
from kernel.paging import DEFAULT_LIMIT, BadCursor, Cursor, Limit, Page, cut, decode_cursor, encode_cursor

AUTH_ACCESS = {"login": PUBLIC, "refresh": PUBLIC, "logout": PUBLIC, "me": EVERYONE}
ADMIN = frozenset({Role.ADMIN})
ACCESS = AUTH_ACCESS | {
    "list_users": frozenset({Role.ADMIN, Role.SUPERVISOR, Role.AUDITOR}),
    "create_user": ADMIN,
    "disable_user": ADMIN,
    "set_password": ADMIN,
    "revoke_device": ADMIN,
}


def make_router(tag: str) -> APIRouter:
    """Return the routes of the door under an operation tag; `AUTH_ACCESS` is their access table."""
    routes = http.router(tag)

    @routes.post("/auth/login", responses=problems(BadCredentials, LockedOut))
    def login(body: LoginIn, request: Request, response: Response) -> LoginOut:
        """Open a session on a device."""
        address = request.client.host if request.client else "unknown"
        opened = entrance.log_in(
            body.tenant,
            body.username,
            body.password.get_secret_value(),
            device_id=body.device_id,
            address=address,
        )
        return _answer(opened, request, response, browser=body.browser)

    @routes.post("/auth/refresh", responses=problems(SessionEnded, BadCsrf))
    def refresh(body: RefreshIn, request: Request, response: Response) -> LoginOut:
        """Exchange a refresh token, from the body or the browser's cookie; each is good once."""
        token = body.refresh_token or cookies.read_refresh(request)
        if token is None:
            raise SessionEnded("Log in first.")
        opened = entrance.refresh(token, device_id=body.device_id)
        return _answer(opened, request, response, browser=body.refresh_token is None)

    @routes.post("/auth/logout", status_code=204, responses=problems(BadCsrf))
    def logout(body: LogoutIn, request: Request, response: Response) -> None:
        """End the session of a refresh token, and forget the browser's cookies."""
        token = body.refresh_token or cookies.read_refresh(request)
        if token is not None:
            entrance.log_out(token)
        cookies.clear(request, response)

    @routes.get("/me", responses=problems(UserUnknown))
    def me(db: Db, me: Me) -> MeOut:
        """Return the caller."""
        return _me(service.get_user(db, me.user_id), db.get_one(Tenant, me.tenant_id))

    return routes


def _answer(opened: OpenSession, request: Request, response: Response, *, browser: bool) -> LoginOut:
    if browser:
        seconds = int(REFRESH_LIFETIME.total_seconds())
        cookies.put(
            request, response, access=opened.access_token, refresh=opened.refresh_token, refresh_seconds=seconds
        )
    with transaction(tenant_id=opened.user.tenant_id) as session:
        tenant = session.get_one(Tenant, opened.user.tenant_id)
    response.headers["Cache-Control"] = "no-store"
    return LoginOut(
        access_token=opened.access_token,
        refresh_token=None if browser else opened.refresh_token,
        expires_in=int(ACCESS_LIFETIME.total_seconds()),
        user=_me(opened.user, tenant),
    )


def _me(user: AppUser, tenant: Tenant) -> MeOut:
    return MeOut(
        user_id=user.id,
        tenant=TenantOut.model_validate(tenant),
        username=user.username,
        name=user.display_name,
        roles=[Role(role) for role in user.roles],
        locale=user.locale,
        technician_id=user.technician_id,
    )


router = make_router("identity")


@router.get("/users", responses=problems(BadCursor))
def list_users(db: Db, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Page[UserOut]:
    """Return who may log in, by name."""
    after = decode_cursor(cursor, parts=1)[0] if cursor else None
    rows, more = cut(service.list_users(db, after=after, limit=limit + 1), limit)
    items = [UserOut.model_validate(row) for row in rows]
    return Page(items=items, next_cursor=encode_cursor(rows[-1].username) if more else None)


@router.post("/users", status_code=201, responses=problems(UsernameTaken, WeakPassword))
def create_user(body: UserIn, db: Db, me: Me) -> UserOut:
    """Add somebody who may log in."""
    user = service.create_user(
        db,
        body.username,
        password=body.password.get_secret_value(),
        display_name=body.display_name,
        roles=body.roles,
        locale=body.locale,
        technician_id=body.technician_id,
        by=me.user_id,
    )
    return UserOut.model_validate(user)


@router.post("/users/{user_id}/disable", responses=problems(UserUnknown, NotYourself))
def disable_user(user_id: UUID, db: Db, me: Me) -> UserOut:
    """Keep somebody from logging in, from now on."""
    return UserOut.model_validate(service.disable_user(db, user_id, at=clock.now(), by=me.user_id))


@router.put("/users/{user_id}/password", status_code=204, responses=problems(UserUnknown, WeakPassword))
def set_password(user_id: UUID, body: PasswordIn, db: Db, me: Me) -> None:
    """Replace the password of a user; the user's sessions end."""
    service.set_password(db, user_id, password=body.password.get_secret_value(), at=clock.now(), by=me.user_id)


@router.post("/users/{user_id}/revoke-device", status_code=204, responses=problems(UserUnknown))
def revoke_device(user_id: UUID, body: DeviceIn, db: Db, me: Me) -> None:
    """End the sessions of a user on one device."""
    service.revoke_device(db, user_id, device_id=body.device_id, at=clock.now(), by=me.user_id)
