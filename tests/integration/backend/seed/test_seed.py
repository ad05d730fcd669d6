"""The demo company is written once, its secrets are private, and sweeps and nights go over it without harm."""

import json
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from backend.assets import service as assets
from backend.customers import service as customers
from backend.identity import entrance
from backend.identity.errors import BadCredentials
from backend.planning.models import Plan
from backend.seed import service as seeding
from backend.seed import world
from backend.technicians import service as technicians
from backend.work.models import OrderSource
from backend.work.service import orders
from backend.worker import calendar
from inventory import service as stock
from iot_gateway.service import devices
from kernel import clock
from kernel.db import Login, Tenant, transaction
from kernel.geo import LonLat
from kernel.outbox import OutboxEvent
from tests.conftest import Database, settings_of

pytestmark = pytest.mark.usefixtures("seeded")


@pytest.fixture
def seeded(fresh_database: Database, tmp_path: Path) -> Iterator[Path]:
    """Return the folder of secrets of a seeded installation."""
    with settings_of({**fresh_database.environment, "FIELDHAND_VAR_DIR": str(tmp_path / "var")}):
        assert seeding.seed("demo")
        yield tmp_path / "var/secrets"


def counts(session: Session) -> dict[str, int]:
    """Return how many rows each table has."""
    names = session.scalars(
        text("SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace")
    )
    return {name: session.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one() for name in sorted(names)}


def everything() -> dict[str, int]:
    with transaction(Login.SYSTEM) as session:
        return counts(session)


def test_a_second_time_changes_nothing(seeded: Path) -> None:
    before, files = everything(), {path.name: path.read_bytes() for path in seeded.iterdir()}

    assert not seeding.seed("demo")

    assert everything() == before
    assert {path.name: path.read_bytes() for path in seeded.iterdir()} == files


def test_secrets_are_for_their_owner_only_and_let_people_and_devices_in(seeded: Path) -> None:
    logins, devices = seeded / "logins.txt", seeded / "devices.json"

    assert [stat.S_IMODE(path.stat().st_mode) for path in (seeded, logins, devices)] == [0o700, 0o600, 0o600]
    passwords = dict(line.split() for line in logins.read_text().splitlines())
    assert passwords.pop("tenant") == "demo"
    assert passwords.keys() == {*world.OFFICE_USERS, *(plan.username for plan in world.TECHNICIANS)}
    assert len(set(passwords.values())) == len(passwords)
    assert len(passwords["admin"]) >= 12
    access = json.loads(devices.read_text())
    assert [device["name"] for device in access["devices"]] == [plan.device for plan in world.ASSETS]
    assert len({device["secret"] for device in access["devices"]}) == len(world.ASSETS)


def test_a_tenant_with_customers_is_left_alone() -> None:
    tenant_id = seeding.ensure_tenant("other")
    with transaction(tenant_id=tenant_id) as session:
        customers.create_customer(session, "已有客户")
    before = everything()

    assert not seeding.seed("other")

    assert everything() == before


def test_the_books_agree_and_everybody_has_a_van() -> None:
    tenant_id = seeding.ensure_tenant("demo")

    with transaction(tenant_id=tenant_id) as session:
        people = technicians.list_technicians(session, active=True, limit=50)
        assert len(people) == len(world.TECHNICIANS)
        assert all(person.van_location_id for person in people)
        assert list(stock.check_balances(session)) == []


def test_day_and_night_shifts_leave_no_hour_without_anybody() -> None:
    covered = {
        hour
        for plan in world.TECHNICIANS
        for hour in range(24)
        if (plan.shift[0].hour <= hour < plan.shift[1].hour)
        or (plan.shift[0] > plan.shift[1] and (hour >= plan.shift[0].hour or hour < plan.shift[1].hour))
    }

    assert covered == set(range(24))


def test_the_clocks_work_goes_over_it_without_harm() -> None:
    tenant_id = seeding.ensure_tenant("demo")
    with transaction(tenant_id=tenant_id) as session:
        owner = customers.create_customer(session, "客户")
        site = customers.create_site(session, owner.id, name="点", address="路", position=LonLat(121.4, 31.2))
        orders.open_work_order(
            session, site_id=site.id, summary="检修", work_type="corrective", priority=3, skill="lift",
            source=OrderSource.AGENT, at=clock.now(),
        )  # fmt: skip

    for _ in range(2):
        calendar.sweep()
        calendar.nightly()

    with transaction(tenant_id=tenant_id) as session:
        assert session.scalars(select(Plan.cause)).all() == ["calendar"]
        assert list(stock.check_balances(session)) == []


def test_the_night_forgets_delivered_events_only() -> None:
    tenant_id = seeding.ensure_tenant("demo")
    long_ago = clock.now() - timedelta(days=400)
    with transaction(Login.SYSTEM) as session:
        rows = session.scalars(select(OutboxEvent).where(OutboxEvent.tenant_id == tenant_id).limit(2)).all()
        total = session.scalar(select(func.count()).select_from(OutboxEvent)) or 0
        rows[0].relayed_at = long_ago

    calendar.clear_feed(clock.now())

    with transaction(Login.SYSTEM) as session:
        left = session.scalar(select(func.count()).select_from(OutboxEvent))
        assert left == total - 1
        assert session.get(OutboxEvent, rows[1].id) is not None


def test_every_tenant_is_swept() -> None:
    more = seeding.ensure_tenant("second")

    with transaction(Login.SYSTEM) as session:
        assert calendar.tenants() == sorted(session.scalars(select(Tenant.id)))
    assert more in calendar.tenants()


def test_the_passwords_written_are_those_that_log_in(seeded: Path) -> None:
    passwords = dict(line.split() for line in (seeded / "logins.txt").read_text().splitlines())

    for username in ("dispatcher", "chen"):
        opened = entrance.log_in("demo", username, passwords[username], device_id="test", address="127.0.0.1")
        assert opened
    with pytest.raises(BadCredentials):
        entrance.log_in("demo", "dispatcher", passwords["chen"], device_id="test", address="127.0.0.1")


def test_each_asset_has_the_device_of_its_kind() -> None:
    with transaction(tenant_id=seeding.ensure_tenant("demo")) as session:
        rows = {row.name: row.device_id for row in assets.list_assets(session, limit=50)}
        made = {row.id: (row.name, row.model) for row in devices.list_devices(session, limit=50)}

    assert {name: made[device] for name, device in rows.items() if device} == {
        plan.name: (plan.device, plan.kind) for plan in world.ASSETS
    }
