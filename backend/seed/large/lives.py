"""The life of one order: every step through the tables of states, up to an instant; what comes later is cut off."""

import random
from contextlib import suppress
from dataclasses import dataclass, field

from backend.seed.large import words
from backend.seed.large.arrivals import DAY, HOUR, SHANGHAI
from backend.tickets import lifecycle as asking
from backend.tickets.lifecycle import TicketAction, TicketState
from backend.work.lifecycle import (
    ORDER_TRANSITIONS,
    STAMPS,
    VISIT_ENDED,
    VISIT_TRANSITIONS,
    OrderAction,
    OrderState,
    VisitAction,
    VisitState,
    advance,
)

MINUTE = 60
LAG = {1: 0.4, 2: 3.0, 3: 14.0, 4: 40.0}
"""Median hours from opening to the planned start, by priority."""
MOST_VISITS = 4
_OA, _VA = OrderAction, VisitAction


@dataclass(slots=True)
class Step:
    """One step of an order, a visit or a ticket."""

    action: str
    former: str
    state: str
    at: float
    role: str
    actor: str
    source: str
    reason: str | None = None


@dataclass(slots=True)
class Trip:
    """One visit: when it was planned, who goes, what happened."""

    made_at: float
    start: float
    end: float
    travel: int
    crew: tuple[int, ...]
    """Places in the list of technicians; the lead first."""
    state: VisitState = VisitState.PLANNED
    steps: list[Step] = field(default_factory=list)
    stamps: dict[str, float] = field(default_factory=dict)
    ended_at: float | None = None


@dataclass(slots=True)
class Life:
    """What became of one order."""

    opened_at: float
    priority: int
    state: OrderState = OrderState.DRAFT
    steps: list[Step] = field(default_factory=list)
    trips: list[Trip] = field(default_factory=list)
    completed_at: float | None = None
    closed_at: float | None = None


class _LaterError(Exception):
    """The next step has not happened yet."""


@dataclass(slots=True)
class _Walk:
    """Walks an order through its life; nothing happens after `until`."""

    life: Life
    dice: random.Random
    until: float
    crews: list[tuple[int, ...]]
    at: float

    def wait(self, hours: float, spread: float = 0.6) -> None:
        """Let time pass: a lognormal with this median."""
        self.at += hours * HOUR * self.dice.lognormvariate(0.0, spread)
        if self.at > self.until:
            raise _LaterError

    def order(self, action: OrderAction, role: str, actor: str = "", reason: str | None = None) -> None:
        former = self.life.state
        self.life.state = advance(ORDER_TRANSITIONS, former, action)
        source = "rule" if role == "system" else "web"
        self.life.steps.append(Step(action, former, self.life.state, self.at, role, actor, source, reason))

    def visit(self, trip: Trip, action: VisitAction, role: str, actor: str = "", reason: str | None = None) -> None:
        former = trip.state
        trip.state = advance(VISIT_TRANSITIONS, former, action)
        source = {"technician": "mobile", "system": "rule"}.get(role, "web")
        trip.steps.append(Step(action, former, trip.state, self.at, role, actor, source, reason))
        if action in STAMPS:
            trip.stamps[STAMPS[action]] = self.at
        if trip.state in VISIT_ENDED:
            trip.ended_at = self.at

    def whole(self) -> None:
        """Go from the opening to the end."""
        office = self.dice.choice(words.OFFICE)
        self.order(_OA.OPEN, "system" if self.dice.random() < 0.3 else "dispatcher", office)
        if self._before_planning(office):
            return
        while not (self._one_visit(office) and self._accepted()):
            if len(self.life.trips) >= MOST_VISITS:
                self.wait(30)
                self._called_off(office)
                return

    def _before_planning(self, office: str) -> bool:
        """Approval, parts, second thoughts; tell whether it was called off."""
        if self.dice.random() < 0.05:
            self.wait(0.3)
            self.order(_OA.ASK_APPROVAL, "dispatcher", office, "cost")
            self.wait(5)
            if self.dice.random() < 0.12:
                return self._called_off(office)
            self.order(_OA.APPROVE, "supervisor", self.dice.choice(words.SUPERVISORS))
        if self.dice.random() < 0.07:
            self.wait(1)
            self.order(_OA.WAIT_PARTS, "system", reason="no_stock")
            self.wait(40)
            self.order(_OA.PARTS_ARRIVED, "system")
        if self.dice.random() < 0.05:
            self.wait(6)
            return self._called_off(office)
        return False

    def _called_off(self, office: str) -> bool:
        self.order(_OA.CANCEL, "dispatcher", office, self.dice.choice(words.CANCELS))
        self.life.closed_at = self.at
        return True

    def _one_visit(self, office: str) -> bool:
        """Plan a visit and make it; tell whether the work is done."""
        dice = self.dice
        by_hand = dice.random() < 0.35
        self.wait(LAG[self.life.priority] * 0.25, 0.9)
        start = _working(self.at + LAG[self.life.priority] * 0.75 * HOUR * dice.lognormvariate(0.0, 0.7))
        trip = Trip(self.at, start, start + dice.choice((3600, 5400, 7200, 10_800)), dice.randint(600, 3600), (0,))
        trip.crew = dice.choice(self.crews)
        self.life.trips.append(trip)
        self.order(_OA.SCHEDULE, "dispatcher" if by_hand else "system", office if by_hand else "")
        self._until(max(self.at + MINUTE, start - 14 * HOUR))
        self.visit(trip, _VA.DISPATCH, "system")
        self.wait(0.2)
        if dice.random() < 0.03:
            self.visit(trip, _VA.REJECT, "technician", "", dice.choice(words.REJECTS))
            self.order(_OA.RETURN, "system")
            return False
        self.visit(trip, _VA.ACCEPT, "technician")
        self._until(max(self.at + MINUTE, start - trip.travel + dice.gauss(600, 1200)))
        self.visit(trip, _VA.TRAVEL, "technician")
        self.order(_OA.BEGIN, "system")
        self._until(self.at + trip.travel * dice.uniform(0.7, 1.5))
        self.visit(trip, _VA.ARRIVE, "technician")
        return self._on_site(trip)

    def _on_site(self, trip: Trip) -> bool:
        dice = self.dice
        self._until(self.at + dice.uniform(2, 15) * MINUTE)
        ending = dice.choices((_VA.COMPLETE, _VA.INCOMPLETE, _VA.NO_ACCESS), (88, 9, 3))[0]
        if ending is not _VA.NO_ACCESS:
            self.visit(trip, _VA.START, "technician")
            if dice.random() < 0.1:
                self._until(self.at + dice.uniform(10, 40) * MINUTE)
                self.visit(trip, _VA.HOLD, "technician", "", dice.choice(words.HOLDS))
                self._until(self.at + dice.uniform(10, 90) * MINUTE)
                self.visit(trip, _VA.RESUME, "technician")
            self._until(self.at + (trip.end - trip.start) * dice.lognormvariate(-0.1, 0.35))
        if ending is _VA.COMPLETE:
            self.visit(trip, ending, "technician")
            self.order(_OA.COMPLETE, "system")
            self.life.completed_at = self.at
            return True
        self.visit(trip, ending, "technician", "", dice.choice(words.RETURNS[ending]))
        self.order(_OA.RETURN, "system")
        return False

    def _accepted(self) -> bool:
        """Check the work; tell whether it was found good."""
        self.wait(6)
        if self.dice.random() < 0.02:
            self.order(_OA.REJECT, "supervisor", words.SUPERVISORS[0], "fault came back")
            self.life.completed_at = None
            return False
        by_hand = self.dice.random() < 0.3
        role, actor = ("supervisor", words.SUPERVISORS[1]) if by_hand else ("system", "")
        self.order(_OA.VERIFY, role, actor)
        self.wait(12)
        self.order(_OA.CLOSE, role, actor)
        self.life.closed_at = self.at
        return True

    def _until(self, at: float) -> None:
        self.at = at
        if at > self.until:
            raise _LaterError


def live(dice: random.Random, *, at: float, priority: int, until: float, crews: list[tuple[int, ...]]) -> Life:
    """Return the life of an order that was opened at `at`, as far as it has come by `until`."""
    walk = _Walk(Life(at, priority), dice, until, crews, at)
    with suppress(_LaterError):
        walk.whole()
    return walk.life


def ticket_steps(life: Life, *, opened_at: float, until: float) -> tuple[TicketState, list[Step]]:
    """Return the state and the story of the ticket that an order was opened for."""
    state, steps = TicketState.NEW, [Step("opened", TicketState.NEW, TicketState.NEW, opened_at, "", "", "agent")]
    story: list[tuple[TicketAction, float]] = [(TicketAction.BEGIN, life.opened_at)]
    if life.state is OrderState.CANCELLED and life.closed_at is not None:
        story.append((TicketAction.CANCEL, life.closed_at))
    elif life.state is OrderState.CLOSED and life.closed_at is not None:
        story.append((TicketAction.RESOLVE, life.closed_at))
        story.append((TicketAction.CLOSE, life.closed_at + asking.CLOSE_AFTER.total_seconds()))
    for action, at in story:
        if at > until:
            break
        former, state = state, asking.advance(state, action)
        steps.append(Step(action, former, state, at, "", "", "rule"))
    return state, steps


def _working(at: float) -> float:
    """Return the next instant between 8 and 18 o'clock, on a full quarter of an hour."""
    local = at + SHANGHAI
    day, second = divmod(local, DAY)
    if second < 8 * HOUR:
        second = 8 * HOUR + second / 4
    elif second > 18 * HOUR:
        day, second = day + 1, 8 * HOUR + (second - 18 * HOUR) / 3
    return day * DAY + second // 900 * 900 - SHANGHAI
