"""Assets and readings as files: what was exported is imported as it was; labels as sheets."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from backend.assets import exchange, file_routes, label_sheets, meters, routes, tree
from backend.assets import service as assets
from backend.assets.errors import NoToken
from backend.assets.exchange import Kind
from backend.assets.labels import Size
from backend.assets.metering import Counter
from backend.assets.meters import Read
from backend.assets.models import Criticality, MeterKind, NodeKind, ReadingSource
from backend.assets.repository import AssetFilter
from backend.customers import service as customers
from kernel.auth import Role
from kernel.db import transaction
from kernel.geo import LonLat
from kernel.imports import ImportReport
from kernel.sheets import Format, read
from tests.integration.backend.assets.test_assets import a_site, an_asset
from tests.integration.backend.callers import a_client

AT = datetime(2026, 9, 1, tzinfo=UTC)


def take(session: Session, kind: Kind, data: str | bytes, **how: bool) -> ImportReport:
    raw = data.encode() if isinstance(data, str) else data
    return exchange.run_import(session, kind, raw, **{"dry_run": False, "take_good_rows": False} | how)


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.created, report.updated, report.unchanged, report.failed


def test_what_was_exported_is_imported_as_it_was(session: Session) -> None:
    site = a_site(session)
    top = tree.create_location_node(session, name="北门", kind=NodeKind.SITE, site_id=site)
    area = tree.create_location_node(session, name="地下室", kind=NodeKind.AREA, parent_id=top.id)
    unit = tree.create_location_node(session, name="泵房", kind=NodeKind.UNIT, parent_id=area.id)
    child = an_asset(session, site, "a", asset_no="A-1", criticality=Criticality.A, serial="007", position=LonLat(1, 2))
    parent = an_asset(session, site, "b", asset_no="B-1", location_id=unit.id, installed_on=date(2020, 2, 29))
    child.parent_id = parent.id
    session.flush()

    for form in Format:
        file = exchange.export(session, Kind.ASSETS, form, locale="en")
        assert [row.cells[0] for row in read(file).rows] == ["B-1", "A-1"]
        assert counts(take(session, Kind.ASSETS, file)) == (0, 0, 2, 0)
    parent.location_id, child.parent_id, child.serial = None, None, None
    session.flush()
    assert counts(take(session, Kind.ASSETS, file)) == (0, 2, 0, 0)
    assert (parent.location_id, child.parent_id, child.serial) == (unit.id, parent.id, "007")


def test_rows_say_what_is_wrong_with_them_and_a_trial_changes_nothing(session: Session) -> None:
    site = customers.get_site(session, a_site(session))
    number = customers.get_customer(session, site.customer_id).number
    assets.create_asset_class(session, "pump", name_zh="水泵", name_en="Pump")
    rows = (
        f"N-1,泵 1,pump,{number},北门,,", f",泵 2,pump,{number},北门,,", f"N-3,泵 3,none,{number},北门,,",
        f"N-4,泵 4,pump,{number},南门,,", "N-5,泵 5,pump,C-none,北门,,", f"N-6,泵 6,pump,{number},北门,nowhere,",
        f"N-7,泵 7,pump,{number},北门,,N-1",
    )  # fmt: skip
    file = "\n".join(["asset_no,name,class_code,customer,site,location,parent", *rows])

    trial = take(session, Kind.ASSETS, file, dry_run=True)
    refused = take(session, Kind.ASSETS, file)
    assert [row.row for row in trial.problems] == [4, 5, 6, 7]
    assert counts(trial) == counts(refused) == (3, 0, 0, 4)
    assert assets.list_assets(session, AssetFilter(site_id=site.id), limit=9) == []

    assert counts(take(session, Kind.ASSETS, file, take_good_rows=True)) == (3, 0, 0, 4)
    assert counts(take(session, Kind.ASSETS, file, take_good_rows=True)) == (0, 0, 3, 4)


def test_readings_of_a_file_count_once(session: Session) -> None:
    asset = an_asset(session, asset_no="A-1")
    meter = meters.create_meter(session, asset.id, code="h", name="h", unit="h", kind=MeterKind.CUMULATIVE)
    read_ = Read(value=Decimal(5), at=AT, source=ReadingSource.MANUAL, replaced_by=Counter(Decimal(1), Decimal(1_000)))
    meters.record_reading(session, meter.id, read_, received_at=AT)
    file = "asset_no,meter,at,value,new_first\nA-1,h,2026-09-02 08:00,9,\nA-1,h,2026-09-03T00:00:00Z,10,0\n"

    assert counts(take(session, Kind.READINGS, file)) == (2, 0, 0, 0)
    assert counts(take(session, Kind.READINGS, file)) == (0, 0, 2, 0)
    assert counts(take(session, Kind.READINGS, exchange.export(session, Kind.READINGS, Format.CSV, locale="zh"))) == (
        0, 0, 3, 0,
    )  # fmt: skip
    bad = take(
        session, Kind.READINGS, "asset_no,meter,at,value\nA-1,h,2026-09-04,3\nA-1,h,2026-09-05,-1\nB,h,2026-09-05,1\n"
    )
    assert [row.row for row in bad.problems] == [3, 4]
    assert meters.total_at(session, meter.id, AT.replace(day=2)) == (Decimal(13), AT.replace(day=2), False)


def test_labels_and_tables_over_http(tenant: UUID) -> None:
    with transaction(tenant_id=tenant) as session:
        asset = an_asset(session, asset_no="A-1")
    with a_client(tenant, Role.ASSET_MANAGER, routes, file_routes) as manager:
        pdf = manager.post("/assets/labels", json={"asset_ids": [str(asset.id)] * 3, "size": "99x68", "skip": 9})
        token = manager.get(f"/assets/{asset.id}").json()["qr_token"]
        found = manager.get("/assets", params={"qr_token": token}).json()["items"]
        gone = manager.delete(f"/assets/{asset.id}/qr")
        lost = manager.get("/assets", params={"qr_token": token}).json()["items"]
        refused = manager.post("/assets/labels", json={"asset_ids": [str(asset.id)]})
        table = manager.get("/assets/tables/assets", params={"format": "csv", "locale": "en"})
        again = manager.post("/assets/tables/assets", content=table.content, params={"dry_run": True})

    assert (pdf.headers["content-type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    assert [row["asset_no"] for row in found] == ["A-1"]
    assert (gone.status_code, lost) == (204, [])
    assert refused.json()["type"] == "urn:fieldhand:problem:qr-revoked"
    assert again.json()["unchanged"] == 1


def test_a_label_needs_a_code(session: Session) -> None:
    asset = an_asset(session)
    assets.revoke_qr(session, asset.id)
    with pytest.raises(NoToken):
        label_sheets.labels_of(session, [asset.id], size=Size.TINY, locale="zh", skip=0)
    assets.renew_qr(session, asset.id)
    assert label_sheets.labels_of(session, [asset.id], size=Size.TINY, locale="en", skip=0).startswith(b"%PDF-")
