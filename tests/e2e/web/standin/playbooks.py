"""The stand-in's playbooks: list, versions, dry run, runs."""

from datetime import timedelta

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from tests.e2e.web.standin.lists import page
from tests.e2e.web.standin.world import Row, World, iso

FLUSH = "0192aa00-0000-7000-8000-00000000b001"


def add_playbooks(app: FastAPI, world: World) -> None:
    """One playbook with two runs; others can be written."""
    first = {
        "id": FLUSH, "version": 2, "name": "<b>Backflush</b> the filter", "model": "pump", "failure_group": "filter",
        "active": True, "severity_at_most": 2, "most_critical": "B", "cold_start": False, "command": "backflush",
        "args": {"seconds": 60}, "command_seconds": 600, "proof_samples": 120, "proof_seconds": 3600,
        "proof_limit_seconds": 14400, "rest_hours": 24,
    }  # fmt: skip
    known: dict[str, Row] = {FLUSH: first}
    changes: dict[str, list[Row]] = {
        FLUSH: [
            {"version": 2, "at": iso(world.now - timedelta(days=3)), "actor_id": None, "actor_name": "刘调度",
             "changed": {"severity_at_most": [1, 2]}},
            {"version": 1, "at": iso(world.now - timedelta(days=9)), "actor_id": None, "actor_name": None,
             "changed": {"command": [None, "backflush"]}},
        ]
    }  # fmt: skip
    keys = list(world.orders)
    runs = [
        {"id": f"run-{state}", "playbook_id": FLUSH, "case_id": keys[place], "device_id": "d",
         "device_name": world.orders[keys[place]]["device"]["name"], "ticket_id": "t", "failure_group": "filter",
         "command_id": "c", "command": "backflush", "args": {}, "state": state, "reason": reason,
         "begun_at": iso(world.now - timedelta(hours=6 * place + 1)), "due_at": iso(world.now), "ended_at": None}
        for place, (state, reason) in enumerate(
            (("proving", None), ("succeeded", "clear"), ("failed", "relapse"))
        )
    ]  # fmt: skip

    @app.get("/api/v1/playbooks")
    async def playbooks() -> Row:
        return page(list(known.values()), 100, None)

    @app.post("/api/v1/playbooks", status_code=201)
    async def create(request: Request) -> Row:
        made = await request.json() | {"id": f"made-{len(known)}", "version": 1}
        known[made["id"]], changes[made["id"]] = made, []
        return made

    @app.post("/api/v1/playbooks/dry-run")
    async def dry_run(request: Request) -> Row:
        body = await request.json()
        tried = 4 if body["severity_at_most"] >= 2 else 1
        items = [
            {"case_id": key, "device_id": "d", "device_name": world.orders[key]["device"]["name"],
             "opened_at": iso(world.now - timedelta(days=place)), "severity": 1 + place % 3, "criticality": "B",
             "state": "closed", "finding": "confirmed", "refused": None if place < tried else "too_severe"}
            for place, key in enumerate(keys[:6])
        ]  # fmt: skip
        return {
            "cases": 6, "tried": tried, "refused": {"too_severe": 6 - tried},
            "findings_of_tried": {"confirmed": tried - 1, "open": 1}, "items": items,
        }  # fmt: skip

    @app.get("/api/v1/playbooks/{key}")
    async def one(key: str) -> Row:
        return known[key]

    @app.get("/api/v1/playbooks/{key}/versions")
    async def versions(key: str) -> list[Row]:
        return changes[key]

    @app.put("/api/v1/playbooks/{key}", response_model=None)
    async def replace(key: str, request: Request) -> Row | Response:
        body, row = await request.json(), known[key]
        if body["version"] != row["version"]:
            return JSONResponse({"title": "stale", "status": 409, "detail": "stale"}, 409)
        changed = {name: [row[name], value] for name, value in body.items() if name != "version" and row[name] != value}
        row.update(body, version=row["version"] + 1)
        line = {"version": row["version"], "at": iso(world.now), "actor_id": None, "actor_name": "刘调度"}
        changes[key].insert(0, line | {"changed": changed})
        return row

    @app.get("/api/v1/playbook-trials")
    async def trials(playbook_id: str = "", case_id: str = "") -> Row:
        found = [one for one in runs if playbook_id in {"", one["playbook_id"]} and case_id in {"", one["case_id"]}]
        return page(found, 100, None)

    @app.post("/api/v1/playbook-trials/{key}/withdraw")
    async def withdraw(key: str, request: Request) -> Row:
        await request.body()
        run = next(one for one in runs if one["id"] == key)
        run.update(state="withdrawn", reason="withdraw")
        return run
