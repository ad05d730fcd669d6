"""What would be promised: the policy of a case and its due times, without starting a clock."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from backend.sla import calendar as rules
from backend.sla import policies, repository
from backend.sla.errors import NoWorkingTime
from backend.sla.models import ClockKind, SlaPolicy


def promise(
    session: Session,
    *,
    priority: int,
    criticality: str | None,
    customer_id: UUID | None,
    work_type: str | None,
    tier: str | None = None,
    at: datetime,
) -> tuple[SlaPolicy, dict[ClockKind, datetime]]:
    """Return the policy that fits a case, and its due times if that were reported at an instant.

    Raises:
        CustomerUnknown: there is no such customer.
        NoWorkingTime: the policy's calendar has no working time.
    """
    policy = policies.in_force(
        session, priority=priority, criticality=criticality, customer_id=customer_id, work_type=work_type, tier=tier
    )
    calendar = repository.calendar(session, policy.calendar_id)
    try:
        return policy, {
            kind: rules.add(calendar, at, timedelta(minutes=minutes))
            for kind, minutes in policies.targets(policy).items()
        }
    except rules.NeverWorksError as error:
        raise NoWorkingTime("The calendar of the policy has too little working time.") from error
