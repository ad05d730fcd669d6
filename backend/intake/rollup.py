"""Roll-up along the asset tree: a case of an asset joins the open ticket of its parent, child or sibling."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.intake.decisions import Taken, Why, record
from backend.intake.models import AssetHold, CaseIntake, DecisionKind, IntakePolicy, IntakeState
from backend.intake.service import open_order
from backend.tickets import service as tickets
from backend.tickets.lifecycle import OPEN
from backend.tickets.models import Ticket
from backend.work.lifecycle import OrderState
from backend.work.models import WorkOrder
from backend.work.service import demand, orders
from backend.work.service import views as work
from backend.work.service.stages import STILL_TO_PLAN
from kernel.db import tenant_of
from kernel.ids import new_id

TO_BE_DONE = STILL_TO_PLAN | {OrderState.IN_PROGRESS}
"""States of an order that another case of the same failure may still join."""


def join(session: Session, case: Taken, policy: IntakePolicy) -> Ticket | None:
    """Add a case to the open ticket that it belongs to; None if there is none."""
    asset = case.asset
    if asset is None:
        return None
    same = tickets.open_of_topic(session, asset.id, case.found.failure_group)
    if same is not None:
        _take_into(session, case, same, reason="same_failure")
        return same
    held = _open_holds(session, [asset.id, *([asset.parent_id] if asset.parent_id else [])])
    related = relation(held.get(asset.id), held.get(asset.parent_id) if asset.parent_id else None, case, policy)
    if related is None:
        return None
    ticket = tickets.get_ticket(session, related[0])
    _take_into(session, case, ticket, reason=related[1])
    return ticket


def relation(
    own: AssetHold | None, parent: AssetHold | None, case: Taken, policy: IntakePolicy
) -> tuple[UUID, str] | None:
    """Return the ticket that looks after a relative of the asset, and which one; siblings only within their time."""
    if own is not None:
        return own.ticket_id, "same_asset" if own.own else "child"
    if parent is None:
        return None
    if parent.own:
        return parent.ticket_id, "parent"
    apart = abs(case.found.happened_at - parent.last_case_at)
    return (parent.ticket_id, "sibling") if apart <= timedelta(minutes=policy.sibling_minutes) else None


def hold(session: Session, case: Taken, ticket: Ticket) -> None:
    """Say that a ticket looks after an asset from now on, and may be joined from its parent."""
    asset = case.asset
    if asset is None:
        return
    wanted = {asset.id: True, **({asset.parent_id: False} if asset.parent_id else {})}
    values = [
        {
            "id": new_id(),
            "tenant_id": tenant_of(session),
            "asset_id": asset_id,
            "ticket_id": ticket.id,
            "own": own,
            "last_case_at": case.found.happened_at,
        }
        for asset_id, own in sorted(wanted.items())
    ]
    query = insert(AssetHold).values(values)
    still_own = AssetHold.own & (AssetHold.ticket_id == query.excluded.ticket_id)
    session.execute(
        query.on_conflict_do_update(
            index_elements=["tenant_id", "asset_id"],
            set_={
                "ticket_id": query.excluded.ticket_id,
                "own": or_(query.excluded.own, still_own),
                "last_case_at": query.excluded.last_case_at,
            },
        )
    )


def _open_holds(session: Session, asset_ids: Sequence[UUID]) -> Mapping[UUID, AssetHold]:
    rows = session.scalars(
        select(AssetHold).where(AssetHold.asset_id.in_(asset_ids)).execution_options(populate_existing=True)
    )
    return {row.asset_id: row for row in rows if tickets.get_ticket(session, row.ticket_id).state in OPEN}


def _take_into(session: Session, case: Taken, ticket: Ticket, *, reason: str) -> None:
    row, found = case.row, case.found
    detail = {"case_id": str(found.case_id), "relation": reason, "evidence": found.summary}
    if case.asset is not None:
        detail |= {"asset_id": str(case.asset.id), "asset_name": case.asset.name}
    tickets.add_evidence(session, ticket.id, detail=detail, at=case.at)
    tickets.raise_priority(session, ticket.id, priority=case.plan.priority)
    row.ticket_id, row.rolled_up, row.state = ticket.id, True, IntakeState.TICKET
    row.work_order_id = order_for(session, case, ticket).id
    hold(session, case, ticket)
    record(session, row, DecisionKind.ROLLED_UP, Why(reason=reason), at=case.at)


def order_for(session: Session, case: Taken, ticket: Ticket) -> WorkOrder:
    """Return the order that will cure a case: one under way for the same failure, one extended, or one more."""
    known = list(reversed(work.orders_of_ticket(session, ticket.id)))
    return (
        _under_way(session, case, known, same_failure=ticket.topic == case.found.failure_group)
        or _extended(session, case, known)
        or _another(session, case, ticket, count=len(known))
    )


def _under_way(session: Session, case: Taken, known: Sequence[WorkOrder], *, same_failure: bool) -> WorkOrder | None:
    """Return the latest order whose work is still to be done on the asset, made as urgent as the case."""
    asset = case.asset
    for order in known:
        if same_failure and asset is not None and order.asset_id == asset.id and order.state in TO_BE_DONE:
            held = _urgent(session, case, order)
            if held.state in TO_BE_DONE:
                return held
    return None


def _extended(session: Session, case: Taken, known: Sequence[WorkOrder]) -> WorkOrder | None:
    """Return an order of the same skill and site that nobody has planned yet, with what the case asks for added."""
    asset, plan = case.asset, case.plan
    for order in known:
        here = asset is not None and order.site_id == asset.site_id
        if here and order.skill == plan.skill and order.state in orders.EXTENDABLE:
            evidence: dict[str, Any] = {
                "case_id": str(case.found.case_id),
                "asset_name": asset.name if asset else None,
                "failure_group": case.found.failure_group,
                **{key: case.found.summary.get(key) for key in ("metric", "text_zh", "text_en")},
            }
            orders.extend(
                session,
                order.id,
                skill_level=plan.skill_level,
                minutes=plan.duration_minutes,
                parts=plan.parts,
                evidence=evidence,
            )
            held = _urgent(session, case, order)
            demand.plan_parts(session, held, at=case.at)
            return held
    return None


def _another(session: Session, case: Taken, ticket: Ticket, *, count: int) -> WorkOrder:
    if case.asset is None:
        raise LookupError("a case without an asset joins no ticket")
    key = f"case:{case.found.case_id}" if count == 0 else f"case:{case.found.case_id}:{ticket.id}:{count}"
    return open_order(session, ticket, case.asset, case.found, case.plan, key=key)


def _urgent(session: Session, case: Taken, order: WorkOrder) -> WorkOrder:
    return orders.raise_urgency(
        session, order.id, priority=case.plan.priority, failure_at=case.found.failure_at, at=case.at
    )


def standing_order(session: Session, row: CaseIntake) -> WorkOrder | None:
    """Return the order that is to cure a case, unless it fell away."""
    order = work.get_order(session, row.work_order_id) if row.work_order_id is not None else None
    return None if order is None or order.state is OrderState.CANCELLED else order
