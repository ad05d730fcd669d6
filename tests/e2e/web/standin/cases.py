"""The stand-in's cases, what was decided about them, incidents and the case policy."""

from datetime import timedelta

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse, Response

from tests.e2e.web.standin import detail
from tests.e2e.web.standin.lists import page
from tests.e2e.web.standin.world import Row, World, iso

INCIDENT = "0192aa00-0000-7000-8000-00000000c001"
TERMS = {
    "version": 3, "sibling_minutes": 1440, "incident_percent": 5, "incident_devices": 3, "incident_minutes": 120,
    "tickets_per_day": 50, "tickets_per_week": 200, "site_tickets_per_day": 10, "site_tickets_per_week": None,
    "severity_at_once": 3, "criticality_at_once": "A",
}  # fmt: skip


def add_cases(app: FastAPI, world: World) -> None:
    """Lists narrowed by the query, pages, decisions; incidents and policy."""

    def case_of(key: str) -> Row:
        if key not in world.orders:
            raise HTTPException(404)
        order = world.orders[key]
        closed = list(world.orders).index(key) % 5 == 4
        found = detail.case_page(world, order)
        if not closed:
            return found
        at = iso(world.now - timedelta(hours=2))
        return found | {
            "state": "closed", "finding": "no_fault_found", "finding_note": "<b>fan</b> was covered",
            "closed_at": at, "dismissed": True,
        }  # fmt: skip

    @app.get("/api/v1/cases")
    async def cases(
        state: str = "", finding: str = "", model: str = "", failure_group: str = "", device_id: str = ""
    ) -> Row:
        wanted = {"state": state, "finding": finding, "model": model, "failure_group": failure_group}
        wanted["device_id"] = device_id
        found = [case_of(key) for key in world.orders]
        found = [one for one in found if all(not value or one[name] == value for name, value in wanted.items())]
        return page(found[:40], 200, None)

    @app.get("/api/v1/cases/{key}/advice")
    async def advice(key: str) -> Row:
        case_of(key)
        return detail.advice_page(world, world.orders[key])

    @app.get("/api/v1/cases/{key}")
    async def case(key: str) -> Row:
        return case_of(key)

    @app.get("/api/v1/intake/cases/{key}")
    async def intake(key: str) -> Row:
        found = case_of(key)
        at = [iso(world.now - timedelta(hours=hours)) for hours in (27, 20)]
        none = {"ticket_id": None, "work_order_id": None, "actor_id": None}
        decisions = [
            {"at": at[0], "kind": "waiting", "reason": "site_day_budget", "detail": {"used": 10, "limit": 10},
             "actor_name": "", **none},
            {"at": at[1], "kind": "ticket", "reason": "by_hand", "detail": {}, "actor_name": "刘调度", **none},
        ]  # fmt: skip
        if found["dismissed"]:
            decisions.append({
                "at": found["closed_at"], "kind": "dismissed", "reason": "no_fault",
                "detail": {"words": "<b>fan</b> was covered"}, "actor_name": "刘调度", **none,
            })  # fmt: skip
        order = world.orders[key]
        return {
            "case_id": key, "state": "ticket", "severity": 3, "ticket_id": key, "ticket_number": "T-2026-00041",
            "ticket_state": "in_progress", "work_order_id": key, "order_number": order["number"],
            "order_state": order["state"], "incident_id": INCIDENT, "incident_name": "<b>North</b> hall",
            "rolled_up": False, "decisions": decisions,
        }  # fmt: skip

    add_incidents(app, world)
    add_policy(app, world)


def add_incidents(app: FastAPI, world: World) -> None:
    """Two incidents; members of the first can be taken out."""
    keys = list(world.orders)[:4]
    gone: set[str] = set()

    def member(key: str) -> Row:
        order = world.orders[key]
        return {
            "case_id": key, "device_id": order["device"]["id"], "device_name": order["device"]["name"],
            "asset_name": None, "state": "open", "finding": None, "model": order["device"]["model"],
            "failure_group": order["group"], "severity": 2, "happened_at": iso(world.now - timedelta(hours=3)),
            "asset_id": None, "ticket_id": key, "work_order_id": None,
        }  # fmt: skip

    def incident(key: str = INCIDENT) -> Row:
        first = key == INCIDENT
        return {
            "id": key, "scope": "site" if first else "model", "scope_key": "x",
            "scope_name": "<b>North</b> hall" if first else "pump", "ticket_id": key,
            "ticket_number": "T-2026-00039", "ticket_state": "new" if first else "closed",
            "began_at": iso(world.now - timedelta(hours=4)), "last_case_at": iso(world.now - timedelta(hours=3)),
            "ended_at": None if first else iso(world.now - timedelta(hours=1)),
            "device_count": len(keys) - len(gone), "fleet_count": 31,
        }  # fmt: skip

    @app.get("/api/v1/incidents")
    async def incidents() -> Row:
        return page([incident(), incident("0192aa00-0000-7000-8000-00000000c002")], 100, None)

    @app.get("/api/v1/incidents/{key}")
    async def one(key: str) -> Row:
        return incident(key)

    @app.get("/api/v1/incidents/{key}/cases")
    async def members(key: str) -> Row:
        return page([member(one) for one in keys if one not in gone], 100, None)

    @app.post("/api/v1/incidents/{key}/cases/{case_id}/split")
    async def split(key: str, case_id: str, request: Request) -> Row:
        await request.body()
        gone.add(case_id)
        return {"case_id": case_id}


def add_policy(app: FastAPI, world: World) -> None:
    """The policy, replaced by version, and one muted device."""
    terms = dict(TERMS)
    pump = next(one for one in world.devices.values() if one["model"] == "pump")

    def shown() -> Row:
        return terms | {"spent": {"tenant_day": 12, "tenant_week": 61}}

    @app.get("/api/v1/intake/policy")
    async def policy() -> Row:
        return shown()

    @app.put("/api/v1/intake/policy", response_model=None)
    async def replace(request: Request) -> Row | Response:
        body = await request.json()
        if body.pop("version") != terms["version"]:
            return JSONResponse({"title": "stale", "status": 409, "detail": "stale"}, 409)
        terms.update(body, version=terms["version"] + 1)
        return shown()

    @app.get("/api/v1/mutes")
    async def mutes() -> list[Row]:
        since, until = iso(world.now), iso(world.now + timedelta(hours=8))
        named = {"device_id": pump["id"], "device_name": pump["name"], "model": "pump"}
        return [named | {"since": since, "until": until}]
