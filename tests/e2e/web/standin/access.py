"""The stand-in's device: commands, settings, secret, certificates, mute window."""

import base64
import json
from datetime import timedelta
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from tests.e2e.web.standin.world import Row, World, iso

HOSTILE_ARG = "<img src=x onerror=alert(1)>"


def problem(status: int, slug: str, **members: Any) -> Response:
    """Return a refusal as the API words it."""
    body = {"type": f"urn:fieldhand:problem:{slug}", "title": slug, "status": status, "detail": "", **members}
    return JSONResponse(body, status)


def sent_before(world: World, device_id: str) -> list[Row]:
    """Return one command of each end, newest first."""
    ends = [
        ("reboot", {}, "acked", "restarting", 1),
        ("exercise_valve", {"turns": 3, "note": HOSTILE_ARG}, "failed", "valve is jammed", 2),
        ("ping", {}, "expired", None, 5),
        ("update_firmware", {"version": "2.0.0", "size": 300000}, "sent", None, 1),
    ]
    return [
        {
            "id": f"0192aa00-0000-7000-8000-0000000c000{place}", "device_id": device_id, "command": name, "args": args,
            "state": state, "requested_at": iso(world.now - timedelta(minutes=7 * place + 3)),
            "expires_at": iso(world.now + timedelta(minutes=20)), "attempts": attempts, "detail": detail,
            "sent_at": iso(world.now - timedelta(minutes=7 * place + 2)),
            "finished_at": None if state == "sent" else iso(world.now - timedelta(minutes=7 * place)),
        }
        for place, (name, args, state, detail, attempts) in enumerate(ends)
    ]  # fmt: skip


def merged(target: Any, patch: Row) -> Row:
    """Return a merge patch applied."""
    found = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            found.pop(name, None)
        else:
            found[name] = merged(found.get(name), value) if isinstance(value, dict) else value
    return found


def add_access(app: FastAPI, world: World) -> None:
    """What people tell a device, and how it proves who it is."""
    add_commands(app, world)
    add_settings(app, world)
    add_identity(app, world)


def add_commands(app: FastAPI, world: World) -> None:
    """Commands: sent, withdrawn."""

    def commands(device_id: str) -> list[Row]:
        return world.commands.setdefault(device_id, sent_before(world, device_id))

    @app.get("/api/v1/devices/{key}/commands")
    async def listed(key: str) -> Row:
        return {"items": commands(key), "next_cursor": None}

    @app.post("/api/v1/devices/{key}/commands", status_code=202)
    async def send(key: str, request: Request) -> Row:
        body = await request.json()
        command = {
            "id": f"0192aa00-0000-7000-8000-0000000d{len(commands(key)):04}", "device_id": key,
            "command": body["command"], "args": body["args"], "state": "queued", "requested_at": iso(world.now),
            "expires_at": iso(world.now + timedelta(seconds=body["lifetime_seconds"])), "sent_at": None,
            "attempts": 0, "finished_at": None, "detail": None,
        }  # fmt: skip
        commands(key).insert(0, command)
        return command

    @app.post("/api/v1/commands/{key}/cancel")
    async def cancel(key: str) -> Row:
        command = next(one for rows in world.commands.values() for one in rows if one["id"] == key)
        command.update(state="cancelled", finished_at=iso(world.now))
        return command


def add_settings(app: FastAPI, world: World) -> None:
    """The twin of every device; a test makes it stale by raising its version."""

    def twin(device_id: str) -> Row:
        return world.twins.setdefault(
            device_id,
            {
                "device_id": device_id, "desired_version": 4, "desired_by": None,
                "desired": {"interval_seconds": 10, "limits": {"high": 7.1, "low": 0.4}, "site": "B1"},
                "desired_at": iso(world.now - timedelta(hours=3)), "reported_version": 4,
                "reported": {"interval_seconds": 10, "limits": {"high": 6.8}, "led": True},
                "reported_at": iso(world.now - timedelta(hours=2)), "delta": {}, "pending": False,
            },
        )  # fmt: skip

    @app.get("/api/v1/devices/{key}/twin")
    async def read(key: str) -> Row:
        return twin(key)

    @app.patch("/api/v1/devices/{key}/twin", response_model=None)
    async def change(key: str, request: Request) -> Row | Response:
        body, row = await request.json(), twin(key)
        if body["version"] != row["desired_version"]:
            return problem(409, "stale-version", expected=body["version"], version=row["desired_version"])
        row["desired"] = merged(row["desired"], body["desired"])
        row.update(desired_version=row["desired_version"] + 1, desired_at=iso(world.now), pending=True)
        return row


def add_identity(app: FastAPI, world: World) -> None:
    """Secret, certificates, revocation, mute window."""
    certificates: list[Row] = [
        {
            "serial": serial, "created_at": iso(world.now - timedelta(days=age)),
            "expires_at": iso(world.now + timedelta(days=1800 - age)), "revoked_at": revoked, "enforced_at": revoked,
        }
        for serial, age, revoked in (("5d2c9e01aa47", 12, None), ("1f00b4c3d9e8", 400, iso(world.now)))
    ]  # fmt: skip
    mutes: dict[str, Row] = {}

    @app.post("/api/v1/devices/{key}/secret")
    async def rotate(key: str) -> Row:
        secret = base64.urlsafe_b64encode(key.encode()).decode()[:43]
        return {"id": key, "name": world.devices[key]["name"], "secret": secret}

    @app.post("/api/v1/devices/{key}/revoke")
    async def revoke(key: str) -> Row:
        world.devices[key]["revoked_at"] = iso(world.now)
        return world.devices[key]

    @app.get("/api/v1/devices/{key}/certificates")
    async def listed(key: str) -> list[Row]:
        return certificates

    @app.post("/api/v1/devices/{key}/certificates/revoke")
    async def revoke_all(key: str) -> list[Row]:
        for one in certificates:
            one["revoked_at"] = one["enforced_at"] = one["revoked_at"] or iso(world.now)
        return certificates

    @app.get("/api/v1/devices/{key}/mute")
    async def mute(key: str) -> Row:
        return mutes.get(key, {"since": None, "until": None})

    @app.put("/api/v1/devices/{key}/mute")
    async def set_mute(key: str, request: Request) -> Row:
        mutes[key] = json.loads(await request.body())
        return mutes[key]
