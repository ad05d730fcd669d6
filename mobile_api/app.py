"""The application of the technicians; on its own or mounted beside the staff API."""

from fastapi import FastAPI

from backend.identity.routes import ACCESS as IDENTITY_ACCESS
from backend.identity.routes import make_router as identity_router
from backend.notifications import routes as notifications
from backend.positions import routes as positions
from kernel.http import include
from kernel.web import make_app
from mobile_api.day import routes as day
from mobile_api.sync import routes as sync

PREFIX = "/mobile/v1"


def create_app() -> FastAPI:
    """Return the mobile application."""
    app = make_app(name="mobile", title="Fieldhand mobile API", version="1")
    include(app, identity_router("mobile"), IDENTITY_ACCESS, prefix=PREFIX)
    for room in (day, sync):
        include(app, room.router, room.ACCESS, prefix=PREFIX)
    include(app, notifications.mobile_router, notifications.MOBILE_ACCESS, prefix=PREFIX)
    include(app, positions.mobile_router, positions.MOBILE_ACCESS, prefix=PREFIX)
    return app
