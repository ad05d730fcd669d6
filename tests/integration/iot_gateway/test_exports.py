"""Telemetry as files: everything asked for, nothing else, readable by a spreadsheet without harm."""

import csv
import io
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from pyarrow import parquet
from sqlalchemy import text

from iot_gateway import files, rollups
from iot_gateway.routes import exports as routes
from iot_gateway.service import exports
from kernel import clock
from kernel.auth import Principal, Role, issue_access_token
from kernel.db import Login, transaction
from kernel.http import include
from kernel.ids import new_id
from kernel.web import make_app
from tests.integration.backend.callers import TestClient
from tests.integration.iot_gateway.world import DemoDevice, feed

START = (datetime.now(UTC) - timedelta(days=2)).replace(minute=0, second=0, microsecond=0)


@pytest.fixture
def client_of(database: object) -> Iterator[Callable[..., TestClient]]:
    app = make_app(name="test", title="Telemetry", version="1")
    include(app, routes.router, routes.ACCESS, prefix="/api/v1")
    with ExitStack() as clients:

        def make(tenant_id, role=Role.INTEGRATOR) -> TestClient:
            principal = Principal(
                user_id=new_id(),
                tenant_id=tenant_id,
                roles=frozenset({role}),
                device_id="test",
                name="Test",
                technician_id=None,
                expires_at=clock.now() + timedelta(minutes=5),
            )
            headers = {"Authorization": f"Bearer {issue_access_token(principal)}"}
            return clients.enter_context(TestClient(app, base_url="http://test/api/v1", headers=headers))

        yield make


def stamp(i: int) -> int:
    return int(START.timestamp() * 1000) + i * 7_000


def fill(device: DemoDevice, count: int) -> list[tuple[int, dict[str, float]]]:
    rows = [(stamp(i), {"flow": i / 8, **({"=temp": -float(i)} if i % 2 else {})}) for i in range(count)]
    feed(device, rows)
    return rows


def asked(*devices: DemoDevice, **more: object) -> dict[str, object]:
    end = (START + timedelta(days=1)).isoformat()
    return {"device_id": [str(device.id) for device in devices], "from": START.isoformat(), "to": end, **more}


def test_csv_holds_every_sample_of_the_span_in_order(make_device, client_of, monkeypatch) -> None:
    monkeypatch.setattr(exports, "PAGE_ROWS", 100)
    one, other = make_device("pump"), make_device("pump")
    rows = fill(one, 250)
    fill(other, 100)
    feed(one, [(stamp(3), {"flow": 77.5})], boot=2)

    answer = client_of(one.tenant_id).get("/telemetry/export", params=asked(one, other, metric=["flow", "=temp"]))

    lines = list(csv.reader(io.StringIO(answer.text, newline="")))
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    assert lines[0] == ["device", "at", "flow", "'=temp"]
    assert len(lines) == 1 + 251 + 100
    mine = [line for line in lines if line[0] == one.name]
    assert [line[2] for line in mine[:6]] == ["0.0", "0.125", "0.25", "0.375", "77.5", "0.5"]
    assert [line[3] for line in mine[:3]] == ["", "-1.0", ""]
    assert mine[-1][1] == datetime.fromtimestamp(rows[-1][0] / 1000, tz=UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    assert answer.text.count("\r\n") == len(lines)


def test_parquet_holds_the_same_in_row_groups(make_device, client_of, monkeypatch) -> None:
    monkeypatch.setattr(exports, "PAGE_ROWS", 100)
    device = make_device("pump")
    rows = fill(device, 250)

    answer = client_of(device.tenant_id).get(
        "/telemetry/export", params=asked(device, format="parquet", metric=["flow", "=temp"])
    )

    file = parquet.ParquetFile(pa.BufferReader(answer.content))
    table = file.read().to_pydict()
    assert file.num_row_groups == 3
    assert [int(at.timestamp() * 1000) for at in table["at"]] == [ts for ts, _ in rows]
    assert table["flow"] == [values["flow"] for _, values in rows]
    assert table["=temp"] == [values.get("=temp") for _, values in rows]
    assert set(table["device"]) == {device.name}


@pytest.mark.parametrize(("resolution", "width"), [("minute", 60), ("hour", 3600)])
def test_a_roll_up_is_exported_with_what_is_known_of_each_metric(make_device, client_of, resolution, width) -> None:
    device = make_device("pump")
    rows = fill(device, 1200)
    later = clock.now() + timedelta(hours=1)
    rollups.catch_up(at=later, seconds=60)
    rollups.catch_up(at=later + timedelta(hours=1), seconds=60)

    answer = client_of(device.tenant_id).get(
        "/telemetry/export", params=asked(device, metric="flow", resolution=resolution)
    )

    first, *lines = csv.reader(io.StringIO(answer.text, newline=""))
    assert first == ["device", "at", "flow.count", "flow.min", "flow.max", "flow.mean"]
    for _, at, *figures in lines:
        begin = datetime.fromisoformat(at).timestamp() * 1000
        values = [row["flow"] for ts, row in rows if begin <= ts < begin + width * 1000]
        expected = [len(values), min(values), max(values), sum(values) / len(values)]
        assert [float(figure) for figure in figures] == pytest.approx(expected)
    assert sum(float(line[2]) for line in lines) == 1200


def test_without_metrics_those_last_sent_are_taken(make_device, client_of) -> None:
    device = make_device("pump")
    fill(device, 4)
    with transaction(Login.INGEST) as session:
        session.execute(
            text(
                "INSERT INTO telemetry_last (device_number, tenant_id, last_seen_at, vals)"
                " VALUES (:n, :t, now(), '{\"flow\": 1}')"
                " ON CONFLICT (device_number) DO UPDATE SET vals = excluded.vals"
            ),
            {"n": device.number, "t": device.tenant_id},
        )

    answer = client_of(device.tenant_id).get("/telemetry/export", params=asked(device))

    assert answer.text.splitlines()[0] == "device,at,flow"


def test_what_cannot_be_exported_is_refused_before_a_byte_is_sent(make_device, client_of, other_tenant) -> None:
    device = make_device("pump")
    mine, strange = client_of(device.tenant_id), client_of(other_tenant)
    longer = (START + timedelta(days=500)).isoformat()

    refusals = [
        strange.get("/telemetry/export", params=asked(device, metric="flow")),
        mine.get("/telemetry/export", params={**asked(device, metric="flow"), "to": longer}),
        mine.get("/telemetry/export", params={**asked(device, metric="flow"), "to": "2001-01-01T00:00:00Z"}),
        mine.get("/telemetry/export", params=asked(device, metric=["flow", "flow"])),
        client_of(device.tenant_id, Role.TECHNICIAN).get("/telemetry/export", params=asked(device, metric="flow")),
    ]

    kinds = [(answer.status_code, answer.json()["type"].rpartition(":")[2]) for answer in refusals]
    assert kinds == [
        (404, "device-not-found"),
        (422, "export-too-large"),
        (422, "bad-export"),
        (422, "bad-export"),
        (403, "forbidden"),
    ]
    assert refusals[1].json()["most_device_days"] == 400


def test_each_export_leaves_an_audit_row(make_device, client_of) -> None:
    device = make_device("pump")

    client_of(device.tenant_id).get("/telemetry/export", params=asked(device, metric="flow", format="parquet"))

    with transaction(Login.SYSTEM) as session:
        [detail] = session.scalars(
            text("SELECT detail FROM audit_entry WHERE tenant_id = :t AND action = 'telemetry.export'"),
            {"t": device.tenant_id},
        ).all()
    assert detail["device_ids"] == [str(device.id)]
    assert (detail["format"], detail["resolution"], detail["metrics"]) == ("parquet", "raw", ["flow"])


@pytest.mark.parametrize("pieces", [files.csv_pieces, files.parquet_pieces])
def test_memory_does_not_grow_with_the_length(pieces) -> None:
    def pages(count: int) -> Iterator[files.Page]:
        for page in range(count):
            yield [("d", START + timedelta(seconds=page * 1000 + i), float(i)) for i in range(1000)]

    def peak(count: int) -> int:
        tracemalloc.start()
        for _ in pieces(["device", "at", "flow"], pages(count)):
            pass
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    assert list(pieces(["device", "at", "flow"], pages(1))), "what is imported at first use is no growth"
    assert peak(60) < 2 * peak(6)


@pytest.mark.parametrize("bad", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_text_becomes_a_formula(bad: str) -> None:
    page = [(bad, START, -1.5)]

    content = b"".join(files.csv_pieces(["device", "at", bad], [page])).decode()

    cells = [cell for line in csv.reader(io.StringIO(content, newline="")) for cell in line]
    assert [cell for cell in cells if cell.startswith(files.FORMULA)] == ["-1.5"]
    assert cells.count(f"'{bad}") == 2
