"""Processes and devices of the gateway's tests."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from iot_gateway.partitions import maintain_partitions
from iot_gateway.service import devices
from kernel.db import Login, Tenant, transaction
from kernel.ids import new_id
from tests.integration.iot_gateway.world import DemoDevice, Process, wait_until


@pytest.fixture
def partitions(database: object) -> None:
    maintain_partitions()


@contextmanager
def tenant_with_devices(port: int) -> Iterator[Callable[..., DemoDevice]]:
    """Make a tenant; what is yielded provisions devices for it."""
    made: list[DemoDevice] = []
    tenant_id = new_id()
    slug = f"t{tenant_id.hex[-12:]}"
    with transaction(Login.SYSTEM) as session:
        session.add(Tenant(id=tenant_id, slug=slug, name="Test"))

    def make(model: str = "pump", *, sampling_seconds: int = 300, max_age_days: int = 30) -> DemoDevice:
        name = f"dev-{new_id().hex[-12:]}"
        with transaction(tenant_id=tenant_id) as session:
            device, secret = devices.provision_device(
                session, name=name, model=model, sampling_seconds=sampling_seconds, max_age_days=max_age_days
            )
            number, device_id = device.number, device.id
        made.append(DemoDevice(device_id, number, tenant_id, slug, name, secret, port))
        return made[-1]

    yield make
    for device in made:
        device.close()


@pytest.fixture
def make_device(partitions: None, broker: Any) -> Iterator[Callable[..., DemoDevice]]:
    with tenant_with_devices(broker.port) as make:
        yield make


@pytest.fixture
def make_other_device(partitions: None, broker: Any) -> Iterator[Callable[..., DemoDevice]]:
    """Devices of a second tenant."""
    with tenant_with_devices(broker.port) as make:
        yield make


@pytest.fixture
def gateway(partitions: None, broker: Any, tmp_path: Path) -> Iterator[Process]:
    process = Process("gateway", tmp_path / "gateway.log")
    process.start()
    # The broker lets a device in before the first gateway of all has subscribed, and drops what it then says.
    wait_until(lambda: "broker_session" in process.log.read_text())
    yield process
    if process.child is not None and process.child.poll() is None:
        process.stop()


@pytest.fixture
def scorer(partitions: None, tmp_path: Path) -> Iterator[Process]:
    process = Process("scorer", tmp_path / "scorer.log")
    process.start()
    yield process
    if process.child is not None and process.child.poll() is None:
        process.stop()
