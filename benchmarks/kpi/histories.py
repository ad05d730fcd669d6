"""Random histories of orders that the state tables allow: crews, weekends, holds, rejects, reopenings, late reports.

Rows as plain values for COPY. What the rooms keep on visits for their lists (stamps, findings) is left empty here, so
that a figure made from anything else than the events comes out wrong.
"""

import json
import random
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from backend.work.lifecycle import (
    ORDER_TRANSITIONS,
    VISIT_TRANSITIONS,
    OrderAction,
    OrderState,
    VisitAction,
    VisitState,
    actions_towards,
    advance,
    state_of_visits,
)

Row = tuple[Any, ...]
_A, _O = VisitAction, OrderAction
SECOND = timedelta(seconds=1)
CLASSES = ("crane", "press", "oven")
MODES = ("bearing", "leak", "overheat", "sensor", "")
SKILLS = ("rotating", "electrical", "lift")
TYPES = ("corrective",) * 6 + ("predictive",) * 2 + ("inspection",) * 2
REASONS = {_A.REJECT: ("sick", "too_far", "no_skill"), _A.HOLD: ("customer", "parts", "weather"),
           _A.INCOMPLETE: ("parts", "skill", "diagnosis"), _A.NO_ACCESS: ("locked", "nobody_there")}  # fmt: skip

COLUMNS = {
    "customer": "id number name",
    "site": "id customer_id name address position",
    "asset_class": "id code name_zh name_en",
    "asset": "id asset_no name class_id customer_id site_id model criticality state installed_on device_id",
    "part": "id number name",
    "stock_location": "id code name kind virtual",
    "technician": "id name home van_location_id active",
    "technician_skill": "id technician_id skill level expires_on",
    "shift_pattern": "id technician_id weekday starts ends breaks valid_from valid_to",
    "absence": "id technician_id starts_at ends_at reason",
    "ticket": "id number channel summary description customer_id site_id asset_id case_id priority state"
    " opened_at reopen_count version",
    "ticket_event": "id ticket_id seq action from_state to_state actor_id actor_name source occurred_at received_at"
    " detail",
    "work_order": "id number ticket_id source customer_id site_id asset_id work_type summary priority skill"
    " skill_level state duration_minutes due_at due_basis opened_at completed_at version",
    "work_order_event": "id work_order_id seq action from_state to_state actor_name role source occurred_at received_at"
    " reason detail",
    "visit": "id work_order_id visit_no state planned_start planned_end travel_seconds version changed_at",
    "visit_technician": "id visit_id technician_id lead",
    "visit_event": "id visit_id seq action from_state to_state actor_name role source occurred_at received_at reason"
    " detail",
    "stock_move": "id client_op_id line kind part_id quantity condition from_location_id to_location_id ref_kind"
    " ref_id moved_at reverses_id",
    "stock_balance": "id part_id location_id condition on_hand held",
    "visit_part": "id visit_id part_id quantity move_id occurred_at client_op_id",
    "sla_clock": "id subject_id clock target_minutes paused_by started_at credit_seconds paused_seconds due_at"
    " paused_at met_at stopped_at forecast",
    "survey": "id ticket_id token_hash invited_at expires_at rating nps answered_at",
    "case_intake": "id case_id device_id model failure_group severity happened_at work_order_id ticket_id rolled_up"
    " state",
    "playbook": "id name model failure_group active severity_at_most most_critical cold_start command args"
    " command_seconds proof_samples proof_seconds proof_limit_seconds rest_hours version",
    "playbook_trial": "id playbook_id ticket_id case_id device_id failure_group severity_at_most command_id command"
    " args proof_samples proof_seconds proof_limit_seconds state begun_at due_at ended_at",
}  # fmt: skip
"""What is written, in the order in which tables refer to each other."""


@dataclass
class World:
    """A company and what happened to it."""

    dice: random.Random
    first: datetime
    days: int
    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    people: list[tuple[UUID, UUID]] = field(default_factory=list)
    """(technician, van)."""
    sites: list[tuple[UUID, UUID]] = field(default_factory=list)
    """(customer, site)."""
    assets: list[tuple[UUID, UUID, UUID, UUID | None]] = field(default_factory=list)
    """(asset, customer, site, device)."""
    parts: list[UUID] = field(default_factory=list)
    warehouse: UUID = field(default_factory=uuid.uuid4)
    installed: UUID = field(default_factory=uuid.uuid4)
    playbook: UUID = field(default_factory=uuid.uuid4)

    def new(self) -> UUID:
        """Return an id."""
        return UUID(int=self.dice.getrandbits(128), version=4)

    def add(self, table: str, *cells: Any) -> UUID:
        """Keep a row; return its id."""
        key = self.new()
        self.rows[table].append((key, *cells))
        return key

    def later(self, least: float, most: float) -> timedelta:
        """Return some minutes, to the millisecond."""
        return timedelta(milliseconds=round(self.dice.uniform(least, most) * 60_000))


def histories(*, orders: int, days: int = 365, seed: int = 1, first: datetime) -> dict[str, list[Row]]:
    """Return the rows of a company with so many orders, opened over so many days from `first` on."""
    world = World(random.Random(seed), first, days)
    _company(world, orders)
    for number in range(orders):
        _order(world, number)
    return world.rows


def _company(world: World, orders: int) -> None:
    dice = world.dice
    kinds = [world.add("asset_class", code, code, code) for code in CLASSES]
    world.rows["stock_location"] += [
        (world.warehouse, "KW", "KW", "warehouse", False), (world.installed, "KI", "KI", "installed", True)
    ]  # fmt: skip
    world.parts += [world.add("part", f"K-P-{n}", f"K-P-{n}") for n in range(12)]
    for n in range(max(4, orders // 170)):
        van = world.add("stock_location", f"KV-{n}", f"KV-{n}", "van", False)
        person = world.add("technician", f"Technician {n}", "SRID=4326;POINT(121.4 31.2)", van, True)
        world.people.append((person, van))
        for skill in dice.sample(SKILLS, 2):
            ends = (world.first + timedelta(days=dice.randrange(10, 400))).date() if dice.random() < 0.3 else None
            world.add("technician_skill", person, skill, dice.randint(1, 3), ends)
        for weekday in range(5 if n % 3 else 7):
            starts, ends_at = ("20:00", "04:00") if n % 7 == 6 else ("08:30", "17:30")
            breaks = "[]" if n % 7 == 6 else '[["12:00", "13:00"]]'
            world.add("shift_pattern", person, weekday, starts, ends_at, breaks, None, None)
        for _ in range(2):
            away = world.first + timedelta(days=dice.uniform(0, world.days))
            world.add("absence", person, away, away + timedelta(hours=dice.uniform(2, 60)), "leave")
        for part in world.parts:
            world.add("stock_balance", part, van, "good", dice.randint(0, 5), 0)
    for n in range(max(3, orders // 100)):
        customer = world.add("customer", f"K-{n}", f"Customer {n}")
        site = world.add("site", customer, "S", "A", f"SRID=4326;POINT({121 + n / 1000} 31.2)")
        world.sites.append((customer, site))
    for n in range(max(6, orders // 6)):
        customer, site = dice.choice(world.sites)
        device = world.new() if dice.random() < 0.5 else None
        state = "decommissioned" if dice.random() < 0.05 else "up"
        since = (world.first + timedelta(days=dice.randrange(-900, world.days))).date()
        key = world.add(
            "asset", f"A-{n}", "A", dice.choice(kinds), customer, site, f"M{n % 4}", "B", state, since, device
        )
        world.assets.append((key, customer, site, device))
    world.rows["playbook"].append(
        (world.playbook, "P", "pump", "g", True, 3, "A", True, "reset", "{}", 60, 10, 60, 600, 24, 1)
    )  # fmt: skip


def _order(world: World, number: int) -> None:
    """Live through one order, from its ticket to its survey."""
    dice = world.dice
    opened = world.first + timedelta(milliseconds=dice.randrange(world.days * 86_400_000))
    with_asset = dice.random() < 0.9
    asset, customer, site, device = dice.choice(world.assets) if with_asset else (None, *dice.choice(world.sites), None)
    work_type = dice.choice(TYPES)
    case = world.new() if device and work_type == "predictive" else None
    ticket = None
    if dice.random() < 0.7:
        ticket = _ticket(world, number, opened, (asset, customer, site, case))
        opened += world.later(0, 30)
    order = world.new()
    story = _Story(world, order, opened)
    story.live()
    source = "plan" if work_type == "inspection" else "case" if case else "agent"
    due = opened + timedelta(hours=dice.choice((4, 24, 72)))
    world.rows["work_order"].append(
        (order, f"K-WO-{number}", ticket, source, customer, site, asset, work_type, "S", dice.randint(1, 4),
         dice.choice(SKILLS), dice.randint(1, 3), story.state, 60, due, "promise", opened, story.completed_at, 1)
    )  # fmt: skip
    if case:
        told = opened - world.later(0, 3000)
        world.add(
            "case_intake", case, device, "pump", "g", 2, told, order, ticket, False, "ticket" if ticket else "gone"
        )
    _clocks(world, story)
    if ticket and story.state in {OrderState.COMPLETED, OrderState.VERIFIED, OrderState.CLOSED}:
        _end(world, ticket, story, case or (device and world.new()))


def _ticket(world: World, number: int, at: datetime, about: tuple[Any, ...]) -> UUID:
    dice = world.dice
    asset, customer, site, case = about
    channel = "device" if case else dice.choice(("phone", "web", "qr", "wechat"))
    ticket = world.add(
        "ticket", f"K-T-{number}", channel, "S", "", customer, site, asset, case, dice.randint(1, 4), "in_progress",
        at, 0, 1
    )  # fmt: skip
    _say(world, ticket, (1, "opened"), at)
    if dice.random() < 0.5:
        _say(world, ticket, (2, "triage"), at + world.later(0, 60), world.new())
    return ticket


def _say(world: World, ticket: UUID, line: tuple[int, str], at: datetime, actor: UUID | None = None) -> None:
    seq, action = line
    world.add("ticket_event", ticket, seq, action, "new", "new", actor, "x", "web", at, at + SECOND, "{}")


def _end(world: World, ticket: UUID, story: "_Story", device: UUID | None) -> None:
    """Resolve a ticket, now and then from afar, and ask the customer."""
    dice, at = world.dice, story.last
    resolved = at
    if device and dice.random() < 0.4:
        if dice.random() < 0.5:
            resolved = story.opened - world.later(0, 20_000)
        state = dice.choice(("succeeded", "failed"))
        world.add(
            "playbook_trial", world.playbook, ticket, world.new(), device, "g", 3, world.new(), "reset", "{}", 10, 60,
            600, state, resolved - timedelta(hours=2), resolved, resolved
        )  # fmt: skip
    _say(world, ticket, (9, "resolve"), resolved)
    if dice.random() < 0.1:
        _say(world, ticket, (10, "reopen"), resolved + timedelta(hours=5), world.new())
        resolved += timedelta(hours=30)
        _say(world, ticket, (11, "resolve"), resolved)
    rating = dice.randint(1, 5) if dice.random() < 0.4 else None
    nps = dice.randint(0, 10) if rating and dice.random() < 0.8 else None
    answered = resolved + world.later(10, 5000) if rating else None
    world.add("survey", ticket, world.new().hex, resolved, resolved + timedelta(days=14), rating, nps, answered)


class _Story:
    """One order from its opening on, step by step, as the tables of states allow."""

    def __init__(self, world: World, order: UUID, opened: datetime) -> None:
        self.world, self.order, self.opened = world, order, opened
        self.state, self.seq, self.now = OrderState.DRAFT, 0, opened
        self.visits: list[VisitState] = []
        self.accepted: list[datetime] = []
        self.arrived: list[datetime] = []
        self.completed_at: datetime | None = None
        self.last = opened

    def step(self, action: OrderAction, at: datetime, reason: str | None = None) -> None:
        """Move the order."""
        former, self.state = self.state, advance(ORDER_TRANSITIONS, self.state, action)
        self.seq += 1
        heard = at + self.world.later(0, 2)
        self.world.add("work_order_event", self.order, self.seq, action, former, self.state, "x", "system", "web", at,
                       heard, reason, "{}")  # fmt: skip

    def follow(self, at: datetime) -> None:
        """Let the order follow its visits."""
        for action in actions_towards(self.state, state_of_visits(self.visits)):
            self.step(action, at)
            self.completed_at = at if action is _O.COMPLETE else self.completed_at

    def live(self) -> None:
        """Open the order and send people until it is done, given up or still open."""
        dice = self.world.dice
        self.step(_O.OPEN, self.opened)
        for _ in range(6):
            self.now += self.world.later(1, 600)
            if dice.random() < 0.04:
                self.step(_O.CANCEL, self.now, "changed")
                return
            if dice.random() < 0.04:
                return
            self.visit()
            self.last = max(self.last, self.now)
            if self.visits[-1] in {
                VisitState.PLANNED,
                VisitState.DISPATCHED,
                VisitState.IN_PROGRESS,
                VisitState.ON_HOLD,
            }:
                return
            if self.state is OrderState.COMPLETED:
                self.now += self.world.later(10, 3000)
                if dice.random() < 0.08:
                    self.step(_O.REJECT, self.now, "noisy")
                    self.completed_at = None
                    continue
                if dice.random() < 0.9:
                    self.step(_O.VERIFY, self.now)
                    self.step(_O.CLOSE, self.now + SECOND)
                return

    def visit(self) -> None:
        """Live through one visit; some of its reports come in late and in another order."""
        world, dice = self.world, self.world.dice
        people = dice.sample(world.people, 2 if dice.random() < 0.15 else 1)
        start = self.now + world.later(30, 2000)
        visit = world.new()
        state = VisitState.PLANNED
        self.visits.append(state)
        self.follow(self.now)
        told: list[tuple[VisitAction, datetime, VisitState, VisitState, str | None, dict[str, Any]]] = []
        for action in _walk(dice):
            self.now += world.later(0.2, 90)
            former, state = state, advance(VISIT_TRANSITIONS, state, action)
            reason = dice.choice(REASONS[action]) if action in REASONS else None
            detail = _finding(dice) if action is _A.COMPLETE else {}
            told.append((action, self.now, former, state, reason, detail))
            if action is _A.ACCEPT:
                self.accepted.append(self.now)
            elif action is _A.ARRIVE:
                self.arrived.append(self.now)
            self.visits[-1] = state
            self.follow(self.now)
        world.rows["visit"].append(
            (visit, self.order, len(self.visits), state, start, start + timedelta(hours=1), 600, 1, self.now)
        )
        for place, (person, _) in enumerate(people):
            world.add("visit_technician", visit, person, place == 0)
        order_heard = list(range(len(told)))
        late = dice.random() < 0.25
        if late:
            dice.shuffle(order_heard)
        for seq, index in enumerate(order_heard, start=1):
            action, at, former, after, reason, detail = told[index]
            heard = self.now + timedelta(hours=dice.uniform(0.1, 70)) if late else at + SECOND
            role = "system" if action is _A.EXPIRE or (action is _A.DISPATCH and dice.random() < 0.6) else "technician"
            world.add("visit_event", visit, seq, action, former, after, "x", role, "mobile", at, heard, reason,
                      json.dumps(detail))  # fmt: skip
        if self.arrived and state is not VisitState.NO_ACCESS:
            self.take_parts(visit, people[0][1])

    def take_parts(self, visit: UUID, van: UUID) -> None:
        """Use some parts, mostly from the own van."""
        world, dice = self.world, self.world.dice
        for part in dice.sample(world.parts, dice.choice((0, 0, 1, 2))):
            place = van if dice.random() < 0.8 else world.warehouse
            quantity, operation = dice.randint(1, 3), world.new()
            into = world.installed
            move = world.add("stock_move", operation, 0, "issue", part, quantity, "good", place, into, "demand", visit,
                             self.now, None)  # fmt: skip
            world.add("visit_part", visit, part, quantity, move, self.now, operation)


@dataclass(frozen=True)
class _Turn:
    """What may happen instead of going on, and how often; without an end the visit goes on behind it."""

    share: float
    steps: tuple[VisitAction, ...]
    ends: bool = True


_WAY: tuple[tuple[tuple[_Turn, ...], VisitAction], ...] = (
    ((_Turn(0.02, ()),), _A.DISPATCH),
    (
        (
            _Turn(0.05, (_A.REASSIGN, _A.DISPATCH), ends=False), _Turn(0.055, (_A.REJECT,)), _Turn(0.025, (_A.EXPIRE,)),
            _Turn(0.02, (_A.CANCEL,)), _Turn(0.01, ()),
        ),
        _A.ACCEPT,
    ),
    (
        (
            _Turn(0.03, (_A.REASSIGN, _A.DISPATCH, _A.ACCEPT), ends=False), _Turn(0.02, (_A.REJECT,)),
            _Turn(0.02, (_A.CANCEL,)),
        ),
        _A.TRAVEL,
    ),
    ((_Turn(0.02, (_A.INCOMPLETE,)),), _A.ARRIVE),
    ((_Turn(0.05, (_A.NO_ACCESS,)), _Turn(0.01, (_A.INCOMPLETE,))), _A.START),
    (
        (
            _Turn(0.2, (_A.HOLD, _A.RESUME), ends=False), _Turn(0.1, (_A.HOLD, _A.RESUME), ends=False),
            _Turn(0.01, (_A.HOLD,)), _Turn(0.01, ()), _Turn(0.14, (_A.INCOMPLETE,)),
        ),
        _A.COMPLETE,
    ),
)  # fmt: skip
"""The usual way of a visit, each step with what may come instead."""


def _walk(dice: random.Random) -> list[VisitAction]:
    """Return the steps of a visit, by chance."""
    steps: list[VisitAction] = []
    for turns, usual in _WAY:
        for turn in turns:
            if dice.random() < turn.share:
                steps += turn.steps
                if turn.ends:
                    return steps
        steps.append(usual)
    return steps


def _finding(dice: random.Random) -> dict[str, Any]:
    result = dice.choices(("confirmed", "no_fault_found", "other"), (8, 1, 1))[0]
    return {"finding": {"result": result, "failure_mode": dice.choice(MODES), "cause": "wear"}}


def _clocks(world: World, story: _Story) -> None:
    dice = world.dice
    for kind, hours in (("response", 2), ("on_site", 24), ("restore", 60)):
        due = story.opened + timedelta(hours=hours * dice.choice((0.5, 1, 2)))
        cancelled = story.state is OrderState.CANCELLED and not (
            (kind == "response" and story.accepted) or (kind == "on_site" and story.arrived)
        )
        paused = due if not cancelled and dice.random() < 0.02 else None
        world.add("sla_clock", story.order, kind, hours * 60, "[]", story.opened, 0, 0, due, paused, None,
                  story.now if cancelled else None, "[]")  # fmt: skip


FIRST = datetime(2025, 9, 30, 16, tzinfo=UTC)
"""Midnight in Shanghai."""
