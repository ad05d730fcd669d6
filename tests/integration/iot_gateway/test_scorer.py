"""From stored samples to cases, exactly once, and from a repair to its proof."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from iot_gateway import metrics
from iot_gateway.scorer import Scorer
from iot_gateway.service import cases, readings
from iot_gateway.store import connect
from kernel.db import Login, transaction
from tests.integration.iot_gateway.world import (
    events_of,
    feed,
    now_ms,
    scalar,
    score_all,
    simulated,
    wait_until,
)

WRONG_HOURS = """
SELECT count(*) FROM telemetry_hour h JOIN (
    SELECT device_number, date_trunc('hour', ts) AS hour, avg((vals ->> 'vibration_mm_s')::float8) AS mean
    FROM telemetry GROUP BY 1, 2
) t USING (device_number, hour)
WHERE h.device_number = :n AND abs((h.means ->> 'vibration_mm_s')::float8 - t.mean) > 1e-4
"""
"""Hours whose mean differs from that of the stored samples: some were missed or taken twice."""


def open_cases(device) -> list[tuple[str, str]]:
    with transaction(Login.SYSTEM) as session:
        rows = session.execute(
            text("SELECT failure_group, state FROM device_case WHERE device_id = :d ORDER BY id"), {"d": device.id}
        )
        return [(row[0], row[1]) for row in rows]


def test_a_failing_bearing_becomes_one_case_and_healthy_machines_none(make_device) -> None:
    pump, lift = make_device("pump"), make_device("lift")
    feed(pump, simulated("pump", fault="bearing_wear")[0])
    feed(lift, simulated("lift")[0])

    score_all()

    assert open_cases(pump) == [("bearing", "open")]
    assert open_cases(lift) == []
    [(topic, body), *more] = events_of(pump)
    assert topic == "cases.opened.v1"
    assert {later[0] for later in more} <= {"cases.worsened.v1", "cases.window_moved.v1"}
    assert body["summary"]["metric"] == "vibration_mm_s"
    with transaction(tenant_id=pump.tenant_id) as session:
        [line] = readings.list_cases(session)
        view = readings.case_view(session, line.id)
    assert view.evidence
    assert 100 < len(view.chart.points) <= 600
    assert view.chart.band
    assert view.alarms
    assert line.p10_at is not None
    assert line.started_at < line.opened_at < line.p10_at < line.p50_at < line.p90_at
    told = [later[1] for later in more if later[1]["p10_at"] is not None]
    assert told
    assert datetime.fromisoformat(told[-1]["p10_at"]) == line.p10_at


def test_a_repair_is_proven_by_live_samples(make_device) -> None:
    pump = make_device("pump")
    rows, stream, end = simulated("pump", fault="bearing_wear", failure_days=0.2)
    feed(pump, rows)
    score_all()
    [(_, opened), *_] = events_of(pump)
    stream.repair(end)

    with transaction(tenant_id=pump.tenant_id) as session:
        at = datetime.fromtimestamp(end / 1000, tz=UTC)
        cases.begin_verification(session, opened["case_id"], at=at, samples=30, seconds=30)
    feed(pump, [(end + 1000 * n, stream.live(end + 1000 * n)) for n in range(1, 61)], boot=2)
    score_all()

    assert open_cases(pump) == [("bearing", "recovered")]
    topics = [topic for topic, _ in events_of(pump)]
    assert topics.count("cases.cleared.v1") == 1
    assert "cases.relapsed.v1" not in topics


def test_a_repair_that_did_not_help_is_a_relapse(make_device) -> None:
    pump = make_device("pump")
    rows, stream, end = simulated("pump", fault="bearing_wear", failure_days=0.0)
    feed(pump, rows)
    score_all()
    [(_, opened), *_] = events_of(pump)

    with transaction(tenant_id=pump.tenant_id) as session:
        at = datetime.fromtimestamp(end / 1000, tz=UTC)
        cases.begin_verification(session, opened["case_id"], at=at, samples=20, seconds=10)
    feed(pump, [(end + 1000 * n, stream.live(end + 1000 * n)) for n in range(1, 101)], boot=2)
    score_all()

    assert open_cases(pump) == [("bearing", "open")]
    assert [topic for topic, _ in events_of(pump)].count("cases.relapsed.v1") == 1
    with transaction(tenant_id=pump.tenant_id) as session:
        told = cases.get_case(session, opened["case_id"]).recovery
    assert told is not None
    assert told["verdict"] == "relapsed"
    assert told["mean_residuals"]["vibration_mm_s"] > told["limits"]["vibration_mm_s"]


def test_killing_the_scorer_misses_and_repeats_nothing(make_device, scorer) -> None:
    pumps = [make_device("pump") for _ in range(3)]
    for pump in pumps:
        feed(pump, simulated("pump", fault="bearing_wear")[0], size=500)
    for delay in (0.9, 0.4, 0.7, 0.2, 0.5):
        time.sleep(delay)
        scorer.kill()
        scorer.start()

    wait_until(lambda: all(events_of(pump) for pump in pumps), seconds=240)
    score_all()
    scorer.stop()
    score_all()

    for pump in pumps:
        assert [topic for topic, _ in events_of(pump)].count("cases.opened.v1") == 1
        assert open_cases(pump) == [("bearing", "open")]
        assert scalar("SELECT count(*) FROM telemetry_hour WHERE device_number = :n", n=pump.number) > 490
        assert scalar(WRONG_HOURS, n=pump.number) == 0


def test_a_batch_that_commits_late_is_not_skipped(make_device) -> None:
    early, late = make_device("pump"), make_device("pump")
    slow = connect()
    slow.execute("INSERT INTO telemetry_batch (row_count, min_ts, max_ts) VALUES (1, now(), now()) RETURNING id")
    slow.execute(
        "INSERT INTO telemetry (tenant_id, device_number, ts, boot, seq, received_at, batch_id, vals)"
        " SELECT %s, %s, min_ts, 1, 1, now(), id, '{\"flow_m3h\": 1}' FROM telemetry_batch"
        " ORDER BY id DESC LIMIT 1",
        [late.tenant_id, late.number],
    )
    feed(early, [(now_ms(), {"flow_m3h": 1.0})])
    scorer = Scorer()

    score_all(scorer)
    before = scalar("SELECT count(*) FROM scorer_state WHERE device_number = :n", n=early.number)
    slow.commit()
    slow.close()
    score_all(scorer)

    assert before == 0, "nothing behind a running transaction is taken"
    for device in (early, late):
        assert scalar("SELECT count(*) FROM scorer_state WHERE device_number = :n", n=device.number) == 1


def test_a_hundred_publishers_open_one_case_and_one_event(make_device) -> None:
    device = make_device("pump")
    at = datetime.now(UTC)
    suspicion = cases.Suspicion(
        device_id=device.id,
        failure_group="bearing",
        model="pump",
        severity=2,
        opened_at=at,
        started_at=at - timedelta(hours=5),
        window=None,
        low_confidence=True,
        summary={"metric": "vibration_mm_s"},
    )

    def publish(_: int) -> bool:
        with transaction(tenant_id=device.tenant_id) as session:
            return cases.open_case(session, suspicion)[1]

    with ThreadPoolExecutor(16) as pool:
        news = list(pool.map(publish, range(100)))

    assert sum(news) == 1
    assert len(open_cases(device)) == 1
    assert [topic for topic, _ in events_of(device)] == ["cases.opened.v1"]


def test_the_oldest_transaction_may_write_its_batch_last(make_device) -> None:
    first, last = make_device("pump"), make_device("pump")
    slow = connect()
    slow.execute("SELECT pg_current_xact_id()")
    feed(first, [(now_ms(), {"flow_m3h": 1.0})])
    scorer = Scorer()

    score_all(scorer)
    held_back = metrics.SCORER_LAG._value.get()
    slow.execute("INSERT INTO telemetry_batch (row_count, min_ts, max_ts) VALUES (1, now(), now())")
    slow.execute(
        "INSERT INTO telemetry (tenant_id, device_number, ts, boot, seq, received_at, batch_id, vals)"
        " SELECT %s, %s, min_ts, 1, 1, now(), id, '{\"flow_m3h\": 1}' FROM telemetry_batch"
        " ORDER BY id DESC LIMIT 1",
        [last.tenant_id, last.number],
    )
    score_all(scorer)
    slow.commit()
    slow.close()
    score_all(scorer)

    for device in (first, last):
        assert scalar("SELECT count(*) FROM scorer_state WHERE device_number = :n", n=device.number) == 1
    assert held_back > 0, "what is stored and cannot be taken yet counts as lag"
    assert metrics.SCORER_LAG._value.get() == 0


def test_a_checkpoint_of_another_version_is_left_for_the_stored_profile(make_device) -> None:
    pump = make_device("pump")
    rows = list(simulated("pump")[0])
    feed(pump, rows[:-300])
    score_all()
    judged = "SELECT count(*) FROM telemetry_hour WHERE device_number = :n AND expected <> '{}'"
    before = scalar(judged, n=pump.number)
    with transaction(Login.INGEST) as session:
        session.execute(text("UPDATE scorer_state SET body = 'old' WHERE device_number = :n"), {"n": pump.number})

    feed(pump, rows[-300:], boot=2)
    score_all()

    assert before > 0
    assert scalar(judged, n=pump.number) >= before + 20
    assert scalar("SELECT count(*) FROM detector_profile WHERE device_id = :d", d=pump.id) == 5
    assert open_cases(pump) == []
