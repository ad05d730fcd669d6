"""Roll-ups against a count by hand, whatever the order of delivery, and across kills."""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal, localcontext
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from iot_gateway import rollups, store
from iot_gateway.store import Batch, DeviceEntry, Stored
from kernel import clock
from kernel.db import Login, transaction
from tests.integration.iot_gateway.world import ROOT, DemoDevice, feed, scalar

Sample = tuple[int, int, int, dict[str, float]]
"""ts in ms, boot, seq, values."""
Rolled = dict[tuple[int, datetime], tuple[int, dict[str, list[Decimal]]]]

FIGURES = st.one_of(
    st.floats(-1e6, 1e6, allow_nan=False).map(lambda v: round(v, 3)),
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-5, 5).map(float),
)
VALUES = st.dictionaries(st.sampled_from(["flow", "temp", "druck"]), FIGURES, max_size=3)


@st.composite
def deliveries(draw: st.DrawFn) -> list[list[tuple[int, Sample]]]:
    """Return batches of (which device, sample) within some hours, out of order, some twice."""
    spots = st.tuples(st.integers(0, 1), st.integers(0, 3 * 3_600_000), st.integers(1, 2), st.integers(1, 4))
    keys = draw(st.lists(spots, min_size=1, max_size=40, unique=True))
    samples = [(device, (ts, boot, seq, draw(VALUES))) for device, ts, boot, seq in keys]
    again = draw(st.lists(st.sampled_from(samples), max_size=5))
    order = draw(st.permutations([*samples, *again]))
    cut = draw(st.integers(1, len(order)))
    return [list(order[start : start + cut]) for start in range(0, len(order), cut)]


def write(batches: Iterable[list[tuple[DemoDevice, Sample]]]) -> None:
    connection = store.connect()
    calendar = store.load_calendar(connection)
    for batch in batches:
        rows = []
        for device, (ts, boot, seq, values) in batch:
            entry = DeviceEntry(
                device.number, device.id, device.tenant_id, device.slug, device.name, False, 400 * 86_400_000, 600_000
            )
            rows.append(Stored(entry, str(calendar.table_of(ts)), ts, boot, seq, clock.now(), values))
        store.write(connection, Batch(samples=rows), direct=False)
    connection.close()


def by_hand(samples: Mapping[tuple[int, int, int, int], dict[str, float]], width: int) -> Rolled:
    """Roll up (device, ts, boot, seq) -> values one by one."""
    found: Rolled = {}
    for (number, ts, _, _), values in sorted(samples.items()):
        bucket = datetime.fromtimestamp(ts // (width * 1000) * width, tz=UTC)
        count, stats = found.get((number, bucket), (0, {}))
        for name, value in values.items():
            figure = Decimal(repr(value))
            n, low, high, total, _ = stats.get(name, [Decimal(0), figure, figure, Decimal(0), figure])
            stats[name] = [n + 1, min(low, figure), max(high, figure), exact_sum(total, figure), figure]
        found[number, bucket] = (count + 1, stats)
    return found


def exact_sum(left: Decimal, right: Decimal) -> Decimal:
    with localcontext() as context:
        context.prec = 1500
        return left + right


def rolled(table: str, numbers: Iterable[int]) -> Rolled:
    with transaction(Login.SYSTEM) as session:
        rows = session.execute(
            text(f"SELECT device_number, bucket, sample_count, stats::text FROM {table} WHERE device_number = ANY(:n)"),
            {"n": list(numbers)},
        ).all()
    return {(number, bucket.astimezone(UTC)): (count, decimals(stats)) for number, bucket, count, stats in rows}


def decimals(stats: str) -> dict[str, list[Decimal]]:
    found: dict[str, Any] = json.loads(stats, parse_float=Decimal, parse_int=Decimal)
    return found


def roll_all(*, seconds: float = 20) -> int:
    """Roll up as if the waiting times of minutes, then of hours, had passed."""
    later = clock.now() + timedelta(hours=1)
    return rollups.catch_up(at=later, seconds=seconds) + rollups.catch_up(at=later + timedelta(hours=1))


@given(batches=deliveries())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_roll_ups_equal_a_count_by_hand_in_any_order_of_delivery(make_device, batches) -> None:
    pair = (make_device("pump"), make_device("pump"))
    start = int((clock.now() - timedelta(days=2)).timestamp()) // 3600 * 3_600_000
    known: dict[tuple[int, int, int, int], dict[str, float]] = {}
    for batch in batches:
        placed = [(pair[which], (start + ts, boot, seq, values)) for which, (ts, boot, seq, values) in batch]
        write([placed])
        for device, (ts, boot, seq, values) in placed:
            known.setdefault((device.number, ts, boot, seq), values)
        roll_all()
    numbers = [device.number for device in pair]

    minutes, hours = rolled("rollup_minute", numbers), rolled("rollup_hour", numbers)

    assert minutes == by_hand(known, 60)
    assert hours == by_hand(known, 3600)


def test_a_second_run_and_a_rebuild_change_nothing(make_device) -> None:
    device = make_device("pump")
    start = int(clock.now().timestamp() * 1000) - 7_200_000
    feed(device, ((start + i * 7_000, {"flow": i / 7, "temp": -float(i % 13)}) for i in range(900)))
    roll_all()
    before = rolled("rollup_minute", [device.number]), rolled("rollup_hour", [device.number])

    again = roll_all()
    rollups.rebuild(start=clock.now() - timedelta(hours=3), end=clock.now())
    made = roll_all()

    assert again == 0
    assert made >= len(before[0])
    assert (rolled("rollup_minute", [device.number]), rolled("rollup_hour", [device.number])) == before
    assert sum(count for count, _ in before[1].values()) == 900


def test_a_bucket_waits_a_little_for_more_samples(make_device) -> None:
    device = make_device("pump")
    feed(device, [(int(clock.now().timestamp() * 1000), {"flow": 1.0})])

    rollups.catch_up()

    assert rolled("rollup_minute", [device.number]) == {}
    assert scalar("SELECT count(*) FROM rollup_due WHERE device_number = :n", n=device.number) == 1


def test_killed_again_and_again_the_roll_ups_are_exact(make_device) -> None:
    devices = [make_device("pump") for _ in range(3)]
    start = int((clock.now() - timedelta(days=1)).timestamp()) // 3600 * 3_600_000
    chance = random.Random(7)
    samples = [
        (device, (start + chance.randrange(4 * 3_600_000), 1, seq, {"flow": round(chance.gauss(0, 9), 3)}))
        for device in devices
        for seq in range(1, 1500)
    ]
    chance.shuffle(samples)
    write(samples[i : i + 150] for i in range(0, len(samples), 150))
    program = (
        "from datetime import timedelta\nfrom kernel import clock\nfrom iot_gateway import rollups\n"
        "rollups.LARGEST_STEP, hours = 20, 1\nprint('on', flush=True)\n"
        "while True: rollups.catch_up(at=clock.now() + timedelta(hours=hours)); hours += 1\n"
    )

    for _ in range(4):
        child = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, env=os.environ, stdout=subprocess.PIPE)
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(chance.uniform(0.05, 0.4))
        child.kill()
        child.wait()
        child.stdout.close()
    roll_all(seconds=60)

    known = {(device.number, ts, boot, seq): values for device, (ts, boot, seq, values) in samples}
    numbers = [device.number for device in devices]
    assert rolled("rollup_minute", numbers) == by_hand(known, 60)
    assert rolled("rollup_hour", numbers) == by_hand(known, 3600)


def test_another_tenant_sees_no_roll_up_and_the_app_login_no_partition(make_device, other_tenant) -> None:
    device = make_device("pump")
    at = clock.now() - timedelta(hours=1)
    feed(device, [(int(at.timestamp() * 1000), {"flow": 1.0})])
    roll_all()
    seen = {}
    for tenant_id in (device.tenant_id, other_tenant):
        with transaction(tenant_id=tenant_id) as session:
            seen[tenant_id] = [
                session.scalar(text(f"SELECT count(*) FROM {table} WHERE device_number = :n"), {"n": device.number})
                for table in ("rollup_minute", "rollup_hour")
            ]

    assert seen == {device.tenant_id: [1, 1], other_tenant: [0, 0]}
    with transaction(tenant_id=other_tenant) as session, pytest.raises(Exception, match="permission denied"):
        session.execute(text(f"SELECT 1 FROM rollup_minute_p{at:%Y%m}"))
