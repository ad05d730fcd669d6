"""The whole way from the device's side: a claim as text, traded over HTTP, then TLS, a record, its acknowledgement."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from iot_gateway.partitions import maintain_partitions
from iot_gateway.service import claims
from kernel.db import transaction
from tests.conftest import settings_of
from tests.integration.backend.live.server import serving
from tests.integration.iot_gateway.world import ROOT, scalar


@pytest.fixture
def address(database, broker):
    """Serve the staff application; yield where claims are traded."""
    with serving() as base:
        yield base.removesuffix("/api/v1")


def sim(claim: str, credentials, *more: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "firmware_sim.cli", "sim", "--credentials", str(credentials), "--claim", claim]
    return subprocess.run(
        [*command, "--hardware-id", "SN-1", "--history", "2h", "--no-live", *more],
        cwd=ROOT, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip


def test_a_claim_becomes_a_device_that_is_heard_over_tls(tenant, address, gateway, tmp_path) -> None:
    maintain_partitions()
    with settings_of({"FIELDHAND_PUBLIC_URL": address}), transaction(tenant_id=tenant) as session:
        _, token = claims.make_claim(
            session, model="pump", sampling_seconds=300, lifetime=timedelta(hours=1), at=datetime.now(UTC)
        )
        text = claims.payload(token)

    first = sim(text, tmp_path / "device.json")
    again = sim(text, tmp_path / "device.json")

    assert (first.returncode, again.returncode) == (0, 0), first.stderr + again.stderr
    kept = json.loads((tmp_path / "device.json").read_text())
    name = kept["devices"][0]["name"]
    assert (tmp_path / kept["ca"]).exists()
    assert scalar("SELECT tenant_id FROM device WHERE name = :n", n=name) == tenant
    query = "SELECT count(*) FROM telemetry t JOIN device d ON d.number = t.device_number WHERE d.name = :n"
    assert scalar(query, n=name) > 20


def test_a_refused_claim_says_why(address, tmp_path) -> None:
    done = sim(f"fieldhand:claim?u={address}&t=fhc_{'x' * 43}", tmp_path / "device.json")

    assert done.returncode == 2
    assert "claim-not-found" in done.stderr
    assert not (tmp_path / "device.json").exists()
