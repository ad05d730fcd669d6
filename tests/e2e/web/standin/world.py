"""A made-up day in the demo city: orders, technicians and devices as plain dictionaries, the same for a seed."""

import math
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

Row = dict[str, Any]

CENTRE = (121.47, 31.23)
HOSTILE = "<img src=x onerror=\"window.hacked='image'\"><script>window.hacked='script'</script>"
MODELS: dict[str, dict[str, float]] = {
    "chiller": {
        "supply_temp_c": 7.1,
        "return_temp_c": 12.2,
        "condenser_temp_c": 36.4,
        "compressor_current_a": 182.0,
        "flow_m3h": 141.0,
        "vibration_mm_s": 2.3,
        "load_pct": 71.0,
        "ambient_c": 24.5,
    },
    "pump": {
        "flow_m3h": 88.0,
        "pressure_kpa": 402.0,
        "motor_current_a": 31.2,
        "bearing_temp_c": 52.0,
        "vibration_mm_s": 2.9,
        "load_pct": 64.0,
    },
    "lift": {
        "trips_per_h": 38.0,
        "door_cycle_s": 6.2,
        "motor_current_a": 22.0,
        "motor_temp_c": 48.0,
        "vibration_mm_s": 1.1,
        "load_pct": 33.0,
    },
    "ev_charger": {
        "power_kw": 57.0,
        "voltage_v": 398.0,
        "connector_temp_c": 41.0,
        "cabinet_temp_c": 38.0,
        "fan_rpm": 2400.0,
        "load_pct": 55.0,
    },
}
TROUBLES = {
    "chiller": [
        ("冷凝温度持续偏高", "heat_exchanger", "refrigeration", "HX-GASKET"),
        ("制冷量下降", "refrigerant", "refrigeration", "REF-R134A"),
    ],
    "pump": [
        ("轴承振动上升", "bearing", "rotating", "BRG-6205"),
        ("流量下降,过滤器堵塞", "filter", "rotating", "FLT-0150"),
    ],
    "lift": [("开关门时间变长", "door", "lift", "DOOR-DRV-7"), ("曳引机异响", "bearing", "lift", "BRG-6205")],
    "ev_charger": [
        ("柜内温度高,风扇转速下降", "cooling_fan", "electrical", "FAN-120-24"),
        ("枪头温度异常", "connector", "electrical", "CON-CCS2"),
    ],
}
SITES = [
    "滨江中心",
    "科创园三期",
    "东渡医院",
    "花港广场",
    "北桥数据中心",
    "长汀物流园",
    "云岭酒店",
    "西林小学",
    "青浦台写字楼",
    "新埠充电站",
]
CUSTOMERS = ["滨江置业", "科创园管理有限公司", "东渡医院", "花港商业", "北桥云", "长汀物流"]
PEOPLE = ["陈伟", "高峰", "李娜", "孙强", "王芳", "赵磊", "周敏", "吴刚", "郑洁", "冯涛", "韩雪", "唐军"]
STATES = (
    ["verified"] * 3
    + ["completed"] * 7
    + ["in_progress"] * 8
    + ["scheduled"] * 19
    + ["open"] * 15
    + ["waiting_parts"] * 5
)
BUSY = {"working": "in_progress", "on_site": "on_site", "travelling": "travelling"}
TECH_STATES = [
    "working",
    "travelling",
    "on_site",
    "idle",
    "travelling",
    "working",
    "idle",
    "off",
    "working",
    "travelling",
    "idle",
    "on_site",
]


def iso(at: datetime) -> str:
    """Return an instant as the API writes it."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


@dataclass
class World:
    """All rows of the day, and what the live stream has said so far."""

    now: datetime
    orders: dict[str, Row] = field(default_factory=dict)
    technicians: dict[str, Row] = field(default_factory=dict)
    devices: dict[str, Row] = field(default_factory=dict)
    cases: dict[str, Row] = field(default_factory=dict)
    bars: dict[str, list[Row]] = field(default_factory=dict)
    commands: dict[str, list[Row]] = field(default_factory=dict)
    twins: dict[str, Row] = field(default_factory=dict)


class Maker:
    """Makes the rows, from one seeded source of chance."""

    def __init__(self, seed: int, now: datetime) -> None:
        """Start an empty day."""
        self.chance = random.Random(seed)
        self.world = World(now)

    def key(self) -> str:
        """Return a UUID."""
        return str(UUID(int=self.chance.getrandbits(128), version=4))

    def spot(self, reach_km: float = 9.0) -> tuple[float, float]:
        """Return a place in the city."""
        radius, angle = reach_km * math.sqrt(self.chance.random()), self.chance.random() * 2 * math.pi
        lon = CENTRE[0] + radius * math.cos(angle) / 95.2
        return round(lon, 5), round(CENTRE[1] + radius * math.sin(angle) / 111.2, 5)

    def technicians(self) -> None:
        """Add the technicians and their shifts."""
        skills = ["refrigeration", "rotating", "lift", "electrical", "controls"]
        for name, state in zip(PEOPLE, TECH_STATES, strict=True):
            lon, lat = self.spot()
            key = self.key()
            self.world.technicians[key] = {
                "id": key,
                "name": name,
                "lon": lon,
                "lat": lat,
                "state": state,
                "age_s": self.chance.randrange(5, 240),
                "skills": self.chance.sample(skills, 2),
            }
            self.world.bars[key] = []

    def devices(self) -> None:
        """Add ten devices of each model."""
        for model, metrics in MODELS.items():
            for number in range(1, 11):
                key, (lon, lat) = self.key(), self.spot()
                health = self.chance.choices(["ok", "alarm", "silent", "unknown"], [80, 12, 6, 2])[0]
                self.world.devices[key] = {
                    "id": key,
                    "name": f"demo-{model.split('_')[0]}-{number:02}",
                    "model": model,
                    "sampling_seconds": 10,
                    "revoked_at": None,
                    "lon": lon,
                    "lat": lat,
                    "asset_name": f"{model.upper()}-{number:02}",
                    "site_name": self.chance.choice(SITES),
                    "health": health,
                    "firmware": None if health == "unknown" else f"1.{number % 3 + 2}.0",
                    "last_sample_at": None if health == "unknown" else iso(self.world.now - timedelta(seconds=number)),
                    "last_seen_at": iso(self.world.now - timedelta(seconds=self.chance.randrange(2, 60))),
                    "last_values": {}
                    if health == "unknown"
                    else {name: round(value * self.chance.uniform(0.96, 1.04), 2) for name, value in metrics.items()},
                }

    def orders(self) -> None:
        """Add the orders of the day, one of them hostile."""
        devices = list(self.world.devices.values())
        for number, state in enumerate(STATES, start=1):
            self.order(number, state, self.chance.choice(devices))
        hostile = self.order(len(STATES) + 1, "open", devices[0])
        hostile.update(summary=HOSTILE, description=HOSTILE, customer_name=HOSTILE, priority=2)

    def order(self, number: int, state: str, device: Row) -> Row:
        """Add one order on a device, with the bar of its visit when it is planned."""
        summary, group, skill, part = self.chance.choice(TROUBLES[device["model"]])
        now, key = self.world.now, self.key()
        opened = now - timedelta(minutes=self.chance.randrange(20, 900))
        planned = state in {"scheduled", "in_progress", "completed", "verified"}
        technician = self.pick(state) if planned else None
        row: Row = {
            "id": key,
            "number": f"WO-2026-{number:05}",
            "state": state,
            "work_type": "predictive",
            "priority": self.chance.choices([1, 2, 3, 4], [8, 27, 45, 20])[0],
            "summary": summary,
            "customer_name": self.chance.choice(CUSTOMERS),
            "site_name": device["site_name"],
            "asset_name": device["asset_name"],
            "lon": device["lon"],
            "lat": device["lat"],
            "skill": skill,
            "skill_level": self.chance.randrange(1, 4),
            "due_at": iso(now + timedelta(minutes=self.chance.randrange(-90, 1500))),
            "created_at": iso(opened),
            "source": self.chance.choice(["case", "phone", "portal"]),
            "technician_name": technician and technician["name"],
            "planned_start": None,
            "ticket_id": self.key(),
            "device": device,
            "group": group,
            "part": part,
            "technician_id": technician and technician["id"],
        }
        if technician:
            row["planned_start"] = self.bar(technician, row)
        self.world.orders[key] = row
        return row

    def pick(self, state: str) -> Row:
        """Return who does an order: running ones go to somebody under way, one each."""
        able = [one for one in self.world.technicians.values() if one["state"] != "off"]
        if state != "in_progress":
            return self.chance.choice(able)
        running = {key for key, bars in self.world.bars.items() if any(bar["state"] in BUSY.values() for bar in bars)}
        return next(one for one in able if one["state"] in BUSY and one["id"] not in running)

    def bar(self, technician: Row, order: Row) -> str:
        """Put a visit behind the last one of the technician; returns its start."""
        bars = self.world.bars[technician["id"]]
        begin = self.world.now - timedelta(hours=3)
        floors = {
            "in_progress": self.world.now - timedelta(minutes=50),
            "scheduled": self.world.now + timedelta(minutes=5),
        }
        floor = floors.get(order["state"], begin)
        earliest = max(floor, datetime.fromisoformat(bars[-1]["end"])) if bars else floor
        travel = self.chance.randrange(8, 32) * 60
        start = earliest + timedelta(seconds=travel)
        end = start + timedelta(minutes=self.chance.choice([40, 60, 75, 90]))
        state = {"scheduled": "dispatched", "in_progress": BUSY.get(technician["state"], "in_progress")}.get(
            order["state"], "completed"
        )
        bars.append(
            {
                "visit_id": self.key(),
                "work_order_id": order["id"],
                "number": order["number"],
                "start": iso(start),
                "end": iso(end),
                "travel_before_s": travel,
                "state": state,
                "sla_due_at": order["due_at"],
                "pinned": self.chance.random() < 0.15,
                "summary": order["summary"],
            }
        )
        return iso(start)


def make_world(seed: int = 7, now: datetime | None = None) -> World:
    """Return the day as it stands at `now`."""
    maker = Maker(seed, now or datetime.now(UTC))
    maker.technicians()
    maker.devices()
    maker.orders()
    return maker.world
