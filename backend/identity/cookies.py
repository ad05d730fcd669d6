"""Cookies of a browser session: two that no script can read, and one that the page sends back as a header."""

import secrets

from fastapi import Request, Response

from kernel.auth import ACCESS_LIFETIME, new_secret
from kernel.http import ACCESS_COOKIE, CSRF_COOKIE, BadCsrf

REFRESH_COOKIE = "fh_refresh"


def refresh_path(request: Request) -> str:
    """Return the path below which the browser shows the refresh token: that of log-in, refresh and log-out."""
    return request.url.path.rsplit("/", 1)[0]


def put(request: Request, response: Response, *, access: str, refresh: str, refresh_seconds: int) -> None:
    """Give the browser its tokens."""
    secure = request.url.scheme == "https"
    short = int(ACCESS_LIFETIME.total_seconds())
    values = (
        (ACCESS_COOKIE, access, short, "/", True),
        (REFRESH_COOKIE, refresh, refresh_seconds, refresh_path(request), True),
        (CSRF_COOKIE, new_secret(), refresh_seconds, "/", False),
    )
    for name, value, seconds, path, hidden in values:
        response.set_cookie(name, value, max_age=seconds, path=path, httponly=hidden, samesite="strict", secure=secure)


def clear(request: Request, response: Response) -> None:
    """Take the tokens from the browser."""
    for name, path in ((ACCESS_COOKIE, "/"), (REFRESH_COOKIE, refresh_path(request)), (CSRF_COOKIE, "/")):
        response.delete_cookie(name, path=path, samesite="strict")


def read_refresh(request: Request) -> str | None:
    """Return the refresh token of the browser, if there is one.

    Raises:
        BadCsrf: there is one, but the page did not send its own token.
    """
    token = request.cookies.get(REFRESH_COOKIE)
    if token is None:
        return None
    sent, kept = request.headers.get("x-csrf-token", ""), request.cookies.get(CSRF_COOKIE, "")
    if not kept or not secrets.compare_digest(sent.encode(), kept.encode()):
        raise BadCsrf("Send the value of the cookie fh_csrf as X-CSRF-Token.")
    return token
