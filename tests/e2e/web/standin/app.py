"""The stand-in's HTTP: log-in, lists, pages, snapshot and stream, and the built console under its strict policy."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from fastapi import FastAPI, Header, Request, Response
from fastapi.responses import FileResponse, JSONResponse, StreamingResponse
from fastapi.staticfiles import StaticFiles

from tests.e2e.web.standin import access, backlog, cases, fleet, lists, playbooks, precision, rollout, sla
from tests.e2e.web.standin.stream import Live
from tests.e2e.web.standin.world import Row, World, iso

CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "worker-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
ME = {
    "user_id": str(UUID(int=1)),
    "username": "dispatcher",
    "name": "刘调度",
    "roles": ["dispatcher", "supervisor", "asset_manager"],
    "locale": None,
    "tenant": {"id": str(UUID(int=2)), "slug": "demo", "name": "演示公司", "time_zone": "Asia/Shanghai"},
    "technician_id": None,
}
MAP_DEVICE = ["id", "name", "lon", "lat", "health", "model"]
MAP_TECH = ["id", "name", "lon", "lat", "state", "age_s"]


def make_app(world: World, live: Live, dist: Path, *, draws_map: bool) -> FastAPI:
    """Return the application over a world that the test may change."""
    app = FastAPI()

    @app.middleware("http")
    async def policy(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        if live.cut and request.url.path.startswith("/api/"):
            return Response(status_code=503)
        open_paths = ("/api/v1/auth/",)
        if request.url.path.startswith("/api/") and not request.url.path.startswith(open_paths):
            if request.cookies.get("fh_access") != str(live.token):
                return JSONResponse({"title": "unauthenticated", "status": 401}, 401)
            if request.method != "GET" and request.headers.get("x-csrf-token") != "csrf-1":
                return JSONResponse({"title": "bad csrf", "status": 403}, 403)
        response = await call_next(request)
        response.headers["Content-Security-Policy"] = CSP
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    add_session(app, live)
    lists.add_orders(app, world, live)
    lists.add_devices(app, world)
    lists.add_board(app, world)
    fleet.add_fleet(app, world)
    backlog.add_backlog(app, world)
    cases.add_cases(app, world)
    playbooks.add_playbooks(app, world)
    precision.add_precision(app, world)
    access.add_access(app, world)
    rollout.add_firmware(app, world)
    rollout.add_claims(app, world)
    rollout.add_limits(app, world)
    sla.add_sla(app, world)
    add_live(app, world, live)
    add_pages(app, dist, draws_map=draws_map)
    return app


def add_session(app: FastAPI, live: Live) -> None:
    """Log-in with `demo`, `dispatcher`, `secret`."""

    def grant(body: Row) -> Response:
        live.token += 1
        answer = JSONResponse(body)
        answer.set_cookie("fh_access", str(live.token), httponly=True, samesite="strict")
        answer.set_cookie("fh_refresh", "refresh-1", httponly=True, samesite="strict", path="/api/v1/auth")
        answer.set_cookie("fh_csrf", "csrf-1", samesite="strict")
        return answer

    @app.post("/api/v1/auth/login")
    async def login(request: Request) -> Response:
        body = await request.json()
        if (body["tenant"], body["username"], body["password"]) != ("demo", "dispatcher", "secret"):
            return JSONResponse({"title": "wrong", "status": 401, "detail": "wrong"}, 401)
        return grant({"access_token": "a", "refresh_token": None, "expires_in": 600, "user": ME})

    @app.post("/api/v1/auth/refresh")
    async def refresh(request: Request) -> Response:
        if request.cookies.get("fh_refresh") != "refresh-1":
            return JSONResponse({"title": "ended", "status": 401}, 401)
        live.refreshes += 1
        return grant({"access_token": "a", "refresh_token": None, "expires_in": 600, "user": ME})

    @app.post("/api/v1/auth/logout")
    async def logout() -> Response:
        answer = Response(status_code=204)
        for name, path in (("fh_access", "/"), ("fh_csrf", "/"), ("fh_refresh", "/api/v1/auth")):
            answer.delete_cookie(name, path=path)
        return answer

    @app.get("/api/v1/me")
    async def me() -> Row:
        return ME


def columns(rows: list[Row], names: list[str]) -> dict[str, list[Any]]:
    """Return rows as columns."""
    return {name: [row[name] for row in rows] for name in names}


def add_live(app: FastAPI, world: World, live: Live) -> None:
    """Snapshot and stream."""

    @app.get("/api/v1/map/snapshot")
    async def snapshot() -> Row:
        shown = [one for one in world.orders.values() if one["state"] not in {"closed", "cancelled"}]
        return {
            "seq": live.mark(len(live.said)),
            "ts": iso(datetime.now(UTC)),
            "tech": columns(list(world.technicians.values()), MAP_TECH),
            "order": columns(shown, lists.MAP_ORDER),
            "device": columns(list(world.devices.values()), MAP_DEVICE),
        }

    async def events(start: int, token: int) -> AsyncIterator[str]:
        at = start
        yield ": connected\n\n"
        if at < live.forgotten:
            at = len(live.said)
            yield f"id: {live.mark(at)}\nevent: reset\ndata: {{}}\n\n"
        while not live.cut:
            if live.token != token:
                yield "event: expired\ndata: {}\n\n"
                return
            for delta in live.said[at:]:
                at += 1
                body = json.dumps(delta)
                yield f"id: {delta['seq']}\nevent: delta\ndata: {body}\n\n"
            yield ": ping\n\n"
            await asyncio.sleep(0.2)

    @app.get("/api/v1/live")
    async def stream(last_event_id: str | None = Header(None)) -> StreamingResponse:
        live.connections.append(last_event_id)
        start = int(last_event_id.split("-")[0]) - 1000 if last_event_id else len(live.said)
        return StreamingResponse(events(start, live.token), media_type="text/event-stream")


def add_pages(app: FastAPI, dist: Path, *, draws_map: bool) -> None:
    """The built console; without a graphics card the map costs more than all else, so most tests leave it empty."""
    if not draws_map:

        @app.get("/assets/MapView-{rest}.js")
        async def no_map(rest: str) -> Response:
            return Response("export default () => null;", media_type="text/javascript")

    app.mount("/assets", StaticFiles(directory=dist / "assets"))

    @app.get("/")
    @app.get("/console/{rest:path}")
    async def console(rest: str = "") -> FileResponse:
        return FileResponse(dist / "console" / "index.html", headers={"Cache-Control": "no-cache"})
