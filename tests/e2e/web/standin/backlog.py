"""The stand-in's cases that wait for the alert budget."""

from datetime import timedelta

from fastapi import FastAPI, Request

from tests.e2e.web.standin.world import Row, World, iso


def add_backlog(app: FastAPI, world: World) -> None:
    """Two waiting cases; one that is released leaves the list."""
    pump = next(one for one in world.devices.values() if one["model"] == "pump")
    waiting = {
        f"0192aa00-0000-7000-8000-00000000e00{place}": {
            "case_id": f"0192aa00-0000-7000-8000-00000000e00{place}", "device_id": pump["id"], "model": "pump",
            "failure_group": group, "severity": 2, "happened_at": iso(world.now), "asset_id": None,
            "asset_name": "<b>Pump</b> 7", "criticality": "B", "site_id": None, "rank": 21,
            "reason": "tenant_day_budget", "detail": {"used": 50, "limit": 50},
            "waiting_since": iso(world.now - timedelta(hours=place)),
        }
        for place, group in enumerate(("bearing", "filter"), start=1)
    }  # fmt: skip

    @app.get("/api/v1/intake/backlog")
    async def backlog() -> Row:
        return {"items": list(waiting.values()), "next_cursor": None}

    @app.post("/api/v1/intake/backlog/{case_id}/release")
    async def release(case_id: str, request: Request) -> Row:
        await request.body()
        return {"case_id": case_id, "state": "ticket", **waiting.pop(case_id)}

    @app.post("/api/v1/intake/backlog/{case_id}/dismiss")
    async def dismiss(case_id: str, request: Request) -> Row:
        said = await request.json()
        return {"case_id": case_id, "state": "gone", **said, **waiting.pop(case_id)}
