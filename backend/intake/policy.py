"""The policy of a tenant: its row, changed by version, and how much of its budget is spent."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.assets.models import Criticality
from backend.intake.errors import StalePolicy
from backend.intake.models import IntakeDecision, IntakePolicy
from backend.intake.rules import Budget, Spent
from kernel import audit
from kernel.db import Tenant, tenant_of
from kernel.ids import new_id


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a tenant may set; `models.IntakePolicy` says what each means."""

    sibling_minutes: int
    incident_percent: int
    incident_devices: int
    incident_minutes: int
    tickets_per_day: int | None
    tickets_per_week: int | None
    site_tickets_per_day: int | None
    site_tickets_per_week: int | None
    severity_at_once: int
    criticality_at_once: Criticality | None


def get_policy(session: Session, *, lock: bool = False) -> IntakePolicy:
    """Return the tenant's policy, made of the defaults if it has none.

    Whoever decides about a case locks it: decisions of one tenant follow each other, so none is taken on old figures.
    """
    query = select(IntakePolicy)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None:
        values = {"id": new_id(), "tenant_id": tenant_of(session)}
        session.execute(insert(IntakePolicy).values(**values).on_conflict_do_nothing(index_elements=["tenant_id"]))
        found = session.scalars(query).one()
    return found


def set_policy(session: Session, terms: Terms, *, expected_version: int, actor_id: UUID | None = None) -> IntakePolicy:
    """Replace the tenant's policy.

    Raises:
        StalePolicy: it changed since it was read.
    """
    row = get_policy(session, lock=True)
    if row.version != expected_version:
        raise StalePolicy("It was changed since you read it.", expected=expected_version, version=row.version)
    changed = {name: value for name, value in vars(terms).items() if getattr(row, name) != value}
    if changed:
        detail = {name: [getattr(row, name), value] for name, value in changed.items()}
        audit.record(
            session,
            action="intake.policy",
            subject="intake_policy",
            subject_id=row.id,
            actor_id=actor_id,
            detail=detail,
        )
        for name, value in changed.items():
            setattr(row, name, value)
        row.version += 1
        session.flush()
    return row


def budget_of(row: IntakePolicy, *, on_site: bool) -> Budget:
    """Return the part of a policy that limits tickets, with that of a site or without."""
    return Budget(
        tenant_day=row.tickets_per_day,
        tenant_week=row.tickets_per_week,
        site_day=row.site_tickets_per_day if on_site else None,
        site_week=row.site_tickets_per_week if on_site else None,
        severity_at_once=row.severity_at_once,
        criticality_at_once=row.criticality_at_once,
    )


def spent(session: Session, *, site_id: UUID | None, at: datetime) -> Spent:
    """Return how many predictive tickets were opened today and this week, in all and on a site."""
    day, week = day_and_week(session, at)
    here = IntakeDecision.site_id == site_id
    today = IntakeDecision.at >= day
    row = session.execute(
        select(
            func.count().filter(today),
            func.count(),
            func.count().filter(today, here),
            func.count().filter(here),
        ).where(IntakeDecision.at >= week, IntakeDecision.opened)
    ).one()
    if site_id is None:
        return Spent(tenant_day=row[0], tenant_week=row[1], site_day=0, site_week=0)
    return Spent(tenant_day=row[0], tenant_week=row[1], site_day=row[2], site_week=row[3])


def day_and_week(session: Session, at: datetime) -> tuple[datetime, datetime]:
    """Return when the tenant's day and week began: midnight and Monday of its zone."""
    zone = ZoneInfo(session.get_one(Tenant, tenant_of(session)).time_zone)
    midnight = at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight, midnight - timedelta(days=midnight.weekday())
