"""What the order's page and the phone show of a case: picture, similar past cases, skill and parts, planned demand."""

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID
from xml.etree import ElementTree

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.intake import handlers
from backend.intake import routes as intake
from backend.intake.models import FailureGroupRule
from backend.work.lifecycle import VisitAction
from backend.work.service import orders, reports
from inventory import service as stock
from iot_gateway.events import CaseOpened
from iot_gateway.routes import cases as case_routes
from iot_gateway.service import cases, devices
from iot_gateway.service.cases import Suspicion, Window
from kernel import clock
from kernel.auth import Role
from kernel.db import transaction
from tests.integration.backend.callers import TestClient, a_client
from tests.integration.backend.intake.test_cases import order_of
from tests.integration.backend.work.scene import (
    Scene,
    a_scene,
    a_visit,
    desk,
    do_visit,
    fill,
    phone_of,
    reported,
    step,
)

SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class Company:
    """A tenant with its scene, committed."""

    tenant: UUID
    scene: Scene

    def client(self, role: Role = Role.DISPATCHER) -> TestClient:
        return a_client(self.tenant, role, intake, case_routes)

    def case(self, device: UUID | None = None, *, group: str = "bearing", vibration: float = 7.0) -> CaseOpened:
        """Open a case and have it taken in."""
        with transaction(tenant_id=self.tenant) as session:
            return self._case(session, device or self.scene.device, group, vibration)

    def _case(self, session: Session, device: UUID, group: str, vibration: float) -> CaseOpened:
        now = clock.now()
        window = Window(p10_at=now + timedelta(hours=9), p50_at=now + timedelta(days=2), p90_at=now + timedelta(days=5))
        found = Suspicion(
            device_id=device,
            failure_group=group,
            model="pump",
            severity=2,
            opened_at=now,
            started_at=now - timedelta(hours=5),
            window=window,
            low_confidence=False,
            summary={
                "metric": "vibration_mm_s",
                "unit": "mm/s",
                "observed": vibration,
                "expected": 2.0,
                "high": 3.0,
                "shares": {"vibration_mm_s": 0.9, "bearing_temp_c": 0.1},
            },
        )
        case_id, _ = cases.open_case(session, found)
        event = CaseOpened(
            case_id=case_id,
            device_id=device,
            failure_group=group,
            model="pump",
            severity=2,
            opened_at=now,
            started_at=found.started_at,
            low_confidence=False,
            summary=dict(found.summary),
            p10_at=window.p10_at,
            p50_at=window.p50_at,
            p90_at=window.p90_at,
        )
        handlers.open_on_case(session, event)
        return event

    def past(self, *parts: UUID, vibration: float = 7.0, finding: str = "confirmed") -> tuple[UUID, str]:
        """Open a case, do its order with some parts and close both; return the case and the order's number."""
        event = self.case(vibration=vibration)
        with transaction(tenant_id=self.tenant) as session:
            order, scene, phone = order_of(session, event), self.scene, phone_of(self.scene.chen)
            visit = a_visit(session, scene, order)
            do_visit(session, visit.id, phone, until=VisitAction.START)
            for part in parts:
                reports.use_part(session, visit.id, part_id=part, quantity=Decimal(1), by=reported(phone))
            said = {"result": finding, "failure_mode": "bearing", "cause": "wear", "activity": "replace"}
            step(session, visit.id, VisitAction.COMPLETE, phone, 60, payload={"finding": said})
            orders.verify(session, order.id, actor=desk(), at=clock.now())
            orders.close(session, order.id, actor=desk(), at=clock.now())
            cases.close_case(session, event.case_id, finding=finding, at=clock.now())
            return event.case_id, order.number


@pytest.fixture
def company(tenant: UUID) -> Company:
    return a_company(tenant)


def a_company(tenant: UUID) -> Company:
    with transaction(tenant_id=tenant) as session:
        scene = a_scene(session)
        seal = stock.create_part(session, number="SEAL-20", name="Seal")
        fill(session, scene.vans[scene.chen], scene.bearing, 20)
        fill(session, scene.vans[scene.chen], seal.id, 20)
        return Company(tenant, replace(scene, fan=seal.id))


def test_similar_past_cases_tell_what_fixed_them_the_closest_first(company: Company, other_tenant: UUID) -> None:
    seal, bearing = company.scene.fan, company.scene.bearing
    near, number = company.past(bearing, seal, vibration=7.5)
    false, _ = company.past(vibration=3.5, finding="no_fault_found")
    company.case(group="filter")
    event = company.case(vibration=7.0)

    found = company.client().get(f"/cases/{event.case_id}/advice").json()

    assert [UUID(one["case_id"]) for one in found["similar"]] == [near, false]
    first, second = found["similar"]
    assert (first["order_number"], first["finding"], first["cause"], first["activity"]) == (
        number,
        "confirmed",
        "wear",
        "replace",
    )
    assert sorted(part["part_number"] for part in first["parts_used"]) == ["BRG-6205", "SEAL-20"]
    assert second["parts_used"] == []
    assert first["distance"] < second["distance"]
    assert (found["skill"], found["skill_level"], found["skill_basis"]) == ("rotating", 2, "failure_group")
    assert [(part["part_number"], part["basis"]) for part in found["parts"]] == [("BRG-6205", "failure_group")]
    assert company.client(Role.TECHNICIAN).get(f"/cases/{event.case_id}/advice").status_code == 200
    assert a_client(other_tenant, Role.ADMIN, intake).get(f"/cases/{event.case_id}/advice").status_code == 404


def test_parts_that_closed_cases_took_are_learned_and_no_more_than_five_cases_shown(company: Company) -> None:
    seal, bearing = company.scene.fan, company.scene.bearing
    for parts in ((bearing, seal), (bearing, seal), (bearing,), (), (), ()):
        company.past(*parts)
    event = company.case()

    found = company.client().get(f"/cases/{event.case_id}/advice").json()

    assert len(found["similar"]) == 5
    assert found["confirmed"] == 6
    assert [(part["part_number"], part["basis"], part["used_in"]) for part in found["parts"]] == [
        ("BRG-6205", "failure_group", 3),
        ("SEAL-20", "closed_cases", 2),
    ]


def test_without_a_rule_skill_and_parts_come_from_closed_cases(company: Company) -> None:
    for _ in range(3):
        company.past(company.scene.fan)
    with transaction(tenant_id=company.tenant) as session:
        for rule in session.scalars(select(FailureGroupRule).where(FailureGroupRule.failure_group == "bearing")):
            session.delete(rule)
        session.flush()
        made, _ = devices.provision_device(session, name="spare-pump", model="pump", sampling_seconds=60)
        case_id, _ = cases.open_case(
            session,
            Suspicion(
                device_id=made.id, failure_group="bearing", model="pump", severity=1, opened_at=clock.now(),
                started_at=clock.now(), window=None, low_confidence=True, summary={"metric": "vibration_mm_s"},
            ),
        )  # fmt: skip

    found = company.client().get(f"/cases/{case_id}/advice").json()

    assert (found["skill"], found["skill_basis"]) == ("rotating", "closed_cases")
    assert [(part["part_number"], part["basis"]) for part in found["parts"]] == [("SEAL-20", "closed_cases")]


def test_planned_demand_names_the_order_and_the_case_behind_it(company: Company, other_tenant: UUID) -> None:
    event = company.case()
    with transaction(tenant_id=company.tenant) as session:
        number = order_of(session, event).number
        stock.plan_demand(
            session, source_ref="plan:1", part_id=company.scene.fan, quantity=Decimal(2),
            due_on=(clock.now() + timedelta(days=90)).date(),
        )  # fmt: skip

    pages = [company.client().get("/planned-demand", params={"limit": 1}).json()]
    pages.append(company.client().get("/planned-demand", params={"cursor": pages[0]["next_cursor"]}).json())
    by_part = company.client().get("/planned-demand", params={"part_id": str(company.scene.bearing)}).json()["items"]
    until = company.client().get("/planned-demand", params={"until": "2020-01-01"}).json()["items"]

    [first], [second] = (page["items"] for page in pages)
    assert (first["part_number"], first["order_number"], first["quantity"]) == ("BRG-6205", number, "1.0000")
    assert first["case_ids"] == [str(event.case_id)]
    assert (second["source_ref"], second["work_order_id"], second["case_ids"]) == ("plan:1", None, [])
    assert pages[1]["next_cursor"] is None
    assert (by_part, until) == ([first], [])
    assert a_client(other_tenant, Role.ADMIN, intake).get("/planned-demand").json()["items"] == []


def test_the_picture_is_drawn_in_the_readers_language_and_runs_nothing(company: Company, other_tenant: UUID) -> None:
    path = f"/cases/{company.case().case_id}/evidence.svg"

    english = company.client().get(path, headers={"Accept-Language": "en-GB"})
    chosen = company.client().get(path, params={"lang": "zh", "theme": "dark"}, headers={"Accept-Language": "en"})
    odd = company.client().get(path, params={"theme": "pink"})
    foreign = a_client(other_tenant, Role.ADMIN, case_routes).get(path)

    assert english.headers["content-type"] == "image/svg+xml"
    assert english.headers["content-language"] == "en"
    assert english.headers["content-security-policy"] == "default-src 'none'; sandbox"
    title = ElementTree.fromstring(english.content).findtext(f"{SVG}title")
    assert title is not None
    assert title.endswith(": Vibration in mm/s")
    chinese = ElementTree.fromstring(chosen.content)
    assert "振动（mm/s）" in str(chinese.findtext(f"{SVG}title"))
    assert "失效" in str(chinese.findtext(f"{SVG}desc"))
    assert chosen.text != english.text
    assert (odd.status_code, foreign.status_code) == (422, 404)
