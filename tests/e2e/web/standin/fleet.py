"""The stand-in's fleet page: figures, dead letters that can be replayed, the broker."""

import math
from collections import Counter
from datetime import timedelta

from fastapi import FastAPI, HTTPException, Request

from tests.e2e.web.standin.world import Row, World, iso

STATES = ("ok", "alarm", "silent", "unknown")


def counts(devices: list[Row]) -> Row:
    """Return how many devices are how."""
    states = Counter(one["health"] for one in devices)
    found = {name: states[name] for name in STATES}
    return found | {"online": found["ok"] + found["alarm"], "total": len(devices), "revoked": 0}


def letters_of(world: World) -> dict[str, Row]:
    """Return dead letters of several reasons, one of them hostile, newest first."""
    kinds = [
        ("outside-policy", "ts 1795372800000 is more than 600 s ahead", b'{"ts":1795372800000,"boot":3,"seq":118}'),
        ("malformed", "JSON is malformed", b"<script>window.hacked=1</script>"),
        ("unknown-device", "demo-pump-31", b'{"ts":1795369200000,"boot":1,"seq":7,"values":{"flow_m3h":87.2}}'),
        ("refused-by-database", "unsupported Unicode escape sequence", b"\xff\xfe\x00\x01"),
    ]
    found = {}
    for number in range(12):
        reason, detail, payload = kinds[number % len(kinds)]
        found[str(number)] = {
            "id": str(number),
            "received_at": iso(world.now - timedelta(minutes=7 * number)),
            "topic": f"fieldhand/v1/demo/demo-pump-{number % 9 + 1:02}/telemetry",
            "device_name": None if reason == "malformed" else f"demo-pump-{number % 9 + 1:02}",
            "reason": reason,
            "detail": detail,
            "payload_excerpt": payload.decode(errors="replace"),
            "payload_bytes": len(payload),
            "state": "open",
            "replayable": True,
            "discardable": True,
            "asked_at": None,
            "asked_by": None,
            "replayed_at": None,
            "stored_count": None,
            "outcome_reason": None,
            "outcome_detail": None,
            "payload": payload,
        }
    return found


def shown(letter: Row) -> Row:
    """Return a letter as a list shows it."""
    return {name: value for name, value in letter.items() if name != "payload"}


def settle(world: World, letter: Row) -> None:
    """Replay as a gateway would: what was out of the policy is stored now, the rest is refused again."""
    stored = letter["reason"] == "outside-policy"
    letter["state"], letter["replayed_at"] = ("stored" if stored else "refused"), iso(world.now)
    letter["stored_count"], letter["outcome_reason"] = int(stored), None if stored else letter["reason"]
    letter["replayable"] = letter["discardable"] = not stored


def add_fleet(app: FastAPI, world: World) -> None:
    """Figures, dead letters and broker."""
    letters = letters_of(world)
    add_letters(app, world, letters)

    @app.get("/api/v1/fleet")
    async def fleet() -> Row:
        devices = list(world.devices.values())
        reasons = Counter(one["reason"] for one in letters.values())
        minute = world.now.replace(second=0, microsecond=0)
        start = int((minute - timedelta(minutes=60)).timestamp() * 1000)
        flow = [[start + n * 60_000, round(2400 + 500 * math.sin(n / 7)), n % 17 == 3] for n in range(61)]
        return {
            "at": iso(world.now),
            "counts": counts(devices),
            "models": [
                {"model": model, **counts([one for one in devices if one["model"] == model])}
                for model in sorted({one["model"] for one in devices})
            ],
            "flow": {
                "per_second": 41.3,
                "minutes": flow,
                "commit_ms": 6.4,
                "commit_ms_max": 38,
                "newest_age_ms": 12,
            },
            "dead_letters": {
                "since": iso(world.now - timedelta(hours=24)),
                "total": len(letters),
                "waiting": sum(one["discardable"] for one in letters.values()),
                "capped": False,
                "reasons": [{"reason": reason, "count": count} for reason, count in reasons.items()],
            },
            "scorer_lag_seconds": 0.4,
        }

    @app.get("/api/v1/fleet/broker")
    async def broker() -> Row:
        now = {
            "gateway": "gateway-1", "at": iso(world.now), "heard_at": iso(world.now),
            "version": "mosquitto version 2.0.11", "uptime_seconds": 93_600, "clients_connected": 43,
            "sessions_abandoned": 14, "messages_queued": 3, "bytes_held": 4_820, "dropped_total": 0,
            "received_total": 3_781_002, "sent_total": 3_790_145, "bytes_received_total": 611_000_000,
            "bytes_sent_total": 702_000_000, "backlog": 0, "scorer_lag_seconds": 0.4,
        }  # fmt: skip
        history = [
            {
                "at": iso(world.now - timedelta(minutes=180 - n)), "clients_connected": 43,
                "sessions_abandoned": 5 + n // 20, "messages_queued": (n * 7) % 23, "dropped_total": 0,
            }
            for n in range(180)
        ]  # fmt: skip
        return {"now": now, "gateways": [now], "history": history, "warnings": ["sessions_grow"]}


def add_letters(app: FastAPI, world: World, letters: dict[str, Row]) -> None:
    """Dead letters: listed, looked at, sent again, laid aside."""

    @app.get("/api/v1/telemetry/dead-letters")
    async def dead_letters(reason: str = "", state: str = "", device: str = "") -> Row:
        for letter in letters.values():
            if letter["state"] == "requested":
                settle(world, letter)
        found = [
            shown(one)
            for one in letters.values()
            if reason in {"", one["reason"]} and state in {"", one["state"]} and device in {"", one["device_name"]}
        ]
        return {"items": found, "next_cursor": None}

    @app.get("/api/v1/telemetry/dead-letters/{key}")
    async def dead_letter(key: str) -> Row:
        if key not in letters:
            raise HTTPException(404)
        letter = letters[key]
        try:
            words = letter["payload"].decode()
        except UnicodeDecodeError:
            words = None
        return shown(letter) | {"payload_text": words, "payload_hex": letter["payload"].hex()}

    @app.post("/api/v1/telemetry/dead-letters/{action}")
    async def act(action: str, request: Request) -> Row:
        body = await request.json()
        chosen = [letters[key] for key in body["letter_ids"]]
        for letter in chosen:
            letter["state"] = {"replay": "requested", "discard": "discarded"}[action]
            letter["discardable"], letter["replayable"] = False, action == "discard"
        return {"items": [shown(one) for one in chosen]}
