"""Use cases of intake: what a suspicion asks for, and how a person's words become a ticket and an order."""

from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from backend.assets import service as assets
from backend.assets.models import Asset
from backend.intake import repository
from backend.intake.defaults import DEFAULTS, FALLBACK, WORK_TYPE
from backend.intake.models import FailureGroupRule
from backend.intake.triage import Proposal, propose
from backend.tickets import service as tickets
from backend.tickets.errors import TicketIncomplete
from backend.tickets.lifecycle import check_takes_work
from backend.tickets.models import Channel, Ticket
from backend.tickets.service import By
from backend.work.actors import Actor
from backend.work.models import OrderSource, WorkOrder
from backend.work.service import catalogue, demand, orders
from backend.work.service import views as work
from backend.work.service.catalogue import Template
from backend.work.service.corrective import CORRECTIVE
from backend.work.service.orders import ExpectedPart
from inventory import service as stock
from iot_gateway.service import feedback

SEVERE = 3
"""From this severity on a case is more urgent than its rule says."""


@dataclass(frozen=True, kw_only=True)
class Suspected:
    """What telemetry suspects, as intake needs to know it."""

    case_id: UUID
    device_id: UUID
    failure_group: str
    model: str
    severity: int
    opened_at: datetime
    """When it is dealt with here."""
    happened_at: datetime
    """When telemetry opened it, by the device's clock."""
    failure_at: datetime | None
    """The early end of the failure window."""
    summary: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a rule makes of a suspicion on an asset."""

    skill: str
    skill_level: int
    priority: int
    duration_minutes: int
    parts: tuple[ExpectedPart, ...]
    title: str


def ensure_defaults(session: Session, *, verify_samples: int = 120, verify_seconds: int = 3600) -> None:
    """Give a tenant the usual rules that it lacks, and parts to rules whose part was unknown until now."""
    known = {rule.failure_group: rule for rule in repository.rules(session) if rule.model is None}
    parts = stock.parts_by_number(session, [rule.part_number for rule in DEFAULTS if rule.part_number])
    for rule in DEFAULTS:
        part = parts.get(rule.part_number) if rule.part_number else None
        row = known.get(rule.failure_group)
        if row is None:
            first, second, third = rule.priorities
            session.add(
                FailureGroupRule(
                    failure_group=rule.failure_group,
                    skill=rule.skill,
                    skill_level=rule.skill_level,
                    priority_a=first,
                    priority_b=second,
                    priority_c=third,
                    part_id=part.id if part else None,
                    quantity=rule.quantity if part else None,
                    duration_minutes=rule.duration_minutes,
                    work_type=WORK_TYPE,
                    verify_samples=verify_samples,
                    verify_seconds=verify_seconds,
                    text_zh=rule.text_zh,
                    text_en=rule.text_en,
                )
            )
        elif row.part_id is None and part is not None:
            row.part_id, row.quantity = part.id, rule.quantity
    session.flush()


def plan_for(session: Session, found: Suspected, asset: Asset | None) -> Plan:
    """Return what the rules make of a suspicion; without a rule somebody has to look."""
    rule = repository.rule_for(session, found.failure_group, found.model)
    if rule is None:
        ensure_defaults(session)
        rule = repository.rule_for(session, found.failure_group, found.model)
    name = asset.name if asset else found.model
    if rule is None:
        skill, level, priority, minutes = FALLBACK
        return Plan(
            skill=skill,
            skill_level=level,
            priority=_urgency(priority, found.severity),
            duration_minutes=minutes,
            parts=(),
            title=f"{name}: {found.failure_group}",
        )
    by_criticality = {"A": rule.priority_a, "B": rule.priority_b, "C": rule.priority_c}
    parts: tuple[ExpectedPart, ...] = ()
    if rule.part_id is not None and rule.quantity is not None:
        parts = (ExpectedPart(part_id=rule.part_id, quantity=rule.quantity, basis="failure_group"),)
    return Plan(
        skill=rule.skill,
        skill_level=rule.skill_level,
        priority=_urgency(by_criticality[asset.criticality if asset else "B"], found.severity),
        duration_minutes=rule.duration_minutes,
        parts=parts,
        title=f"{name}: {rule.text_zh} / {rule.text_en}",
    )


def proof_of(session: Session, failure_group: str, model: str) -> tuple[int, int]:
    """Return how many samples, over how many seconds, prove a repair."""
    rule = repository.rule_for(session, failure_group, model)
    return (rule.verify_samples, rule.verify_seconds) if rule else (120, 3600)


def note_missed(session: Session, work_order_id: UUID) -> None:
    """Tell the gateway of a failure that a corrective order has confirmed on an asset with a device and no case."""
    order = work.get_order(session, work_order_id)
    asset = assets.get_asset(session, order.asset_id) if order.asset_id else None
    if order.work_type != CORRECTIVE or asset is None or asset.device_id is None:
        return
    topic = tickets.get_ticket(session, order.ticket_id).topic if order.ticket_id else None
    feedback.record_failure(
        session,
        asset.device_id,
        words=(order.finding_failure_mode, topic),
        occurred_at=order.opened_at or order.created_at,
        source_ref=f"work_order:{order.id}",
        note=order.finding_failure_mode or "",
    )


def _urgency(priority: int, severity: int) -> int:
    return max(1, priority - 1) if severity >= SEVERE else priority


def text_of(found: Suspected) -> str:
    """Return what telemetry says, in both languages."""
    lines = [str(found.summary[key]) for key in ("text_zh", "text_en") if found.summary.get(key)]
    return "\n".join(lines)


def open_order(session: Session, ticket: Ticket, asset: Asset, found: Suspected, plan: Plan, *, key: str) -> WorkOrder:
    """Open the work order that a suspicion asks for, once for each `key`, and plan its parts."""
    order = orders.open_work_order(
        session,
        site_id=asset.site_id,
        asset_id=asset.id,
        summary=plan.title,
        description=text_of(found),
        work_type=WORK_TYPE,
        priority=plan.priority,
        skill=plan.skill,
        skill_level=plan.skill_level,
        duration_minutes=plan.duration_minutes,
        expected_parts=plan.parts,
        ticket_id=ticket.id,
        case_id=found.case_id,
        source=OrderSource.CASE,
        source_key=key,
        failure_at=found.failure_at,
        evidence=found.summary,
        at=found.opened_at,
    )
    demand.plan_parts(session, order, at=found.opened_at)
    return order


@dataclass(frozen=True, kw_only=True)
class Words:
    """What a person asks for."""

    summary: str
    description: str
    channel: Channel
    external_id: str | None
    customer_id: UUID | None
    site_id: UUID | None
    asset_id: UUID | None
    priority: int | None


def take_in_words(session: Session, said: Words, *, by: By, at: datetime) -> tuple[Ticket, Proposal]:
    """Open a ticket of what a person says; safety words raise its urgency."""
    proposal = propose(f"{said.summary}\n{said.description}", priority=said.priority)
    ticket, _ = tickets.open_ticket(
        session,
        channel=said.channel,
        external_id=said.external_id,
        summary=said.summary,
        description=said.description,
        customer_id=said.customer_id,
        site_id=said.site_id,
        asset_id=said.asset_id,
        topic=proposal.topic,
        priority=proposal.priority,
        detail={"proposal": asdict(proposal)},
        by=by,
        at=at,
    )
    return ticket, proposal


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a person says about the work that a ticket needs; what is open follows from the words and a template."""

    site_id: UUID | None = None
    asset_id: UUID | None = None
    summary: str | None = None
    work_type: str | None = None
    skill: str | None = None
    skill_level: int | None = None
    priority: int | None = None
    duration_minutes: int | None = None
    labels: tuple[str, ...] | None = None
    promised_at: datetime | None = None
    parts: tuple[tuple[UUID, Decimal], ...] = ()


def convert(session: Session, ticket_id: UUID, wish: Wish, *, actor: Actor, at: datetime) -> WorkOrder:
    """Open a work order for a ticket, with its text and a link back; it cures the cases that wait for one.

    Raises:
        NoSuchTicket: there is none with this id.
        IllegalTicketStep: it has ended.
        TicketIncomplete: nobody has said where, or which skill it takes.
    """
    ticket = tickets.get_ticket(session, ticket_id)
    check_takes_work(ticket.state)
    proposal = propose(f"{ticket.summary}\n{ticket.description}", priority=ticket.priority)
    asset_id = wish.asset_id or ticket.asset_id
    site_id = assets.get_asset(session, asset_id).site_id if asset_id else wish.site_id or ticket.site_id
    start = _start(session, wish, work_type=wish.work_type or proposal.work_type)
    skill = wish.skill or proposal.skill or start.skill
    if site_id is None or skill is None:
        missing = [name for name, value in (("site_id", site_id), ("skill", skill)) if value is None]
        raise TicketIncomplete("A work order needs a place and a skill.", missing=missing)
    if wish.parts:
        stock.parts_by_id(session, [part_id for part_id, _ in wish.parts])
    order = orders.open_work_order(
        session,
        site_id=site_id,
        asset_id=asset_id,
        summary=wish.summary or ticket.summary,
        description=ticket.description,
        work_type=start.work_type,
        priority=wish.priority or min(ticket.priority, start.priority or ticket.priority),
        skill=skill,
        skill_level=wish.skill_level or start.skill_level,
        duration_minutes=wish.duration_minutes or start.duration_minutes,
        expected_parts=_expected(wish, start),
        labels=wish.labels if wish.labels is not None else start.labels,
        ticket_id=ticket.id,
        case_id=ticket.case_id,
        source=OrderSource.AGENT,
        promised_at=wish.promised_at,
        actor=actor,
        at=at,
    )
    repository.give_cases(session, ticket.id, order.id)
    return order


def _start(session: Session, wish: Wish, *, work_type: str) -> Template:
    """Return what an order of a kind of work starts with; without a template an hour of anybody's."""
    catalogue.check_labels(session, wish.labels or ())
    return catalogue.template_of(session, work_type) or Template(
        work_type=work_type,
        name_zh="",
        name_en="",
        duration_minutes=60,
        skill=None,
        skill_level=1,
        priority=None,
        labels=(),
        parts=(),
    )


def _expected(wish: Wish, start: Template) -> list[ExpectedPart]:
    if wish.parts:
        return [ExpectedPart(part_id=key, quantity=number, basis="person") for key, number in wish.parts]
    return [ExpectedPart(part_id=line.part_id, quantity=line.quantity, basis="template") for line in start.parts]
