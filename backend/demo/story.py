"""The main job step by step; each step is checked through HTTP or MQTT and told with its figures."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from backend.demo.clients import Caller, StepFailed, wait_for
from backend.demo.telling import Say, day, moment


@dataclass(frozen=True)
class Fault:
    """A fault that the demo expects to be found, and the work that follows from it."""

    device: str
    group: str
    skill: str
    part: str
    reading: dict[str, float]
    """Values for the checklist's numbers."""


PUMP = Fault("demo-pump-01", "bearing", "rotating", "BRG-6205", {"vibration": 1.8, "bearing_temp": 46})
RECORDED = Fault("demo-replay-01", "temperature", "controls", "TS-PT100", {"reference": 71})


@dataclass
class World:
    """Who is logged in, and where."""

    base: str
    logins: dict[str, str]
    say: Say
    office: Caller = field(init=False)
    supervisor: Caller = field(init=False)

    def __post_init__(self) -> None:
        """Log the office in."""
        self.office = Caller(self.base, "dispatcher", self.logins["dispatcher"])
        self.supervisor = Caller(self.base, "supervisor", self.logins["supervisor"])

    def phone(self, username: str) -> Caller:
        """Log a technician's phone in."""
        return Caller(self.base, username, self.logins[username], prefix="/mobile/v1", device_id=f"phone-of-{username}")


def check(holds: object, what: str) -> None:
    """Stop the demo when something promised does not hold.

    Raises:
        StepFailed: it does not.
    """
    if not holds:
        raise StepFailed(what)


def find_case(world: World, fault: Fault) -> dict[str, Any]:
    """Wait for the case of a fault and look at its evidence."""

    def probe() -> dict[str, Any] | None:
        cases = [
            case
            for case in world.office.get("/cases", limit=200)["items"]
            if case["device_name"] == fault.device and case["state"] == "open"
        ]
        return cases[-1] if cases else None

    case: dict[str, Any] = world.office.get(f"/cases/{wait_for(f'case of {fault.device}', probe, seconds=90)['id']}")
    check(case["failure_group"] == fault.group, f"{fault.device}: group {case['failure_group']}, not {fault.group}")
    check(case["evidence"], "the case has no evidence")
    first = max(case["evidence"], key=beyond_band)
    window = case["failure_window"]
    until = f", failure likely from {day(window['p10'])} to {day(window['p90'])}" if window else ""
    world.say(
        "case",
        f"one case for {fault.device}: {fault.group}, severity {case['severity']}{until}",
        f"{first['metric']} {first['observed']:.2f} where {first['expected']:.2f} was expected "
        f"({first['low']:.2f} to {first['high']:.2f}); "
        f"{len(case['evidence'])} lines of evidence",
    )
    return case


def beyond_band(line: dict[str, Any]) -> float:
    """Return how far a line of evidence lies outside its band, in widths of the band."""
    outside = max(line["observed"] - line["high"], line["low"] - line["observed"])
    return float(outside / max(line["high"] - line["low"], 1e-9))


def find_order(world: World, fault: Fault, case: dict[str, Any]) -> dict[str, Any]:
    """Wait for the ticket and the work order of a case and look at what they say."""

    def probe() -> dict[str, Any] | None:
        for item in world.office.get("/work-orders", limit=200)["items"]:
            order: dict[str, Any] = world.office.get(f"/work-orders/{item['id']}")
            if order["case_id"] == case["id"]:
                return order
        return None

    order = wait_for("work order of the case", probe, seconds=30)
    ticket = world.office.get(f"/tickets/{order['ticket_id']}")
    check(ticket["case_id"] == case["id"], "the ticket does not know its case")
    check(order["skill"] == fault.skill, f"skill {order['skill']}, not {fault.skill}")
    expected = [line["part_number"] for line in order["expected_parts"]]
    check(expected == [fault.part], f"expected parts {expected}, not {fault.part}")
    clocks = {clock["clock"] for clock in order["sla"]}
    check(clocks == {"response", "on_site", "restore"}, f"SLA clocks {sorted(clocks)}")
    check(order["due_at"], "the order has no due date")
    world.say(
        "order",
        f"ticket {ticket['number']}, order {order['number']}: {' / '.join(order['asset_path'])}",
        f"P{order['priority']}, {order['skill']} level {order['skill_level']}, part {fault.part}, "
        f"due {moment(order['due_at'])} ({order['due_basis'].replace('_', ' ')})",
    )
    return order


def find_plan(world: World, order: dict[str, Any]) -> dict[str, Any]:
    """Wait until the order is planned and look at the reasons and refusals."""

    def probe() -> dict[str, Any] | None:
        found: dict[str, Any] = world.office.get(f"/work-orders/{order['id']}")
        return found if found["visits"] else None

    planned = wait_for("visit of the order", probe, seconds=45)
    plan: dict[str, Any] = world.office.get(f"/work-orders/{order['id']}/plan")
    check(plan["technician"], "the order could not be placed")
    check(plan["reasons"], "the plan gives no reasons")
    held = [line for line in planned["reservations"] if line["state"] == "held"]
    check(held, "no part is reserved")
    stop = plan["pickup"]
    where = f"picked up at {stop['location_name']}" if stop else f"held in {held[0]['location_name']}"
    world.say(
        "plan",
        f"{plan['technician']['name']} at {moment(plan['start'])}, {plan['travel_minutes']} min to drive; "
        f"{held[0]['part_number']} {where}; by {plan['engine']}",
        *(f"because {reason['text_en']}" for reason in plan["reasons"]),
        *(f"not {other['technician_name']}: {other['text_en']}" for other in plan["refused"]),
    )
    return {**plan, "visit_id": planned["visits"][-1]["id"]}


def work_visit(world: World, fault: Fault, phone: Caller, plan: dict[str, Any], case: dict[str, Any]) -> dict[str, Any]:
    """Do the visit as the phone does: pull the day, work without a network, send one batch, send it again."""
    day = phone.get("/day")
    visit: dict[str, Any] = next(item for item in day["visits"] if item["id"] == plan["visit_id"])
    operations = visit_operations(world, fault, visit, case)
    batch = {"device_id": phone.device_id, "app_version": "demo", "operations": operations}
    results = phone.post("/sync/operations", batch)["results"]
    wrong = [(op["kind"], r) for op, r in zip(operations, results, strict=True) if r["status"] != "applied"]
    check(not wrong, f"operations not applied: {wrong}")
    again = phone.post("/sync/operations", {**batch, "operations": operations[::-1]})["results"]
    check({r["status"] for r in again} == {"duplicate"}, "a batch that came twice did something")
    world.say("phone", f"{len(operations)} operations applied; sent once more, in reverse order: all duplicates")
    return visit


def visit_operations(world: World, fault: Fault, visit: dict[str, Any], case: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what a technician does on a visit, in order, between the dispatch and now."""
    asset, site = visit["asset"], visit["site"]
    held = next(line for line in visit["reservations"] if line["state"] == "held")
    inside = next(part for part in asset["components"] if part["part_id"] == held["part_id"])
    spot = {"lon": site["lon"], "lat": site["lat"], "accuracy_m": 12}
    steps: list[tuple[str, dict[str, Any]]] = [
        ("visit.accept", {}),
        ("visit.travel", {}),
        ("visit.arrive", {"position": spot}),
        ("visit.start", {}),
        *(
            ("checklist.answer", {"item": item["key"], "value": _answer(item, fault), "unit": item.get("unit")})
            for item in visit["checklist"]["items"]
            if item["mandatory"]
        ),
        (
            "asset.swap_serial",
            {
                "asset_id": asset["id"],
                "part_id": held["part_id"],
                "old_serial": inside["serial"],
                "new_serial": serial_at(world, held),
            },
        ),
        ("note.add", {"text": "已更换，试运行正常 / replaced, test run good"}),
        ("device.command", {"device_id": case["device_id"], "command": "reset_after_repair"}),
        (
            "visit.complete",
            {
                "finding": {
                    "result": "confirmed",
                    "failure_mode": fault.group,
                    "cause": "wear",
                    "activity": "replace",
                },
                "signature_name": "王工",
            },
        ),
    ]
    begun, now = datetime.fromisoformat(visit["dispatched_at"]), datetime.now(UTC)
    pace = (now - begun) / (len(steps) + 1)
    return [
        {
            "client_op_id": str(uuid4()),
            "kind": kind,
            "subject": visit["id"],
            "payload": {key: value for key, value in payload.items() if value is not None},
            "occurred_at": (begun + pace * (place + 1)).isoformat(),
            "seq": place + 1,
            "tz": "Asia/Shanghai",
        }
        for place, (kind, payload) in enumerate(steps)
    ]


def _answer(item: dict[str, Any], fault: Fault) -> Any:
    return fault.reading[item["key"]] if item["type"] == "number" else True


def serial_at(world: World, held: dict[str, Any]) -> str:
    """Return the serial on the shelf, as the technician would scan it."""
    pieces = world.office.get("/stock/serials", part_id=held["part_id"], location_id=held["location_id"])["items"]
    check(pieces, "no serial lies where the part is reserved")
    return str(pieces[0]["serial"])


def check_ledger(world: World, visit: dict[str, Any], order: dict[str, Any]) -> None:
    """See that the part left the ledger once, the old one came back, and nothing is held any more."""
    moves = world.office.get("/stock/moves", ref_id=visit["id"], limit=100)["items"]
    issued = [move for move in moves if move["to_kind"] == "installed"]
    back = [move for move in moves if move["condition"] == "defective"]
    check(len(issued) == 1, f"{len(issued)} moves into the asset, not 1")
    check(len(back) == 1, f"{len(back)} defective parts came back, not 1")
    now = world.office.get(f"/work-orders/{order['id']}")
    states = {line["state"] for line in now["reservations"]}
    check("held" not in states, "a reservation is still held")
    used = now["visits"][-1]["parts_used"][0]
    check(used["part_number"] == issued[0]["part_number"], f"the visit shows {used['part_number']} as used")
    world.say(
        "ledger",
        f"{issued[0]['part_number']} {issued[0]['serial']} from {issued[0]['from_name']} into the asset, "
        f"{back[0]['serial']} back as defective",
    )


def see_it_closed(world: World, order: dict[str, Any], case: dict[str, Any]) -> dict[str, Any]:
    """Wait until telemetry has verified the repair, the order is closed and the ticket resolved."""

    def probe() -> dict[str, Any] | None:
        found: dict[str, Any] = world.office.get(f"/work-orders/{order['id']}")
        return found if found["state"] == "closed" else None

    try:
        closed = wait_for("the order to be verified by telemetry and closed", probe, seconds=75, pause=0.5)
    except StepFailed as failure:
        raise StepFailed(f"{failure}\n{how_far(world.office, order, case)}") from None
    ticket: dict[str, Any] = wait_for(
        "the ticket to be resolved",
        lambda: _in_state(world.office.get(f"/tickets/{order['ticket_id']}"), "resolved"),
        seconds=15,
    )
    labelled = wait_for(
        "the case to be labelled",
        lambda: _in_state(world.office.get(f"/cases/{case['id']}"), "closed"),
        seconds=15,
    )
    check(labelled["finding"] == "confirmed", f"the case is labelled {labelled['finding']}")
    by = [line for line in closed["timeline"] if line["source"] == "telemetry"]
    check(by, "no step of the order was made by telemetry")
    clocks = {clock["clock"]: clock["met_at"] is not None for clock in closed["sla"]}
    check(all(clocks.values()), f"SLA clocks not met: {clocks}")
    world.say(
        "closed",
        f"telemetry is back to normal: {closed['number']} verified and closed, {ticket['number']} resolved,",
        "the case labelled as confirmed, all SLA clocks met",
    )
    return ticket


def how_far(office: Caller, order: dict[str, Any], case: dict[str, Any]) -> str:
    """Tell what the proof of a repair is waiting for, or what it has said."""
    standing, now = office.get(f"/work-orders/{order['id']}"), office.get(f"/cases/{case['id']}")
    sent = office.get(f"/devices/{case['device_id']}/commands")["items"]
    return "\n".join(
        [
            f"the order is {standing['state']}, the case {now['state']}; the last proof said {now['recovery']}",
            *(f"command {one['command']}: {one['state']}, {one['finished_at']}" for one in sent),
            *(f"{line['at']} {line['source']}: {line['text']}" for line in standing["timeline"][-8:]),
        ]
    )


def _in_state(thing: dict[str, Any], state: str) -> dict[str, Any] | None:
    return thing if thing["state"] == state else None
