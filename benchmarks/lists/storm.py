"""Many clients change the same orders at once; afterwards every change that was answered is found exactly once."""

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from backend.work.lifecycle import OrderAction, fold_order
from backend.work.models import ACTIVE_VISIT, Visit, WorkOrder, WorkOrderEvent
from backend.work.service import catalogue
from kernel.ids import new_id

EXPECTED = {200, 201, 403, 404, 409, 422}
"""Done, or refused for a reason."""
STEPS = ("accept", "travel", "arrive", "start", "complete")
LABELS = "abcdef"
FINDING = {"finding": {"result": "confirmed", "failure_mode": "bearing", "cause": "wear", "activity": "replace"}}


class Answer(Protocol):
    """What a client gets."""

    status_code: int

    def json(self) -> Any:
        """Return the body."""


class Client(Protocol):
    """One of many."""

    def get(self, url: str) -> Answer:
        """Read."""

    def post(self, url: str, *, json: Any) -> Answer:
        """Change."""


@dataclass
class Tally:
    """What was answered, and which edits were done to which order."""

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    edits: Counter[UUID] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Take in what another client saw."""
        self.answers += other.answers
        self.edits += other.edits
        self.seconds += other.seconds


@dataclass
class _Visitor:
    """One client: reads an order, then asks for something that may or may not be possible any more."""

    client: Client
    orders: Sequence[UUID]
    technicians: Sequence[UUID]
    dice: random.Random
    tally: Tally = field(default_factory=Tally)

    def turn(self) -> None:
        key = self.dice.choice(self.orders)
        order = self._asked("read", lambda: self.client.get(f"/work-orders/{key}"))
        if order is None:
            return
        self.dice.choices((self._edit, self._visit, self._order, self._schedule), (5, 4, 1, 2))[0](order)

    def _asked(self, what: str, ask: Callable[[], Answer]) -> dict[str, Any] | None:
        begun = time.perf_counter()
        answer = ask()
        self.tally.seconds.append(time.perf_counter() - begun)
        self.tally.answers[what, answer.status_code] += 1
        return dict(answer.json()) if answer.status_code in {200, 201} else None

    def _edit(self, order: dict[str, Any]) -> None:
        several = {order["id"], str(self.dice.choice(self.orders))}
        action = self.dice.choice(
            (
                {"kind": "set_queue", "queue": self.dice.choice(("east", "west"))},
                {"kind": "add_labels", "labels": [self.dice.choice(LABELS)]},
                {"kind": "set_priority", "priority": self.dice.randint(1, 4)},
            )
        )
        targets = [{"work_order_id": key, "version": order["version"]} for key in several]
        body = {"client_op_id": str(new_id()), "action": action, "targets": targets}
        for _ in range(self.dice.choice((1, 1, 2))):  # sent twice, it is done once
            done = self._asked("edit", lambda: self.client.post("/work-order-changes", json=body))
        if done is not None:
            self.tally.edits.update(UUID(row["work_order_id"]) for row in done["rows"] if row["problem"] is None)

    def _visit(self, order: dict[str, Any]) -> None:
        visit = order["visits"][-1] if order["visits"] else None
        possible = [step for step in ("dispatch", *STEPS) if visit and step in visit["allowed_actions"]]
        if visit is None or not possible:
            return self._schedule(order)
        body = {"action": possible[0], "version": visit["version"]}
        if possible[0] == "complete":
            body["payload"] = FINDING
        self._asked(possible[0], lambda: self.client.post(f"/visits/{visit['id']}/actions", json=body))
        return None

    def _order(self, order: dict[str, Any]) -> None:
        action = self.dice.choice(order["allowed_actions"] or ["approve"])
        if action == "cancel":
            return
        body = {"action": action, "version": order["version"], "reason": "once more"}
        self._asked(f"order.{action}", lambda: self.client.post(f"/work-orders/{order['id']}/actions", json=body))

    def _schedule(self, order: dict[str, Any]) -> None:
        start = datetime(2030, 1, 1, tzinfo=UTC) + timedelta(minutes=self.dice.randint(0, 10_000))
        body = {
            "technician_ids": [str(self.dice.choice(self.technicians))],
            "start": start.isoformat(),
            "end": (start + timedelta(hours=1)).isoformat(),
            "version": order["version"],
        }
        self._asked("schedule", lambda: self.client.post(f"/work-orders/{order['id']}/visits", json=body))


def offer(session: Session, *labels: str) -> None:
    """Put labels into the catalogue."""
    for code in labels:
        catalogue.put_label(session, code, {"name_zh": code, "name_en": code, "colour": "#334155"})


def storm(
    make_client: Callable[[], Client], orders: Sequence[UUID], technicians: Sequence[UUID], *, clients: int, turns: int
) -> Tally:
    """Let many clients take so many turns each, all at once."""
    visitors = [_Visitor(make_client(), orders, technicians, random.Random(number)) for number in range(clients)]

    def play(visitor: _Visitor) -> Tally:
        for _ in range(turns):
            visitor.turn()
        return visitor.tally

    whole = Tally()
    with ThreadPoolExecutor(clients) as pool:
        for tally in pool.map(play, visitors):
            whole.add(tally)
    return whole


def faults(session: Session, orders: Sequence[UUID], tally: Tally) -> list[str]:
    """Return what is not as it must be after a storm; nothing if all is well."""
    found = [f"{what} answered {status}" for what, status in tally.answers if status not in EXPECTED]
    for order in session.scalars(select(WorkOrder).where(WorkOrder.id.in_(orders))):
        rows = session.scalars(
            select(WorkOrderEvent).where(WorkOrderEvent.work_order_id == order.id).order_by(WorkOrderEvent.seq)
        ).all()
        steps = [row for row in rows if row.action in set(OrderAction)]
        if [row.seq for row in rows] != list(range(1, len(rows) + 1)) or order.version != len(rows):
            found.append(f"{order.number}: version {order.version} after {len(rows)} events")
        if fold_order(OrderAction(row.action) for row in steps) is not order.state:
            found.append(f"{order.number}: its story does not end in {order.state}")
        if len(rows) - len(steps) != tally.edits[order.id]:
            found.append(f"{order.number}: {len(rows) - len(steps)} edits, {tally.edits[order.id]} were answered")
    double = session.scalar(
        select(func.count()).select_from(
            select(Visit.work_order_id)
            .where(Visit.work_order_id.in_(orders), text(ACTIVE_VISIT))
            .group_by(Visit.work_order_id)
            .having(func.count() > 1)
            .subquery()
        )
    )
    return found + ([f"{double} orders with two visits at once"] if double else [])
