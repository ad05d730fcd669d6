"""Corrective orders: what a checklist found wrong becomes work of its own."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from backend.checklists.answers import Item
from backend.work import repository
from backend.work.models import OrderSource, VisitAnswer, WorkOrder
from backend.work.service import checks, orders

CORRECTIVE = "corrective"


def open_for_failed_items(session: Session, visit_id: UUID, *, at: datetime) -> list[WorkOrder]:
    """Open one order for each asset of which the last answers of a completed visit say that something is wrong.

    It takes the skill and urgency of the order that found it, knows that order, and belongs to no ticket: nobody has
    asked for it yet. Once more changes nothing.

    Raises:
        NoSuchVisit: there is none with this id.
    """
    visit = repository.visit(session, visit_id)
    found = checks.checked(session, visit)
    if found is None:
        return []
    failed = [found.rows[key] for key in found.judgement.failed if key in found.rows]
    found_by = repository.order(session, visit.work_order_id)
    asked = {item.key: item for item in found.items}
    by_asset: dict[UUID | None, list[VisitAnswer]] = {}
    for answer in failed:
        by_asset.setdefault(asked[answer.item].asset_id, []).append(answer)
    return [
        _open(session, found_by, answers, asked, key=_key(visit_id, asset_id), asset_id=asset_id, at=at)
        for asset_id, answers in by_asset.items()
    ]


def _key(visit_id: UUID, asset_id: UUID | None) -> str:
    return f"checklist:{visit_id}" + (f":{asset_id}" if asset_id else "")


def _open(
    session: Session,
    found_by: WorkOrder,
    failed: Sequence[VisitAnswer],
    asked: Mapping[str, Item],
    *,
    key: str,
    asset_id: UUID | None,
    at: datetime,
) -> WorkOrder:
    first = asked[failed[0].item]
    return orders.open_work_order(
        session,
        site_id=found_by.site_id,
        asset_id=asset_id or found_by.asset_id,
        summary=f"{first.text_zh} / {first.text_en}",
        description=_lines(found_by.number, failed, asked),
        work_type=CORRECTIVE,
        priority=found_by.priority,
        skill=found_by.skill,
        skill_level=found_by.skill_level,
        source=OrderSource.RULE,
        source_key=key,
        found_by_id=found_by.id,
        at=at,
    )


def _lines(number: str, failed: Sequence[VisitAnswer], asked: Mapping[str, Item]) -> str:
    lines = [number]
    for answer in failed:
        item = asked[answer.item]
        limits = f" [{item.min if item.min is not None else ''}..{item.max if item.max is not None else ''}]"
        said = "no" if answer.value is False else f"{answer.value} {answer.unit or ''}".rstrip() + limits
        lines.append(f"{item.text_zh} / {item.text_en}: {said}" + (f" ({answer.note})" if answer.note else ""))
    return "\n".join(lines)
