"""Use cases of assets: the tree, the register, the device on it, what is inside, how it failed."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from backend.assets import record_rows, repository, tree
from backend.assets.errors import AlreadyKnown, AssetUnknown, ClassUnknown, ComponentMismatch, WrongPlace
from backend.assets.models import (
    Asset,
    AssetClass,
    AssetComponent,
    AssetState,
    AssetStateChange,
    Criticality,
    FailureRecord,
)
from backend.assets.repository import EVERY, AssetFilter
from backend.customers import service as customers
from iot_gateway.service import devices
from kernel import clock
from kernel.auth import new_secret
from kernel.geo import LonLat
from kernel.numbers import next_number


def create_asset_class(session: Session, code: str, *, name_zh: str, name_en: str) -> AssetClass:
    """Add a kind of asset.

    Raises:
        AlreadyKnown: the code is taken.
    """
    if repository.class_by_code(session, code) is not None:
        raise AlreadyKnown(f"The asset class {code} exists already.", code=code)
    row = AssetClass(code=code, name_zh=name_zh, name_en=name_en)
    session.add(row)
    session.flush()
    return row


def list_asset_classes(session: Session) -> Sequence[AssetClass]:
    """Return all kinds of assets by code."""
    return repository.classes(session)


def create_asset(
    session: Session,
    name: str,
    *,
    class_code: str,
    site_id: UUID,
    asset_no: str | None = None,
    location_id: UUID | None = None,
    parent_id: UUID | None = None,
    maker: str = "",
    model: str = "",
    serial: str | None = None,
    criticality: Criticality = Criticality.B,
    position: LonLat | None = None,
    installed_on: date | None = None,
) -> Asset:
    """Add an asset; its customer is the site's, without a number it gets the next one.

    Raises:
        SiteUnknown, ClassUnknown, NodeUnknown, AssetUnknown: a reference leads nowhere.
        WrongPlace: location or parent stand on another site.
        AlreadyKnown: the number is taken.
    """
    site = customers.get_site(session, site_id)
    kind = repository.class_by_code(session, class_code)
    if kind is None:
        raise ClassUnknown(f"No asset class has the code {class_code}.", code=class_code)
    if location_id is not None and tree.get_location_node(session, location_id).site_id != site_id:
        raise WrongPlace("The functional location belongs to another site.", location_id=location_id)
    if parent_id is not None and get_asset(session, parent_id).site_id != site_id:
        raise WrongPlace("The parent stands on another site.", parent_id=parent_id)
    if asset_no is not None and repository.asset_by_number(session, asset_no) is not None:
        raise AlreadyKnown(f"Asset {asset_no} exists already.", asset_no=asset_no)
    asset = Asset(
        asset_no=asset_no or next_number(session, "AS", at=clock.now()),
        name=name,
        class_id=kind.id,
        customer_id=site.customer_id,
        site_id=site_id,
        location_id=location_id,
        parent_id=parent_id,
        maker=maker,
        model=model,
        serial=serial,
        criticality=criticality,
        state=AssetState.UP,
        position=position,
        qr_token=new_secret(),
        installed_on=installed_on,
    )
    session.add(asset)
    session.flush()
    session.add(AssetStateChange(asset_id=asset.id, at=clock.now(), state=asset.state))
    session.flush()
    return asset


def get_asset(session: Session, asset_id: UUID) -> Asset:
    """Return an asset.

    Raises:
        AssetUnknown: there is none with this id.
    """
    asset = repository.asset(session, asset_id)
    if asset is None:
        raise AssetUnknown("No asset has this id.", asset_id=asset_id)
    return asset


def list_assets(
    session: Session, wanted: AssetFilter = EVERY, *, after: str | None = None, limit: int
) -> Sequence[Asset]:
    """Return assets by number, behind one."""
    return repository.assets(session, wanted, after=after, limit=limit)


def assets_by_id(session: Session, ids: Collection[UUID]) -> dict[UUID, Asset]:
    """Return those of the assets that exist, by id."""
    return {asset.id: asset for asset in repository.assets_by_id(session, ids)}


def asset_of_device(session: Session, device_id: UUID) -> Asset | None:
    """Return the asset that a device reports on, if it is linked."""
    return repository.asset_of_device(session, device_id)


def class_codes(session: Session, assets: Collection[Asset]) -> dict[UUID, str]:
    """Return the class code of assets, by asset id."""
    codes = {kind.id: kind.code for kind in repository.classes(session, {asset.class_id for asset in assets})}
    return {asset.id: codes[asset.class_id] for asset in assets}


class Words(NamedTuple):
    """What an asset's references are called."""

    class_code: str
    site_name: str
    customer_name: str


def words_of(session: Session, assets: Collection[Asset]) -> dict[UUID, Words]:
    """Return what the class, site and customer of assets are called, by asset id."""
    codes = class_codes(session, assets)
    sites = customers.sites_by_id(session, {asset.site_id for asset in assets})
    owners = customers.customers_by_id(session, {asset.customer_id for asset in assets})
    return {
        asset.id: Words(codes[asset.id], sites[asset.site_id].name, owners[asset.customer_id].name) for asset in assets
    }


BELOW_LIMIT = 500


def hierarchy(session: Session, asset_id: UUID) -> tuple[list[Asset], Sequence[Asset]]:
    """Return the assets above an asset, from the top down, and those below it by number, at most 500.

    Raises:
        AssetUnknown: there is none with this id.
    """
    get_asset(session, asset_id)
    ids = repository.ancestors(session, asset_id)
    above = {row.id: row for row in repository.assets_by_id(session, ids)}
    return [above[key] for key in reversed(ids)], repository.below(session, asset_id, limit=BELOW_LIMIT)


def installations_of(session: Session, part_id: UUID, serial: str) -> Sequence[AssetComponent]:
    """Return where a serialised part has been, the latest first: its service life."""
    return record_rows.installations(session, part_id, serial, limit=100)


def asset_path(session: Session, asset_id: UUID) -> list[str]:
    """Return the names from the site down to the asset.

    Raises:
        AssetUnknown: there is none with this id.
    """
    asset = get_asset(session, asset_id)
    above = repository.ancestors(session, asset_id)
    names = {row.id: row.name for row in repository.assets_by_id(session, above)}
    return [*tree.names_above(session, asset), *(names[key] for key in reversed(above)), asset.name]


def link_device(session: Session, asset_id: UUID, *, device_id: UUID | None) -> Asset:
    """Say which device reports on an asset, or none, and tell the gateway where the device belongs.

    Raises:
        AssetUnknown: there is no such asset.
        DeviceNotFound: there is no such device.
        AlreadyKnown: the device reports on another asset.
    """
    asset = get_asset(session, asset_id)
    other = repository.asset_of_device(session, device_id) if device_id else None
    if other is not None and other.id != asset_id:
        raise AlreadyKnown("The device reports on another asset.", asset_id=other.id, asset_no=other.asset_no)
    if asset.device_id is not None and asset.device_id != device_id:
        devices.set_device_context(session, asset.device_id)
    asset.device_id = device_id
    if device_id is not None:
        devices.set_device_context(
            session,
            device_id,
            site_key=str(asset.site_id),
            group_path=_group_path(session, asset),
            asset_name=asset.name,
            site_name=customers.get_site(session, asset.site_id).name,
            criticality=asset.criticality,
        )
    session.flush()
    return asset


def place_device(session: Session, device_id: UUID, *, site_id: UUID) -> None:
    """Tell the gateway at which site a device is that reports on no asset yet; one that does stays where it is.

    Raises:
        SiteUnknown: there is no such site.
        DeviceNotFound: there is no such device.
    """
    site = customers.get_site(session, site_id)
    if repository.asset_of_device(session, device_id) is None:
        devices.set_device_context(
            session, device_id, site_key=str(site_id), group_path=f"/{site_id}/", site_name=site.name
        )


def _group_path(session: Session, asset: Asset) -> str:
    """Return ids from the site down to the asset, for rolling up what happens at once."""
    node = tree.get_location_node(session, asset.location_id).path if asset.location_id else f"/{asset.site_id}/"
    above = "".join(f"{key}/" for key in reversed(repository.ancestors(session, asset.id)))
    return f"{node}{above}{asset.id}/"


def renew_qr(session: Session, asset_id: UUID) -> Asset:
    """Replace the QR token of an asset; codes printed before lead nowhere.

    Raises:
        AssetUnknown: there is no such asset.
    """
    asset = get_asset(session, asset_id)
    asset.qr_token = new_secret()
    session.flush()
    return asset


def revoke_qr(session: Session, asset_id: UUID) -> Asset:
    """Take the QR token of an asset away; codes printed before lead nowhere, and none is printed until it is renewed.

    Raises:
        AssetUnknown: there is no such asset.
    """
    asset = get_asset(session, asset_id)
    asset.qr_token = None
    session.flush()
    return asset


def install_component(
    session: Session, asset_id: UUID, *, part_id: UUID, serial: str, place: str, at: datetime | None
) -> AssetComponent:
    """Write down a serialised part inside an asset; without an instant it has been there since before.

    Raises:
        AssetUnknown: there is no such asset.
        ComponentMismatch: the place is taken, or the serial is installed elsewhere.
    """
    get_asset(session, asset_id)
    inside = repository.components_inside(session, asset_id, at=None)
    if any(component.place == place for component in inside):
        raise ComponentMismatch("The place is taken.", place=place)
    return _install(session, asset_id, part_id=part_id, serial=serial, place=place, at=at, client_op_id=None)


def _install(
    session: Session,
    asset_id: UUID,
    *,
    part_id: UUID,
    serial: str,
    place: str,
    at: datetime | None,
    client_op_id: UUID | None,
) -> AssetComponent:
    elsewhere = repository.installation(session, part_id, serial)
    if elsewhere is not None:
        raise ComponentMismatch(
            "The new serial is installed already.", serial=serial, asset_id=elsewhere.asset_id, place=elsewhere.place
        )
    component = AssetComponent(
        asset_id=asset_id, part_id=part_id, serial=serial, place=place, installed_at=at, client_op_id=client_op_id
    )
    session.add(component)
    session.flush()
    return component


def swap_component(
    session: Session,
    asset_id: UUID,
    *,
    part_id: UUID,
    old_serial: str,
    new_serial: str,
    at: datetime,
    client_op_id: UUID,
) -> AssetComponent:
    """Take the old serial out and put the new one in its place; the same operation again changes nothing.

    An old serial that nobody wrote down is noted as having been inside until now, if the register knows of no part
    of that kind in the asset.

    Raises:
        AssetUnknown: there is no such asset.
        ComponentMismatch: another serial of the part is inside, the new one is installed already, or the old one
            came in later than `at`.
    """
    if repository.asset(session, asset_id, lock=True) is None:
        raise AssetUnknown("No asset has this id.", asset_id=asset_id)
    done = repository.component_of_operation(session, client_op_id)
    if done is not None:
        return done
    old = _taken_out(session, asset_id, part_id=part_id, serial=old_serial)
    if old.installed_at is not None and at < old.installed_at:
        raise ComponentMismatch("The old part came in later than that.", installed_at=old.installed_at)
    old.removed_at = at
    session.add(old)
    session.flush()
    return _install(
        session, asset_id, part_id=part_id, serial=new_serial, place=old.place, at=at, client_op_id=client_op_id
    )


def _taken_out(session: Session, asset_id: UUID, *, part_id: UUID, serial: str) -> AssetComponent:
    same = [row for row in repository.components_inside(session, asset_id, at=None) if row.part_id == part_id]
    for component in same:
        if component.serial == serial:
            return component
    if same:
        inside = [component.serial for component in same]
        raise ComponentMismatch("The register says that another serial is inside.", inside=inside, serial=serial)
    return AssetComponent(asset_id=asset_id, part_id=part_id, serial=serial, place=f"{part_id}/1", installed_at=None)


def components_of(session: Session, asset_id: UUID, *, at: datetime | None = None) -> Sequence[AssetComponent]:
    """Return what is inside an asset, now or at an instant.

    Raises:
        AssetUnknown: there is no such asset.
    """
    get_asset(session, asset_id)
    return repository.components_inside(session, asset_id, at=at)


def record_failure(
    session: Session,
    asset_id: UUID,
    *,
    order_id: UUID,
    at: datetime,
    mode: str,
    mechanism: str = "",
    cause: str = "",
    activity: str = "",
    note: str = "",
) -> FailureRecord:
    """Write down what an order found on an asset; what the same order said before is replaced.

    Raises:
        AssetUnknown: there is no such asset.
    """
    get_asset(session, asset_id)
    row = repository.failure(session, asset_id, order_id) or FailureRecord(asset_id=asset_id, order_id=order_id)
    row.at, row.mode, row.mechanism, row.cause, row.activity, row.note = at, mode, mechanism, cause, activity, note
    session.add(row)
    session.flush()
    return row


def failures_of(session: Session, asset_id: UUID, *, limit: int = 50) -> Sequence[FailureRecord]:
    """Return the failures of an asset, the latest first."""
    return repository.failures(session, asset_id, limit=limit)
