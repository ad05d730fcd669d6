"""The fleet page on the real API, gateway, broker and database: a refused message is sent again from the browser."""

import re
import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from playwright.sync_api import Browser, expect
from sqlalchemy import select, update

from backend.identity import service as identity
from backend.main.app import create_app
from iot_gateway import tasks
from iot_gateway.models.devices import Device
from kernel.auth import Role
from kernel.db import Login, Tenant, transaction
from tests.conftest import ROOT
from tests.integration.iot_gateway.conftest import gateway, make_device, partitions  # noqa: F401 - fixtures
from tests.integration.iot_gateway.world import now_ms, record, stored, wait_until

pytestmark = pytest.mark.browser
PASSWORD = "a-long-enough-phrase"


@pytest.fixture
def url(database: object) -> Iterator[str]:
    """Serve the staff application with the built console."""
    if not (ROOT / "web/dist/console/index.html").is_file():
        pytest.skip("the console is not built")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(create_app(), port=port, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 90
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(5)


def test_a_refused_message_is_sent_again_from_the_page(url, make_device, gateway, browser: Browser) -> None:  # noqa: F811
    device = make_device()
    with transaction(tenant_id=device.tenant_id) as session:
        identity.create_user(session, "keeper", password=PASSWORD, display_name="Keeper", roles=[Role.ADMIN])
        slug = session.scalars(select(Tenant.slug)).one()
    device.connect()
    device.send(record(now_ms() - 40 * 86_400_000, 1))
    device.send(record(now_ms(), 2))
    wait_until(lambda: stored(device) == 1)
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 800})
    context.set_default_timeout(60_000)
    page = context.new_page()
    errors: list[str] = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    page.goto(f"{url}/console/fleet")
    for name, value in {"tenant": slug, "username": "keeper", "password": PASSWORD}.items():
        page.locator(f"input[name={name}]").fill(value)
    page.locator("button[type=submit]").click()

    expect(page.get_by_role("button", name=re.compile("^Online 1"))).to_be_visible(timeout=90_000)
    expect(page.get_by_role("button", name=re.compile("^Broker queue"))).to_be_visible(timeout=90_000)
    page.get_by_role("tab", name="Dead letters").click()
    page.get_by_role("button", name="Outside the time policy").click()
    with transaction(Login.SYSTEM) as session:
        session.execute(update(Device).where(Device.id == device.id).values(max_age_days=60))
    tasks.maintain_partitions()
    page.get_by_role("dialog").get_by_role("button", name="Replay").click()
    expect(page.get_by_text("Records stored: 1")).to_be_visible(timeout=90_000)
    page.keyboard.press("5")
    expect(page.get_by_text("mosquitto version")).to_be_visible(timeout=90_000)
    context.close()
    assert stored(device) == 2
    assert errors == []
