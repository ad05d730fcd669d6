"""The application of the staff: the rooms' routes, the console, and the mobile app where it shares the origin."""

from importlib import import_module

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

import backend.tables  # noqa: F401 - every table is known before the first query
from backend.assets import coding_routes as coding
from backend.assets import file_routes as asset_files
from backend.assets import meter_routes as meters
from backend.assets import record_routes as asset_records
from backend.assets import routes as assets
from backend.attachments import routes as attachments
from backend.checklists import routes as checklists
from backend.contracts import routes as contracts
from backend.costs import routes as costs
from backend.customers import routes as customers
from backend.figures import routes as figures
from backend.files import routes as files
from backend.identity import routes as identity
from backend.intake import policy_routes as policy
from backend.intake import routes as intake
from backend.live import routes as live
from backend.mail import routes as mail
from backend.main import console, reference
from backend.maintenance import round_routes as inspections
from backend.maintenance import routes as maintenance
from backend.notifications import routes as notifications
from backend.outlets import routes as outlets
from backend.planning import routes as planning
from backend.playbooks import routes as playbooks
from backend.positions import routes as positions
from backend.prices import routes as prices
from backend.quotes import link_routes as quote_links
from backend.quotes import routes as quotes
from backend.reliability import routes as reliability
from backend.reports import routes as reports
from backend.sla import routes as sla
from backend.surveys import routes as surveys
from backend.technicians import crew_routes as crews
from backend.technicians import outlet_routes as outlet_people
from backend.technicians import rota_routes as rota
from backend.technicians import routes as technicians
from backend.tickets import routes as tickets
from backend.tickets import talk_routes as talk
from backend.timesheets import routes as timesheets
from backend.work import catalogue_routes as catalogue
from backend.work import routes as work
from backend.work import watch_routes as watch
from backend.work.listing import routes as lists
from inventory import routes as inventory
from iot_gateway.routes import (
    cases,
    claims,
    devices,
    exports,
    feedback,
    firmware,
    fleet,
    letters,
    retention,
    sparkplug,
    telemetry,
    thresholds,
    twins,
)
from kernel.http import include
from kernel.settings import get_settings
from kernel.web import make_app

ROOMS = (
    asset_records, asset_files, meters, reliability,
    assets, attachments, checklists, customers, files, intake, policy, live, notifications, planning, playbooks,
    positions, sla, technicians, rota, crews, tickets, talk, work, watch, catalogue, inventory, cases, claims,
    devices, feedback, firmware, fleet, letters, telemetry, twins, retention, sparkplug, exports, thresholds,
    coding, figures, lists,
    mail, reports,
    contracts, costs, outlets, prices, quotes, outlet_people,
    inspections, maintenance,
    timesheets,
)  # fmt: skip


class PathSwitch:
    """Sends paths under a prefix to another application of the same origin."""

    def __init__(self, app: ASGIApp, *, prefix: str, other: ASGIApp) -> None:
        """Stand before `app`."""
        self.app, self.prefix, self.other = app, prefix, other

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pick the application by path."""
        chosen = self.other if scope["type"] == "http" and scope["path"].startswith(self.prefix) else self.app
        await chosen(scope, receive, send)


def create_app() -> FastAPI:
    """Return the staff application."""
    settings = get_settings()
    app = make_app(name="api", title="Fieldhand staff API", version="1")
    for room in ROOMS:
        include(app, room.router, room.ACCESS, prefix="/api/v1")
    include(app, identity.router, identity.ACCESS, prefix="/api/v1")
    include(app, surveys.router, surveys.ACCESS, prefix="")
    reference.serve(app, path="/api/docs")
    include(app, quote_links.router, quote_links.ACCESS, prefix="")
    console.serve(app, settings.web_dist)
    if settings.mount_mobile:
        module, factory = settings.mount_mobile.split(":")
        mobile: ASGIApp = getattr(import_module(module), factory)()
        app.add_middleware(PathSwitch, prefix="/mobile/", other=mobile)
    return app
