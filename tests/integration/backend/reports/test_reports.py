"""Reports of completed visits: made once, anew when something changed, mailed, checked."""

import io
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from PIL import Image
from sqlalchemy import select

from backend.checklists import service as checklists
from backend.checklists.answers import Item, ItemType, SignaturePolicy
from backend.customers import service as customers
from backend.files import service as files
from backend.files.models import LinkRole
from backend.mail.models import OutboundMail
from backend.reports import handlers, routes
from backend.reports.models import Cause, ServiceReport
from backend.reports.service import MAKE_JOB
from backend.work.errors import NotFinished
from backend.work.events import VisitReported
from backend.work.lifecycle import VisitAction
from backend.work.service import evidence, reports
from kernel import clock, pki
from kernel.auth import Role
from kernel.db import transaction
from kernel.jobs import Job
from kernel.settings import get_settings
from tests.integration.backend.callers import TestClient, a_client
from tests.integration.backend.work.scene import (
    HOUR,
    NOON,
    a_scene,
    a_visit,
    desk,
    do_visit,
    phone_of,
    reported,
    step,
)  # fmt: skip

ITEMS = (
    Item(
        key="vibration",
        text_zh="振动",
        text_en="Vibration",
        type=ItemType.NUMBER,
        unit="mm/s",
        max=Decimal("4.5"),
        weight=1,
    ),
    Item(key="plate", text_zh="铭牌", text_en="Plate", type=ItemType.PHOTO),
    Item(key="dry", text_zh="无渗漏", text_en="Dry", type=ItemType.BOOL, weight=3, mandatory=False),
)


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[None]:
    pki.make_authority(tmp_path / "ca", name="Test", at=clock.now())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FIELDHAND_CA_DIR", str(tmp_path / "ca"))
        get_settings.cache_clear()
        yield
    get_settings.cache_clear()


@pytest.fixture
def office(tenant: UUID) -> Iterator[TestClient]:
    with a_client(tenant, Role.SUPERVISOR, routes) as client:
        yield client


def a_photo(color: str) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (300, 200), color).save(made, "JPEG")
    return made.getvalue()


def a_done_visit(tenant: UUID) -> UUID:
    """Commit a visit with answers, a photo and a signature, completed at its second try."""
    with transaction(tenant_id=tenant) as session:
        scene = a_scene(session)
        customers.create_contact(session, scene.customer, name="王工", email="wang@example.com", is_primary=True)
        made = checklists.create_version(
            session, "p", name_zh="水泵", name_en="Pump", items=ITEMS, pass_mark=90, signature=SignaturePolicy.DRAWN
        )
        checklists.publish_version(session, made.id, at=NOON)
        visit, chen = a_visit(session, scene), phone_of(scene.chen)
        do_visit(session, visit.id, chen, until=VisitAction.START)
        reports.answer_checklist(session, visit.id, item="vibration", value="5.1", by=reported(chen))
        kept = step(session, visit.id, VisitAction.COMPLETE, chen, 60)
        assert isinstance(kept.problem, NotFinished)
        assert kept.problem.members["missing"] == ["checklist.plate", "signature"]
        for role, item, color in ((LinkRole.PHOTO, "plate", "blue"), (LinkRole.SIGNATURE, "", "white")):
            file = files.put_bytes(session, a_photo(color), name="a.jpg", by=None)
            by = reported(chen, 50)
            evidence.attach_file(session, visit.id, sha256=file.sha256, role=role, item=item, by=by)
        assert str(visit.state) == "completed"
        return visit.id


def run_jobs(tenant: UUID) -> None:
    with transaction(tenant_id=tenant) as session:
        bodies = session.scalars(select(Job.body).where(Job.kind == MAKE_JOB)).all()
    for body in bodies:
        handlers.make(tenant, body)


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", pdf))


def test_a_completed_visit_is_reported_signed_mailed_and_told_from_a_forgery(
    tenant: UUID, office: TestClient, authority: None
) -> None:
    visit_id = a_done_visit(tenant)
    made = office.post(f"/visits/{visit_id}/reports")
    assert made.status_code == 200, made.text
    report = made.json()
    order = report["work_order_id"]
    assert office.post(f"/visits/{visit_id}/reports").json() == report
    assert office.get(f"/work-orders/{order}/reports").json() == [report]

    whole = office.get(f"/reports/{report['id']}").json()["content"]
    pdf = office.get(f"/reports/{report['id']}/pdf", params={"locale": "en"}).content
    checked = office.post("/reports/verify", content=pdf).json()
    forged = office.post("/reports/verify", content=pdf.replace(b"%%EOF", b"%%E0F")).json()

    assert [(line["key"], line["passed"]) for line in whole["checklist"]["lines"]] == [
        ("vibration", False), ("plate", None), ("dry", None),
    ]  # fmt: skip
    assert (whole["checklist"]["score"], whole["checklist"]["passed"]) == ("0", False)
    assert (len(whole["photos"]), len(whole["signatures"])) == (1, 1)
    assert pdf.startswith(b"%PDF")
    assert pages(pdf) >= 1
    assert (checked["signature"], checked["latest_version"], checked["report"]) == ("valid", 1, report)
    assert forged == {"report": None, "latest_version": None, "signature": None}
    with transaction(tenant_id=tenant) as session:
        mail = session.scalars(select(OutboundMail)).one()
        assert (mail.to_address, mail.locale, str(mail.file_id)) == ("wang@example.com", "zh", report["zh_file_id"])
    sent = office.post(f"/reports/{report['id']}/send", json={"to": "li@example.com", "locale": "en"}).json()
    assert (sent["file_id"], sent["locale"]) == (report["en_file_id"], "en")


def test_what_comes_in_late_makes_a_new_version_and_nothing_else_does(tenant: UUID) -> None:
    visit_id = a_done_visit(tenant)
    with transaction(tenant_id=tenant) as session:
        first = handlers.service.make(session, visit_id, cause=Cause.COMPLETED, at=clock.now())
        crew = session.scalars(select(ServiceReport)).one()
        assert crew.signature is None
        said = reported(desk(), 70)
        reports.answer_checklist(session, visit_id, item="dry", value=True, by=said)
        event = VisitReported(visit_id=visit_id, work_order_id=first.work_order_id, version=99, occurred_at=NOON + HOUR)
        for _ in range(2):
            handlers.renew_on_report(session, event)
    for _ in range(2):
        run_jobs(tenant)

    with transaction(tenant_id=tenant) as session:
        found = session.scalars(select(ServiceReport).order_by(ServiceReport.version)).all()
        mails = session.scalars(select(OutboundMail)).all()

    assert [(row.version, row.cause) for row in found] == [(1, Cause.COMPLETED), (2, Cause.LATE)]
    assert found[1].content["checklist"]["score"] == "75"
    assert len(mails) == 1


def test_a_visit_under_way_has_no_report(tenant: UUID, office: TestClient) -> None:
    with transaction(tenant_id=tenant) as session:
        visit = a_visit(session, a_scene(session))
        event = VisitReported(visit_id=visit.id, work_order_id=visit.work_order_id, version=2, occurred_at=NOON)
        handlers.renew_on_report(session, event)
        assert session.scalars(select(Job).where(Job.kind == MAKE_JOB)).all() == []

    assert office.post(f"/visits/{visit.id}/reports").json()["type"].endswith("visit-not-completed")
