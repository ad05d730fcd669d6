"""The files of `fieldhand export`, read into orders and trips: each walks over its events one by one."""

import csv
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

Line = dict[str, str]
Figures = dict[str, dict[str, Any]]
REPAIRS = {"corrective", "predictive"}
MONTH, WEEK = timedelta(days=30), timedelta(days=7)
DAY = timedelta(days=1)
ENDS = {"complete", "incomplete", "no_access", "reject", "expire", "cancel"}


def instant(word: str) -> datetime:
    """Read an instant of an export."""
    return datetime.fromisoformat(word)


def seconds(length: timedelta) -> Decimal:
    """Return a length exactly."""
    return Decimal(length.days * 86_400 + length.seconds) + Decimal(length.microseconds) / 1_000_000


def to(value: Decimal | float, digits: int) -> float:
    """Round, halves to the even digit."""
    return float(Decimal(value).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_EVEN))


@dataclass
class Trip:
    """One visit, told from its events in the order in which they happened."""

    id: str
    number: int
    first: dict[str, datetime] = field(default_factory=dict)
    spans: list[tuple[str, datetime, datetime | None]] = field(default_factory=list)
    system_sent: datetime | None = None
    ended: datetime | None = None
    ending: str | None = None
    reason: str | None = None
    finding: Line | None = None

    def spent(self, *actions: str) -> Decimal:
        """Return the time that lies behind some actions, up to what came next."""
        return sum((seconds(end - at) for name, at, end in self.spans if name in actions and end), Decimal(0))


@dataclass
class Order:
    """One order and all that is known of it."""

    row: Line
    trips: list[Trip]
    opened: datetime
    cancelled: bool
    rejections: int
    done: datetime | None = None
    finding: Line | None = None

    @property
    def mode(self) -> str:
        """Return the failure mode that was found; empty: unknown."""
        return self.finding["mode"] if self.finding else ""

    @property
    def result(self) -> str:
        """Return what was found; empty: nothing."""
        return self.finding["result"] if self.finding else ""

    def out(self) -> list[Trip]:
        """Return the trips that somebody set out for, as they set out."""
        return sorted((one for one in self.trips if "travel" in one.first), key=lambda one: one.first["travel"])


class Books:
    """All files of an export."""

    def __init__(self, folder: Path, *, first: date, last: date, zone: str, as_of: datetime) -> None:
        """Read them, and say which period is asked for."""
        self.folder, self.zone, self.as_of = folder, ZoneInfo(zone), as_of
        self.first, self.last = first, last
        self.start, self.end = self.midnight(first), self.midnight(last + DAY)
        self.visits_of: dict[str, list[str]] = defaultdict(list)
        self.crew: dict[str, list[Line]] = defaultdict(list)
        self.planned: dict[str, datetime] = {}
        self.orders = self._orders()
        self.tickets = {row["id"]: row for row in self.read("tickets")}
        self.said: dict[str, list[Line]] = defaultdict(list)
        for row in self.read("ticket_events"):
            self.said[row["ticket_id"]].append(row)
        self.of_ticket: dict[str, list[Order]] = defaultdict(list)
        for order in self.orders.values():
            self.of_ticket[order.row["ticket_id"]].append(order)
        self.case_at: dict[str, datetime] = {}
        for row in self.read("cases"):
            at = instant(row["happened_at"])
            self.case_at[row["work_order_id"]] = min(at, self.case_at.get(row["work_order_id"], at))

    def midnight(self, day: date) -> datetime:
        """Return when a local day begins."""
        return datetime.combine(day, time(), tzinfo=self.zone).astimezone(UTC)

    def read(self, kind: str) -> list[Line]:
        """Return the rows of a file."""
        with (self.folder / f"{kind}.csv").open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def inside(self, at: datetime | None) -> bool:
        """Tell whether an instant lies in the period."""
        return at is not None and self.start <= at < self.end

    def _orders(self) -> dict[str, Order]:
        owner = {}
        trips: dict[str, Trip] = {}
        for row in self.read("visits"):
            owner[row["id"]] = row["work_order_id"]
            trips[row["id"]] = Trip(row["id"], int(row["visit_no"]))
            self.planned[row["id"]] = instant(row["planned_start"])
            self.visits_of[row["work_order_id"]].append(row["id"])
        for row in self.read("crews"):
            if not row["released_at"]:
                self.crew[row["visit_id"]].append(row)
        events: dict[str, list[Line]] = defaultdict(list)
        for row in self.read("visit_events"):
            events[row["visit_id"]].append(row)
        for visit, told in events.items():
            _tell(trips[visit], sorted(told, key=lambda row: (instant(row["occurred_at"]), int(row["seq"]))))
        steps: dict[str, list[Line]] = defaultdict(list)
        for row in self.read("order_events"):
            steps[row["work_order_id"]].append(row)
        found = {}
        for row in self.read("orders"):
            mine = [trips[key] for key in self.visits_of[row["id"]]]
            found[row["id"]] = _order(row, mine, sorted(steps[row["id"]], key=lambda one: int(one["seq"])))
        return found

    def failed_at(self, order: Order) -> datetime:
        """Return when the asset failed, as far as anybody told."""
        told = [order.opened]
        told += [instant(row["occurred_at"]) for row in self.said[order.row["ticket_id"]] if row["action"] == "opened"]
        if order.row["id"] in self.case_at:
            told.append(self.case_at[order.row["id"]])
        return min(told)

    def completed(self, *types: str) -> list[Order]:
        """Return the orders that were done in the period."""
        return [one for one in self.orders.values()
                if self.inside(one.done) and (not types or one.row["work_type"] in types)]  # fmt: skip


def _tell(trip: Trip, told: list[Line]) -> None:
    for place, row in enumerate(told):
        at, action = instant(row["occurred_at"]), row["action"]
        after = instant(told[place + 1]["occurred_at"]) if place + 1 < len(told) else None
        trip.first.setdefault(action, at)
        trip.spans.append((action, at, after))
        if action == "dispatch" and row["role"] == "system" and trip.system_sent is None:
            trip.system_sent = at
        if action in ENDS:
            trip.ended, trip.ending, trip.reason = at, action, row["reason"] or None
        if action == "complete" and row["result"]:
            trip.finding = row


def _order(row: Line, trips: list[Trip], steps: list[Line]) -> Order:
    actions = [one["action"] for one in steps]
    opened = next(instant(one["occurred_at"]) for one in steps if one["action"] == "open")
    order = Order(row, trips, opened, "cancel" in actions, actions.count("reject"))
    verdict = [action for action in actions if action in {"complete", "reject"}]
    ends = sorted((one.ended, one.finding) for one in trips if one.ending == "complete" and one.ended)
    if verdict and verdict[-1] == "complete" and ends:
        order.done = ends[-1][0]
    found = [(one.ended, one.finding) for one in trips if one.finding and one.ended]
    order.finding = max(found, key=lambda pair: pair[0])[1] if found else None
    return order
