"""Certificates that come to their end: who has them, and who is told in time."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row
from sqlalchemy.orm import Session

from backend.identity import service as identity
from backend.notifications import service as notifications
from backend.notifications.service import Words
from backend.technicians import repository
from backend.technicians.models import Technician, TechnicianSkill
from kernel.auth import Role
from kernel.db import Tenant, tenant_of

REMINDERS = (7, 30)
"""Days before the end at which the technician and the supervisors are told, once each; the nearest first."""
BATCH = 200


def expiring(session: Session, *, today: date, days: int, limit: int) -> Sequence[Row[Technician, TechnicianSkill]]:
    """Return the certificates of active technicians that end within some days, the next to end first."""
    return repository.expiring(session, since=today, until=today + timedelta(days=days), limit=limit)


def remind(session: Session, *, at: datetime) -> int:
    """Tell of certificates that end soon, each once per step of `REMINDERS`; return how many were told of.

    What is near its end when it is noted is told of at once, by the nearest step only.
    """
    zone = session.get_one(Tenant, tenant_of(session)).time_zone
    today = at.astimezone(ZoneInfo(zone)).date()
    done = 0
    for days in REMINDERS:
        rows = repository.to_remind(session, since=today, until=today + timedelta(days=days), days=days, limit=BATCH)
        supervisors = [user.id for user in identity.users_of_role(session, Role.SUPERVISOR)] if rows else []
        for person, skill in rows:
            _tell(session, person, skill, days=days, supervisors=supervisors, at=at)
            skill.reminded_days = days
            done += 1
        session.flush()
    return done


def _tell(
    session: Session,
    person: Technician,
    skill: TechnicianSkill,
    *,
    days: int,
    supervisors: Sequence[UUID],
    at: datetime,
) -> None:
    what = skill.certificate or skill.skill
    notifications.notify(
        session,
        key=f"certificate:{skill.id}:{skill.expires_on}:{days}",
        kind="technician.certificate",
        words=Words(
            title_zh=f"证书即将到期:{what}",
            title_en=f"Certificate ends soon: {what}",
            body_zh=f"{person.name} 的 {what} 有效期至 {skill.expires_on}",
            body_en=f"{what} of {person.name} holds until {skill.expires_on}",
        ),
        technician_ids=[person.id],
        user_ids=supervisors,
        data={"technician_id": str(person.id), "skill": skill.skill},
        at=at,
    )
