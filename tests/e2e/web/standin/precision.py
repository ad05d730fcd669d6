"""The stand-in's precision page: figures by model and failure group, and what stands behind them."""

from datetime import timedelta

from fastapi import FastAPI, Request

from tests.e2e.web.standin.world import Row, World, iso

MISSED = "0192aa00-0000-7000-8000-00000000f001"


def rate(value: float, low: float, high: float, n: int) -> Row:
    """Return a share with its interval."""
    return {"value": value, "low": low, "high": high, "n": n}


def figures(confirmed: int, false: int, missed: int) -> Row:
    """Return the figures of a line."""
    return {
        "confirmed": confirmed, "false": false, "other": 1, "unlabelled": 2, "missed": missed,
        "precision": rate(0.75, 0.47, 0.91, confirmed + false) if confirmed else None,
        "recall": rate(0.9, 0.6, 0.98, confirmed + missed) if confirmed else None,
        "lead_hours": 102.5 if confirmed else None, "device_days": 412.0, "false_per_1000_device_days": 7.28,
    }  # fmt: skip


def add_precision(app: FastAPI, world: World) -> None:
    """The report, missed failures, and limits that can be lowered."""
    pump = next(one for one in world.devices.values() if one["model"] == "pump")
    limits = {
        metric: {
            "id": metric, "device_id": pump["id"], "device_name": pump["name"], "model": "pump", "metric": metric,
            "factor": 2.25, "factor_before": 1.5, "at": iso(world.now - timedelta(hours=hours)),
            "case_id": MISSED, "failure_group": "bearing", "actor_id": None, "reason": "<b>loose mount</b>",
            "in_force": True,
        }
        for hours, metric in enumerate(("vibration_mm_s", "flow_m3h"), start=3)
    }  # fmt: skip

    @app.get("/api/v1/telemetry/precision")
    async def precision(model: str = "") -> Row:
        found = {"since": iso(world.now - timedelta(days=90)), "until": iso(world.now), "models": [], "groups": []}
        if model not in {"", "pump"}:
            return found | {"total": figures(0, 0, 0)}
        groups = [{"model": "pump", "failure_group": name, **figures(6, 2, 1)} for name in ("bearing", "filter")]
        return found | {
            "total": figures(12, 4, 2),
            "models": [{"model": "pump", **figures(12, 4, 2)}],
            "groups": groups,
        }

    @app.get("/api/v1/telemetry/failures")
    async def failures() -> Row:
        line = {
            "id": MISSED, "device_id": pump["id"], "device_name": pump["name"], "model": "pump",
            "failure_group": "bearing", "occurred_at": iso(world.now - timedelta(days=3)),
            "source_ref": f"work_order:{next(iter(world.orders))}", "note": "seized",
        }  # fmt: skip
        return {"items": [line], "next_cursor": None}

    @app.get("/api/v1/telemetry/series-limits")
    async def series_limits() -> Row:
        return {"items": [one for one in limits.values() if one["factor"] > 1], "next_cursor": None}

    @app.post("/api/v1/telemetry/series-limits")
    async def lower(request: Request) -> Row:
        body = await request.json()
        limits[body["metric"]]["factor"] = body["factor"]
        return limits[body["metric"]]
