"""What is known for a case: past cases that looked like it and what fixed them, skill and parts to send."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from statistics import median_low
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from backend.intake import repository
from backend.intake.errors import NoCase
from backend.intake.models import FailureGroupRule
from backend.work.models import WorkOrder
from backend.work.service import views as work
from inventory import service as stock
from iot_gateway.lifecycle import Finding
from iot_gateway.service import readings
from iot_gateway.service.readings import LikeCase

MOST_ALIKE = 5
LEAST_CASES = 3
"""Fewer confirmed cases teach nothing about parts."""
LEAST_SHARE = 0.3
"""A part that fewer of them took is not usual."""
MOST_PARTS = 10
RULE, LEARNED = "failure_group", "closed_cases"


class NamedPart(Protocol):
    """A part of the catalogue."""

    number: str
    name: str


@dataclass(frozen=True)
class PartTaken:
    """A part and how much of it."""

    part_id: UUID
    part_number: str
    part_name: str
    quantity: Decimal


@dataclass(frozen=True)
class PastCase:
    """A closed case that looked like this one, and what came of it."""

    case_id: UUID
    device_id: UUID
    device_name: str
    opened_at: datetime
    closed_at: datetime | None
    finding: Finding | None
    distance: float
    """0 for the same shares and deviation, 2 for nothing in common."""
    work_order_id: UUID | None
    order_number: str | None
    failure_mode: str | None
    cause: str | None
    activity: str | None
    note: str | None
    parts_used: Sequence[PartTaken]


@dataclass(frozen=True)
class SuggestedPart:
    """A part to bring, and why."""

    part_id: UUID
    part_number: str
    part_name: str
    quantity: Decimal
    basis: str
    """The rule of the failure group, or what closed cases took."""
    used_in: int
    """How many of the confirmed cases looked at took it."""


@dataclass(frozen=True)
class Advice:
    """What is known for a case."""

    case_id: UUID
    similar: Sequence[PastCase]
    skill: str | None
    skill_level: int | None
    skill_basis: str | None
    parts: Sequence[SuggestedPart]
    confirmed: int
    """How many confirmed cases were looked at."""


@dataclass(frozen=True)
class Taken:
    """What the orders of some cases took: order -> part -> how much."""

    by_order: Mapping[UUID, Mapping[UUID, Decimal]]

    def usual(self, orders: Iterable[UUID]) -> dict[UUID, tuple[int, Decimal]]:
        """Return by part how many of the orders took it, and the usual amount."""
        amounts: defaultdict[UUID, list[Decimal]] = defaultdict(list)
        for order_id in orders:
            for part_id, quantity in self.by_order.get(order_id, {}).items():
                amounts[part_id].append(quantity)
        return {part_id: (len(found), median_low(found)) for part_id, found in amounts.items()}


def advice(session: Session, case_id: UUID) -> Advice:
    """Return what is known for a case, from the newest 200 closed ones of its model and failure group.

    Raises:
        CaseNotFound: there is none.
    """
    case = readings.case_line(session, case_id)
    past = readings.alike(session, case_id)
    orders = _orders(session, past)
    taken = Taken(work.parts_taken(session, {order.id for order in orders.values()}))
    found = [like.line.id for like in past if like.line.finding is Finding.CONFIRMED]
    cured = {orders[key].id: orders[key] for key in found if key in orders}
    rule = repository.rule_for(session, case.failure_group, case.model)
    ids = {part_id for lines in taken.by_order.values() for part_id in lines}
    named = stock.parts_by_id(session, ids | ({rule.part_id} if rule and rule.part_id else set()))
    skill = (rule.skill, rule.skill_level, RULE) if rule else _usual_skill(cured.values())
    return Advice(
        case_id=case_id,
        similar=[_past(like, orders.get(like.line.id), taken, named) for like in past[:MOST_ALIKE]],
        skill=skill[0] if skill else None,
        skill_level=skill[1] if skill else None,
        skill_basis=skill[2] if skill else None,
        parts=_parts(rule, taken.usual(cured), named, cases=len(cured))[:MOST_PARTS],
        confirmed=len(cured),
    )


def _orders(session: Session, past: Sequence[LikeCase]) -> dict[UUID, WorkOrder]:
    """Return by case the order that cured it."""
    of_case = repository.orders_of_cases(session, [like.line.id for like in past])
    rows = work.orders_by_id(session, set(of_case.values()))
    return {case_id: rows[order_id] for case_id, order_id in of_case.items() if order_id in rows}


def _usual_skill(orders: Iterable[WorkOrder]) -> tuple[str, int, str] | None:
    counted = Counter((order.skill, order.skill_level) for order in orders)
    if not counted:
        return None
    (skill, level), _ = counted.most_common(1)[0]
    return skill, level, LEARNED


def _parts(
    rule: FailureGroupRule | None,
    usual: Mapping[UUID, tuple[int, Decimal]],
    named: Mapping[UUID, NamedPart],
    *,
    cases: int,
) -> list[SuggestedPart]:
    """Return the rule's part, then what enough of the confirmed cases took, the most frequent first."""
    found: list[tuple[UUID, Decimal, str, int]] = []
    if rule is not None and rule.part_id is not None and rule.quantity is not None:
        found.append((rule.part_id, rule.quantity, RULE, usual.get(rule.part_id, (0, rule.quantity))[0]))
    if cases >= LEAST_CASES:
        found += [
            (part_id, quantity, LEARNED, count)
            for part_id, (count, quantity) in sorted(
                usual.items(), key=lambda item: (-item[1][0], named[item[0]].number)
            )
            if count >= LEAST_SHARE * cases and (rule is None or part_id != rule.part_id)
        ]
    return [
        SuggestedPart(part_id, named[part_id].number, named[part_id].name, quantity, basis, count)
        for part_id, quantity, basis, count in found
    ]


def _past(like: LikeCase, order: WorkOrder | None, taken: Taken, named: Mapping[UUID, NamedPart]) -> PastCase:
    lines = taken.by_order.get(order.id, {}) if order else {}
    return PastCase(
        case_id=like.line.id,
        device_id=like.line.device_id,
        device_name=like.line.device_name,
        opened_at=like.line.opened_at,
        closed_at=like.line.closed_at,
        finding=like.line.finding,
        distance=round(like.distance, 3),
        work_order_id=order.id if order else None,
        order_number=order.number if order else None,
        failure_mode=order.finding_failure_mode if order else None,
        cause=order.finding_cause if order else None,
        activity=order.finding_activity if order else None,
        note=order.finding_note if order else None,
        parts_used=[
            PartTaken(part_id, named[part_id].number, named[part_id].name, quantity)
            for part_id, quantity in lines.items()
        ],
    )


def case_behind(session: Session, order: WorkOrder) -> UUID:
    """Return the case that an order was opened for, or the first one that joined it.

    Raises:
        NoCase: no case stands behind it.
    """
    found = order.case_id or next(iter(repository.cases_of_orders(session, [order.id]).get(order.id, [])), None)
    if found is None:
        raise NoCase("No case stands behind this order.", work_order_id=order.id)
    return found
