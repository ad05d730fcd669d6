"""Meters that a technician reads on a visit: kept in any case, with a fault where they do not fit."""

from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from backend.assets import meters
from backend.assets import service as assets
from backend.assets.metering import Counter
from backend.assets.meters import Read
from backend.assets.models import ReadingSource
from backend.work import repository
from backend.work.errors import BadVisit
from backend.work.service import acting
from backend.work.service.acting import Outcome, Status
from backend.work.service.reports import Reported, changed, check_own


def read_meter(
    session: Session,
    visit_id: UUID,
    *,
    meter_id: UUID,
    value: Decimal,
    replaced_by: Counter | None = None,
    note: str = "",
    by: Reported,
) -> Outcome:
    """Read a meter of an asset at the visit's site, and name the counter that took its place if one did.

    Raises:
        NotYourVisit: the visit is somebody else's.
        MeterUnknown: there is no such meter.
        BadVisit: the meter's asset stands on another site.
        NoCounter: a gauge has no counter to replace.
    """
    visit, order = repository.visit_with_order(session, visit_id)
    if known := acting.replayed(session, visit, by.client_op_id):
        return known
    check_own(session, visit, by.actor)
    meter = meters.get_meter(session, meter_id)
    if assets.get_asset(session, meter.asset_id).site_id != order.site_id:
        raise BadVisit("The meter's asset stands on another site.", asset_id=meter.asset_id)
    said = by.said({})
    read = Read(
        value=value,
        at=said.occurred_at,
        source=ReadingSource.VISIT,
        replaced_by=replaced_by,
        note=note,
        actor_id=by.actor.actor_id,
        client_op_id=by.client_op_id,
    )
    meters.record_reading(session, meter_id, read, received_at=by.received_at)
    changed(session, visit, said)
    return Outcome(Status.APPLIED, visit)
