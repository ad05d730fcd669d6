"""Everything that a report prints, gathered from the rooms as plain JSON values in no language."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from backend.assets import service as assets
from backend.checklists.answers import FILES, Item, has_verdict, to_json
from backend.customers import service as customers
from backend.files.models import LinkRole
from backend.files.service import Attached
from backend.work.lifecycle import Who
from backend.work.models import Visit, WorkOrder
from backend.work.service import checks, evidence, views
from backend.work.service.checks import Checked

Json = dict[str, Any]
STAMPS = ("planned_start", "accepted_at", "travel_started_at", "arrived_at", "work_started_at", "ended_at")


def gather(session: Session, visit: Visit) -> Json:
    """Return the content of a visit's report; the same facts give the same content."""
    order = views.get_order(session, visit.work_order_id)
    (seen,) = views.visit_views(session, [visit], role=Who.SUPERVISOR)
    found = checks.checked(session, visit)
    files = evidence.files_of_visit(session, visit.id)
    return {
        "order": _order(order),
        "visit": {
            "no": visit.visit_no,
            "outcome": visit.outcome,
            "technicians": [member["name"] for member in seen["technicians"]],
            "signed_by": visit.signature_name,
            **{name: _instant(getattr(visit, name)) for name in STAMPS},
        },
        "customer": _customer(session, order),
        "site": _site(session, order),
        "asset": _asset(session, order.asset_id),
        "checklist": found and _checklist(found),
        "parts": [{name: _plain(value) for name, value in line.items()} for line in seen["parts_used"]],
        "finding": {
            name: _plain(value) for name, value in (views.finding_view(order) or {}).items() if value is not None
        },
        "notes": [
            {"text": note.text, "by": note.actor_name, "at": _instant(note.occurred_at)}
            for note in views.notes_of(session, visit.id)
        ],
        "photos": _pictures(files, LinkRole.PHOTO),
        "signatures": _pictures(files, LinkRole.SIGNATURE),
    }


def _plain(value: object) -> Any:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(value) if value is not None else None


def _instant(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None


def _order(order: WorkOrder) -> Json:
    return {
        "number": order.number,
        "summary": order.summary,
        "description": order.description,
        "work_type": order.work_type,
        "priority": order.priority,
        "opened_at": _instant(order.opened_at),
    }


def _customer(session: Session, order: WorkOrder) -> Json:
    customer = customers.get_customer(session, order.customer_id)
    return {"number": customer.number, "name": customer.name, "phone": customer.phone}


def _site(session: Session, order: WorkOrder) -> Json:
    site = customers.get_site(session, order.site_id)
    return {"name": site.name, "address": site.address}


def _asset(session: Session, asset_id: UUID | None) -> Json | None:
    if asset_id is None:
        return None
    asset = assets.get_asset(session, asset_id)
    members = ("asset_no", "name", "maker", "model", "serial")
    return {name: getattr(asset, name) for name in members} | {"path": assets.asset_path(session, asset_id)}


def _checklist(found: Checked) -> Json:
    judged, template = found.judgement, found.template
    shown = set(judged.visible)
    return {
        "code": template.code,
        "version": template.version,
        "name_zh": template.name_zh,
        "name_en": template.name_en,
        "pass_mark": template.pass_mark,
        "score": _plain(judged.score),
        "passed": judged.passed,
        "lines": [_line(found, item) for item in found.items if item.key in shown],
    }


def _line(found: Checked, item: Item) -> Json:
    row = found.rows.get(item.key)
    pictures = [one.file.sha256 for one in found.files if one.link.item == item.key]
    value = None if row is None or item.type in FILES else row.value
    answered = value is not None or bool(pictures and item.type in FILES)
    verdict = None if not answered or not has_verdict(item) else item.key not in found.judgement.failed
    return {
        "key": item.key,
        "text_zh": item.text_zh,
        "text_en": item.text_en,
        "type": item.type.value,
        "value": value,
        "unit": item.unit,
        "min": None if item.min is None else to_json(item.min),
        "max": None if item.max is None else to_json(item.max),
        "passed": verdict,
        "note": row.note if row else None,
        "files": pictures,
    }


def _pictures(files: Sequence[Attached], role: LinkRole) -> list[Json]:
    return [
        {
            "sha256": one.file.sha256,
            "file_id": str(one.file.id),
            "item": one.link.item,
            "caption": one.link.caption,
            "by": one.link.linked_by_name,
            "at": _instant(one.link.linked_at),
            "taken_local": one.file.evidence.get("taken_local"),
        }
        for one in files
        if one.link.role is role
    ]
