"""The tree, the register, what is inside, and the device on it."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.assets import handlers, tree
from backend.assets import service as assets
from backend.assets.errors import AlreadyKnown, AssetUnknown, ClassUnknown, ComponentMismatch, WrongPlace
from backend.assets.models import Asset, Criticality, NodeKind
from backend.customers import service as customers
from backend.customers.errors import SiteUnknown
from iot_gateway.events import DeviceProvisioned
from iot_gateway.service import devices
from kernel.db import transaction
from kernel.geo import LonLat
from kernel.ids import new_id

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
PART = new_id()


def a_site(session: Session, name: str = "北门") -> UUID:
    customer = customers.create_customer(session, "华东商场")
    return customers.create_site(session, customer.id, name=name, address="1", position=LonLat(121.4, 31.2)).id


def an_asset(session: Session, site_id: UUID | None = None, name: str = "冷水机组 1", **other: object) -> Asset:
    if not any(kind.code == "chiller" for kind in assets.list_asset_classes(session)):
        assets.create_asset_class(session, "chiller", name_zh="冷水机组", name_en="Chiller")
    site = site_id or a_site(session)
    return assets.create_asset(session, name, class_code="chiller", site_id=site, **other)  # type: ignore[arg-type]


def test_the_path_leads_from_the_site_down_to_the_asset(session: Session) -> None:
    site = a_site(session)
    top = tree.create_location_node(session, name="北门", kind=NodeKind.SITE, site_id=site)
    area = tree.create_location_node(session, name="地下室", kind=NodeKind.AREA, parent_id=top.id)
    plant = an_asset(session, site, "机房", location_id=area.id)
    chiller = an_asset(session, site, "冷水机组", parent_id=plant.id, location_id=area.id)

    assert assets.asset_path(session, chiller.id) == ["北门", "地下室", "机房", "冷水机组"]
    assert [node.name for node in tree.location_nodes_of(session, site)] == ["北门", "地下室"]


def test_without_a_location_the_path_starts_at_the_site(session: Session) -> None:
    assert assets.asset_path(session, an_asset(session).id) == ["北门", "冷水机组 1"]


def test_a_site_has_one_tree(session: Session) -> None:
    site = a_site(session)
    tree.create_location_node(session, name="a", kind=NodeKind.SITE, site_id=site)

    with pytest.raises(WrongPlace):
        tree.create_location_node(session, name="b", kind=NodeKind.SITE, site_id=site)
    with pytest.raises(WrongPlace):
        tree.create_location_node(session, name="c", kind=NodeKind.AREA, site_id=site)


def test_an_asset_belongs_to_the_customer_of_its_site(session: Session) -> None:
    asset = an_asset(session, criticality=Criticality.A, installed_on=date(2020, 1, 2), position=LonLat(1, 2))

    session.expire_all()
    again = assets.get_asset(session, asset.id)
    assert again.customer_id == customers.get_site(session, again.site_id).customer_id
    assert again.asset_no.startswith("AS-")
    assert again.position == LonLat(1, 2)
    assert assets.class_codes(session, [again]) == {again.id: "chiller"}


def test_references_that_do_not_fit_are_refused(session: Session) -> None:
    asset = an_asset(session, asset_no="A-1")
    elsewhere = a_site(session, "南门")

    with pytest.raises(SiteUnknown):
        an_asset(session, new_id())
    with pytest.raises(ClassUnknown):
        assets.create_asset(session, "x", class_code="none", site_id=asset.site_id)
    with pytest.raises(WrongPlace):
        an_asset(session, elsewhere, parent_id=asset.id)
    with pytest.raises(AlreadyKnown):
        an_asset(session, asset.site_id, asset_no="A-1")


def test_a_swap_takes_the_old_out_and_puts_the_new_in_its_place(session: Session) -> None:
    asset = an_asset(session)
    assets.install_component(session, asset.id, part_id=PART, serial="S1", place="left", at=NOON)

    new = assets.swap_component(
        session, asset.id, part_id=PART, old_serial="S1", new_serial="S2", at=NOON + HOUR, client_op_id=new_id()
    )

    assert (new.serial, new.place, new.installed_at) == ("S2", "left", NOON + HOUR)
    assert [row.serial for row in assets.components_of(session, asset.id)] == ["S2"]
    assert [row.serial for row in assets.components_of(session, asset.id, at=NOON + HOUR / 2)] == ["S1"]
    assert [row.serial for row in assets.components_of(session, asset.id, at=NOON + HOUR)] == ["S2"]
    assert list(assets.components_of(session, asset.id, at=NOON - HOUR)) == []


def test_the_same_swap_again_changes_nothing(session: Session) -> None:
    asset, operation = an_asset(session), new_id()
    assets.install_component(session, asset.id, part_id=PART, serial="S1", place="left", at=None)

    once, twice = (
        assets.swap_component(
            session, asset.id, part_id=PART, old_serial="S1", new_serial="S2", at=NOON, client_op_id=operation
        )
        for _ in range(2)
    )

    assert once.id == twice.id
    assert len(assets.components_of(session, asset.id)) == 1


def test_a_part_that_nobody_wrote_down_can_be_swapped(session: Session) -> None:
    asset = an_asset(session)

    assets.swap_component(
        session, asset.id, part_id=PART, old_serial="old", new_serial="new", at=NOON, client_op_id=new_id()
    )

    assert [row.serial for row in assets.components_of(session, asset.id, at=NOON - HOUR)] == ["old"]
    assert [row.serial for row in assets.components_of(session, asset.id)] == ["new"]


def test_a_swap_against_the_register_is_a_conflict_and_changes_nothing(session: Session) -> None:
    asset, other = an_asset(session), an_asset(session, name="冷水机组 2")
    assets.install_component(session, asset.id, part_id=PART, serial="S1", place="left", at=NOON)
    assets.install_component(session, other.id, part_id=PART, serial="S9", place="left", at=NOON)

    def swap(old: str, new: str, at: datetime) -> None:
        with session.begin_nested():
            assets.swap_component(
                session, asset.id, part_id=PART, old_serial=old, new_serial=new, at=at, client_op_id=new_id()
            )

    with pytest.raises(ComponentMismatch) as wrong:
        swap("S7", "S2", NOON + HOUR)
    with pytest.raises(ComponentMismatch):
        swap("S1", "S9", NOON + HOUR)
    with pytest.raises(ComponentMismatch):
        swap("S1", "S2", NOON - HOUR)

    assert wrong.value.members["inside"] == ["S1"]
    assert [row.serial for row in assets.components_of(session, asset.id)] == ["S1"]


def test_what_an_order_found_is_kept_once(session: Session) -> None:
    asset, order = an_asset(session), new_id()

    assets.record_failure(session, asset.id, order_id=order, at=NOON, mode="noise")
    assets.record_failure(session, asset.id, order_id=order, at=NOON, mode="vibration", cause="wear")

    assert [(row.mode, row.cause) for row in assets.failures_of(session, asset.id)] == [("vibration", "wear")]


def test_a_linked_device_tells_the_gateway_where_it_belongs(session: Session) -> None:
    asset, other = an_asset(session, criticality=Criticality.A), an_asset(session, name="冷水机组 2")
    device, _ = devices.provision_device(session, name=f"d-{new_id()}", model="chiller", sampling_seconds=60)

    assets.link_device(session, asset.id, device_id=device.id)

    found = assets.asset_of_device(session, device.id)
    context = session.execute(text("SELECT * FROM device_context")).one()
    assert found is not None
    assert found.id == asset.id
    assert (context.asset_name, context.site_name, context.criticality) == ("冷水机组 1", "北门", "A")
    assert context.group_path == f"/{asset.site_id}/{asset.id}/"
    with pytest.raises(AlreadyKnown):
        assets.link_device(session, other.id, device_id=device.id)

    assets.link_device(session, asset.id, device_id=None)
    assert assets.asset_of_device(session, device.id) is None
    assert session.execute(text("SELECT asset_name FROM device_context")).scalar_one() is None


def test_a_new_qr_code_replaces_the_old(session: Session) -> None:
    asset = an_asset(session)
    before = asset.qr_token

    assert assets.renew_qr(session, asset.id).qr_token != before


def test_the_assets_of_another_tenant_do_not_exist(session: Session, other_tenant: UUID) -> None:
    with transaction(tenant_id=other_tenant) as theirs:
        asset = an_asset(theirs)

    with pytest.raises(AssetUnknown):
        assets.get_asset(session, asset.id)
    with pytest.raises(AssetUnknown):
        assets.asset_path(session, asset.id)
    assert assets.assets_by_id(session, [asset.id]) == {}


def a_claimed_device(session: Session, **place: UUID) -> DeviceProvisioned:
    device, _ = devices.provision_device(session, name=f"dev-{new_id().hex[-12:]}", model="pump", sampling_seconds=60)
    return DeviceProvisioned(device_id=device.id, name=device.name, model=device.model, **place)


def test_a_device_claimed_for_an_asset_takes_the_place_of_the_one_before(session: Session) -> None:
    asset = an_asset(session)
    old, event = a_claimed_device(session), a_claimed_device(session, asset_id=asset.id)
    assets.link_device(session, asset.id, device_id=old.device_id)

    for _ in range(2):
        handlers.place_on_claim(session, event)

    assert asset.device_id == event.device_id
    assert assets.asset_of_device(session, old.device_id) is None
    assert devices.device_view(session, event.device_id).asset_name == asset.name
    assert devices.device_view(session, old.device_id).asset_name is None


def test_a_device_claimed_for_a_site_is_placed_there_until_it_has_an_asset(session: Session) -> None:
    north, south = a_site(session, "北门"), a_site(session, "南门")
    event = a_claimed_device(session, site_id=north)

    handlers.place_on_claim(session, event)
    placed = devices.device_view(session, event.device_id).site_name
    assets.link_device(session, an_asset(session, south).id, device_id=event.device_id)
    handlers.place_on_claim(session, event)

    assert (placed, devices.device_view(session, event.device_id).site_name) == ("北门", "南门")


@pytest.mark.parametrize("place", ["asset_id", "site_id"])
def test_a_device_whose_claim_names_what_is_gone_has_no_place(session: Session, place: str) -> None:
    event = a_claimed_device(session, **{place: new_id()})

    handlers.place_on_claim(session, event)

    assert devices.device_view(session, event.device_id).site_name is None
