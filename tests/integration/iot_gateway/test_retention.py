"""What is past its retention goes; what somebody still needs stays."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from iot_gateway import partitions, retention, rollups
from iot_gateway.scorer import Scorer
from iot_gateway.service import devices
from iot_gateway.service import retention as wishes
from kernel import clock
from kernel.db import Login, engine, transaction
from tests.conftest import make_tenant
from tests.integration.iot_gateway.world import DemoDevice, feed, scalar, score_all, stored

HOUR_MS = 3_600_000


@pytest.fixture
def new_device(fresh_database: object) -> Callable[..., DemoDevice]:
    def make(*, max_age_days: int = 30) -> DemoDevice:
        tenant_id = make_tenant()
        with transaction(tenant_id=tenant_id) as session:
            device, secret = devices.provision_device(
                session, name=f"dev-{tenant_id.hex}", model="pump", sampling_seconds=3600, max_age_days=max_age_days
            )
            made = DemoDevice(device.id, device.number, tenant_id, "t", device.name, secret, 0)
        partitions.maintain_partitions()
        return made

    return make


def hourly(device: DemoDevice, *, days: int) -> int:
    last = int(clock.now().timestamp() * 1000)
    return feed(device, ((last - i * HOUR_MS, {"flow": float(i)}) for i in reversed(range(24 * days))))


def take_in() -> None:
    score_all(Scorer())
    later = clock.now() + timedelta(hours=1)
    rollups.catch_up(at=later)
    rollups.catch_up(at=later + timedelta(hours=1))


def days_of(parent: str) -> set[str]:
    with transaction(Login.SYSTEM) as session:
        return set(partitions.attached(session, parent))


def tables_like(pattern: str) -> int:
    return int(scalar("SELECT count(*) FROM pg_class WHERE relname LIKE :p AND relkind = 'r'", p=pattern))


def test_partitions_go_when_all_have_taken_in_what_they_hold(new_device) -> None:
    device = new_device()
    count = hourly(device, days=3)
    before = days_of("telemetry")
    at = clock.now() + timedelta(days=60)

    retention.forget(at=at)
    untouched = stored(device)
    take_in()
    retention.forget(at=at)

    assert untouched == count
    assert len(before) == 31 + 1 + 7
    assert stored(device) == 0
    assert days_of("telemetry") == set()
    assert tables_like("telemetry\\_p%") == 0
    assert scalar("SELECT sum(sample_count) FROM rollup_hour WHERE device_number = :n", n=device.number) == count
    assert scalar("SELECT count(*) FROM rollup_minute WHERE device_number = :n", n=device.number) == count


def test_days_within_the_reach_of_a_device_stay(new_device) -> None:
    device = new_device(max_age_days=80)
    hourly(device, days=2)
    take_in()

    retention.forget(at=clock.now() + timedelta(days=60))

    assert stored(device) == 48


def test_roll_ups_live_as_long_as_the_longest_wish(new_device) -> None:
    device, other = new_device(), new_device()
    count = hourly(device, days=2)
    hourly(other, days=2)
    take_in()
    for one, minute_days in ((device, 900), (other, 40)):
        with transaction(tenant_id=one.tenant_id) as session:
            wishes.keep(session, raw_days=None, minute_days=minute_days, hour_days=2000)

    retention.forget(at=clock.now() + timedelta(days=800))
    kept = [scalar("SELECT count(*) FROM rollup_minute WHERE device_number = :n", n=d.number) for d in (device, other)]
    retention.forget(at=clock.now() + timedelta(days=1000))

    assert kept == [count, 0]
    assert days_of("rollup_minute") == set()
    assert scalar("SELECT sum(sample_count) FROM rollup_hour WHERE device_number = :n", n=device.number) == count


def test_a_tenant_may_keep_samples_shorter_and_others_lose_nothing(new_device, monkeypatch) -> None:
    monkeypatch.setattr(retention, "ROWS_PER_DELETE", 10)
    device, other = new_device(max_age_days=1), new_device(max_age_days=1)
    count = hourly(device, days=6)
    hourly(other, days=6)
    with transaction(tenant_id=device.tenant_id) as session:
        kept = wishes.keep(session, raw_days=2, minute_days=365, hour_days=1825)
    at = clock.now()

    retention.forget(at=at)
    untouched = stored(device)
    take_in()
    retention.forget(at=at)

    midnight = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    first = scalar("SELECT min(ts) FROM telemetry WHERE device_number = :n", n=device.number)
    assert kept.raw_days == 2
    assert untouched == count
    assert timedelta(0) <= first - (midnight - timedelta(days=2)) <= timedelta(hours=1)
    assert stored(other) == count
    assert scalar("SELECT sum(sample_count) FROM rollup_hour WHERE device_number = :n", n=device.number) == count


def test_one_run_deletes_a_bounded_number_of_rows(new_device, monkeypatch) -> None:
    monkeypatch.setattr(retention, "ROWS_PER_DELETE", 10)
    monkeypatch.setattr(retention, "DELETES_PER_RUN", 3)
    device = new_device(max_age_days=1)
    count = hourly(device, days=6)
    take_in()
    with transaction(tenant_id=device.tenant_id) as session:
        wishes.keep(session, raw_days=2, minute_days=365, hour_days=1825)

    retention.forget(at=clock.now())

    assert stored(device) == count - 30


def test_a_partition_in_use_is_left_and_finished_by_the_next_run(new_device, monkeypatch) -> None:
    monkeypatch.setattr(retention, "LOCK_TIMEOUT", "200ms")
    new_device()
    old = f"telemetry_p{datetime.now(UTC) - timedelta(days=31):%Y%m%d}_{datetime.now(UTC) - timedelta(days=30):%Y%m%d}"
    at = clock.now() + timedelta(days=1)
    with engine(Login.SYSTEM).connect() as reader:
        reader.execute(text("SELECT count(*) FROM telemetry"))
        held = retention.forget(at=at)

    finished = retention.forget(at=at)

    assert held == 0
    assert finished >= 1
    assert tables_like(old) == 0


def test_a_partition_that_was_detached_and_not_dropped_goes(new_device) -> None:
    new_device()
    old = min(days_of("telemetry"))
    with transaction(Login.SYSTEM) as session:
        session.execute(text(f"ALTER TABLE telemetry DETACH PARTITION {old}"))

    retention.forget(at=clock.now() + timedelta(days=1))

    assert tables_like(old) == 0


def test_events_live_as_long_as_the_hours(new_device) -> None:
    plain, shorter = new_device(), new_device()
    with transaction(tenant_id=shorter.tenant_id) as session:
        wishes.keep(session, raw_days=None, minute_days=365, hour_days=100)
    at = clock.now()
    with transaction(Login.SYSTEM) as session:
        for device in (plain, shorter):
            for days in (1, 99, 102, 1824, 1827):
                session.execute(
                    text(
                        "INSERT INTO device_event (device_number, ts, boot, seq, tenant_id, received_at, kind, detail)"
                        " VALUES (:n, :ts, 1, 1, :t, :ts, 'door_opened', '{}')"
                    ),
                    {"n": device.number, "ts": at - timedelta(days=days), "t": device.tenant_id},
                )

    retention.forget(at=at)

    count = "SELECT count(*) FROM device_event WHERE device_number = :n"
    assert scalar(count, n=plain.number) == 4
    assert scalar(count, n=shorter.number) == 2
