"""Versions of a checklist, the right one for a job, and the check of answers."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from backend.checklists import routes
from backend.checklists import service as checklists
from backend.checklists.answers import Item, ItemType
from backend.checklists.errors import AlreadyPublished, TemplateUnknown, UnfitAnswer
from backend.checklists.models import ChecklistTemplate
from kernel.auth import Role
from kernel.ids import new_id
from tests.integration.backend.callers import a_client

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
ITEMS = (
    Item(key="sealed", text_zh="无泄漏", text_en="No leak", type=ItemType.BOOL),
    Item(
        key="pressure",
        text_zh="压力",
        text_en="Pressure",
        type=ItemType.NUMBER,
        unit="kPa",
        min=Decimal("200.5"),
        max=Decimal(400),
    ),
    Item(key="note", text_zh="备注", text_en="Note", type=ItemType.TEXT, mandatory=False),
)


def in_use(session: Session, code: str = "c", **other: str) -> ChecklistTemplate:
    made = checklists.create_version(session, code, name_zh="检查", name_en="Check", items=ITEMS, **other)  # type: ignore[arg-type]
    return checklists.publish_version(session, made.id, at=NOON)


def test_a_new_version_takes_the_place_of_the_old_once_it_is_published(session: Session) -> None:
    first = in_use(session)
    second = checklists.create_version(session, "c", name_zh="检查", name_en="Check", items=ITEMS)

    assert second.version == 2
    assert checklists.template_for(session, asset_class="pump", work_type="repair") is first
    checklists.publish_version(session, second.id, at=NOON)
    checklists.publish_version(session, second.id, at=NOON)

    assert checklists.template_for(session, asset_class="pump", work_type="repair") is second
    assert checklists.get_version(session, "c", 1).retired_at == NOON
    with pytest.raises(AlreadyPublished):
        checklists.publish_version(session, first.id, at=NOON)


def test_the_closest_checklist_is_taken(session: Session) -> None:
    general = in_use(session, "any")
    repair = in_use(session, "repair", work_type="repair")
    pump = in_use(session, "pump", asset_class="pump")
    both = in_use(session, "both", asset_class="pump", work_type="repair")

    found = [
        checklists.template_for(session, asset_class=kind, work_type=work)
        for kind, work in (("pump", "repair"), ("pump", "inspect"), ("lift", "repair"), (None, None))
    ]

    assert found == [both, pump, repair, general]


def test_without_a_checklist_there_is_none(session: Session) -> None:
    assert checklists.template_for(session, asset_class="pump", work_type="repair") is None
    with pytest.raises(TemplateUnknown):
        checklists.get_template(session, new_id())


def test_answers_are_checked_against_the_version(session: Session) -> None:
    template = in_use(session)

    assert checklists.items_of(template) == ITEMS
    assert checklists.check_answer(template, "pressure", "250.0", unit="kPa") == Decimal("250.0")
    assert checklists.judge(template, {"sealed": True}).missing == ("pressure",)
    assert checklists.judge(template, {"sealed": False, "pressure": "200.4"}).failed == ("sealed", "pressure")
    with pytest.raises(UnfitAnswer):
        checklists.check_answer(template, "unknown", 1)


def test_over_http(tenant: UUID, other_tenant: UUID) -> None:
    item = {"key": "p", "text_zh": "压力", "text_en": "Pressure", "type": "number", "unit": "kPa", "min": "1.50"}
    body = {"code": "c", "name_zh": "检查", "name_en": "Check", "asset_class": "pump", "items": [item]}
    with a_client(tenant, Role.SUPERVISOR, routes) as supervisor:
        made = supervisor.post("/checklists", json=body)
        url = f"/checklists/{made.json()['id']}"
        twice = supervisor.post("/checklists", json=body | {"items": [item, item]})

        assert (made.status_code, twice.status_code) == (201, 422)
        assert twice.json()["type"] == "urn:fieldhand:problem:checklist-item-unfit"
        assert made.json()["items"][0]["min"] == "1.50"
        assert supervisor.get("/checklists").json()["items"] == []
        assert supervisor.post(f"{url}/publish").status_code == 200
        assert len(supervisor.get("/checklists").json()["items"]) == 1
        assert supervisor.get(url).json()["published_at"] is not None
        assert supervisor.get("/checklists", params={"cursor": "WyJhIiwiYiJd"}).status_code == 422
    with a_client(other_tenant, Role.SUPERVISOR, routes) as stranger:
        assert stranger.get(url).status_code == 404
        assert stranger.post(f"{url}/publish").status_code == 404


def test_a_draft_is_written_anew_compared_and_retired(tenant: UUID) -> None:
    leak = {"key": "leak", "text_zh": "渗漏", "text_en": "Leak", "type": "choice", "choices": ["no", "2"]}
    shown = {"item": "leak", "op": "equals", "value": "2"}
    photo = {"key": "p", "text_zh": "照片", "text_en": "Photo", "type": "photo", "shown_if": shown}
    hours = {"key": "h", "text_zh": "运行小时", "text_en": "Hours", "type": "reading", "meter": "hours", "min": "0"}
    deep = {
        **hours,
        "key": "d",
        "type": "number",
        "meter": None,
        "shown_if": {"item": "h", "op": "over", "value": "9.5"},
    }
    body = {"name_zh": "检查", "name_en": "Check", "items": [leak], "pass_mark": 80, "signature": "drawn"}
    whole = body | {"items": [leak, photo, hours, deep]}
    with a_client(tenant, Role.SUPERVISOR, routes) as supervisor:
        first = supervisor.post("/checklists", json=body | {"code": "c"}).json()
        made = supervisor.post("/checklists", json=body | {"code": "c"}).json()
        url = f"/checklists/{made['id']}"
        written = supervisor.put(url, json=whole)
        circle = whole | {"items": [leak | {"shown_if": {"item": "p", "op": "answered"}}, photo]}
        tried = supervisor.post("/checklists/preview", json=whole | {"answers": {"leak": "2", "h": "10"}}).json()

        assert written.status_code == 200, written.text
        assert written.json()["items"][1]["shown_if"] == shown
        assert supervisor.put(url, json=circle).json()["type"].endswith("checklist-item-unfit")
        assert (tried["visible"], tried["missing"]) == (["leak", "p", "h", "d"], ["p", "d"])
        changes = supervisor.get(f"{url}/changes", params={"since": first["version"]}).json()
        assert (changes["added"], changes["removed"], changes["changed"]) == (["p", "h", "d"], [], {})
        assert supervisor.post(f"{url}/retire").json()["type"].endswith("checklist-not-in-use")
        assert supervisor.post(f"{url}/publish").status_code == 200
        assert supervisor.put(url, json=whole).json()["type"].endswith("checklist-published")
        assert supervisor.post(f"{url}/retire").json()["retired_at"] is not None
        assert supervisor.get("/checklists").json()["items"] == []
