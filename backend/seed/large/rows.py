"""An order's life as rows of tables, ready for COPY."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from backend.seed.large import words
from backend.seed.large.company import Company, Ids, Machine, Place, weighted
from backend.seed.large.lives import Life, Step, Trip, live, ticket_steps
from backend.work.lifecycle import OrderState

Cell = str | int | float | bool | None
TARGETS = {1: (30, 180, 480), 2: (120, 720, 1440), 3: (600, 2160, 4320), 4: (1440, 5760, 10_080)}
"""Minutes by priority: response, on site, restore."""
CLOCKS = ("response", "on_site", "restore")
_STEP = (
    "id,tenant_id,created_at,{of},seq,action,from_state,to_state,actor_name,{role}source,occurred_at,received_at,"
    "reason,detail"
)
COLUMNS = {
    "ticket": "id,tenant_id,created_at,number,channel,summary,description,customer_id,site_id,asset_id,priority,state,"
    "opened_at,resolved_at,closed_at,reopen_count,version",
    "ticket_event": _STEP.format(of="ticket_id", role=""),
    "work_order": "id,tenant_id,created_at,number,ticket_id,source,customer_id,site_id,asset_id,work_type,summary,"
    "description,priority,skill,skill_level,state,waiting_cause,substatus,queue,labels,duration_minutes,due_at,"
    "due_basis,opened_at,completed_at,closed_at,version,finding_result,finding_failure_mode,finding_cause,"
    "finding_activity",
    "work_order_event": _STEP.format(of="work_order_id", role="role,"),
    "visit": "id,tenant_id,created_at,work_order_id,visit_no,state,planned_start,planned_end,travel_seconds,version,"
    "changed_at,outcome,reason,dispatched_at,accepted_at,travel_started_at,arrived_at,work_started_at,ended_at",
    "visit_technician": "id,tenant_id,created_at,visit_id,technician_id,lead",
    "visit_event": _STEP.format(of="visit_id", role="role,"),
    "sla_clock": "id,tenant_id,created_at,subject_id,clock,target_minutes,paused_by,started_at,credit_seconds,"
    "paused_seconds,due_at,met_at,breached_at,stopped_at,look_at,forecast",
}
"""Tables in the order in which they are written, with the columns that are given."""


def stamp(at: float | None) -> str | None:
    """Return an instant as PostgreSQL reads it."""
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat()


def encode(rows: Iterable[tuple[Cell, ...]]) -> bytes:
    """Return rows in COPY's text format; the words of this seed hold no character that it would escape."""
    return "".join("\t".join(["\\N" if cell is None else str(cell) for cell in row]) + "\n" for row in rows).encode()


@dataclass(frozen=True)
class Numbers:
    """The short numbers of one order."""

    order: str
    ticket: str


@dataclass(frozen=True)
class _Asked:
    """What an order is about."""

    machine: Machine
    site: Place
    source: str
    work_type: str
    priority: int
    fault: words.Fault
    summary: str
    description: str
    about: tuple[Cell, ...]
    """Customer, site, asset."""


class Writer:
    """Turns orders into rows, a part of the whole at a time."""

    def __init__(self, company: Company, ids: Ids, *, tenant_id: str, seed: int, until: float) -> None:
        """Write for a tenant, whose present is `until`."""
        self.company, self.ids, self.tenant, self.seed, self.until = company, ids, tenant_id, seed, until
        self.rows: dict[str, list[tuple[Cell, ...]]] = {table: [] for table in COLUMNS}

    def add(self, place: int, at: float, numbers: Numbers) -> None:
        """Write the order at this place of the whole, which was opened at an instant."""
        dice = random.Random(f"{self.seed}:{place}")
        asked = self._asked(dice)
        kind = asked.machine.kind
        life = live(dice, at=at, priority=asked.priority, until=self.until, crews=self.company.crews[kind])
        ticket_id = None
        if asked.source in {"agent", "customer"}:
            ticket_id = self._ticket(place, life, asked, dice, numbers.ticket)
        order_id = self.ids.of("order", place, at)
        waits = life.state is OrderState.WAITING_PARTS
        self.rows["work_order"].append(
            (
                order_id, self.tenant, stamp(at), numbers.order, ticket_id, asked.source, *asked.about, asked.work_type,
                asked.summary, asked.description, asked.priority, words.SKILLS[kind], dice.choice((1, 1, 2, 3)),
                life.state, "no_stock" if waits else None,
                _substatus(dice, life.state),
                _queue(dice, kind, asked.site.queue), _labels(dice), dice.choice((30, 60, 60, 90, 120, 240)),
                stamp(at + TARGETS[asked.priority][2] * 60), "sla", stamp(at), stamp(life.completed_at),
                stamp(life.closed_at), len(life.steps), *_finding(dice, asked, life),
            )
        )  # fmt: skip
        self._steps("work_order_event", "order", order_id, life.steps)
        for number, trip in enumerate(life.trips, 1):
            self._trip(place * 10 + number, order_id, number, trip)
        self._clocks(place, order_id, life)

    def _asked(self, dice: random.Random) -> "_Asked":
        machine = self.company.machines[dice.choice(self.company.of_site[self.company.a_site(dice)])]
        site = self.company.sites[machine.site]
        source, work_type = weighted(dice, words.SOURCES), weighted(dice, words.WORK_TYPES)
        if source == "plan" and work_type == "corrective":
            work_type = "preventive"
        fault, english = dice.choice(words.FAULTS[machine.kind]), dice.random() < 0.15
        said = words.PLANNED.get(work_type, (fault.zh, fault.en))[english]
        return _Asked(
            machine=machine,
            site=site,
            source=source,
            work_type=work_type,
            priority=int(weighted(dice, words.PRIORITIES)),
            fault=fault,
            summary=f"{machine.name} {said}",
            description=f"{dice.choice(words.REPORTED)}{site.name} {machine.name} {said}, {dice.choice(words.ASKED)}.",
            about=(self.company.customers[site.customer][0], site.id, machine.id),
        )

    def _trip(self, key: int, order_id: str, number: int, trip: Trip) -> None:
        made = stamp(trip.made_at)
        visit_id = self.ids.of("visit", key, trip.made_at)
        last = trip.steps[-1] if trip.steps else None
        self.rows["visit"].append(
            (
                visit_id, self.tenant, made, order_id, number, trip.state, stamp(trip.start), stamp(trip.end),
                trip.travel, 1 + len(trip.steps), stamp(last.at if last else trip.made_at),
                "fixed" if trip.state == "completed" else None, last.reason if last else None,
                *(stamp(trip.stamps.get(name)) for name in _STAMPS), stamp(trip.ended_at),
            )
        )  # fmt: skip
        for seat, person in enumerate(trip.crew):
            seat_id, who = self.ids.of("crew", key * 10 + seat, trip.made_at), self.company.people[person].id
            self.rows["visit_technician"].append((seat_id, self.tenant, made, visit_id, who, "t" if seat == 0 else "f"))
        lead = self.company.people[trip.crew[0]].name
        for step in trip.steps:
            step.actor = lead if step.role == "technician" else step.actor
        self._steps("visit_event", "trip", visit_id, trip.steps)

    def _ticket(self, place: int, life: Life, asked: "_Asked", dice: random.Random, number: str) -> str:
        opened_at = life.opened_at - dice.uniform(60, 5400)
        state, steps = ticket_steps(life, opened_at=opened_at, until=self.until)
        ticket_id = self.ids.of("ticket", place, opened_at)
        ends = {step.action: step.at for step in steps}
        self.rows["ticket"].append(
            (
                ticket_id, self.tenant, stamp(opened_at), number, weighted(dice, words.CHANNELS), asked.summary,
                asked.description, *asked.about, life.priority, state, stamp(opened_at), stamp(ends.get("resolve")),
                stamp(ends.get("close", ends.get("cancel"))), 0, len(steps),
            )
        )  # fmt: skip
        self._steps("ticket_event", "asked", ticket_id, steps)
        return ticket_id

    def _steps(self, table: str, kind: str, subject: str, steps: list[Step]) -> None:
        roles = table != "ticket_event"
        for seq, step in enumerate(steps, 1):
            key = self.ids.of(f"{kind}:{subject}", seq, step.at)
            at = stamp(step.at)
            role: tuple[Cell, ...] = (step.role,) if roles else ()
            self.rows[table].append(
                (
                    key, self.tenant, at, subject, seq, step.action, step.former, step.state, step.actor, *role,
                    step.source, at, at, step.reason, "{}",
                )
            )  # fmt: skip

    def _clocks(self, place: int, order_id: str, life: Life) -> None:
        firsts = [min((trip.stamps[name] for trip in life.trips if name in trip.stamps), default=None) for name in _MET]
        stopped = life.closed_at if life.state is OrderState.CANCELLED else None
        targets = TARGETS[life.priority]
        for number, (clock, target, met) in enumerate(zip(CLOCKS, targets, (*firsts, life.completed_at), strict=True)):
            due = life.opened_at + target * 60
            end = met if met is not None else stopped
            late = due < (self.until if end is None else end)
            key = self.ids.of("clock", place * 10 + number, life.opened_at)
            self.rows["sla_clock"].append(
                (
                    key, self.tenant, stamp(life.opened_at), order_id, clock, target, "[]", stamp(life.opened_at), 0, 0,
                    stamp(due), stamp(met), stamp(due) if late else None, stamp(stopped) if met is None else None,
                    stamp(self.until) if end is None else None, "[]",
                )
            )  # fmt: skip


_STAMPS = ("dispatched_at", "accepted_at", "travel_started_at", "arrived_at", "work_started_at")
_MET = ("accepted_at", "arrived_at")


def _finding(dice: random.Random, asked: _Asked, life: Life) -> tuple[Cell, ...]:
    if life.completed_at is None or asked.work_type != "corrective":
        return (None, None, None, None)
    result = dice.choices(("confirmed", "no_fault_found"), (9, 1))[0]
    return (result, asked.fault.mode, asked.fault.cause, asked.fault.activity)


def _substatus(dice: random.Random, state: OrderState) -> str | None:
    codes = [code for (of, code) in words.SUBSTATUSES if of == state]
    return dice.choice(codes) if codes and dice.random() < 0.3 else None


def _queue(dice: random.Random, kind: str, part_of_town: str) -> str | None:
    if dice.random() < 0.04:
        return None
    team = words.TEAM_OF_CLASS.get(kind)
    return team if team and dice.random() < 0.6 else part_of_town


def _labels(dice: random.Random) -> str:
    count = dice.choices((0, 1, 2), (70, 24, 6))[0]
    codes = tuple(words.LABELS)
    picked = {codes[min(int(dice.expovariate(0.5)), len(codes) - 1)] for _ in range(count)}
    return "[" + ", ".join(f'"{label}"' for label in sorted(picked)) + "]"
