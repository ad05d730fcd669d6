"""Assets and readings of meters as files: what was exported is imported as it was, and twice is once.

A row is known by what people write: an asset by its number, or its name at its site where no number is given; a
reading by its asset, the code of its meter and its instant. A column or cell that is not there leaves what is there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from backend.assets import changes, meter_rows, meters, repository, service, tree
from backend.assets.errors import Ambiguous, AssetUnknown, MeterUnknown, WrongPlace
from backend.assets.exchange_rows import AssetRow, ReadingRow
from backend.assets.metering import Counter
from backend.assets.meters import Read
from backend.assets.models import Asset, ReadingSource
from backend.customers import service as customers
from kernel import clock, imports
from kernel.db import Tenant, tenant_of
from kernel.geo import LonLat
from kernel.imports import ImportReport, Outcome, Template
from kernel.sheets import Cell, Format, write

MOST_EXPORTED = 100_000


class Kind(StrEnum):
    """The tables that can be exchanged."""

    ASSETS = "assets"
    READINGS = "readings"


ASSETS = Template(
    "assets",
    AssetRow,
    {
        "asset_no": ("设备编号", "Asset number"),
        "name": ("设备名称", "Name"),
        "class_code": ("设备类别", "Class"),
        "customer": ("客户编号", "Customer number"),
        "site": ("站点名称", "Site"),
        "location": ("功能位置", "Location"),
        "parent": ("上级设备编号", "Parent number"),
        "maker": ("制造商", "Maker"),
        "model": ("型号", "Model"),
        "serial": ("序列号", "Serial"),
        "criticality": ("关键度", "Criticality"),
        "lon": ("经度", "Longitude"),
        "lat": ("纬度", "Latitude"),
        "installed_on": ("安装日期", "Installed on"),
    },
)
READINGS = Template(
    "readings",
    ReadingRow,
    {
        "asset_no": ("设备编号", "Asset number"),
        "meter": ("计量代码", "Meter"),
        "at": ("读数时间", "Read at"),
        "value": ("读数", "Value"),
        "new_first": ("新表起始读数", "New counter from"),
        "new_rolls_over_at": ("新表翻转值", "New counter rolls over at"),
        "note": ("备注", "Note"),
    },
)


def put_asset(session: Session, row: AssetRow) -> Outcome:
    """Make or change the asset of a row.

    Raises:
        CustomerUnknown, SiteUnknown, ClassUnknown, AssetUnknown: it names what nobody knows.
        Ambiguous: the customer has more than one site, or the site more than one asset, of this name.
        WrongPlace: there is no such location, or the asset stands on another site.
    """
    site = customers.site_of_name(session, row.customer, row.site)
    said = _said(session, row, site.id)
    known = _known(session, row, site.id)
    if known is None:
        class_code = said.pop("class_code")
        service.create_asset(
            session, said.pop("name"), class_code=class_code, site_id=site.id, asset_no=row.asset_no, **said
        )
        return Outcome.CREATED
    if known.site_id != site.id:
        raise WrongPlace("The asset stands on another site.", asset_no=known.asset_no)
    before = known.version
    after = changes.update_asset(session, known.id, version=None, changes=said)
    return Outcome.UNCHANGED if after.version == before else Outcome.UPDATED


def _said(session: Session, row: AssetRow, site_id: UUID) -> dict[str, Any]:
    said = row.model_dump(
        exclude_unset=True, exclude={"asset_no", "customer", "site", "location", "parent", "lon", "lat"}
    )
    if row.lon is not None and row.lat is not None:
        said["position"] = LonLat(row.lon, row.lat)
    if row.location is not None:
        said["location_id"] = tree.node_of_names(session, site_id, row.location.split("/")).id
    if row.parent is not None:
        said["parent_id"] = _of_number(session, row.parent).id
    return said


def _known(session: Session, row: AssetRow, site_id: UUID) -> Asset | None:
    if row.asset_no is not None:
        return repository.asset_by_number(session, row.asset_no)
    same = repository.assets_of_name(session, site_id, row.name)
    if len(same) > 1:
        raise Ambiguous(f"More than one asset of the site is called {row.name}.", name=row.name)
    return same[0] if same else None


def _of_number(session: Session, asset_no: str) -> Asset:
    asset = repository.asset_by_number(session, asset_no)
    if asset is None:
        raise AssetUnknown(f"No asset has the number {asset_no}.", asset_no=asset_no)
    return asset


def put_reading(session: Session, row: ReadingRow) -> Outcome:
    """Write down the reading of a row; an instant without a zone is one of the company's.

    Raises:
        AssetUnknown, MeterUnknown: it names what nobody knows.
        Problem: what `meters.record_reading` refuses.
    """
    meter = meters.meter_of(session, _of_number(session, row.asset_no).id, row.meter)
    if meter is None:
        raise MeterUnknown(f"The asset has no meter {row.meter}.", code=row.meter)
    at = row.at if row.at.tzinfo else row.at.replace(tzinfo=_zone(session))
    known = meter_rows.reading_at(session, meter.id, at)
    read = Read(
        value=row.value,
        at=at,
        source=ReadingSource.IMPORT,
        replaced_by=None if row.new_first is None else Counter(row.new_first, row.new_rolls_over_at),
        note=row.note or "",
    )
    made = meters.record_reading(session, meter.id, read, received_at=clock.now())
    return Outcome.UNCHANGED if known is not None and known.id == made.id else Outcome.CREATED


def _zone(session: Session) -> ZoneInfo:
    tenant = session.get_one(Tenant, tenant_of(session))
    return ZoneInfo(tenant.time_zone)


def _asset_cells(session: Session) -> list[Sequence[Cell]]:
    rows = repository.every_asset(session, limit=MOST_EXPORTED)
    sites = customers.sites_by_id(session, {row.site_id for row in rows})
    owners = customers.customers_by_id(session, {site.customer_id for site in sites.values()})
    codes, numbers = service.class_codes(session, rows), {row.id: row.asset_no for row in rows}
    places = tree.paths_of(session, {row.location_id for row in rows if row.location_id})
    return [
        (
            row.asset_no, row.name, codes[row.id], owners[sites[row.site_id].customer_id].number,
            sites[row.site_id].name, places[row.location_id] if row.location_id else None,
            numbers.get(row.parent_id) if row.parent_id else None, row.maker, row.model, row.serial,
            row.criticality, row.position.lon if row.position else None, row.position.lat if row.position else None,
            row.installed_on,
        )
        for row in rows
    ]  # fmt: skip


def _reading_cells(session: Session) -> list[Sequence[Cell]]:
    zone = _zone(session)
    return [
        (
            asset_no, code, row.at.astimezone(zone).isoformat(), str(row.value),
            _text(row.new_first), _text(row.new_rolls_over_at), row.note,
        )
        for asset_no, code, row in meter_rows.every_reading(session, limit=MOST_EXPORTED)
    ]  # fmt: skip


def _text(value: object) -> str | None:
    return None if value is None else str(value)


@dataclass(frozen=True)
class Exchange:
    """A table's columns, what puts a row away, and what reads all rows."""

    template: Template[Any]
    put: Callable[[Session, Any], Outcome]
    cells: Callable[[Session], list[Sequence[Cell]]]


EXCHANGES = {
    Kind.ASSETS: Exchange(ASSETS, put_asset, _asset_cells),
    Kind.READINGS: Exchange(READINGS, put_reading, _reading_cells),
}


def run_import(session: Session, kind: Kind, data: bytes, *, dry_run: bool, take_good_rows: bool) -> ImportReport:
    """Import a file, or try to.

    Raises:
        Unreadable, TooManyRows, NoSuchColumn: the file is no such table.
    """
    exchange = EXCHANGES[kind]
    return imports.run(session, data, exchange.template, exchange.put, dry_run=dry_run, take_good_rows=take_good_rows)


def export(session: Session, kind: Kind, written_as: Format, *, locale: str) -> bytes:
    """Return all rows as a file, at most `MOST_EXPORTED`."""
    exchange = EXCHANGES[kind]
    return write(written_as, exchange.template.header(locale), exchange.cells(session))
