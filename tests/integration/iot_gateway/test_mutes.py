"""A muted device opens no cases; the others do, and it does again afterwards."""

from datetime import timedelta

import pytest

from iot_gateway.service import devices
from kernel import clock
from kernel.db import transaction
from kernel.errors import Invalid
from tests.integration.iot_gateway.world import events_of, feed, score_all, simulated


def test_a_device_under_maintenance_opens_no_case(make_device) -> None:
    muted, heard = make_device("pump"), make_device("pump")
    at = clock.now()
    with transaction(tenant_id=muted.tenant_id) as session:
        devices.mute_device(session, muted.id, since=at - timedelta(days=10), until=at + timedelta(days=1))
        devices.mute_device(session, heard.id, since=at - timedelta(days=30), until=at - timedelta(days=20))
    for device in (muted, heard):
        feed(device, simulated("pump", fault="bearing_wear")[0])

    score_all()

    assert events_of(muted) == []
    assert [topic for topic, _ in events_of(heard)].count("cases.opened.v1") == 1


def test_a_window_outlives_a_new_place_and_is_lifted(make_device) -> None:
    device = make_device("pump")
    since = clock.now()
    with transaction(tenant_id=device.tenant_id) as session:
        devices.mute_device(session, device.id, since=since, until=None)
        devices.set_device_context(session, device.id, site_key="north", criticality="A")
        assert devices.mute_of(session, device.id) == (since, None)
        (listed,) = devices.list_muted(session, at=since, limit=5)
        assert (listed.device_id, listed.device_name, listed.since, listed.until) == (
            device.id, device.name, since, None,
        )  # fmt: skip
        with pytest.raises(Invalid):
            devices.mute_device(session, device.id, since=since, until=since)
        with pytest.raises(Invalid):
            devices.mute_device(session, device.id, since=None, until=since)
        devices.mute_device(session, device.id, since=None, until=None)
        assert devices.mute_of(session, device.id) == (None, None)
        assert devices.list_muted(session, at=since, limit=5) == []
