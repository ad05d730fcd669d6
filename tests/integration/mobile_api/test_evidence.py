"""A phone sees the case behind its own visits: picture, similar cases, parts to bring."""

from datetime import timedelta
from uuid import UUID
from xml.etree import ElementTree

from iot_gateway.service import cases
from iot_gateway.service.cases import Suspicion
from kernel import clock
from kernel.db import transaction
from tests.integration.backend.work.scene import HOUR, a_visit, an_order
from tests.integration.mobile_api.field import Field, Phone


def a_visit_for_a_case(field: Field, *, case: bool = True) -> UUID:
    """Commit an order, behind it a case if wanted, and a dispatched visit of chen's."""
    with transaction(tenant_id=field.tenant) as session:
        now = clock.now()
        suspicion = Suspicion(
            device_id=field.scene.device, failure_group="bearing", model="pump", severity=2, opened_at=now,
            started_at=now - timedelta(hours=4), window=None, low_confidence=False,
            summary={"metric": "vibration_mm_s", "observed": 7.0, "expected": 2.0, "high": 3.0},
        )  # fmt: skip
        case_id = cases.open_case(session, suspicion)[0] if case else None
        order = an_order(session, field.scene, case_id=case_id, at=field.start)
        return a_visit(session, field.scene, order, start=field.start + HOUR, end=field.start + 2 * HOUR).id


def test_a_technician_sees_the_evidence_of_the_own_visit_only(field: Field, phone: Phone) -> None:
    visit_id = a_visit_for_a_case(field)
    gao = Phone(field.tenant, "gao")
    path = f"/visits/{visit_id}"

    picture = phone.client.get(f"{path}/evidence.svg?lang=en&theme=dark")
    advice = phone.client.get(f"{path}/advice")

    assert (picture.status_code, advice.status_code) == (200, 200)
    assert picture.headers["content-type"] == "image/svg+xml"
    assert "Vibration" in str(ElementTree.fromstring(picture.content)[0].text)
    assert advice.json()["similar"] == []
    for leaf in ("evidence.svg", "advice"):
        assert gao.client.get(f"{path}/{leaf}").status_code == 404


def test_an_order_without_a_case_has_no_picture(field: Field, phone: Phone) -> None:
    visit_id = a_visit_for_a_case(field, case=False)

    answer = phone.client.get(f"/visits/{visit_id}/evidence.svg")

    assert (answer.status_code, answer.json()["type"]) == (404, "urn:fieldhand:problem:no-case")
