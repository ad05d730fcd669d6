"""Devices that are not heard while somebody works on their assets by a plan that says so."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from backend.assets import service as assets
from backend.maintenance import repository
from backend.work.models import Visit
from backend.work.service import views
from iot_gateway.service import devices

LONGER = timedelta(hours=4)
"""How much longer than planned a device stays muted, if nobody says that the work is over."""


def follow_visit(session: Session, visit_id: UUID) -> None:
    """Mute the device of an asset from the arrival of a maintenance visit to its end, as they are known now.

    A window that somebody else has set stays; once more, or in another order, changes nothing.
    """
    visit = views.get_visit(session, visit_id)
    since = visit.arrived_at or visit.work_started_at
    occurrence = repository.occurrence_of_order(session, visit.work_order_id)
    if since is None or occurrence is None or occurrence.asset_id is None:
        return
    if not repository.plan(session, occurrence.plan_id).mute_device:
        return
    device_id = assets.get_asset(session, occurrence.asset_id).device_id
    if device_id is None:
        return
    set_since, set_until = devices.mute_of(session, device_id)
    others = set_since is not None and set_since != since
    if others and (set_until is None or set_until > since):
        return
    devices.mute_device(session, device_id, since=since, until=_until(visit, since))


def _until(visit: Visit, since: datetime) -> datetime:
    if visit.ended_at is not None:
        return max(visit.ended_at, since + timedelta(microseconds=1))
    return max(visit.planned_end, since) + LONGER
