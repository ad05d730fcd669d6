"""Readings: what a completed visit's checklist read goes to the meters of its assets."""

from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from backend.assets import meters
from backend.assets.meters import Read
from backend.assets.models import ReadingSource
from backend.work import repository
from backend.work.lifecycle import VisitState
from backend.work.service import checks
from kernel.log import get_logger

log = get_logger()


def read_meters(session: Session, visit_id: UUID) -> None:
    """Write the readings of a completed visit to the meters that its checklist names; once more changes nothing.

    Only items that are shown count, and only their last answers. What a meter cannot have shown is kept there with its
    fault; a meter that the asset does not have is told in the log.

    Raises:
        NoSuchVisit: there is none with this id.
    """
    visit = repository.visit(session, visit_id)
    found = checks.checked(session, visit)
    if found is None or visit.state is not VisitState.COMPLETED:
        return
    order = repository.order(session, visit.work_order_id)
    items = {item.key: item for item in found.items}
    for key in found.judgement.visible:
        item, answer = items[key], found.rows.get(key)
        asset_id = item.asset_id or order.asset_id
        if item.meter is None or answer is None or asset_id is None:
            continue
        meter = meters.meter_of(session, asset_id, item.meter)
        if meter is None:
            log.warning("reading_without_a_meter", visit_id=str(visit_id), item=key, meter=item.meter)
            continue
        read = Read(
            value=Decimal(answer.value),
            at=answer.occurred_at,
            source=ReadingSource.VISIT,
            note=answer.note or "",
            actor_id=answer.actor_id,
            client_op_id=answer.client_op_id,
        )
        meters.record_reading(session, meter.id, read, received_at=answer.received_at)
