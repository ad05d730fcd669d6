"""How assets failed: over a span of time, and what came back."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from backend.assets import record_rows
from backend.assets.models import FailureRecord

RECURRING_DAYS = 90
"""The same mode on the same asset within so many days has not been cured."""


def failures_between(session: Session, asset_id: UUID, *, since: datetime, until: datetime) -> Sequence[FailureRecord]:
    """Return the failures of an asset that were found in a span, in the order of time."""
    return record_rows.failures_between(session, asset_id, since=since, until=until)


def former_failures(session: Session, records: Sequence[FailureRecord]) -> dict[UUID, datetime]:
    """Return when the same mode failed on the same asset before, of those records that are recurring."""
    return record_rows.former_failures(session, records, within_days=RECURRING_DAYS)
