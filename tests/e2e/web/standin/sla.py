"""The stand-in's promises: calendars, policies, ladders, what is at risk, and one order's clocks over a weekend."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import FastAPI, Request

from backend.sla import ics
from backend.sla.calendar import Calendar
from backend.sla.counting import Pause, read
from tests.e2e.web.standin.world import Row, World, iso

ZONE = ZoneInfo("Asia/Shanghai")
HOURS = ((time(8, 30), time(12)), (time(13, 30), time(17, 30)))
OFFICE = Calendar("Asia/Shanghai", (HOURS,) * 5 + ((), ()))
KEY = "0192aa00-0000-7000-8000-0000000051a{}"
PAUSES = {"customer": ["response", "on_site", "restore"], "weather": ["restore"]}


def terms() -> dict[str, list[Row]]:
    """Return the terms that the pages show."""
    week = [
        {"weekday": day, "starts": start.isoformat(), "ends": end.isoformat()}
        for day in range(5)
        for start, end in HOURS
    ]
    days: list[Row] = [{"day": "2026-10-01", "works_as": None, "name": "国庆节"}]
    office = {"id": KEY.format(1), "code": "office", "name": "工作时间 / Office hours", "time_zone": "Asia/Shanghai"}
    steps = [
        a_step(percent=75, action="notify_role", role="dispatcher"),
        a_step(minutes=0, action="raise_priority"),
        a_step(minutes=60, action="notify_role", role="supervisor", in_service_hours=True),
    ]
    ladder = {"id": KEY.format(2), "version": 1, "name": "Standard", "calendar_id": KEY.format(1), "steps": steps}
    policies = [a_policy(1, 1), a_policy(2, 2, name="Gold", tier="gold"), a_policy(3, 2), a_policy(4, 3)]
    return {
        "calendars": [office | {"version": 1, "weekly": week, "days": days}],
        "policies": policies,
        "ladders": [ladder],
    }


def a_step(**members: Any) -> Row:
    """Return a step of the restore clock."""
    usual = {"percent": None, "minutes": None, "role": None, "user_id": None, "queue": None, "in_service_hours": False}
    return {"clock": "restore", **usual, **members}


def a_policy(number: int, priority: int, **members: Any) -> Row:
    """Return a policy by office hours, of priority 1 round the clock."""
    usual: Row = dict.fromkeys(("criticality", "customer_id", "tier", "work_type", "ladder_id", "calendar_id"))
    usual |= {"policy_id": KEY.format(f"{number}0"), "version": 1, "name": "", "priority": priority, "pauses": PAUSES}
    usual |= {"response_minutes": 30, "on_site_minutes": 240, "restore_minutes": 480}
    return usual | ({} if priority == 1 else {"calendar_id": KEY.format(1), "ladder_id": KEY.format(2)}) | members


def weekend(now: datetime, *, resumed: bool) -> Row:
    """Return a clock that was paused on a Friday afternoon, and perhaps ran on on Monday morning."""
    local = now.astimezone(ZONE)
    friday = (local - timedelta(days=local.weekday() + 3)).replace(hour=14, minute=0, second=0, microsecond=0)
    pause = Pause(friday + timedelta(hours=2), friday + timedelta(days=2, hours=20) if resumed else None)
    reading = read(OFFICE, friday, timedelta(hours=6), [pause])
    turns: list[Row] = [
        {"at": iso(friday), "what": "started", "detail": {"target_minutes": 360}},
        {"at": iso(pause.start), "what": "paused", "detail": {"reason": "customer"}},
    ]
    if pause.end is not None:
        turns.append({"at": iso(pause.end), "what": "resumed", "detail": {"reason": "customer"}})
    return {
        "clock": "restore", "target_minutes": 360, "started_at": iso(friday), "due_at": iso(reading.due_at),
        "met_at": None, "breached_at": None, "paused": reading.paused_at is not None,
        "policy": {"policy_id": KEY.format("20"), "version": 1, "name": "Gold", "priority": 2}, "turns": turns,
        "to_come": [a_step(percent=75, action="notify_role", role="dispatcher") | {"due_at": iso(reading.due_at)}],
    }  # fmt: skip


def add_sla(app: FastAPI, world: World) -> None:
    """Terms that can be read, holidays that can be imported, clocks."""
    kept = terms()

    @app.get("/api/v1/sla/at-risk")
    async def at_risk(clock: str = "", priority: str = "") -> Row:
        rows = [a_risk(world, place, order) for place, order in enumerate(list(world.orders.values())[:12])]
        wanted = [row for row in rows if clock in ("", row["clock"]) and priority in ("", str(row["priority"]))]
        return {"items": wanted, "next_cursor": None}

    @app.get("/api/v1/sla/breached")
    async def breached() -> Row:
        return {"items": [], "next_cursor": None}

    @app.get("/api/v1/sla/clocks/{key}")
    async def clocks(key: str) -> Row:
        return {"items": [weekend(world.now, resumed=world.orders[key].get("answered", False))], "next_cursor": None}

    @app.get("/api/v1/sla/{what}")
    async def listed(what: str) -> Row:
        return {"items": kept[what], "next_cursor": None}

    @app.post("/api/v1/sla/calendars/{key}/import")
    async def imported(key: str, request: Request) -> Row:
        body = await request.json()
        events = ics.read(body["text"], first=date.fromisoformat(body["first"]), last=date.fromisoformat(body["last"]))
        calendar = next(one for one in kept["calendars"] if one["id"] == key)
        known = {day["day"] for day in calendar["days"]}
        added = [
            {
                "day": day.isoformat(),
                "works_as": 0 if event.reading is ics.Reading.MAKE_UP else None,
                "name": event.summary,
            }
            for event in events
            for day in event.days
            if day.isoformat() not in known
        ]
        if not body["dry_run"]:
            calendar["days"] += added
        lines = [
            {"summary": one.summary, "reading": one.reading, "refused": one.refused, "days": list(one.days)}
            for one in events
        ]
        return {"dry_run": body["dry_run"], "events": lines, "added": added, "changed": [], "same": 0}


def works_as(event: ics.Event) -> int | None:
    """Return the weekday that a make-up day works as."""
    return 0 if event.reading is ics.Reading.MAKE_UP else None


def a_risk(world: World, place: int, order: Row) -> Row:
    """Return a promise that will be missed, with what its forecast is made of."""
    return {
        "id": f"0192aa00-0000-7000-8000-0000000061{place:02}", "clock": ("on_site", "restore")[place % 2],
        "due_at": iso(world.now + timedelta(minutes=20 + 7 * place)), "breached_at": None,
        "forecast_at": iso(world.now + timedelta(minutes=45 + 9 * place)),
        "forecast": [
            {"piece": "travel", "minutes": 25, "cases": 0}, {"piece": "work", "minutes": 20 + place, "cases": 148},
        ],
        "work_order_id": order["id"], "number": order["number"], "summary": order["summary"],
        "priority": order["priority"], "customer_name": order["customer_name"],
    }  # fmt: skip
