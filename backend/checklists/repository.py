"""Queries over checklist templates."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from backend.checklists.models import ChecklistTemplate


def template(session: Session, template_id: UUID, *, lock: bool = False) -> ChecklistTemplate | None:
    """Return one version of a checklist."""
    return session.get(ChecklistTemplate, template_id, with_for_update=lock or None)


def version(session: Session, code: str, number: int) -> ChecklistTemplate | None:
    """Return a checklist by code and version."""
    return session.scalar(
        select(ChecklistTemplate).where(ChecklistTemplate.code == code, ChecklistTemplate.version == number)
    )


def last_version(session: Session, code: str) -> int:
    """Return the highest version of a code; 0 if there is none."""
    return session.scalar(select(func.max(ChecklistTemplate.version)).where(ChecklistTemplate.code == code)) or 0


def current(session: Session, code: str) -> ChecklistTemplate | None:
    """Return the version of a code that is in use."""
    return session.scalar(
        select(ChecklistTemplate).where(
            ChecklistTemplate.code == code,
            ChecklistTemplate.published_at.is_not(None),
            ChecklistTemplate.retired_at.is_(None),
        )
    )


def best(session: Session, *, asset_class: str | None, work_type: str | None) -> ChecklistTemplate | None:
    """Return the checklist in use that fits most closely: the class counts for more than the kind of work."""
    kind, work = ChecklistTemplate.asset_class, ChecklistTemplate.work_type
    return session.scalar(
        select(ChecklistTemplate)
        .where(
            ChecklistTemplate.published_at.is_not(None),
            ChecklistTemplate.retired_at.is_(None),
            or_(kind.is_(None), kind == asset_class),
            or_(work.is_(None), work == work_type),
        )
        .order_by(kind.nulls_last(), work.nulls_last(), ChecklistTemplate.code)
        .limit(1)
    )


def templates(
    session: Session, *, in_use: bool, after: tuple[str, int] | None, limit: int
) -> Sequence[ChecklistTemplate]:
    """Return checklists by code and version, behind a key."""
    code, number = ChecklistTemplate.code, ChecklistTemplate.version
    query = select(ChecklistTemplate).order_by(code, number).limit(limit)
    if in_use:
        query = query.where(ChecklistTemplate.published_at.is_not(None), ChecklistTemplate.retired_at.is_(None))
    if after:
        query = query.where(or_(code > after[0], (code == after[0]) & (number > after[1])))
    return session.scalars(query).all()
