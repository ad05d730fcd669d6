"""States over time, warranties, parts, edits one by one and many at once."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.assets import bom, changes, failures, record_routes, routes, states, tree, warranties
from backend.assets import service as assets
from backend.assets.errors import ClassUnknown, ReadInFuture, StaleVersion, StateExists, TwiceInBom, WrongPlace
from backend.assets.models import Asset, AssetState, Criticality, NodeKind
from backend.assets.repository import AssetFilter
from backend.assets.states import Spent
from backend.assets.warranties import Terms, WarrantyCover
from inventory import service as stock
from inventory.errors import UnknownPart
from iot_gateway.service import devices
from kernel import clock
from kernel.auth import Role
from kernel.db import transaction
from kernel.ids import new_id
from tests.integration.backend.assets.test_assets import a_site, an_asset
from tests.integration.backend.callers import a_client

START = datetime(2026, 9, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def be(session: Session, asset: Asset, hours: float, state: AssetState, *, planned: bool = False) -> None:
    at = START + hours * HOUR
    states.set_state(session, asset.id, state=state, planned=planned, at=at, now=clock.now())


def test_time_up_and_down_is_counted_whatever_the_order_of_what_was_said(session: Session) -> None:
    asset = an_asset(session)
    be(session, asset, 20, AssetState.UP)
    be(session, asset, 0, AssetState.STANDBY)
    be(session, asset, 16, AssetState.DOWN, planned=True)
    be(session, asset, 6, AssetState.DEGRADED)
    be(session, asset, 4, AssetState.DOWN)
    be(session, asset, 22, AssetState.DECOMMISSIONED)

    found = states.periods(session, asset.id, since=START - HOUR, until=START + 24 * HOUR)

    assert states.spent(found) == Spent(up=16 * HOUR, down_planned=4 * HOUR, down_unplanned=2 * HOUR)
    assert states.spent(found).down == 6 * HOUR
    half = states.periods(session, asset.id, since=START + 5 * HOUR, until=START + 17 * HOUR)
    assert half[0] == (AssetState.DOWN, False, START + 5 * HOUR, START + 6 * HOUR)
    assert states.spent(half) == Spent(up=10 * HOUR, down_planned=HOUR, down_unplanned=HOUR)


def test_the_state_of_now_is_the_latest_and_the_same_again_changes_nothing(session: Session) -> None:
    asset = an_asset(session)

    for _ in range(2):
        be(session, asset, 1, AssetState.DOWN)

    assert asset.state is AssetState.UP
    assert len(states.state_changes_of(session, asset.id, before=None, limit=9)) == 2
    with pytest.raises(StateExists):
        be(session, asset, 1, AssetState.DOWN, planned=True)
    with pytest.raises(ReadInFuture):
        be(session, asset, 24 * 365 * 60, AssetState.IDLE)


def test_warranties_cover_both_of_their_days_and_add_up(session: Session) -> None:
    asset = an_asset(session)
    first = Terms(starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31), labour=True, parts=True, travel=False)
    longer = Terms(starts_on=date(2026, 6, 1), ends_on=date(2028, 5, 31), labour=False, parts=True, travel=False)
    rows = [warranties.add_warranty(session, asset.id, terms) for terms in (first, longer)]

    assert warranties.warranty_of(session, asset.id, date(2025, 12, 31)) is None
    assert warranties.warranty_of(session, asset.id, date(2026, 1, 1)) == WarrantyCover(
        labour=True, parts=True, travel=False, ends_on=date(2026, 12, 31)
    )
    both = warranties.warranty_of(session, asset.id, date(2026, 12, 31))
    assert both == WarrantyCover(labour=True, parts=True, travel=False, ends_on=date(2028, 5, 31))
    warranties.remove_warranty(session, rows[1].id)
    assert warranties.warranty_of(session, asset.id, date(2027, 1, 1)) is None


def test_a_bill_of_materials_is_replaced_as_a_whole(session: Session) -> None:
    asset = an_asset(session)
    part = stock.create_part(session, number=f"P-{new_id().hex[-8:]}", name="Bearing").id
    lines = [bom.Line(part, Decimal(2), "DE"), bom.Line(part, Decimal(1), "NDE")]

    bom.replace_bom(session, asset.id, lines, version=1)
    with pytest.raises(StaleVersion):
        bom.replace_bom(session, asset.id, [], version=1)
    with pytest.raises(TwiceInBom):
        bom.replace_bom(session, asset.id, [lines[0], lines[0]], version=2)
    with pytest.raises(UnknownPart):
        bom.replace_bom(session, asset.id, [bom.Line(new_id(), Decimal(1))], version=2)

    assert [(row.position, row.quantity) for row in bom.bom_of(session, asset.id)] == [("DE", 2), ("NDE", 1)]
    bom.replace_bom(session, asset.id, lines[:1], version=2)
    assert [row.position for row in bom.bom_of(session, asset.id)] == ["DE"]


def test_an_edit_by_version_tells_the_gateway_of_all_devices_below(session: Session) -> None:
    site = a_site(session)
    hall, plant, pump = (an_asset(session, site, name) for name in ("大厅", "机房", "水泵"))
    changes.update_asset(session, pump.id, version=1, changes={"parent_id": plant.id})
    device, _ = devices.provision_device(session, name=f"d-{new_id()}", model="pump", sampling_seconds=60)
    assets.link_device(session, pump.id, device_id=device.id)

    changes.update_asset(session, plant.id, version=1, changes={"parent_id": hall.id, "name": "泵房"})

    path = session.execute(text("SELECT group_path FROM device_context")).scalar_one()
    assert path == f"/{site}/{hall.id}/{plant.id}/{pump.id}/"
    assert (plant.version, plant.name) == (2, "泵房")
    with pytest.raises(StaleVersion):
        changes.update_asset(session, plant.id, version=1, changes={"name": "x"})
    with pytest.raises(WrongPlace):
        changes.update_asset(session, plant.id, version=2, changes={"parent_id": pump.id})
    with pytest.raises(ClassUnknown):
        changes.update_asset(session, plant.id, version=2, changes={"class_code": "none"})
    above, below = assets.hierarchy(session, pump.id)
    assert ([row.id for row in above], list(below)) == ([hall.id, plant.id], [])
    assert [row.id for row in assets.hierarchy(session, plant.id)[1]] == [pump.id]


def test_a_list_is_narrowed_by_what_an_asset_is_and_where_it_stands(session: Session) -> None:
    site = a_site(session)
    top = tree.create_location_node(session, name="北门", kind=NodeKind.SITE, site_id=site)
    area = tree.create_location_node(session, name="地下室", kind=NodeKind.AREA, parent_id=top.id)
    one = an_asset(session, site, "a", location_id=area.id, criticality=Criticality.A)
    two = an_asset(session, site, "b", parent_id=one.id)
    states.set_state(session, two.id, state=AssetState.IDLE, at=clock.now(), now=clock.now())

    def found(**wanted: object) -> list[UUID]:
        rows = assets.list_assets(session, AssetFilter(site_id=site, **wanted), limit=9)  # type: ignore[arg-type]
        return [row.id for row in rows]

    assert found(class_code="chiller") == [one.id, two.id]
    assert found(class_code="pump") == []
    assert found(location_id=top.id) == [one.id]
    assert found(criticality=Criticality.A) == [one.id]
    assert found(state=AssetState.IDLE) == found(parent_id=one.id) == [two.id]


def test_the_same_mode_within_90_days_is_recurring(session: Session) -> None:
    asset, other = an_asset(session), an_asset(session)
    said = [(asset, 0, "seal"), (asset, 90, "seal"), (asset, 181, "seal"), (asset, 182, "noise"), (other, 5, "seal")]
    for which, day, mode in said:
        at = START + timedelta(days=day)
        assets.record_failure(session, which.id, order_id=new_id(), at=at, mode=mode)

    rows = assets.failures_of(session, asset.id)
    former = failures.former_failures(session, rows)

    assert [(row.mode, former.get(row.id)) for row in rows] == [
        ("noise", None), ("seal", None), ("seal", START), ("seal", None),
    ]  # fmt: skip
    assert failures.former_failures(session, assets.failures_of(session, other.id)) == {}


def test_what_is_on_record_over_http(tenant: UUID) -> None:
    with transaction(tenant_id=tenant) as session:
        asset, other = an_asset(session), an_asset(session)
        part = stock.create_part(session, number="P-1", name="Bearing").id
        assets.install_component(session, asset.id, part_id=part, serial="S1", place="DE", at=START)
    with a_client(tenant, Role.ADMIN, routes, record_routes) as admin:
        at = f"/assets/{asset.id}"
        patched = admin.patch(at, json={"version": 1, "name": "新", "lon": 121.5, "lat": 31.3})
        half = admin.patch(at, json={"version": 2, "lon": 1})
        bare = admin.patch(at, json={"version": 2, "name": None})
        down = {"state": "down", "planned": True, "at": "2026-09-01T00:00:00Z"}
        admin.put(f"{at}/state", json=down)
        changed = admin.get(f"{at}/states").json()["items"]
        terms = {"starts_on": "2026-01-01", "ends_on": "2027-01-01", "labour": True, "parts": True, "travel": False}
        made = admin.post(f"{at}/warranties", json=terms)
        nothing = admin.post(f"{at}/warranties", json=terms | {"labour": False, "parts": False})
        cover = admin.get(f"{at}/warranties", params={"on": "2026-06-01"}).json()["cover"]
        line = {"part_id": str(part), "quantity": "2", "position": "DE"}
        parts = admin.put(f"{at}/bom", json={"version": 2, "lines": [line]}).json()
        again = admin.get(f"{at}/bom").json()
        body = {"asset_ids": [str(asset.id), str(new_id()), str(other.id)], "changes": {"criticality": "A"}}
        bulk = admin.post("/assets/bulk", json=body).json()["results"]
        lives = admin.get(f"/parts/{part}/installations", params={"serial": "S1"}).json()["items"]
        gone = admin.delete(f"/warranties/{made.json()['id']}")
        tree_of = admin.get(f"{at}/hierarchy").json()

    assert (patched.status_code, half.status_code, bare.status_code) == (200, 422, 422)
    assert (patched.json()["name"], patched.json()["lon"], patched.json()["version"]) == ("新", 121.5, 2)
    assert [(row["state"], row["planned"]) for row in changed] == [("up", None), ("down", True)]
    assert (made.status_code, nothing.status_code, gone.status_code) == (201, 422, 204)
    assert (cover["covered"], cover["travel"], cover["ends_on"]) == (True, False, "2027-01-01")
    assert parts == again
    assert (parts["version"], parts["lines"][0]["number"]) == (3, "P-1")
    assert [(row["changed"], row["type"]) for row in bulk] == [
        (True, None), (False, "urn:fieldhand:problem:asset-unknown"), (True, None),
    ]  # fmt: skip
    assert lives[0]["asset_id"] == str(asset.id)
    assert tree_of == {"above": [], "below": []}
