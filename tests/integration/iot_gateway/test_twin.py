"""The twin through broker, gateway and tables."""

import pytest

from iot_gateway.errors import StaleTwin, UnfitTwin
from iot_gateway.service import twins
from kernel import clock
from kernel.db import transaction
from tests.integration.iot_gateway.test_presence_and_commands import later
from tests.integration.iot_gateway.world import letters, now_ms, record, scalar, stored, wait_until


def change(device, patch, version):
    with transaction(tenant_id=device.tenant_id) as session:
        return twins.change_twin(session, device.id, patch, version=version, by=None, at=clock.now())


def seen(device):
    with transaction(tenant_id=device.tenant_id) as session:
        return twins.twin_view(session, device.id)


def published(device, topic):
    query = "SELECT count(*) FROM outbox_event WHERE topic = :t AND body ->> 'device_id' = :d"
    return scalar(query, t=topic, d=str(device.id))


def settle(device, seq):
    """Wait until everything that the device has sent is taken in."""
    device.send(record(now_ms(), seq))
    wait_until(lambda: stored(device) == seq)


def test_a_change_reaches_the_device_and_its_report_ends_the_matter(make_device, gateway) -> None:
    device = make_device()
    device.connect()
    device.birth()

    change(device, {"interval_seconds": 10, "limits": {"high": 7.1}}, 0)
    wait_until(lambda: device.heard("twin/desired") != [])
    assert device.heard("twin/desired")[-1] == {
        "version": 1,
        "desired": {"interval_seconds": 10, "limits": {"high": 7.1}},
    }
    assert seen(device).pending
    device.send(
        {"boot": 1, "seq": 1, "version": 1, "state": {"interval_seconds": 10, "limits": {"high": 7}}}, "twin/reported"
    )
    wait_until(lambda: not seen(device).pending)

    assert seen(device).delta == {"limits": {"high": 7.1}}
    assert published(device, "devices.twin_changed.v1") == published(device, "devices.twin_applied.v1") == 1
    later(device)
    device.birth()
    settle(device, 1)
    assert len(device.heard("twin/desired")) == 1


def test_a_change_for_an_absent_device_is_said_at_its_birth_and_again_until_it_reports(make_device, gateway) -> None:
    device = make_device()
    change(device, {"a": 1}, 0)
    change(device, {"a": None, "b": 2}, 1)
    device.connect()

    device.birth()
    wait_until(lambda: len(device.heard("twin/desired")) == 1)
    later(device)
    wait_until(lambda: len(device.heard("twin/desired")) == 2)
    device.birth()
    wait_until(lambda: len(device.heard("twin/desired")) == 3)

    assert device.heard("twin/desired") == [{"version": 2, "desired": {"b": 2}}] * 3


def test_reports_out_of_order_repeated_or_unfit_change_nothing(make_device, gateway) -> None:
    device = make_device()
    device.connect()
    newest = {"boot": 2, "seq": 1, "version": 0, "state": {"a": 3}}

    for report in (
        {"boot": 1, "seq": 2, "version": 0, "state": {"a": 2}},
        newest,
        {"boot": 1, "seq": 1, "version": 0, "state": {"a": 1}},
        {"boot": 1, "seq": 9, "version": 0, "state": {"a": 9}},
        newest | {"state": {"a": 4}},
        {"boot": 3, "seq": 1, "version": 0, "state": {"a": "x" * 9000}},
        {"boot": 3, "seq": 1, "version": 0, "state": {"a": "\x00"}},
        {"boot": 3, "seq": 1, "version": 0},
    ):
        device.send(report, "twin/reported")
    settle(device, 1)

    assert seen(device).reported == {"a": 3}
    assert sorted(letters(device)) == ["malformed", "malformed", "oversize"]


def test_of_two_people_who_read_the_same_version_one_is_refused(make_device) -> None:
    device = make_device()
    change(device, {"a": 1}, 0)

    with pytest.raises(StaleTwin):
        change(device, {"a": 2}, 0)
    same = change(device, {"a": 1}, 1)
    with pytest.raises(UnfitTwin):
        change(device, {"b": "x" * 9000}, 1)

    assert (same.desired_version, same.desired) == (1, {"a": 1})
    assert published(device, "devices.twin_changed.v1") == 1


def test_another_device_cannot_report_for_it(make_device, gateway) -> None:
    device, other = make_device(), make_device()
    other.connect()
    stolen = {"boot": 9, "seq": 1, "version": 9, "state": {"a": 1}}

    other.send(stolen, topic=device.topic("twin/reported"))
    other.close()
    other.connect()
    settle(other, 1)

    assert seen(device).reported == {}
