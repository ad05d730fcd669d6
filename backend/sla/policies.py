"""The terms of promises: policies by case, in versions."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, time
from uuid import UUID

from sqlalchemy.orm import Session

from backend.customers import service as customers
from backend.sla import repository, terms
from backend.sla.errors import NoWorkingTime, PolicyTaken, PolicyUnknown, StaleTerms
from backend.sla.models import ClockKind, PauseReason, SlaPolicy
from kernel import audit
from kernel.ids import new_id

OFFICE_CODE = "office"
OFFICE_ZONE = "Asia/Shanghai"
OFFICE_HOURS = ((time(8, 30), time(12)), (time(13, 30), time(17, 30)))
DEFAULT_TARGETS = {1: (15, 120, 240), 2: (30, 240, 480), 3: (60, 480, 960), 4: (240, 1440, 2400)}
"""Minutes of response, on site and restore by priority."""
DEFAULT_PAUSES: Mapping[PauseReason, tuple[ClockKind, ...]] = {
    PauseReason.CUSTOMER: tuple(ClockKind),
    PauseReason.NO_ACCESS: (ClockKind.RESTORE,),
    PauseReason.WEATHER: (ClockKind.RESTORE,),
}
"""What is at the customer's account, or nobody's; parts, approval and safety are the house's own business."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What is promised, and to whom; None: to all that have no policy of their own."""

    name: str = ""
    priority: int
    criticality: str | None = None
    customer_id: UUID | None = None
    tier: str | None = None
    work_type: str | None = None
    response_minutes: int
    on_site_minutes: int
    restore_minutes: int
    calendar_id: UUID | None = None
    ladder_id: UUID | None = None
    pauses: Mapping[PauseReason, Sequence[ClockKind]] = field(default_factory=lambda: DEFAULT_PAUSES)


def targets(policy: SlaPolicy) -> dict[ClockKind, int]:
    """Return the promised minutes by clock."""
    return {
        ClockKind.RESPONSE: policy.response_minutes,
        ClockKind.ON_SITE: policy.on_site_minutes,
        ClockKind.RESTORE: policy.restore_minutes,
    }


def in_force(
    session: Session,
    *,
    priority: int,
    criticality: str | None,
    customer_id: UUID | None,
    work_type: str | None,
    tier: str | None = None,
) -> SlaPolicy:
    """Return the policy of a case: the customer's own first, then the tier's, the work type's, the criticality's.

    A tier that is given, as by a contract, stands in place of the customer's.

    Raises:
        CustomerUnknown: there is no such customer.
        NoWorkingTime: no policy is known for the priority.
    """
    if customer_id is not None:
        tier = tier or customers.get_customer(session, customer_id).tier
    case = {"customer_id": customer_id, "tier": tier, "work_type": work_type, "criticality": criticality}
    found = repository.policy(session, priority=priority, case=case)
    if found is None:
        ensure_defaults(session)
        found = repository.policy(session, priority=priority, case=case)
    if found is None:
        raise NoWorkingTime(f"No policy is known for priority {priority}.", priority=priority)
    return found


def create_policy(session: Session, draft: Draft, *, by: UUID | None = None) -> SlaPolicy:
    """Add a policy; clocks that run already keep the terms that they started with.

    Raises:
        PolicyTaken: another one is for the same case.
        CalendarUnknown, LadderUnknown, CustomerUnknown: they do not exist here.
    """
    _check(session, draft, but=None)
    return _write(session, draft, policy_id=new_id(), version=1, by=by)


def replace_policy(
    session: Session, policy_id: UUID, draft: Draft, *, expected_version: int, at: datetime, by: UUID | None = None
) -> SlaPolicy:
    """Let a new version take the place of a policy; clocks that run already keep the terms that they started with.

    Raises:
        PolicyUnknown: there is no such policy in force.
        StaleTerms: it changed since it was read.
        PolicyTaken: another one is for the same case.
        CalendarUnknown, LadderUnknown, CustomerUnknown: they do not exist here.
    """
    former = _current(session, policy_id, expected_version)
    _check(session, draft, but=policy_id)
    former.replaced_at = at
    session.flush()
    return _write(session, draft, policy_id=policy_id, version=former.version + 1, by=by)


def withdraw_policy(
    session: Session, policy_id: UUID, *, expected_version: int, at: datetime, by: UUID | None = None
) -> None:
    """Let a policy be in force no more; its case falls to the next one that fits.

    Raises:
        PolicyUnknown: there is no such policy in force.
        StaleTerms: it changed since it was read.
    """
    row = _current(session, policy_id, expected_version)
    row.replaced_at = at
    audit.record(session, action="sla_policy.withdraw", subject="sla_policy", subject_id=policy_id, actor_id=by)
    session.flush()


def _current(session: Session, policy_id: UUID, expected_version: int) -> SlaPolicy:
    row = repository.policy_in_force(session, policy_id)
    if row is None:
        raise PolicyUnknown("No policy in force has this id.", policy_id=policy_id)
    if row.version != expected_version:
        raise StaleTerms("The policy was changed since you read it.", version=row.version)
    return row


def _check(session: Session, draft: Draft, *, but: UUID | None) -> None:
    if draft.calendar_id is not None:
        terms.get_calendar(session, draft.calendar_id)
    if draft.ladder_id is not None:
        repository.ladder(session, draft.ladder_id)
    if draft.customer_id is not None:
        customers.get_customer(session, draft.customer_id)
    case = {name: getattr(draft, name) for name in ("priority", "criticality", "customer_id", "tier", "work_type")}
    other = repository.exact_policy(session, case)
    if other is not None and other.policy_id != but:
        raise PolicyTaken("There is a policy for this case already.", policy_id=other.policy_id)


def _write(session: Session, draft: Draft, *, policy_id: UUID, version: int, by: UUID | None) -> SlaPolicy:
    values = asdict(draft)
    values["pauses"] = {reason: list(clocks) for reason, clocks in draft.pauses.items() if clocks}
    row = SlaPolicy(**values, policy_id=policy_id, version=version)
    session.add(row)
    detail = {"version": version}
    audit.record(
        session, action="sla_policy.write", subject="sla_policy", subject_id=policy_id, actor_id=by, detail=detail
    )
    session.flush()
    return row


def list_policies(session: Session) -> Sequence[SlaPolicy]:
    """Return the policies in force by priority, the most special first."""
    return repository.policies(session)


def versions(session: Session, policy_id: UUID) -> Sequence[SlaPolicy]:
    """Return the versions of a policy, the latest first.

    Raises:
        PolicyUnknown: there is none with this id.
    """
    found = repository.policy_versions(session, policy_id)
    if not found:
        raise PolicyUnknown("No policy has this id.", policy_id=policy_id)
    return found


def ensure_defaults(session: Session) -> None:
    """Give a tenant without policies the usual ones: round the clock for priority 1, office hours for the others."""
    known = {policy.priority for policy in repository.policies(session) if repository.is_for_all(policy)}
    if known >= set(DEFAULT_TARGETS):
        return
    office = repository.calendar_by_code(session, OFFICE_CODE) or terms.create_calendar(
        session,
        OFFICE_CODE,
        name="工作时间 / Office hours",
        time_zone=OFFICE_ZONE,
        weekly=[(weekday, starts, ends) for weekday in range(5) for starts, ends in OFFICE_HOURS],
    )
    for priority, (response, on_site, restore) in DEFAULT_TARGETS.items():
        if priority not in known:
            draft = Draft(
                priority=priority,
                response_minutes=response,
                on_site_minutes=on_site,
                restore_minutes=restore,
                calendar_id=None if priority == 1 else office.id,
            )
            create_policy(session, draft)
