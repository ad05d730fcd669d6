"""The examples of `docs/sync-protocol.md` are what the server takes and answers."""

import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from backend.assets import meters
from backend.assets.models import MeterKind
from backend.customers.models import Contact
from backend.work.service import orders, scheduling
from kernel.db import transaction
from mobile_api.sync.operations import KINDS
from tests.integration.mobile_api.field import ONE, Field, Json, Phone, the_visit

PAGE = (Path(__file__).resolve().parents[3] / "docs/sync-protocol.md").read_text()
EXAMPLES = dict(re.findall(r"<!-- example: (\w+) -->\n```json\n(.*?)\n```", PAGE, re.DOTALL))
DISPATCHED = datetime.fromisoformat("2026-11-22T08:00:00Z")
VISIT = "01a20000-0000-7000-8000-000000000001"


def example(name: str, field: Field, visit_id: object = VISIT) -> Any:
    """Return an example with the ids and instants of this test's company."""
    scene, written = field.scene, EXAMPLES[name]
    for documented, here in {
        VISIT: visit_id,
        "01a20000-0000-7000-8000-00000000000a": scene.asset,
        "01a20000-0000-7000-8000-00000000000b": scene.device,
        "01a20000-0000-7000-8000-00000000000e": scene.bearing,
        "01a20000-0000-7000-8000-00000000000f": scene.fan,
    }.items():
        written = written.replace(documented, str(here))
    return json.loads(re.sub(r"2026-11-22T[0-9:]+Z", lambda found: shifted(field, found[0]), written))


def shifted(field: Field, instant: str) -> str:
    """Return a documented instant of the day as far behind the dispatch of this test."""
    return (field.start + (datetime.fromisoformat(instant) - DISPATCHED)).isoformat()


def shape(value: Any) -> Any:
    """Return the members of an object, of the first object of a list, all the way down."""
    if isinstance(value, dict):
        return {name: shape(member) for name, member in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return None


def test_every_kind_is_documented_with_a_payload_that_fits() -> None:
    payloads = json.loads(EXAMPLES["payloads"])
    rows = re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \|", PAGE, re.MULTILINE)

    assert set(payloads) == set(rows) == set(KINDS)
    for kind, payload in payloads.items():
        KINDS[kind][0].model_validate(payload)


def test_a_visit_has_the_documented_members(field: Field, phone: Phone) -> None:
    with transaction(tenant_id=field.tenant) as session:
        meters.create_meter(
            session, field.scene.asset, code="run_hours", name="运行小时", unit="h", kind=MeterKind.CUMULATIVE
        )
        session.add(Contact(customer_id=field.scene.customer, name="王工", title="设备主管", phone="021-5556"))
    phone.push(field.work(field.visit().id))
    documented = example("visit", field)
    with transaction(tenant_id=field.tenant) as session:
        order = orders.open_work_order(
            session,
            site_id=field.scene.site,
            asset_id=field.scene.asset,
            summary=documented["order"]["summary"],
            work_type="corrective",
            priority=2,
            skill="rotating",
            skill_level=2,
            source=orders.OrderSource.AGENT,
            expected_parts=[orders.ExpectedPart(part_id=field.scene.bearing, quantity=ONE, basis="person")],
            at=field.start,
        )
        held = [(field.scene.bearing, field.scene.vans[field.scene.chen], ONE)]
        visit = scheduling.schedule_visit(
            session,
            order.id,
            technician_ids=[field.scene.chen],
            start=field.start + timedelta(hours=1),
            end=field.start + timedelta(hours=2),
            reserve=held,
            at=field.start,
        )
        scheduling.dispatch_visit(session, visit.id, at=field.start)
    assert the_visit(phone.day(), visit.id)["state"] == documented["state"]
    work = field.work(visit.id)
    phone.push([operation for operation in work if operation["kind"] in {"parts.use", "note.add"}] + work[5:6])

    shown = the_visit(phone.day(), visit.id)

    assert shape(shown) == shape(documented)
    assert shown["checklist"]["items"] == documented["checklist"]["items"]
    assert shown["answers"] == documented["answers"]


def test_a_pull_has_the_documented_members(field: Field, phone: Phone) -> None:
    documented = json.loads(EXAMPLES["pull"])

    page = phone.pull(phone.pull(documented["cursor"])["cursor"])

    assert set(page) == set(documented)
    assert set(page["upserts"]) == set(documented["upserts"])
    assert set(page["deletes"]) == set(documented["deletes"])


def test_the_documented_batch_has_the_documented_results(field: Field, phone: Phone) -> None:
    visit = field.visit(reserve=True)

    answer = phone.client.post("/sync/operations", json=example("batch", field, visit.id))

    assert answer.status_code == 200
    results: list[Json] = answer.json()["results"]
    told = [{name: line[name] for name in ("client_op_id", "status", "reason")} for line in results]
    assert told == example("results", field)["results"]
    assert set(results[0]) == {"client_op_id", "status", "reason", "problem", "entity"}
    assert set(results[0]["entity"]) == {"kind", "id", "state", "version"}
    assert results[-1]["entity"]["state"] == "completed"


def test_the_documented_conflict(field: Field, phone: Phone) -> None:
    visit = field.visit()
    documented = example("conflict", field, visit.id)
    with transaction(tenant_id=field.tenant) as session:
        scheduling.unschedule_visit(session, visit.id, at=field.start)
    travel = field.operation(visit.id, "visit.travel") | {"client_op_id": documented["client_op_id"]}

    (result,) = phone.push([travel])

    result["entity"]["version"] = documented["entity"]["version"]
    assert result == documented


@pytest.mark.parametrize(
    ("name", "path", "status"), [("positions", "/positions", 200), ("push", "/push/registrations", 201)]
)
def test_positions_and_push_are_taken_as_documented(
    field: Field, phone: Phone, name: str, path: str, status: int
) -> None:
    answer = phone.client.post(path, json=example(name, field))

    assert answer.status_code == status, answer.text
    members = re.search(rf"<!-- example: {name} -->.*?The answer is `{{(.*?)}}`", PAGE, re.DOTALL)
    assert members is not None
    assert set(answer.json()) == set(re.findall(r'"(\w+)"', members[1]))


def test_documented_reasons_are_slugs_of_refusals() -> None:
    from kernel.errors import Problem

    def slugs(kind: type[Problem]) -> set[str]:
        return {kind.slug}.union(*(slugs(other) for other in kind.__subclasses__()))

    tables = re.findall(r"^\| `reason` \| when \|\n\|---\|---\|\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    named = {
        slug
        for table in tables
        for line in table.splitlines()
        for slug in re.findall(r"`([a-z-]+)`", line.split("|")[1])
    }

    assert len(tables) == 2
    assert named <= slugs(Problem)
