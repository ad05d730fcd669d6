"""Queries of service reports."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from backend.reports.models import ServiceReport


def report(session: Session, report_id: UUID) -> ServiceReport | None:
    """Return a report."""
    return session.get(ServiceReport, report_id)


def latest(session: Session, visit_id: UUID) -> ServiceReport | None:
    """Return the last version of a visit's report."""
    return session.scalar(
        select(ServiceReport).where(ServiceReport.visit_id == visit_id).order_by(ServiceReport.version.desc()).limit(1)
    )


def of_order(session: Session, work_order_id: UUID, *, limit: int) -> Sequence[ServiceReport]:
    """Return the reports of an order, the latest first."""
    query = select(ServiceReport).where(ServiceReport.work_order_id == work_order_id)
    return session.scalars(query.order_by(ServiceReport.id.desc()).limit(limit)).all()


def of_file(session: Session, file_id: UUID) -> ServiceReport | None:
    """Return the report that a file is."""
    clause = or_(ServiceReport.zh_file_id == file_id, ServiceReport.en_file_id == file_id)
    return session.scalar(select(ServiceReport).where(clause).limit(1))
