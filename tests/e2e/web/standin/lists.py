"""The stand-in's lists and pages: orders, devices, cases, letters and the board."""

from datetime import datetime, timedelta

from fastapi import FastAPI, HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse

from tests.e2e.web.standin import detail
from tests.e2e.web.standin.stream import Live
from tests.e2e.web.standin.world import Row, World, iso

MAP_ORDER = ["id", "number", "lon", "lat", "state", "priority", "due_at", "summary"]


def page(rows: list[Row], limit: int, cursor: str | None) -> Row:
    """Return one page of a list."""
    start = int(cursor or 0)
    end = start + limit
    return {"items": rows[start:end], "next_cursor": str(end) if end < len(rows) else None}


def add_orders(app: FastAPI, world: World, live: Live) -> None:
    """Orders, their plans and their actions."""

    @app.get("/api/v1/work-orders")
    async def orders(state: list[str] = Query([]), q: str = "", limit: int = 50, cursor: str | None = None) -> Row:
        found = [one for one in world.orders.values() if not state or one["state"] in state]
        if q:
            found = [
                one for one in found if q.lower() in f"{one['number']} {one['summary']} {one['customer_name']}".lower()
            ]
        found.sort(key=lambda one: (one["priority"], one["due_at"], one["id"]))
        return page([detail.item(one) for one in found], limit, cursor)

    def order(key: str) -> Row:
        if key not in world.orders:
            raise HTTPException(404)
        return world.orders[key]

    @app.get("/api/v1/work-orders/{key}")
    async def one_order(key: str) -> Row:
        return detail.order_page(world, order(key))

    @app.get("/api/v1/work-orders/{key}/plan", response_model=None)
    async def plan(key: str) -> Row | Response:
        return detail.plan(world, order(key)) or JSONResponse({"title": "not planned", "status": 404}, 404)

    @app.post("/api/v1/work-orders/{key}/actions")
    async def act(key: str, request: Request) -> Row:
        row, body = order(key), await request.json()
        row["state"] = {"cancel": "cancelled", "verify": "verified", "reject": "in_progress", "close": "closed"}[
            body["action"]
        ]
        live.say(order=[{name: row[name] for name in MAP_ORDER}])
        return detail.order_page(world, row)

    @app.post("/api/v1/visits/{key}/actions")
    async def act_on_visit(key: str, request: Request) -> Row:
        body = await request.json()
        bar = next(one for bars in world.bars.values() for one in bars if one["visit_id"] == key)
        bar["state"] = {"dispatch": "accepted", "cancel": "cancelled"}[body["action"]]
        return bar


def add_devices(app: FastAPI, world: World) -> None:
    """Devices, their cases and the dead letters."""

    @app.get("/api/v1/devices")
    async def devices(limit: int = 50, cursor: str | None = None, state: str = "", model: str = "", q: str = "") -> Row:
        online = {"ok", "alarm"}
        found = [
            one
            for one in world.devices.values()
            if (not state or one["health"] == state or (state == "online" and one["health"] in online))
            and (not model or one["model"] == model)
            and q.lower() in one["name"]
        ]
        return page(found, limit, cursor)

    @app.get("/api/v1/devices/{key}")
    async def device(key: str) -> Row:
        if key not in world.devices:
            raise HTTPException(404)
        return world.devices[key]

    @app.get("/api/v1/devices/{key}/series")
    async def series(key: str, metric: str, start: str = Query(alias="from"), to: str = "") -> Row:
        base = world.devices[key]["last_values"][metric]
        hours = round((datetime.fromisoformat(to) - datetime.fromisoformat(start)).total_seconds() / 3600)
        points, band = detail.wave(world, base, hours=hours, drift_from=2)
        long = hours > 24
        return {
            "metric": metric,
            "unit": None,
            "from": start,
            "to": to,
            "resolution": "minute" if long else "raw",
            "step_seconds": hours * 3600 // len(points) if long else None,
            "points": points,
            "envelope": detail.envelope(points, base) if long else None,
            "band": band,
        }


def add_board(app: FastAPI, world: World) -> None:
    """The schedule of a day."""

    @app.get("/api/v1/board")
    async def board(date: str) -> Row:
        today = (world.now + timedelta(hours=8)).date().isoformat()
        if date != today:
            return {"rows": []}
        shift = {"start": iso(world.now - timedelta(hours=3, minutes=30)), "end": iso(world.now + timedelta(hours=6))}
        return {
            "rows": [
                {
                    "technician": {name: one[name] for name in ("id", "name", "skills")},
                    "shift": shift,
                    "bars": world.bars[one["id"]],
                }
                for one in world.technicians.values()
            ]
        }
