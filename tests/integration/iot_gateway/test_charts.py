"""Series from the rows that fit their span: few points, true extremes, an index and no partition too many."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, text

from iot_gateway import rollups
from iot_gateway.partitions import maintain_partitions
from iot_gateway.routes import telemetry
from iot_gateway.service import charts
from iot_gateway.service import retention as wishes
from kernel import clock
from kernel.auth import Principal, Role, issue_access_token
from kernel.db import Login, engine, transaction
from kernel.http import include
from kernel.ids import new_id
from kernel.web import make_app
from tests.integration.backend.callers import TestClient
from tests.integration.iot_gateway.world import DemoDevice, feed

MINUTE_MS = 60_000


def spiky(count: int) -> list[dict[str, float]]:
    """Return values with one spike up and one down, and every third without the second metric."""
    rows = [{"flow": 10 + (i % 7) / 4, **({"temp": -float(i % 5)} if i % 3 else {})} for i in range(count)]
    rows[count // 3]["flow"], rows[count // 2]["flow"] = 99.5, -42.25
    return rows


def filled(make_device, *, days: int, every_ms: int) -> tuple[DemoDevice, datetime, list[tuple[int, dict[str, float]]]]:
    device = make_device("pump", sampling_seconds=every_ms // 1000)
    start = (clock.now() - timedelta(days=days)).replace(minute=0, second=0, microsecond=0)
    count = days * 86_400_000 // every_ms
    first = int(start.timestamp() * 1000)
    rows = [(first + i * every_ms, values) for i, values in enumerate(spiky(count))]
    feed(device, rows)
    return device, start, rows


def roll_all() -> None:
    later = clock.now() + timedelta(hours=1)
    rollups.catch_up(at=later, seconds=120)
    rollups.catch_up(at=later + timedelta(hours=1), seconds=120)


def drawn(device: DemoDevice, start: datetime, end: datetime, *metrics: str, most: int = 500) -> list[charts.Series]:
    with transaction(tenant_id=device.tenant_id) as session:
        return charts.chart(session, device.id, metrics=metrics, start=start, end=end, max_points=most)


def test_a_short_span_is_read_from_samples_with_its_extremes(make_device) -> None:
    device, start, rows = filled(make_device, days=2, every_ms=MINUTE_MS)

    flow, temp, none = drawn(device, start, clock.now(), "flow", "temp", "nothing")

    assert (flow.resolution, flow.step_seconds, flow.envelope) == ("raw", None, None)
    assert len(flow.points) <= 500
    assert flow.points[0] == (rows[0][0], rows[0][1]["flow"])
    assert flow.points[-1] == (rows[-1][0], rows[-1][1]["flow"])
    assert {-42.25, 99.5} <= {value for _, value in flow.points}
    assert min(value for _, value in temp.points) == -4.0
    assert [at for at, _ in flow.points] == sorted({at for at, _ in flow.points})
    assert list(none.points) == []


def test_a_device_that_sends_more_than_it_said_is_read_from_minutes(make_device, monkeypatch) -> None:
    monkeypatch.setattr(charts, "MOST_ROWS", 2000)
    device, start, rows = filled(make_device, days=1, every_ms=30_000)
    roll_all()

    [flow] = drawn(device, start, start + timedelta(days=1), "flow", most=400)

    assert flow.resolution == "minute"
    assert flow.step_seconds == 240
    assert flow.envelope is not None
    assert len(flow.points) <= 400
    assert max(high for _, _, high in flow.envelope) == 99.5
    assert min(low for _, low, _ in flow.envelope) == -42.25
    first = [values["flow"] for ts, values in rows if ts < rows[0][0] + 240_000]
    assert flow.points[0] == (rows[0][0] + 120_000, pytest.approx(sum(first) / len(first), abs=1e-12))


@pytest.mark.parametrize("days", [40, 365, 1800])
def test_a_long_span_is_read_from_hours_in_few_points(make_device, days: int) -> None:
    device, start, rows = filled(make_device, days=3, every_ms=600_000)
    roll_all()

    flow, temp = drawn(device, clock.now() - timedelta(days=days), clock.now(), "flow", "temp", most=100)

    assert flow.resolution == "hour"
    assert 1 <= len(flow.points) <= 100
    assert flow.envelope is not None
    assert temp.envelope is not None
    assert (min(low for _, low, _ in flow.envelope), max(high for _, _, high in flow.envelope)) == (-42.25, 99.5)
    assert all(low <= mean <= high for (_, mean), (_, low, high) in zip(temp.points, temp.envelope, strict=True))
    assert start.timestamp() <= rows[-1][0] / 1000


def test_samples_that_are_gone_are_read_from_minutes(make_device) -> None:
    device = make_device("pump", sampling_seconds=60, max_age_days=1)
    with transaction(tenant_id=device.tenant_id) as session:
        wishes.keep(session, raw_days=2, minute_days=365, hour_days=1825)

    [near] = drawn(device, clock.now() - timedelta(hours=30), clock.now(), "flow")
    [far] = drawn(device, clock.now() - timedelta(days=10), clock.now(), "flow")

    assert (near.resolution, far.resolution) == ("raw", "minute")


@pytest.mark.parametrize(("days", "table"), [(1, "telemetry"), (16, "rollup_minute"), (40, "rollup_hour")])
def test_the_app_reads_by_index_and_leaves_other_partitions_alone(make_device, days: int, table: str) -> None:
    maintain_partitions()
    device = make_device("pump", sampling_seconds=10)
    seen: list[tuple[str, object]] = []

    def note(_c, _cursor, statement, parameters, _context, _many) -> None:
        if f"FROM {table} " in statement:
            seen.append((statement, parameters))

    event.listen(engine(Login.APP), "before_cursor_execute", note)
    try:
        drawn(device, clock.now() - timedelta(days=days), clock.now(), "flow")
    finally:
        event.remove(engine(Login.APP), "before_cursor_execute", note)
    [(statement, parameters)] = seen
    with transaction(tenant_id=device.tenant_id) as session:
        session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = session.connection().exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar_one()

    nodes = list(leaves(plan[0]["Plan"]))
    assert nodes
    assert all("Index" in node["Node Type"] for node in nodes), json.dumps(nodes)
    assert all("device_number" in node["Index Cond"] for node in nodes if "Index Cond" in node)
    span = {"telemetry": days + 1, "rollup_minute": 2, "rollup_hour": 3}[table]
    assert len({node["Relation Name"] for node in nodes if "Relation Name" in node}) <= span


def leaves(node):
    inner = node.get("Plans", [])
    if not inner:
        yield node
    for one in inner:
        yield from leaves(one)


def test_http_gives_several_metrics_and_refuses_too_much(make_device) -> None:
    device, start, _ = filled(make_device, days=1, every_ms=MINUTE_MS)
    app = make_app(name="test", title="Telemetry", version="1")
    include(app, telemetry.router, telemetry.ACCESS, prefix="/api/v1")
    principal = Principal(
        user_id=new_id(),
        tenant_id=device.tenant_id,
        roles=frozenset({Role.INTEGRATOR}),
        device_id="test",
        name="Test",
        technician_id=None,
        expires_at=clock.now() + timedelta(minutes=5),
    )
    headers = {"Authorization": f"Bearer {issue_access_token(principal)}"}
    asked = {"metric": ["flow", "temp"], "from": start.isoformat(), "to": datetime.now(UTC).isoformat()}

    with TestClient(app, base_url="http://test/api/v1", headers=headers) as client:
        answer = client.get(f"/devices/{device.id}/chart", params=asked)
        single = client.get(f"/devices/{device.id}/series", params={**asked, "metric": "flow"})
        many = client.get(f"/devices/{device.id}/chart", params={**asked, "max_points": 2001})
        backwards = client.get(f"/devices/{device.id}/chart", params={**asked, "to": "2001-01-01T00:00:00Z"})

    assert [series["metric"] for series in answer.json()["series"]] == ["flow", "temp"]
    assert all(len(series["points"]) <= 600 for series in answer.json()["series"])
    assert single.json()["resolution"] == "raw"
    assert many.status_code == 422
    assert backwards.json()["type"] == "urn:fieldhand:problem:bad-series"
