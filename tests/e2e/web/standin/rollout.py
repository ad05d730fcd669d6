"""The stand-in's firmware, claims and limits."""

import base64
import hashlib
from datetime import timedelta
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from tests.e2e.web.standin.access import problem
from tests.e2e.web.standin.world import Row, World, iso

STATES = ("pending", "sent", "downloading", "installed", "failed", "skipped")
STEPS = {"start": "running", "pause": "paused", "resume": "running", "stop": "stopped"}
REASONS = {"failed": "did not come back with the new version", "skipped": "was not there"}
TOKEN = "fhc_Zk0V3f2nq8mJr1xwTqk0b6y8v1uYc4hD2sLq9eX"


def key_of(kind: str, number: int) -> str:
    """Return the id of a made-up row."""
    return f"0192aa00-0000-7000-8000-{kind:>04}{number:08}"


class Rollouts:
    """Images and campaigns; a campaign that is started has told its first device."""

    def __init__(self, world: World) -> None:
        """Begin with three images, a campaign that is over and one that runs."""
        self.world = world
        self.releases: dict[str, Row] = {}
        self.campaigns: dict[str, Row] = {}
        self.members: dict[str, list[Row]] = {}
        old = self.release("pump", "1.9.2", b"\x7fELF" + b"a" * 250_000, "")
        new = self.release("pump", "2.0.0", b"\x7fELF" + b"b" * 300_000, "Faster start; vibration in 10 kHz.")
        self.release("chiller", "4.1.0", b"\x7fELF" + b"c" * 812_000, "")
        done = self.campaign(old, "Pumps to 1.9.2", waves=[100])
        self.enlist(done, ["installed"] * 9 + ["skipped"])
        done.update(state="done", finished_at=iso(world.now))
        running = self.campaign(new, "Pumps to 2.0.0", waves=[10, 50, 100])
        self.enlist(running, ["installed", "installed", "downloading", "failed", "sent"])
        running["wave"] = 1

    def release(self, model: str, version: str, content: bytes, notes: str) -> Row:
        """Keep an image."""
        row: Row = {
            "id": key_of("f", len(self.releases)), "model": model, "version": version, "notes": notes,
            "sha256": hashlib.sha256(content).hexdigest(), "size": len(content),
            "created_at": iso(self.world.now - timedelta(days=3 - len(self.releases))),
        }  # fmt: skip
        self.releases[row["id"]] = row
        return row

    def campaign(self, of: Row, name: str, **more: Any) -> Row:
        """Draft a campaign."""
        none = dict.fromkeys(STATES, 0)
        row = {
            "id": key_of("fc", len(self.campaigns)), "name": name, "state": "draft", "detail": None, "release": of,
            "target": {}, "waves": [5, 25, 100], "wave": 0, "pause_seconds": 3600, "lifetime_seconds": 86400,
            "restart_seconds": 600, "max_failed_count": None, "max_failed_percent": 10.0, "device_count": 0,
            "created_at": iso(self.world.now), "started_at": None, "finished_at": None, **more,
        }  # fmt: skip
        row["counts"], row["wave_counts"] = none, [dict(none) for _ in row["waves"]]
        self.campaigns[row["id"]] = row
        return row

    def enlist(self, row: Row, released: list[str]) -> None:
        """Take in the devices of the model, the first of them in the given states."""
        fitting = [one for one in self.world.devices.values() if one["model"] == row["release"]["model"]]
        ends = [-(-len(fitting) * share // 100) for share in row["waves"]]
        states = released + ["pending"] * (len(fitting) - len(released))
        members = self.members[row["id"]] = []
        for place, (device, state) in enumerate(zip(fitting, states, strict=True)):
            wave = next(index for index, end in enumerate(ends) if place < end)
            row["wave_counts"][wave][state] += 1
            members.append(self.member(device, wave, state))
        row["counts"] = {state: sum(one[state] for one in row["wave_counts"]) for state in STATES}
        row.update(state="running", started_at=iso(self.world.now), device_count=len(fitting))

    def member(self, device: Row, wave: int, state: str) -> Row:
        """Return a device of a campaign."""
        ended = state in {"installed", *REASONS}
        return {
            "device_id": device["id"], "name": device["name"], "wave": wave, "state": state,
            "detail": REASONS.get(state), "firmware_before": device["firmware"], "command_id": None,
            "sent_at": None if state == "pending" else iso(self.world.now - timedelta(minutes=9)),
            "finished_at": iso(self.world.now - timedelta(minutes=2)) if ended else None,
        }  # fmt: skip


def add_firmware(app: FastAPI, world: World) -> None:
    """Images and campaigns over HTTP."""
    kept = Rollouts(world)

    @app.get("/api/v1/firmware/releases")
    async def list_releases(model: str = "") -> Row:
        found = [one for one in kept.releases.values() if model in {"", one["model"]}]
        return {"items": found[::-1], "next_cursor": None}

    @app.post("/api/v1/firmware/releases", status_code=201)
    async def upload(request: Request) -> Row:
        body = await request.json()
        return kept.release(body["model"], body["version"], base64.b64decode(body["content"]), body["notes"])

    @app.get("/api/v1/firmware/campaigns")
    async def list_campaigns() -> Row:
        return {"items": list(kept.campaigns.values())[::-1], "next_cursor": None}

    @app.post("/api/v1/firmware/campaigns", status_code=201)
    async def draft(request: Request) -> Row:
        body = await request.json()
        target = {name: value for name in ("site", "group") if (value := body.pop(name))}
        return kept.campaign(kept.releases[body.pop("release_id")], target=target, **body)

    @app.get("/api/v1/firmware/campaigns/{key}")
    async def one(key: str) -> Row:
        return kept.campaigns[key]

    @app.post("/api/v1/firmware/campaigns/{key}/act")
    async def act(key: str, request: Request) -> Row:
        row, action = kept.campaigns[key], (await request.json())["action"]
        if action == "start":
            kept.enlist(row, ["sent"])
        row["state"] = STEPS[action]
        return row

    @app.get("/api/v1/firmware/campaigns/{key}/devices")
    async def devices(key: str, state: str = "", wave: int | None = None) -> Row:
        rows = kept.members.get(key, [])
        found = [one for one in rows if state in {"", one["state"]} and wave in {None, one["wave"]}]
        return {"items": found, "next_cursor": None}


def add_claims(app: FastAPI, world: World) -> None:
    """Claims: one of each state, made in batches, revoked."""
    claims: dict[str, Row] = {}

    def claim(body: Row, **more: Any) -> Row:
        row = {
            "id": key_of("cc", len(claims)), "model": body["model"], "sampling_seconds": body["sampling_seconds"],
            "name_prefix": body.get("name_prefix") or body["model"], "uses": 0, "uses_allowed": body["uses"],
            "created_at": iso(world.now), "expires_at": iso(world.now + timedelta(hours=body["hours"])),
            "cancelled_at": None, "state": "open", **more,
        }  # fmt: skip
        claims[row["id"]] = row
        return row

    wish = {"sampling_seconds": 60, "hours": 72}
    claim({**wish, "model": "lift", "uses": 1}, state="cancelled", cancelled_at=iso(world.now))
    claim({**wish, "model": "chiller", "uses": 1}, state="expired", expires_at=iso(world.now - timedelta(days=2)))
    claim({**wish, "model": "pump", "uses": 1, "name_prefix": "plant-2"}, uses=1, state="used")
    claim({**wish, "model": "pump", "uses": 20, "name_prefix": "plant-2"}, uses=7)

    @app.get("/api/v1/device-claims")
    async def listed(state: str = "") -> Row:
        found = [one for one in claims.values() if state in {"", one["state"]}]
        return {"items": found[::-1], "next_cursor": None}

    @app.post("/api/v1/device-claims/batch", status_code=201)
    async def make(request: Request) -> list[Row]:
        body = await request.json()
        made = [claim(body) for _ in range(body["count"])]
        tokens = [f"{TOKEN}{number:04}" for number in range(len(made))]
        address = "fieldhand:claim?u=https://fieldhand.example.org&t="
        return [
            {"claim": one, "token": token, "payload": address + token} for one, token in zip(made, tokens, strict=True)
        ]

    @app.post("/api/v1/device-claims/{key}/cancel")
    async def cancel(key: str) -> Row:
        claims[key].update(state="cancelled", cancelled_at=iso(world.now))
        return claims[key]


def add_limits(app: FastAPI, world: World) -> None:
    """Limits: two of the pumps, one of a pump of its own."""
    limits: dict[str, Row] = {}
    pump = next(one for one in world.devices.values() if one["model"] == "pump")

    def limit(**more: Any) -> Row:
        row = {
            "id": key_of("ee", len(limits)), "version": 1, "device_id": None, "device_name": None, "model": None,
            "for_seconds": 300, "clear_seconds": 300, "hysteresis": 0.0, "horizon_hours": None, "severity": 2,
            "failure_group": "limit", "enabled": True, "created_at": iso(world.now), **more,
        }  # fmt: skip
        if row["device_id"]:
            row["device_name"] = world.devices[row["device_id"]]["name"]
        limits[row["id"]] = row
        return row

    hot = {"metric": "bearing_temp_c", "value": 62.0, "hysteresis": 3.0, "failure_group": "bearing"}
    limit(model="pump", kind="above", severity=3, **hot)
    limit(model="pump", metric="pressure_kpa", kind="rate_down", value=80.0)
    limit(device_id=pump["id"], kind="above", severity=3, **{**hot, "value": 58.0})
    limit(model="chiller", metric="supply_temp_c", kind="forecast", value=12.0, horizon_hours=48, enabled=False)

    @app.get("/api/v1/telemetry/thresholds")
    async def listed(device_id: str = "", model: str = "", enabled: bool | None = None) -> Row:
        found = [
            one
            for one in limits.values()
            if device_id in {"", one["device_id"]} and model in {"", one["model"]} and enabled in {None, one["enabled"]}
        ]
        return {"items": found, "next_cursor": None}

    @app.post("/api/v1/telemetry/thresholds", status_code=201, response_model=None)
    async def create(request: Request) -> Row | Response:
        body = await request.json()
        same = ("device_id", "model", "metric", "kind")
        if any(all(one[name] == body.get(name) for name in same) for one in limits.values()):
            return problem(409, "threshold-taken")
        return limit(**body)

    @app.put("/api/v1/telemetry/thresholds/{key}", response_model=None)
    async def change(key: str, request: Request) -> Row | Response:
        body, row = await request.json(), limits[key]
        if body.pop("version") != row["version"]:
            return problem(409, "stale-threshold")
        row.update(body, version=row["version"] + 1)
        return row

    @app.delete("/api/v1/telemetry/thresholds/{key}")
    async def delete(key: str) -> Response:
        del limits[key]
        return Response(status_code=204)

    @app.get("/api/v1/telemetry/export")
    async def export(request: Request) -> Response:
        asked = dict(request.query_params)
        headers = {"Content-Disposition": f'attachment; filename="telemetry.{asked["format"]}"'}
        return JSONResponse(asked, headers=headers)
