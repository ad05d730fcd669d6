"""What was decided about a case, and why: written once for each decision, never changed."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.assets.models import Asset
from backend.intake.models import CaseIntake, DecisionKind, IntakeDecision
from backend.intake.service import Plan, Suspected
from backend.tickets.service import HOUSE, By


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A case that is being decided about: its row, what is suspected, on which asset, and what that asks for."""

    row: CaseIntake
    found: Suspected
    asset: Asset | None
    plan: Plan

    @property
    def at(self) -> datetime:
        """Return when it is decided."""
        return self.found.opened_at


@dataclass(frozen=True, kw_only=True)
class Why:
    """A decision's reason as a code, the figures behind it, and who took it."""

    reason: str
    detail: dict[str, Any] = field(default_factory=dict)
    by: By = HOUSE


def record(
    session: Session, row: CaseIntake, kind: DecisionKind, why: Why, *, at: datetime, opened: bool = False
) -> None:
    """Write a decision down; `opened`: it made a ticket, which counts against the budget."""
    session.add(
        IntakeDecision(
            case_id=row.case_id,
            seq=count(session, row.case_id) + 1,
            at=at,
            kind=kind,
            reason=why.reason,
            detail=why.detail,
            opened=opened,
            ticket_id=row.ticket_id,
            site_id=row.site_id,
            actor_id=why.by.actor_id,
            actor_name=why.by.name,
        )
    )
    session.flush()


def count(session: Session, case_id: UUID) -> int:
    """Return how many decisions there were about a case."""
    query = select(func.count()).select_from(IntakeDecision).where(IntakeDecision.case_id == case_id)
    return session.scalar(query) or 0


def of_case(session: Session, case_id: UUID, *, limit: int = 100) -> list[IntakeDecision]:
    """Return the decisions about a case in their order."""
    query = select(IntakeDecision).where(IntakeDecision.case_id == case_id).order_by(IntakeDecision.seq).limit(limit)
    return list(session.scalars(query))
