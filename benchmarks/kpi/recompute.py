"""Every figure again, from exported files, in plain Python: shares no line with the SQL that it checks.

Rounded as the API rounds: durations to milliseconds, the others to millionths.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from benchmarks.kpi.books import DAY, MONTH, REPAIRS, WEEK, Books, Figures, Line, Order, instant, seconds, to
from benchmarks.kpi.measures import duration, rate, share
from benchmarks.kpi.people import accuracy, used_time

Figure = Callable[[Books], dict[str, Any]]


def _clock(kind: str, met: Callable[[Order], datetime | None]) -> Figure:
    def made(books: Books) -> dict[str, Any]:
        lines = []
        for row in books.read("clocks"):
            due = instant(row["due_at"])
            if row["clock"] != kind or not books.inside(due):
                continue
            at = met(books.orders[row["subject_id"]])
            paused, stopped = bool(row["paused_at"]), bool(row["stopped_at"])
            counts = not stopped and (at is not None or (due <= books.as_of and not paused))
            if stopped:
                why: str | None = "cancelled"
            elif at is not None:
                why = "late" if at > due else None
            else:
                why = "paused" if paused else "running" if due > books.as_of else "overdue"
            lines.append((counts, at is not None and at <= due, why))
        return rate(lines)

    return made


def _first(action: str) -> Callable[[Order], datetime | None]:
    return lambda order: min((one.first[action] for one in order.trips if action in one.first), default=None)


def _sent(order: Order) -> datetime | None:
    return min((one.system_sent for one in order.trips if one.system_sent), default=None)


def _until(when: Callable[[Order], datetime | None], missing: str) -> Figure:
    def made(books: Books) -> dict[str, Any]:
        lines: list[tuple[Decimal | None, str | None]] = []
        for order in books.orders.values():
            if books.inside(order.opened):
                at = when(order)
                why = "cancelled" if order.cancelled else missing
                lines.append((None, why) if at is None else (seconds(at - order.opened), None))
        return duration(lines)

    return made


def _travel(books: Books) -> dict[str, Any]:
    ended = [one for order in books.orders.values() for one in order.trips if books.inside(one.ended)]
    out = [one for one in ended if "travel" in one.first]
    lines = []
    for one in out:
        there = seconds(one.ended - one.first["arrive"]) if "arrive" in one.first and one.ended else Decimal(0)
        lines.append((one.spent("travel"), one.spent("travel") + there))
    excluded = {"no_trip": len(ended) - len(out)} if len(ended) > len(out) else {}
    return {**share(lines, len(out)), "excluded": excluded}


def _work(order: Order) -> Decimal:
    return sum((one.spent("start", "resume") for one in order.trips), Decimal(0))


def _repair(books: Books) -> dict[str, Any]:
    return duration((_work(order), None) for order in books.completed(*REPAIRS))


def _restoration(books: Books) -> dict[str, Any]:
    return duration(
        (None, "no_fault_found")
        if order.result == "no_fault_found" or order.done is None
        else (seconds(order.done - books.failed_at(order)), None)
        for order in books.completed("corrective")
    )


def _fixed(books: Books) -> dict[str, Any]:
    of_asset: dict[str, list[Order]] = defaultdict(list)
    for order in books.orders.values():
        if order.row["asset_id"] and order.row["work_type"] in REPAIRS and not order.cancelled:
            of_asset[order.row["asset_id"]].append(order)
    lines = []
    for order in books.completed(*REPAIRS):
        assert order.done is not None
        again = any(
            other is not order
            and order.done < other.opened <= order.done + MONTH
            and (not other.mode or not order.mode or other.mode == order.mode)
            for other in of_asset[order.row["asset_id"]]
        )
        trips = len(order.out())
        counts = order.done + MONTH <= books.as_of
        why = "more_trips" if trips != 1 else "work_rejected" if order.rejections else "failed_again" if again else None
        lines.append((counts, trips == 1 and not order.rejections and not again, why if counts else "window_open"))
    return rate(lines)


def _repeat(books: Books) -> dict[str, Any]:
    lines: list[tuple[bool, bool, str | None]] = []
    for order in books.completed():
        out = order.out()
        failed = sorted((one.ended, one.number, one.reason or one.ending) for one in out
                        if one.ended and one.ending != "complete")  # fmt: skip
        why = None if len(out) == 1 else "no_trip" if not out else failed[0][2] if failed else "work_rejected"
        lines.append((bool(out), len(out) > 1, why))
    return rate(lines)


def _rejected(books: Books) -> dict[str, Any]:
    lines: list[tuple[bool, bool, str | None]] = []
    for order in books.orders.values():
        for one in order.trips:
            if books.inside(one.first.get("dispatch")):
                no = one.ending in {"reject", "expire"}
                yes = "accept" in one.first
                why = one.reason or one.ending if no else None if yes else one.ending or "unanswered"
                lines.append((no or yes, no, why))
    return rate(lines)


def _no_access(books: Books) -> dict[str, Any]:
    return rate(
        (True, one.ending == "no_access", (one.reason or "no_access") if one.ending == "no_access" else None)
        for order in books.orders.values()
        for one in order.trips
        if "arrive" in one.first and books.inside(one.ended)
    )


def _plans(books: Books) -> dict[str, Any]:
    lines: list[tuple[bool, bool, str | None]] = []
    for order in books.orders.values():
        due = instant(order.row["due_at"]) if order.row["due_at"] else None
        if order.row["source"] != "plan" or due is None or not books.inside(due):
            continue
        hit = order.done is not None and order.done <= due
        why = "late" if order.done else "running" if due > books.as_of else "overdue"
        counts = not order.cancelled and (order.done is not None or due <= books.as_of)
        lines.append((counts, hit, "cancelled" if order.cancelled else None if hit else why))
    return rate(lines)


def _part_lines(books: Books) -> list[tuple[Decimal, Decimal]]:
    """Return (filled from the van on the first trip, needed) of each part of each order that was done."""
    used: dict[str, list[Line]] = defaultdict(list)
    for row in books.read("parts_used"):
        if row["from_location_id"]:
            used[row["visit_id"]].append(row)
    found = []
    for order in books.completed():
        out = order.out()
        needed, filled = Counter[str](), Counter[str]()
        for one in order.trips:
            for row in used[one.id]:
                needed[row["part_id"]] += Decimal(row["quantity"])  # type: ignore[assignment]
                if row["from_kind"] == "van" and out and one is out[0]:
                    filled[row["part_id"]] += Decimal(row["quantity"])  # type: ignore[assignment]
        found += [(Decimal(filled[part]), Decimal(needed[part])) for part in needed]
    return found


def _fill_lines(books: Books) -> dict[str, Any]:
    return rate((True, have >= need, None if have >= need else "not_in_the_van") for have, need in _part_lines(books))


def _fill_units(books: Books) -> dict[str, Any]:
    lines = _part_lines(books)
    reasons = {"not_in_the_van": sum(have < need for have, need in lines)}
    return {**share(lines, len(lines)), "reasons": {why: n for why, n in reasons.items() if n}}


def _answered(books: Books) -> dict[str, Any]:
    lines: list[tuple[Decimal | None, str | None]] = []
    for key, ticket in books.tickets.items():
        told = books.said[key]
        opened = [instant(row["occurred_at"]) for row in told if row["action"] == "opened"]
        if ticket["channel"] == "device" or not opened or not books.inside(opened[0]):
            continue
        by_people = [instant(row["occurred_at"]) for row in told
                     if row["actor_id"] and row["action"] not in {"opened", "customer_answered"}]  # fmt: skip
        accepted = [at for order in books.of_ticket[key] if (at := _first("accept")(order))]
        first = min([*by_people, *accepted], default=None)
        lines.append((None, "unanswered") if first is None else (seconds(first - opened[0]), None))
    return duration(lines)


def _remote(books: Books) -> dict[str, Any]:
    cured = {row["ticket_id"] for row in books.read("trials") if row["state"] == "succeeded"}
    watched = {row["id"] for row in books.read("assets") if row["device_id"]}
    lines: list[tuple[bool, bool, str | None]] = []
    for key, ticket in books.tickets.items():
        ends = [instant(row["occurred_at"]) for row in books.said[key] if row["action"] == "resolve"]
        if not ends or not books.inside(max(ends)) or not (ticket["case_id"] or ticket["asset_id"] in watched):
            continue
        at, remote = max(ends), key in cured
        arrivals = [there for order in books.of_ticket[key] for one in order.trips
                    for name, there, _ in one.spans if name == "arrive"]  # fmt: skip
        visited = any(there <= at + WEEK for there in arrivals)
        counts = at + WEEK <= books.as_of
        why = "window_open" if not counts else "by_people" if not remote else "visited_after" if visited else None
        lines.append((counts, remote and not visited, why))
    return rate(lines)


def _surveys(books: Books) -> list[Line]:
    return [row for row in books.read("surveys") if books.inside(instant(row["invited_at"]))]


def _satisfied(books: Books) -> dict[str, Any]:
    return rate(
        (bool(row["rating"]), row["rating"] in {"4", "5"},
         "unanswered" if not row["rating"] else f"rated_{row['rating']}" if int(row["rating"]) < 4 else None)
        for row in _surveys(books)
    )  # fmt: skip


def _promoters(books: Books) -> dict[str, Any]:
    given = [int(row["nps"]) for row in _surveys(books) if row["nps"]]
    n, asked = len(given), len(_surveys(books))
    kinds = Counter("promoter" if one >= 9 else "detractor" if one <= 6 else "passive" for one in given)
    excluded = {"unanswered": asked - n} if asked > n else {}
    if n == 0:
        return {"n": 0, "value": None, "excluded": excluded}
    mean = (kinds["promoter"] - kinds["detractor"]) / n
    spread = max(0.0, (kinds["promoter"] + kinds["detractor"]) / n - mean * mean)
    half = 1.959964 * math.sqrt(spread / n)
    return {
        "n": n,
        "value": to(100 * mean, 6),
        "low": to(100 * max(-1.0, mean - half), 6),
        "high": to(100 * min(1.0, mean + half), 6),
        "excluded": excluded,
        "reasons": dict(kinds),
    }


def _returned(books: Books) -> dict[str, Any]:
    lines: list[tuple[bool, bool, str | None]] = []
    for row in _surveys(books):
        over = bool(row["answered_at"]) or instant(row["expires_at"]) <= books.as_of
        lines.append(
            (over, bool(row["answered_at"]), "running" if not over else None if row["answered_at"] else "unanswered")
        )
    return rate(lines)


def _reliability(books: Books) -> Figures:
    until = min(books.end, books.as_of)
    failures: dict[str, list[Order]] = defaultdict(list)
    for order in books.orders.values():
        real = not order.cancelled and order.result != "no_fault_found"
        if order.row["work_type"] == "corrective" and order.row["asset_id"] and real:
            failures[order.row["asset_id"]].append(order)
    begun = [order for many in failures.values() for order in many
             if books.start <= books.failed_at(order) < until]  # fmt: skip
    mended = [order for order in begun if order.done]
    watched = down = Decimal(0)
    assets = 0
    for row in books.read("assets"):
        since = books.start
        if row["installed_on"]:
            since = max(since, books.midnight(date.fromisoformat(row["installed_on"])))
        if row["state"] == "decommissioned" or since >= until:
            continue
        assets += 1
        watched += seconds(until - since)
        spans = sorted((max(books.failed_at(one), since), min(one.done or until, until)) for one in failures[row["id"]])
        reached = since
        for begin, end in spans:
            if max(begin, reached) < end:
                down += seconds(end - max(begin, reached))
                reached = end
    up = watched - down
    between = up / len(begun) if begun else None
    repair = sum((_work(one) for one in mended), Decimal(0)) / len(mended) if mended else None
    inherent = to(between / (between + repair), 6) if between is not None and repair is not None else None
    shown = between if between is not None else up if assets else None
    return {
        "mtbf": {"n": len(begun), "value": None if shown is None else to(shown, 3), "numerator": to(up, 3)},
        "availability_inherent": {"n": len(begun), "value": inherent},
        "availability_operational": {"n": assets, "value": to(up / watched, 6) if watched else None},
    }


def _stock(books: Books) -> Figures:
    moves = books.read("stock_moves")
    undone = {row["reverses_id"] for row in moves if row["reverses_id"]}
    issued = [row for row in moves if row["kind"] == "issue" and not row["reverses_id"] and row["id"] not in undone
              and books.inside(instant(row["moved_at"]))]  # fmt: skip
    now = sum((Decimal(row["on_hand"]) for row in books.read("stock")), Decimal(0))
    opening = closing = now
    touched: dict[tuple[str, str], datetime] = {}
    for row in moves:
        at, quantity = instant(row["moved_at"]), Decimal(row["quantity"])
        gained = (row["from_virtual"] == "True") - (row["to_virtual"] == "True")
        opening -= gained * quantity if at >= books.start else 0
        closing -= gained * quantity if at >= books.end else 0
        for place in (row["from_location_id"], row["to_location_id"]):
            key = row["part_id"], place
            touched[key] = max(at, touched.get(key, at))
    units = sum((Decimal(row["quantity"]) for row in issued), Decimal(0))
    mean = (opening + closing) / 2
    days = Decimal((books.end - books.start) / DAY)
    seen = min(books.as_of, books.end)
    lying = {(row["part_id"], row["location_id"]) for row in books.read("stock") if Decimal(row["on_hand"]) > 0}
    long_ago = seen - timedelta(hours=4320)
    dead = rate((True, key not in touched or touched[key] <= long_ago, None) for key in lying)
    turns = {"n": len(issued), "value": to(units / mean * 365 / days, 6), "denominator": to(mean, 3)}
    return {
        "inventory_turns": turns,
        "dead_stock": {name: dead[name] for name in ("n", "hits", "value", "low", "high")},
    }


FIGURES: dict[str, Figure] = {
    "sla_response": _clock("response", _first("accept")),
    "sla_on_site": _clock("on_site", _first("arrive")),
    "sla_restore": _clock("restore", lambda order: order.done),
    "first_response": _answered,
    "auto_assignment": _until(_sent, "not_sent_by_system"),
    "time_to_accept": _until(_first("accept"), "not_accepted"),
    "time_to_site": _until(_first("arrive"), "not_on_site"),
    "travel_ratio": _travel,
    "repair_time": _repair,
    "restoration_time": _restoration,
    "first_time_fix": _fixed,
    "repeat_rate": _repeat,
    "reject_rate": _rejected,
    "no_access_rate": _no_access,
    "plan_compliance": _plans,
    "parts_fill_line": _fill_lines,
    "parts_fill_unit": _fill_units,
    "dispatch_accuracy": accuracy,
    "remote_resolution": _remote,
    "customer_satisfaction": _satisfied,
    "promoters": _promoters,
    "survey_response": _returned,
    "utilisation": used_time("travel", "start", "resume"),
    "wrench_time": used_time("start", "resume"),
}


def recompute(books: Books) -> Figures:
    """Return all figures of the period."""
    return {name: made(books) for name, made in FIGURES.items()} | _reliability(books) | _stock(books)
