"""Queries of intake: rules, and what became of cases."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.intake.models import AssetHold, CaseIntake, FailureGroupRule, Incident
from kernel.db import tenant_of
from kernel.ids import new_id


def rules(session: Session) -> Sequence[FailureGroupRule]:
    """Return all rules by failure group."""
    return session.scalars(
        select(FailureGroupRule).order_by(FailureGroupRule.failure_group, FailureGroupRule.model)
    ).all()


def rule_for(session: Session, failure_group: str, model: str) -> FailureGroupRule | None:
    """Return the rule of a failure group, the model's own before the general one."""
    return session.scalar(
        select(FailureGroupRule)
        .where(
            FailureGroupRule.failure_group == failure_group,
            (FailureGroupRule.model == model) | FailureGroupRule.model.is_(None),
        )
        .order_by(FailureGroupRule.model.is_(None))
        .limit(1)
    )


def claim_case(session: Session, case_id: UUID, **values: Any) -> CaseIntake | None:
    """Return a new row for a case; None if another transaction has taken it in. Waits for one that is at it."""
    made = session.scalar(
        insert(CaseIntake)
        .values(id=new_id(), tenant_id=tenant_of(session), case_id=case_id, rolled_up=False, **values)
        .on_conflict_do_nothing(index_elements=["tenant_id", "case_id"])
        .returning(CaseIntake.id)
    )
    return session.get_one(CaseIntake, made) if made else None


def of_case(session: Session, case_id: UUID, *, lock: bool = False) -> CaseIntake | None:
    """Return what became of a case, as it stands now if it is locked."""
    query = select(CaseIntake).where(CaseIntake.case_id == case_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalar(query)


def of_ticket(session: Session, ticket_id: UUID) -> Sequence[CaseIntake]:
    """Return the cases that a ticket holds, the oldest first."""
    return session.scalars(select(CaseIntake).where(CaseIntake.ticket_id == ticket_id).order_by(CaseIntake.id)).all()


def cases_of_order(session: Session, work_order_id: UUID) -> Sequence[UUID]:
    """Return the cases that an order is to cure, in a fixed order for locking."""
    return session.scalars(
        select(CaseIntake.case_id).where(CaseIntake.work_order_id == work_order_id).order_by(CaseIntake.case_id)
    ).all()


def orders_of_cases(session: Session, case_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return by case the order that is to cure it; cases without one are missing."""
    rows = session.execute(
        select(CaseIntake.case_id, CaseIntake.work_order_id).where(
            CaseIntake.case_id.in_(case_ids), CaseIntake.work_order_id.is_not(None)
        )
    )
    return {case_id: order_id for case_id, order_id in rows if order_id is not None}


def cases_of_orders(session: Session, order_ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Return by order the cases that it is to cure, the first one first."""
    found: dict[UUID, list[UUID]] = {}
    for order_id, case_id in session.execute(
        select(CaseIntake.work_order_id, CaseIntake.case_id)
        .where(CaseIntake.work_order_id.in_(order_ids))
        .order_by(CaseIntake.id)
    ):
        if order_id is not None:
            found.setdefault(order_id, []).append(case_id)
    return found


def give_cases(session: Session, ticket_id: UUID, work_order_id: UUID) -> None:
    """Say that an order is to cure the cases of its ticket that no order cures yet."""
    session.execute(
        update(CaseIntake)
        .where(CaseIntake.ticket_id == ticket_id, CaseIntake.work_order_id.is_(None))
        .values(work_order_id=work_order_id)
    )


def pass_on(session: Session, ticket_id: UUID, into_id: UUID) -> None:
    """Give the cases, the held assets and the incidents of a ticket to another."""
    for table in (CaseIntake, AssetHold, Incident):
        session.execute(update(table).where(table.ticket_id == ticket_id).values(ticket_id=into_id))
