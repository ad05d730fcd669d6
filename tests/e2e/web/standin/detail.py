"""The pages behind the rows: order, plan, case and series, made up from a row when asked for."""

import math
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from tests.e2e.web.standin import sla
from tests.e2e.web.standin.world import Row, World, iso

ACTIONS = {
    "open": ["cancel"],
    "waiting_parts": ["cancel"],
    "scheduled": ["cancel"],
    "completed": ["verify", "reject"],
    "verified": ["close"],
}
PART_NAMES = {
    "BRG-6205": "轴承套件 6205",
    "FLT-0150": "过滤芯 150 mm",
    "HX-GASKET": "换热器垫片",
    "REF-R134A": "制冷剂 R134a",
    "DOOR-DRV-7": "门机驱动 7",
    "FAN-120-24": "散热风扇 120 mm",
    "CON-CCS2": "CCS2 枪头",
}
LEADING = {
    "bearing": "vibration_mm_s",
    "filter": "flow_m3h",
    "heat_exchanger": "condenser_temp_c",
    "refrigerant": "supply_temp_c",
    "door": "door_cycle_s",
    "cooling_fan": "cabinet_temp_c",
    "connector": "connector_temp_c",
}
SHOWN = [
    "id",
    "number",
    "state",
    "priority",
    "summary",
    "work_type",
    "customer_name",
    "site_name",
    "asset_name",
    "lon",
    "lat",
    "skill",
    "skill_level",
    "due_at",
    "created_at",
    "source",
    "technician_name",
    "planned_start",
    "ticket_id",
]


def item(order: Row) -> Row:
    """Return the row of a list."""
    return {name: order[name] for name in SHOWN}


def order_page(world: World, order: Row) -> Row:
    """Return the whole work order."""
    opened, now = datetime.fromisoformat(order["created_at"]), world.now
    part = {"part_number": order["part"], "part_name": PART_NAMES[order["part"]], "quantity": "1.0000"}
    done = order["state"] in {"completed", "verified"}
    return {
        **item(order),
        "description": order.get("description") or f"{order['summary']}。告警持续 3 小时,建议携带备件上门处理。",
        "version": 3,
        "asset_id": order["device"]["id"],
        "asset_path": [order["site_name"], "B1 机房", order["asset_name"]],
        "site": {
            "name": order["site_name"],
            "address": "演示路 88 号",
            "lon": order["lon"],
            "lat": order["lat"],
            "access_notes": "前台登记,需安全帽",
            "opening_hours": [{"weekday": 0, "opens": "08:00:00", "closes": "18:00:00"}],
        },
        "customer": {"name": order["customer_name"], "phone": "021-5555 0188"},
        "due_basis": "sla",
        "case_id": order["id"],
        "expected_parts": [{"part_id": order["id"], **part}],
        "sla": [
            {
                "clock": "response",
                "target_minutes": 30,
                "started_at": iso(opened),
                "due_at": iso(opened + timedelta(minutes=30)),
                "met_at": iso(opened + timedelta(minutes=12)),
                "breached_at": None,
                "paused": False,
            },
            {
                "clock": "on_site",
                "target_minutes": 1200,
                "started_at": iso(opened),
                "due_at": iso(now + timedelta(minutes=95)),
                "met_at": None,
                "breached_at": None,
                "paused": False,
            },
            sla.weekend(now, resumed=order["answered"])
            if "answered" in order
            else {
                "clock": "restore",
                "target_minutes": 2000,
                "started_at": iso(opened),
                "due_at": order["due_at"],
                "met_at": None,
                "breached_at": None,
                "paused": order["state"] == "waiting_parts",
            },
        ],
        "visits": list(visits(world, order, part)),
        "reservations": []
        if order["state"] in {"open", "waiting_parts"}
        else [
            {
                "part_number": order["part"],
                "quantity": "1.0000",
                "location_name": f"{order['technician_name']} 的服务车",
                "state": "consumed" if done else "held",
                "expires_at": None,
            }
        ],
        "finding": {
            "outcome": "confirmed",
            "failure_mode": order["group"],
            "cause": "wear",
            "activity": "replacement",
            "note": "更换后振动恢复正常。",
        }
        if done
        else None,
        "timeline": list(timeline(world, order)),
        "allowed_actions": ACTIONS.get(order["state"], []),
    }


def visits(world: World, order: Row, part: Row) -> Iterator[Row]:
    """Yield the visits of an order."""
    bar = next((one for bars in world.bars.values() for one in bars if one["work_order_id"] == order["id"]), None)
    if bar is None:
        return
    start = datetime.fromisoformat(bar["start"])
    begun, done = bar["state"] != "dispatched", bar["state"] == "completed"
    arrived, working = (
        bar["state"] in {"on_site", "in_progress", "completed"},
        bar["state"] in {"in_progress", "completed"},
    )
    yield {
        "id": bar["visit_id"],
        "visit_no": 1,
        "state": bar["state"],
        "technicians": [{"id": order["technician_id"], "name": order["technician_name"], "lead": True}],
        "planned_start": bar["start"],
        "planned_end": bar["end"],
        "actual": {
            "accepted_at": iso(start - timedelta(minutes=50)) if begun else None,
            "travel_started_at": iso(start - timedelta(seconds=bar["travel_before_s"])) if begun else None,
            "arrived_at": iso(start) if arrived else None,
            "work_started_at": iso(start + timedelta(minutes=6)) if working else None,
            "ended_at": bar["end"] if done else None,
        },
        "outcome": "repaired" if done else None,
        "reason": None,
        "version": 1,
        "allowed_actions": [] if begun else ["dispatch", "cancel"],
        "parts_used": [{**part, "serial": "SN-48213"}] if done else [],
    }


def timeline(world: World, order: Row) -> Iterator[Row]:
    """Yield what happened; one report came in late from a basement."""
    opened = datetime.fromisoformat(order["created_at"])
    yield {
        "at": iso(opened),
        "received_at": iso(opened),
        "kind": "order",
        "title_code": "order.open",
        "text": None,
        "actor": None,
        "source": order["source"],
    }
    yield {
        "at": iso(opened + timedelta(minutes=1)),
        "received_at": None,
        "kind": "parts",
        "title_code": "order.schedule",
        "text": order["part"],
        "actor": None,
        "source": "system",
    }
    if order["technician_name"]:
        at = world.now - timedelta(minutes=44)
        yield {
            "at": iso(at),
            "received_at": iso(at + timedelta(minutes=31)),
            "kind": "visit",
            "title_code": "visit.arrive",
            "text": "地下机房无信号,补传",
            "actor": order["technician_name"],
            "source": "mobile",
        }


def plan(world: World, order: Row) -> Row | None:
    """Return why this technician, and why not three others."""
    if order["technician_id"] is None:
        return None
    others = [one for one in world.technicians.values() if one["id"] != order["technician_id"]][:3]
    refusals = [
        ("skill", "lacks the skill at this level", "技能等级不足", 1),
        ("part", "van holds 0 of the part, nearest 14 km away", "车上无此备件,最近 14 公里", 14),
        ("late", "would arrive 38 min after the due time", "将晚于时限 38 分钟到达", 38),
    ]
    return {
        "plan_id": order["id"],
        "planned_at": iso(world.now - timedelta(minutes=9)),
        "engine": "kernel",
        "technician": {"id": order["technician_id"], "name": order["technician_name"]},
        "start": order["planned_start"],
        "travel_minutes": 17,
        "reasons": [
            {
                "code": "part_on_van",
                "text_en": "has the expected part on the van",
                "text_zh": "服务车上有预计备件",
                "figure": 1,
            },
            {"code": "nearest", "text_en": "adds only 17 min of travel", "text_zh": "仅增加 17 分钟路程", "figure": 17},
            {
                "code": "on_time",
                "text_en": "arrives 1 h 20 min before the due time",
                "text_zh": "比时限提前 1 小时 20 分到场",
                "figure": 80,
            },
        ],
        "refused": [
            {
                "technician_id": one["id"],
                "technician_name": one["name"],
                "code": code,
                "text_en": en,
                "text_zh": zh,
                "figure": figure,
            }
            for one, (code, en, zh, figure) in zip(others, refusals, strict=True)
        ],
        "pickup": None,
    }


def wave(world: World, base: float, *, hours: int, drift_from: float) -> tuple[list[Any], list[Any]]:
    """Return points that leave their daily band after a part of the time, and that band."""
    chance = random.Random(int(base * 100))
    end = int(world.now.timestamp() * 1000)
    count = 288
    step = hours * 3_600_000 // count
    points, band = [], []
    for index in range(count):
        at = end - (count - 1 - index) * step
        expected = base * (1 + 0.06 * math.sin(at / 86_400_000 * 2 * math.pi))
        drift = max(0.0, index / count - drift_from) * base * 0.9
        points.append([at, round(expected + drift + chance.gauss(0, base * 0.012), 3)])
        band.append([at, round(expected - base * 0.05, 3), round(expected + base * 0.05, 3)])
    return points, band


def envelope(points: list[Any], base: float) -> list[Any]:
    """Return the lowest and highest sample of each step, one spike in it."""
    chance = random.Random(3)
    spread = [
        [at, mean - base * chance.uniform(0.01, 0.04), mean + base * chance.uniform(0.01, 0.04)] for at, mean in points
    ]
    spread[len(spread) // 3][2] += base * 0.2
    return spread


def case_page(world: World, order: Row) -> Row:
    """Return the predictive case behind an order."""
    metric = LEADING[order["group"]]
    base = MODELS_BASE.get(metric, 10.0)
    points, band = wave(world, base, hours=96, drift_from=0.62)
    began = world.now - timedelta(hours=30)
    last = points[-1][1]
    return {
        "id": order["id"],
        "device_id": order["device"]["id"],
        "device_name": order["device"]["name"],
        "model": order["device"]["model"],
        "failure_group": order["group"],
        "state": "open",
        "summary": {
            "metric": metric,
            "text_en": "It has read more than was expected for a day.",
            "text_zh": "读数高于预期已有一天。",
        },
        "recovered_at": None,
        "closed_at": None,
        "finding_note": None,
        "dismissed": False,
        "severity": 3,
        "opened_at": iso(began + timedelta(hours=3)),
        "started_at": iso(began),
        "failure_window": {
            "p10": iso(world.now + timedelta(hours=20)),
            "p50": iso(world.now + timedelta(hours=52)),
            "p90": iso(world.now + timedelta(hours=110)),
        },
        "low_confidence": False,
        "finding": None,
        "evidence": [
            {
                "at": iso(world.now),
                "metric": metric,
                "observed": last,
                "expected": base,
                "low": base * 0.95,
                "high": base * 1.05,
                "score": 18.4,
                "share": 0.83,
            },
            {
                "at": iso(world.now),
                "metric": "load_pct",
                "observed": 66.0,
                "expected": 64.0,
                "low": 58.0,
                "high": 70.0,
                "score": 2.1,
                "share": 0.17,
            },
        ],
        "chart": {
            "metric": metric,
            "points": points,
            "band": band,
            "alarms": [points[i][0] for i in (220, 236, 251, 270)],
        },
    }


def advice_page(world: World, order: Row) -> Row:
    """Return what past cases teach about the one behind an order."""
    other = next(one for one in world.orders.values() if one["id"] != order["id"])
    kit = {"part_id": "kit", "part_number": "BRG-6205", "part_name": "<i>Bearing kit</i>", "quantity": "1.0000"}
    past = {
        "case_id": other["id"], "device_id": order["device"]["id"], "device_name": "demo-pump-02",
        "opened_at": iso(world.now - timedelta(days=41)), "closed_at": iso(world.now - timedelta(days=37)),
        "finding": "confirmed", "distance": 0.18, "work_order_id": other["id"], "order_number": "WO-2026-00007",
        "failure_mode": "bearing", "cause": "wear", "activity": "replace", "note": "seal hard", "parts_used": [kit],
    }  # fmt: skip
    false = past | {
        "case_id": "false", "finding": "no_fault_found", "cause": None, "activity": None, "parts_used": [],
        "order_number": None, "work_order_id": None, "note": None,
    }  # fmt: skip
    return {
        "case_id": order["id"], "similar": [past, false], "skill": "rotating", "skill_level": 2,
        "skill_basis": "failure_group", "confirmed": 4,
        "parts": [
            kit | {"basis": "failure_group", "used_in": 4},
            kit | {"part_id": "seal", "part_number": "SEAL-20", "basis": "closed_cases", "used_in": 2},
        ],
    }  # fmt: skip


MODELS_BASE = {
    "vibration_mm_s": 2.9,
    "flow_m3h": 88.0,
    "condenser_temp_c": 36.4,
    "supply_temp_c": 7.1,
    "door_cycle_s": 6.2,
    "cabinet_temp_c": 38.0,
    "connector_temp_c": 41.0,
}
