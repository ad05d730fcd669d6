"""Readings in any order, over rollovers and replacements; what does not fit, and what a device sends."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.assets import meter_feed, meters
from backend.assets import service as assets
from backend.assets.errors import (
    AlreadyKnown,
    MeterFellBack,
    MeterUnknown,
    NoCounter,
    OutOfRange,
    ReadInFuture,
    ReadingExists,
    StaleVersion,
)
from backend.assets.metering import Counter
from backend.assets.meters import Read
from backend.assets.models import Meter, MeterKind, MeterReading, ReadingFault, ReadingSource
from iot_gateway.models.devices import Device
from iot_gateway.models.telemetry import TelemetryLast
from iot_gateway.service import devices
from kernel.db import Login, transaction
from kernel.ids import new_id
from kernel.outbox import OutboxEvent
from tests.integration.backend.assets.test_assets import an_asset

START = datetime(2026, 9, 1, tzinfo=UTC)
NOW = START + timedelta(days=365)
DAY = timedelta(days=1)


def a_meter(session: Session, kind: MeterKind = MeterKind.CUMULATIVE, **other: object) -> Meter:
    said = {"code": "run_hours", "name": "运行小时", "unit": "h", "kind": kind} | other
    return meters.create_meter(session, an_asset(session).id, **said)  # type: ignore[arg-type]


def read(
    session: Session,
    meter: Meter,
    day: float,
    value: object,
    *,
    source: ReadingSource = ReadingSource.MANUAL,
    replaced_by: Counter | None = None,
    client_op_id: UUID | None = None,
) -> MeterReading:
    said = Read(
        value=Decimal(str(value)), at=START + day * DAY, source=source, replaced_by=replaced_by,
        client_op_id=client_op_id,
    )  # fmt: skip
    return meters.record_reading(session, meter.id, said, received_at=NOW)


def totals(session: Session, meter: Meter) -> list[Decimal]:
    rows = meters.list_readings(session, meter.id, limit=200)
    return [row.total for row in reversed(rows) if row.total is not None]


def test_a_total_goes_on_over_a_rollover_and_a_replacement(session: Session) -> None:
    meter = a_meter(session, rolls_over_at=Decimal(100_000))
    read(session, meter, 0, 99_900)
    read(session, meter, 1, 50)
    read(session, meter, 2, 80, replaced_by=Counter(Decimal(7), Decimal(1_000)))
    read(session, meter, 3, 900)
    read(session, meter, 4, 7)

    assert totals(session, meter) == [99_900, 100_050, 100_080, 100_973, 101_080]
    assert meters.total_at(session, meter.id, START - DAY) is None
    assert meters.total_at(session, meter.id, START + 3.5 * DAY) == (Decimal("101026.5"), START + 3 * DAY, True)
    assert meters.total_at(session, meter.id, NOW) == (Decimal(101_080), START + 4 * DAY, False)
    assert meters.usage_rate(session, meter.id, NOW - 300 * DAY) == (Decimal(295), START, START + 4 * DAY)


def test_a_late_reading_finds_its_place(session: Session) -> None:
    meter = a_meter(session)
    read(session, meter, 0, 100)
    read(session, meter, 10, 300)
    read(session, meter, 5, 250)

    assert totals(session, meter) == [100, 250, 300]
    with pytest.raises(MeterFellBack):
        read(session, meter, 7, 310)
    with pytest.raises(MeterFellBack):
        read(session, meter, 7, 240)
    assert totals(session, meter) == [100, 250, 300]


def test_what_cannot_be_is_refused_in_the_office(session: Session) -> None:
    meter = a_meter(session, rolls_over_at=Decimal(1_000))
    read(session, meter, 0, 400)

    with pytest.raises(MeterFellBack) as fell:
        read(session, meter, 1, 300)
    with pytest.raises(OutOfRange):
        read(session, meter, 1, 1_000)
    with pytest.raises(OutOfRange):
        read(session, meter, 1, -1)
    with pytest.raises(ReadInFuture):
        read(session, meter, 366, 500)
    with pytest.raises(ReadingExists):
        read(session, meter, 0, 401)
    assert fell.value.members == {"value": "300", "before": "400", "rolls_over_at": "1000"}
    assert totals(session, meter) == [400]


def test_what_was_read_in_the_field_is_kept_and_counts_once_it_is_explained(session: Session) -> None:
    meter = a_meter(session)
    read(session, meter, 0, 500)
    fallen = [read(session, meter, day, day, source=ReadingSource.VISIT) for day in (3, 4)]
    same = read(session, meter, 0, 501, source=ReadingSource.VISIT)
    assert [row.fault for row in (*fallen, same)] == [ReadingFault.FELL_BACK] * 2 + [ReadingFault.SAME_INSTANT]
    assert totals(session, meter) == [500]

    read(session, meter, 2, 520, replaced_by=Counter(Decimal(0)))

    assert [row.fault for row in fallen] == [None, None]
    assert totals(session, meter) == [500, 520, 523, 524]
    told = select(OutboxEvent.body).where(OutboxEvent.topic == "assets.meter_read.v1").order_by(OutboxEvent.id)
    assert [Decimal(body["value"]) for body in session.scalars(told)] == [500, 520, 3, 4]


def test_a_wrong_reading_is_voided_and_the_ones_it_held_up_count(session: Session) -> None:
    meter = a_meter(session)
    read(session, meter, 0, 100)
    wrong = read(session, meter, 1, 9_999)
    right = read(session, meter, 2, 120, source=ReadingSource.VISIT)

    for _ in range(2):
        meters.void_reading(session, wrong.id, note="typed wrongly", actor_id=None)

    assert (wrong.fault, wrong.note) == (ReadingFault.VOIDED, "typed wrongly")
    assert right.fault is None
    assert totals(session, meter) == [100, 120]


def test_a_replacement_that_later_readings_stand_on_cannot_be_voided(session: Session) -> None:
    meter = a_meter(session)
    read(session, meter, 0, 100)
    replaced = read(session, meter, 1, 110, replaced_by=Counter(Decimal(0)))
    read(session, meter, 2, 30)

    with pytest.raises(MeterFellBack):
        meters.void_reading(session, replaced.id, note="", actor_id=None)

    assert totals(session, meter) == [100, 110, 140]


def test_the_same_reading_again_changes_nothing(session: Session) -> None:
    meter, other, operation = a_meter(session), a_meter(session), new_id()

    rows = {read(session, meter, day, 5, client_op_id=operation).id for day in (1, 2)}
    rows.add(read(session, meter, 1, 5).id)

    assert len(rows) == 1
    with pytest.raises(ReadingExists):
        read(session, other, 1, 5, client_op_id=operation)


def test_a_gauge_goes_up_and_down_and_has_no_total(session: Session) -> None:
    gauge = a_meter(session, MeterKind.GAUGE, unit="bar")
    for day, value in enumerate((5, -2, 3)):
        read(session, gauge, day, value)

    last = meters.last_reading(session, gauge.id, at=NOW)
    assert last is not None
    assert (last.value, last.total) == (3, None)
    for refused in (
        lambda: meters.total_at(session, gauge.id, NOW),
        lambda: meters.usage_rate(session, gauge.id, NOW),
        lambda: read(session, gauge, 5, 1, replaced_by=Counter(Decimal(0))),
        lambda: a_meter(session, MeterKind.GAUGE, rolls_over_at=Decimal(10)),
    ):
        with pytest.raises(NoCounter):
            refused()


def test_a_meter_has_one_code_on_its_asset_and_changes_by_version(session: Session, other_tenant: UUID) -> None:
    meter = a_meter(session)

    with pytest.raises(AlreadyKnown):
        meters.create_meter(session, meter.asset_id, code="run_hours", name="", unit="h", kind=MeterKind.GAUGE)
    meters.update_meter(session, meter.id, version=1, name="Hours", metric=None)
    with pytest.raises(StaleVersion):
        meters.update_meter(session, meter.id, version=1, name="x", metric=None)
    assert meters.meter_of(session, meter.asset_id, "run_hours") is meter
    assert list(meters.meters_of(session, [meter.asset_id])) == [meter]
    with transaction(tenant_id=other_tenant) as theirs, pytest.raises(MeterUnknown):
        meters.get_meter(theirs, meter.id)


def test_usage_needs_two_readings_a_day_apart(session: Session) -> None:
    meter = a_meter(session)
    read(session, meter, 0, 100)
    assert meters.usage_rate(session, meter.id, START + DAY) is None
    read(session, meter, 200, 500)
    read(session, meter, 200.1, 501)

    found = meters.usage_rate(session, meter.id, NOW - 100 * DAY)

    assert found == (Decimal("2.0040"), START, START + 200.1 * DAY)


def test_a_device_feeds_a_meter_at_most_once_an_hour(tenant: UUID) -> None:
    with transaction(tenant_id=tenant) as session:
        device, _ = devices.provision_device(session, name=f"d-{new_id().hex}", model="pump", sampling_seconds=60)
        meter = a_meter(session, metric="run_h")
        assets.link_device(session, meter.asset_id, device_id=device.id)
        number = session.scalars(select(Device.number).where(Device.id == device.id)).one()

    def sent(hours: float, value: float) -> None:
        at = START + timedelta(hours=hours)
        with transaction(Login.INGEST) as ingest:
            row = TelemetryLast(
                device_number=number, tenant_id=tenant, ts=at, vals={"run_h": value, "t": 1}, last_seen_at=at
            )
            ingest.merge(row)
        with transaction(tenant_id=tenant) as session:
            assert meter_feed.read_devices(session, at=at) is None

    for hours, value in ((0, 10.0), (0.5, 10.5), (1, 11.0), (1, 11.0), (2.5, 0.2), (4, 0.4)):
        sent(hours, value)

    with transaction(tenant_id=tenant) as session:
        rows = meters.list_readings(session, meter.id, limit=10)
        assert [(row.value, row.fault) for row in rows] == [
            (Decimal("0.2"), ReadingFault.FELL_BACK), (Decimal(11), None), (Decimal(10), None),
        ]  # fmt: skip


Step = tuple[int, int, int | None]
"""Hours since the one before, what was counted in them, and what a new counter shows first."""


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_from_the_field_the_order_of_arrival_is_indifferent(session: Session, data: st.DataObject) -> None:
    steps: Sequence[Step] = data.draw(
        st.lists(
            st.tuples(st.integers(1, 50), st.integers(0, 300), st.none() | st.integers(0, 40)), min_size=1, max_size=7
        )
    )
    at, shown, counted = 0.0, 0, 0
    story: list[tuple[float, int, Counter | None]] = []
    right: list[int] = []
    for hours, more, new_first in steps:
        at, shown, counted = at + hours / 24, shown + more, counted + more
        story.append((at, shown, None if new_first is None else Counter(Decimal(new_first))))
        right.append(counted)
        shown = shown if new_first is None else new_first
    meter = a_meter(session)

    for day, value, counter in data.draw(st.permutations(story)):
        read(session, meter, day, value, source=ReadingSource.VISIT, replaced_by=counter)

    assert totals(session, meter) == right
