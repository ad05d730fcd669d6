"""Firmware campaigns with simulated devices, through broker, gateway, tables and HTTP."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest
import uvicorn
from sqlalchemy import text

from iot_gateway import campaigner
from iot_gateway.errors import EmptyCampaign, IllegalCampaignChange, ReleaseExists
from iot_gateway.rollout import CampaignAction, CampaignState
from iot_gateway.routes import firmware as routes
from iot_gateway.service import campaigns, commands, firmware, twins
from kernel import clock
from kernel.auth import Role
from kernel.db import transaction
from kernel.http import include
from kernel.settings import get_settings
from kernel.web import make_app
from tests.integration.backend.callers import a_client
from tests.integration.iot_gateway.world import ROOT, DemoDevice, scalar, wait_until

IMAGE = os.urandom(300_000)
NEW = "2.0.0"


@pytest.fixture
def server(database: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve the images under the installation's public address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    monkeypatch.setenv("FIELDHAND_PUBLIC_URL", url)
    get_settings.cache_clear()
    app = make_app(name="test", title="Firmware", version="1")
    include(app, routes.router, routes.ACCESS, prefix="/api/v1")
    running = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, ws="none"))
    thread = threading.Thread(target=running.run)
    thread.start()
    wait_until(lambda: running.started)
    yield url
    running.should_exit = True
    thread.join()
    monkeypatch.undo()
    get_settings.cache_clear()


@dataclass
class Shop:
    """A fleet of simulated devices of one tenant, and its campaigns."""

    devices: list[DemoDevice]
    folder: Path
    child: subprocess.Popen[bytes] | None = None

    @property
    def tenant_id(self) -> Any:
        return self.devices[0].tenant_id

    def simulate(self, *options: str) -> None:
        first = self.devices[0]
        listed = [{"name": d.name, "model": "pump", "secret": d.secret} for d in self.devices]
        access = {"tenant": first.slug, "host": "127.0.0.1", "port": first.port, "ca": None, "devices": listed}
        (self.folder / "devices.json").write_text(json.dumps(access))
        command = [sys.executable, "-m", "firmware_sim.cli", "sim", "--credentials", str(self.folder / "devices.json")]
        with (self.folder / "sim.log").open("ab") as output:
            self.child = subprocess.Popen(
                [*command, "--history", "0s", "--state-dir", str(self.folder / "state"), *options],
                cwd=ROOT,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        numbers = [device.number for device in self.devices]
        born = "SELECT count(*) FROM telemetry_last WHERE device_number = ANY(:n) AND online"
        wait_until(lambda: scalar(born, n=numbers) == len(numbers), seconds=90)

    def close(self) -> None:
        if self.child is not None:
            self.child.terminate()
            self.child.wait(timeout=90)

    def start(self, **how: Any) -> Any:
        with transaction(tenant_id=self.tenant_id) as session:
            release = firmware.create_release(session, model="pump", version=NEW, content=IMAGE)
            row = campaigns.create_campaign(session, campaigns.Draft(release_id=release.id, name="new pump", **how))
            campaigns.act_on_campaign(session, row.id, CampaignAction.START, at=clock.now())
            return row.id

    def act(self, campaign_id: Any, action: CampaignAction) -> None:
        with transaction(tenant_id=self.tenant_id) as session:
            campaigns.act_on_campaign(session, campaign_id, action, at=clock.now())

    def sweep(self, campaign_id: Any) -> tuple[CampaignState, int, dict[str, int]]:
        campaigner.advance_campaigns(self.tenant_id)
        with transaction(tenant_id=self.tenant_id) as session:
            view = campaigns.campaign_view(session, campaign_id)
            counts = {state.value: count for state, count in view.counts.items() if count}
            return view.campaign.state, view.campaign.wave, counts

    def rows(self, campaign_id: Any) -> list[Any]:
        query = "SELECT wave, state, sent_at, finished_at, detail FROM campaign_device WHERE campaign_id = :c"
        with transaction(tenant_id=self.tenant_id) as session:
            return list(session.execute(text(query + " ORDER BY position"), {"c": campaign_id}))

    def firmwares(self) -> Counter[str]:
        with transaction(tenant_id=self.tenant_id) as session:
            found = session.scalars(text("SELECT firmware FROM telemetry_last WHERE firmware IS NOT NULL"))
            return Counter(found)


@pytest.fixture
def shop(make_device, gateway, server, tmp_path) -> Iterator[Shop]:
    folder = tmp_path / "sim"
    folder.mkdir()
    found = Shop([make_device("pump") for _ in range(20)], folder)
    yield found
    found.close()


def test_a_campaign_reaches_every_device_wave_by_wave_though_the_gateway_is_killed(shop: Shop, gateway: Any) -> None:
    shop.simulate("--download-rate", "300000")
    campaign_id = shop.start(waves=(10, 50, 100), pause_seconds=1)
    killed = False

    def over() -> bool:
        nonlocal killed
        state, wave, counts = shop.sweep(campaign_id)
        if wave == 1 and not killed and counts.get("downloading", 0) + counts.get("installed", 0) > 2:
            gateway.kill()
            gateway.start()
            killed = True
        time.sleep(0.2)
        return state is not CampaignState.RUNNING

    wait_until(over, seconds=150)

    state, _, counts = shop.sweep(campaign_id)
    rows = shop.rows(campaign_id)
    assert killed
    assert (state, counts) == (CampaignState.DONE, {"installed": 20})
    assert shop.firmwares() == {NEW: 20}
    assert [row.wave for row in rows] == [0] * 2 + [1] * 8 + [2] * 10
    for wave in (1, 2):
        before = max(row.finished_at for row in rows if row.wave < wave)
        assert (min(row.sent_at for row in rows if row.wave == wave) - before).total_seconds() >= 1
    commands = "SELECT count(*) FROM device_command WHERE tenant_id = :t AND command = 'update_firmware'"
    assert scalar(commands, t=shop.tenant_id) == 20
    told = "SELECT count(DISTINCT device_number) FROM device_event WHERE tenant_id = :t AND kind = 'firmware_update'"
    assert scalar(told, t=shop.tenant_id) == 20


def test_failures_stop_a_campaign_after_its_first_wave_until_a_person_resumes_it(shop: Shop) -> None:
    shop.simulate("--update-failures", "1")
    campaign_id = shop.start(waves=(25, 100), pause_seconds=0, max_failed_count=2, max_failed_percent=None)

    wait_until(lambda: shop.sweep(campaign_id)[0] is CampaignState.STOPPED, seconds=90)
    wait_until(lambda: shop.sweep(campaign_id)[2] == {"failed": 5, "pending": 15}, seconds=60)

    details = {row.detail for row in shop.rows(campaign_id) if row.state == "failed"}
    assert details <= {"the image does not have the hash it should have", "started again with 1.4.2"}
    assert len(details) > 0
    assert shop.firmwares() == {"1.4.2": 20}
    shop.act(campaign_id, CampaignAction.RESUME)
    wait_until(lambda: shop.sweep(campaign_id)[0] is CampaignState.STOPPED, seconds=90)
    assert shop.sweep(campaign_id)[1] == 1


def test_pausing_withdraws_what_has_not_gone_out_and_resuming_sends_it(make_device, server, tmp_path) -> None:
    shop = Shop([make_device("pump") for _ in range(4)], tmp_path)
    campaign_id = shop.start(waves=(100,))
    assert shop.sweep(campaign_id)[2] == {"sent": 4}

    shop.act(campaign_id, CampaignAction.PAUSE)
    paused = shop.sweep(campaign_id)
    shop.act(campaign_id, CampaignAction.RESUME)
    resumed = shop.sweep(campaign_id)

    assert paused == (CampaignState.PAUSED, 0, {"pending": 4})
    assert resumed == (CampaignState.RUNNING, 0, {"sent": 4})
    states = "SELECT string_agg(state, ' ' ORDER BY state) FROM device_command WHERE tenant_id = :t"
    assert scalar(states, t=shop.tenant_id) == " ".join(["cancelled"] * 4 + ["queued"] * 4)
    with pytest.raises(IllegalCampaignChange):
        shop.act(campaign_id, CampaignAction.START)


def test_a_target_is_taken_by_model_site_group_and_list(make_device, server, tmp_path) -> None:
    shop = Shop([make_device("pump") for _ in range(3)] + [make_device("lift")], tmp_path)
    from iot_gateway.service import devices

    with transaction(tenant_id=shop.tenant_id) as session:
        for device, site in zip(shop.devices, ("a", "a", "b"), strict=False):
            devices.set_device_context(session, device.id, site_key=site, group_path=f"/north/{site}")

    def taken(**target: Any) -> int:
        return sum(shop.sweep(shop.start(**target))[2].values())

    assert taken(site="a") == 2
    assert taken(group="/north/b") == 1
    assert taken(group="/north", device_ids=[shop.devices[0].id, shop.devices[3].id]) == 1
    assert taken() == 3
    with transaction(tenant_id=shop.tenant_id) as session:
        release_id = firmware.list_releases(session)[0].id
    over_http = a_client(shop.tenant_id, Role.ADMIN, routes)
    draft = {"release_id": str(release_id), "name": "two waves", "waves": [34, 100]}
    path = f"/firmware/campaigns/{over_http.post('/firmware/campaigns', json=draft).json()['id']}"
    started = over_http.post(f"{path}/act", json={"action": "start"}).json()
    second = over_http.get(f"{path}/devices", params={"wave": 1}).json()["items"]
    assert [wave["pending"] for wave in started["wave_counts"]] == [2, 1]
    assert started["counts"]["pending"] == 3
    assert [one["wave"] for one in second] == [1]
    with pytest.raises(EmptyCampaign):
        taken(site="c")
    with transaction(tenant_id=shop.tenant_id) as session, pytest.raises(ReleaseExists):
        firmware.create_release(session, model="pump", version=NEW, content=b"other")


def fetch(url: str, part: str | None = None) -> tuple[int, bytes, str | None]:
    request = urllib.request.Request(url, headers={} if part is None else {"Range": part})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read(), answer.headers["Content-Range"]
    except HTTPError as error:
        with error:
            return error.code, b"", error.headers["Content-Range"]


def test_an_image_is_given_whole_or_in_parts_to_who_holds_the_token_of_a_running_campaign(
    make_device, server, tmp_path
) -> None:
    shop = Shop([make_device("pump")], tmp_path)
    campaign_id = shop.start()
    url = firmware.image_url(shop.tenant_id, campaign_id)
    size = len(IMAGE)

    assert fetch(url) == (200, IMAGE, None)
    assert fetch(url, "bytes=299990-") == (206, IMAGE[299_990:], f"bytes 299990-{size - 1}/{size}")
    assert fetch(url, "bytes=10-19") == (206, IMAGE[10:20], f"bytes 10-19/{size}")
    assert fetch(url, f"bytes={size}-") == (416, b"", f"bytes */{size}")
    assert fetch(url, "lines=1") == (200, IMAGE, None)
    forged = url[:-1] + ("A" if url[-1] != "A" else "Q")
    assert fetch(forged)[0] == 404
    shop.act(campaign_id, CampaignAction.STOP)
    assert fetch(url)[0] == 404


def test_a_simulated_device_is_set_from_afar_and_keeps_to_it_after_a_restart(make_device, gateway, tmp_path) -> None:
    shop = Shop([make_device("pump")], tmp_path)
    [device] = shop.devices
    shop.simulate()
    with transaction(tenant_id=device.tenant_id) as session:
        wanted = {"interval_seconds": 0.5, "label": "north", "unknown": 1}
        twins.change_twin(session, device.id, wanted, version=0, by=None, at=clock.now())

    def seen() -> twins.TwinView:
        with transaction(tenant_id=device.tenant_id) as session:
            return twins.twin_view(session, device.id)

    wait_until(lambda: not seen().pending)
    first = seen()
    with transaction(tenant_id=device.tenant_id) as session:
        commands.request_command(session, device.id, command="reboot")
    said_at = first.reported_at
    wait_until(lambda: seen().reported_at != said_at, seconds=60)
    shop.close()

    assert first.reported == {"interval_seconds": 0.5, "label": "north"}
    assert first.delta == {"unknown": 1}
    assert (seen().reported, seen().reported_version) == (first.reported, 1)
