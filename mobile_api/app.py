"""The application of the technicians; on its own or mounted beside the staff API."""

from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware

import mobile_api.tables  # noqa: F401 - every table is known before the first query
from backend.identity.routes import AUTH_ACCESS
from backend.identity.routes import make_router as door
from backend.notifications import routes as notifications
from kernel.http import include
from kernel.web import make_app
from mobile_api.day import routes as day
from mobile_api.files import routes as files
from mobile_api.positions import routes as positions
from mobile_api.sync import routes as sync

PREFIX = "/mobile/v1"
COMPRESSED_FROM = 1024
"""Bytes from which an answer is worth compressing."""


def create_app() -> FastAPI:
    """Return the mobile application."""
    app = make_app(name="mobile", title="Fieldhand mobile API", version="1")
    app.add_middleware(GZipMiddleware, minimum_size=COMPRESSED_FROM)
    include(app, door("door"), AUTH_ACCESS, prefix=PREFIX)
    for room in (day, sync, files, positions, notifications):
        include(app, room.router, room.ACCESS, prefix=PREFIX)
    return app
