"""Writes the demo company through the rooms' own use cases; a tenant that has customers is left alone."""

import json
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.assets import coding, tree
from backend.assets import service as assets
from backend.assets.models import CodeKind, Criticality, NodeKind
from backend.checklists import service as checklists
from backend.customers import service as customers
from backend.identity import service as identity
from backend.intake import service as intake
from backend.seed import agreements, checks, failures, upkeep, world
from backend.sla import service as sla
from backend.technicians import service as technicians
from inventory import service as stock
from inventory.service import LocationKind
from iot_gateway.partitions import maintain_partitions
from iot_gateway.service import devices
from kernel import clock
from kernel.auth import Role, new_secret
from kernel.db import Login, Tenant, transaction
from kernel.processes.layout import Layout, write_private
from kernel.settings import get_settings

FIRST_DAYS_AGO, DAYS_BETWEEN = 420, 31
"""When the assets were installed: some are under warranty, some no longer."""
REPLAY_DAYS = 400
"""How far back the device of recorded telemetry may reach."""
EVERY_DAY = range(7)


def seed(slug: str) -> bool:
    """Fill the tenant and write log-ins and device secrets beside the other secrets; False if it was filled before."""
    tenant_id = ensure_tenant(slug)
    with transaction(tenant_id=tenant_id) as session:
        if customers.list_customers(session, limit=1):
            return False
        passwords = _fill(session)
        secrets = _devices(session)
        _write_secrets(slug, passwords, secrets)
    maintain_partitions()
    return True


def ensure_tenant(slug: str) -> UUID:
    """Return the tenant with this slug, made if it is not there."""
    with transaction(Login.SYSTEM) as session:
        tenant = session.scalar(select(Tenant).where(Tenant.slug == slug))
        if tenant is None:
            tenant = Tenant(slug=slug, name=world.NAME, time_zone=world.TIME_ZONE)
            session.add(tenant)
            session.flush()
        return tenant.id


def _fill(session: Session) -> dict[str, str]:
    sla.ensure_defaults(session)
    parts = _parts(session)
    intake.ensure_defaults(session, verify_samples=world.VERIFY_SAMPLES, verify_seconds=world.VERIFY_SECONDS)
    _warehouses(session, parts)
    _checklists(session)
    _assets(session, parts)
    passwords = _people(session, parts)
    _agreements(session)
    return passwords


def _agreements(session: Session) -> None:
    (name, _, _), partner = world.CUSTOMERS["hospital"], world.TECHNICIANS[-1].name
    (customer,) = customers.list_customers(session, text=name, limit=1)
    people = technicians.list_technicians(session, active=True, after=None, limit=len(world.TECHNICIANS))
    agreements.agree(session, customer.id, next(row.id for row in people if row.name == partner))


def _parts(session: Session) -> dict[str, UUID]:
    return {
        number: stock.create_part(session, number=number, name=name, unit=unit, serial_tracked=serial_tracked).id
        for number, (name, unit, serial_tracked, _) in world.PARTS.items()
    }


def _receive(session: Session, place: tuple[UUID, str], parts: Mapping[str, UUID], counts: Mapping[str, int]) -> None:
    """Book opening stock in; serials are made of part and place."""
    location_id, code = place
    for number, count in counts.items():
        _, _, serial_tracked, cost = world.PARTS[number]
        serials = [f"{number}-{code}-{piece:02d}" for piece in range(1, count + 1)] if serial_tracked else []
        stock.receive(
            session,
            location_id=location_id,
            part_id=parts[number],
            quantity=Decimal(count),
            serials=serials,
            unit_cost=cost,
            currency="CNY",
            at=clock.now(),
            client_op_id=uuid5(location_id, number),
            actor_id=None,
        )


def _warehouses(session: Session, parts: Mapping[str, UUID]) -> None:
    for code, (name, position) in world.WAREHOUSES.items():
        place = stock.create_location(session, code=code, name=name, kind=LocationKind.WAREHOUSE, lonlat=position)
        _receive(session, (place.id, code), parts, dict.fromkeys(parts, world.WAREHOUSE_STOCK[code]))


def _checklists(session: Session) -> None:
    for kind, items in checks.BY_CLASS.items():
        zh, en = world.MODELS[kind]
        template = checklists.create_version(
            session,
            f"corrective-{kind}",
            name_zh=f"{zh}检修",
            name_en=f"{en} repair",
            items=(*checks.SAFETY, *items, *checks.CLOSING),
            asset_class=kind,
        )
        checklists.publish_version(session, template.id, at=clock.now())


def _assets(session: Session, parts: Mapping[str, UUID]) -> None:
    for code, (zh, en) in world.MODELS.items():
        assets.create_asset_class(session, code, name_zh=zh, name_en=en)
        modes = failures.MODES[code] | failures.OF_EVERY_CLASS
        coding.add_missing(session, code, {CodeKind.MODE: modes, **failures.OF_ALL})
    tops = _sites(session)
    areas: dict[tuple[str, str], UUID] = {}
    now = clock.now()
    for place, plan in enumerate(world.ASSETS):
        site_id, top_id = tops[plan.site]
        area = areas.get((plan.site, plan.area))
        if area is None:
            area = tree.create_location_node(session, name=plan.area, kind=NodeKind.AREA, parent_id=top_id).id
            areas[plan.site, plan.area] = area
        asset = assets.create_asset(
            session,
            plan.name,
            class_code=plan.kind,
            site_id=site_id,
            location_id=area,
            maker=plan.maker,
            model=plan.kind,
            serial=f"{plan.maker[:2].upper()}-{plan.device[-2:]}{plan.site[-2:]}",
            criticality=Criticality(plan.criticality),
            installed_on=now.date() - timedelta(days=FIRST_DAYS_AGO + DAYS_BETWEEN * place),
        )
        upkeep.keep(session, asset, place=place, at=now)
        if plan.component:
            number, serial = plan.component
            assets.install_component(session, asset.id, part_id=parts[number], serial=serial, place="A", at=None)


def _sites(session: Session) -> dict[str, tuple[UUID, UUID]]:
    """Make customers and their sites; return (site, node of the tree) by the site's key."""
    owners = {
        key: customers.create_customer(session, name, phone=phone, email=email).id
        for key, (name, phone, email) in world.CUSTOMERS.items()
    }
    tops = {}
    for site in world.SITES:
        row = customers.create_site(
            session,
            owners[site.customer],
            name=site.name,
            address=site.address,
            position=site.position,
            access_notes=site.access,
        )
        node = tree.create_location_node(session, name=site.name, kind=NodeKind.SITE, site_id=row.id)
        tops[site.key] = (row.id, node.id)
    return tops


def _people(session: Session, parts: Mapping[str, UUID]) -> dict[str, str]:
    passwords = {}
    for username, (name, role) in world.OFFICE_USERS.items():
        passwords[username] = new_secret()[:16]
        identity.create_user(session, username, password=passwords[username], display_name=name, roles=[role])
    for plan in world.TECHNICIANS:
        van = stock.create_location(
            session, code=f"VAN-{plan.username.upper()}", name=f"{plan.name} 车载", kind=LocationKind.VAN
        )
        _receive(session, (van.id, van.code), parts, plan.van)
        person = technicians.create_technician(
            session, plan.name, home=plan.home, van_location_id=van.id, skills=plan.skills
        )
        starts, ends = plan.shift
        technicians.add_shift_pattern(session, person.id, weekdays=EVERY_DAY, starts=starts, ends=ends)
        passwords[plan.username] = new_secret()[:16]
        identity.create_user(
            session,
            plan.username,
            password=passwords[plan.username],
            display_name=plan.name,
            roles=[Role.TECHNICIAN],
            technician_id=person.id,
        )
    return passwords


def _devices(session: Session) -> list[dict[str, str]]:
    """Provision the devices and link them to the assets, which were made in the same order."""
    made = []
    for plan, asset in zip(world.ASSETS, assets.list_assets(session, limit=len(world.ASSETS)), strict=True):
        recorded = plan.kind == "thermometer"
        device, secret = devices.provision_device(
            session,
            name=plan.device,
            model=plan.kind,
            sampling_seconds=3600 if recorded else 300,
            max_age_days=REPLAY_DAYS if recorded else 30,
        )
        assets.link_device(session, asset.id, device_id=device.id)
        made.append({"name": plan.device, "model": plan.kind, "secret": secret})
    return made


def _write_secrets(slug: str, passwords: Mapping[str, str], secrets: list[dict[str, str]]) -> None:
    settings = get_settings()
    layout = Layout(Path(settings.var_dir))
    layout.make()
    lines = [f"{username:<12} {password}" for username, password in passwords.items()]
    write_private(layout.secrets / "logins.txt", "\n".join([f"tenant       {slug}", *lines, ""]))
    access = {"tenant": slug, "host": settings.mqtt_host, "port": settings.mqtt_port, "devices": secrets}
    write_private(layout.secrets / "devices.json", json.dumps(access, indent=2) + "\n")
