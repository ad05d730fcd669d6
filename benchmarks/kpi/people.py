"""The figures that need to know when people worked."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from benchmarks.kpi.books import DAY, Books, Line, instant, seconds
from benchmarks.kpi.measures import rate, share


def working(books: Books) -> dict[str, list[tuple[datetime, datetime]]]:
    """Return the working time of each technician inside the period: patterns, breaks, absences; minute by cut."""
    patterns: dict[str, list[Line]] = defaultdict(list)
    for row in books.read("shift_patterns"):
        patterns[row["technician_id"]].append(row)
    away: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    for row in books.read("absences"):
        away[row["technician_id"]].append((instant(row["starts_at"]), instant(row["ends_at"])))
    own: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for row in books.read("shifts"):
        own[row["technician_id"], row["day"]].append(row)
    assert not own, "this recomputation knows weekly patterns only"
    until = min(books.end, books.as_of)
    found: dict[str, list[tuple[datetime, datetime]]] = {}
    for person in (row["id"] for row in books.read("technicians") if row["active"] == "True"):
        spans = []
        for number in range(-1, (books.last - books.first).days + 1):
            day = books.first + number * DAY
            spans += [span for row in patterns[person] if int(row["weekday"]) == day.weekday()
                      for span in _shift(books, row, day)]  # fmt: skip
        cuts = [
            *away[person],
            (datetime.min.replace(tzinfo=UTC), books.start),
            (until, datetime.max.replace(tzinfo=UTC)),
        ]
        for cut in cuts:
            spans = [piece for span in spans for piece in _less(span, cut)]
        found[person] = spans
    return found


def _shift(books: Books, row: Line, day: date) -> list[tuple[datetime, datetime]]:
    def at(wall: str, *, over: bool) -> datetime:
        return datetime.combine(day + (DAY if over else timedelta()), time.fromisoformat(wall), books.zone).astimezone(
            UTC
        )

    spans = [(at(row["starts"], over=False), at(row["ends"], over=row["ends"] <= row["starts"]))]
    for opens, closes in json.loads(row["breaks"].replace("'", '"')):
        cut = at(opens, over=opens < row["starts"]), at(closes, over=closes <= row["starts"])
        spans = [piece for span in spans for piece in _less(span, cut)]
    return spans


def _less(span: tuple[datetime, datetime], cut: tuple[datetime, datetime]) -> list[tuple[datetime, datetime]]:
    pieces = [(span[0], min(span[1], cut[0])), (max(span[0], cut[1]), span[1])]
    return [piece for piece in pieces if piece[0] < piece[1]]


def used_time(*actions: str) -> Callable[[Books], dict[str, Any]]:
    """Return how to find the share of working time that some actions took."""

    def made(books: Books) -> dict[str, Any]:
        lines, reasons = [], Counter[str]()
        until = min(books.end, books.as_of)
        for order in books.orders.values():
            for one in order.trips:
                for name, at, after in one.spans:
                    length = min(after or books.as_of, until) - max(at, books.start)
                    # A visit without any event in the period is not looked at.
                    touched = any(books.inside(begin) for o in order.trips for _, begin, _ in o.spans)
                    if name in actions and length > timedelta() and touched:
                        lines += [(seconds(length), Decimal(0))] * len(books.crew[one.id])
                        reasons[name] += len(books.crew[one.id])
        n = len(lines)
        lines += [(Decimal(0), seconds(end - begin)) for spans in working(books).values() for begin, end in spans]
        return {**share(lines, n), "reasons": dict(reasons)}

    return made


def accuracy(books: Books) -> dict[str, Any]:
    """Return how often who went was able, on shift and equipped."""
    vans = {row["id"]: row["van_location_id"] for row in books.read("technicians")}
    skills: dict[str, list[Line]] = defaultdict(list)
    for row in books.read("skills"):
        skills[row["technician_id"]].append(row)
    used: dict[str, list[Line]] = defaultdict(list)
    for row in books.read("parts_used"):
        used[row["visit_id"]].append(row)
    on_shift = working(books)
    lines: list[tuple[bool, bool, str | None]] = []
    for order in books.orders.values():
        for one in order.trips:
            leads = [row["technician_id"] for row in books.crew[one.id] if row["lead"] == "True"]
            if "arrive" not in one.first or not books.inside(one.ended) or not leads:
                continue
            day = one.first["arrive"].astimezone(books.zone).date().isoformat()
            able = any(
                row["skill"] == order.row["skill"] and int(row["level"]) >= int(order.row["skill_level"])
                and (not row["expires_on"] or row["expires_on"] >= day) for row in skills[leads[0]]
            )  # fmt: skip
            there = any(begin <= books.planned[one.id] < end for begin, end in on_shift[leads[0]])
            has = not (one.ending == "incomplete" and one.reason == "parts") and all(
                row["from_location_id"] == vans[leads[0]] for row in used[one.id]
            )
            why = "skill" if not able else "shift" if not there else "parts" if not has else None
            lines.append((True, able and there and has, why))
    return rate(lines)
