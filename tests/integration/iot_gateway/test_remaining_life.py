"""From confirmed failures to the window of the next case: nightly lessons, the scorer, HTTP's view; real PostgreSQL."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from iot_gateway import drift, tasks
from iot_gateway.evidence_plot import Theme
from iot_gateway.schemas.cases import CaseDetailOut
from iot_gateway.service import cases, pictures, readings
from kernel import clock
from kernel.db import Login, transaction
from kernel.languages import Language
from tests.integration.iot_gateway.world import DemoDevice, feed, score_all, simulated
from tests.unit.iot_gateway.wearing import a_fault

SUMMARY = {"metric": "vibration_mm_s", "how": "level", "shares": {"vibration_mm_s": 1.0}}


def a_past_case(
    device: DemoDevice, seed: int, *, finding: str = "confirmed", fails_at: float = 12.0, how: str = "level"
) -> None:
    """Store the hours of a bearing that failed, and its case, closed with what was found."""
    values = a_fault(seed, fails_at=fails_at).values
    ended = (clock.now() - timedelta(days=2 + seed % 5)).replace(minute=0, second=0, microsecond=0)
    hours = [ended - timedelta(hours=len(values) - place) for place in range(len(values))]
    with transaction(Login.SYSTEM) as session:
        session.execute(
            text(
                "INSERT INTO telemetry_hour (device_number, hour, tenant_id, sample_count, means, expected)"
                " VALUES (:number, :hour, :tenant, 60,"
                " jsonb_build_object('vibration_mm_s', 2 + 0.1 * CAST(:first AS float8),"
                " 'bearing_temp_c', 50 + CAST(:second AS float8)),"
                ' \'{"vibration_mm_s": [2.0, 0.1], "bearing_temp_c": [50.0, 1.0]}\')'
            ),
            [
                {"number": device.number, "hour": hour, "tenant": device.tenant_id, "first": a, "second": b}
                for hour, (a, b) in zip(hours, values.tolist(), strict=True)
            ],
        )
    with transaction(tenant_id=device.tenant_id) as session:
        case_id, _ = cases.open_case(session, a_suspicion(device, hours[0], hours[20], how))
        cases.close_case(session, case_id, finding=finding, at=ended)


def a_suspicion(device: DemoDevice, started: datetime, opened: datetime, how: str) -> cases.Suspicion:
    return cases.Suspicion(
        device_id=device.id,
        failure_group="bearing",
        model="pump",
        severity=2,
        opened_at=opened,
        started_at=started,
        window=None,
        low_confidence=False,
        summary=SUMMARY | {"how": how},
    )


def models_of(device: DemoDevice) -> list[tuple[Any, ...]]:
    with transaction(tenant_id=device.tenant_id) as session:
        rows = session.execute(text("SELECT model, failure_group, stage, failure_count FROM life_model"))
        return [tuple(row) for row in rows]


def the_case(device: DemoDevice) -> Any:
    with transaction(tenant_id=device.tenant_id) as session:
        return session.execute(
            text("SELECT * FROM device_case WHERE device_id = :d AND failure_group = 'bearing'"), {"d": device.id}
        ).one()


@pytest.fixture(scope="module")
def wearing() -> list[Any]:
    """Three weeks of a pump whose bearing wears."""
    return list(simulated("pump", fault="bearing_wear")[0])


def test_confirmed_failures_give_the_next_case_its_window(make_device, wearing) -> None:
    device = make_device("pump")
    for seed in range(7):
        a_past_case(make_device("pump"), seed)

    learned, again = (tasks.learn_from_failures(device.tenant_id) for _ in range(2))
    feed(device, wearing[:-100])
    score_all()
    first = the_case(device)
    for seed in range(7, 12):
        a_past_case(make_device("pump"), seed)
    more = tasks.learn_from_failures(device.tenant_id)
    feed(device, wearing[-100:], boot=2)
    score_all()
    later = the_case(device)

    assert (learned, again, more) == (1, 0, 1)
    assert (first.window_basis, first.window_failures) == ("matching", 7)
    assert first.opened_at < first.p10_at <= first.p50_at <= first.p90_at
    assert (later.window_basis, later.window_failures) == ("boosting", 12)
    assert models_of(device) == [("pump", "bearing", "boosting", 12)]
    with transaction(tenant_id=device.tenant_id) as session:
        line = readings.case_line(session, later.id)
        drawn = pictures.case_picture(session, later.id, language=Language.EN, theme=Theme.LIGHT)
    assert (line.window_basis, line.window_failures) == ("boosting", 12)
    assert "failure window: from 12 failures" in drawn


def test_without_failures_the_window_is_a_trend_and_a_lesson_of_another_form_is_not_read(make_device, wearing) -> None:
    device = make_device("pump")
    for seed in range(6):
        a_past_case(make_device("pump"), seed)
    tasks.learn_from_failures(device.tenant_id)
    with transaction(tenant_id=device.tenant_id) as session:
        session.execute(text("UPDATE life_model SET version = 99"))

    feed(device, wearing)
    score_all()

    found = the_case(device)
    assert (found.window_basis, found.window_failures) == ("trend", 0)
    with transaction(tenant_id=device.tenant_id) as session:
        drawn = pictures.case_picture(session, found.id, language=Language.ZH, theme=Theme.DARK)
    assert "已知故障 0 例" in drawn


def test_only_failures_of_the_tenant_that_were_found_are_learned_from(make_device, make_other_device) -> None:
    device, stranger = make_device("pump"), make_other_device("pump")
    a_past_case(device, 10)
    a_past_case(make_device("pump"), 20, finding="no_fault_found")
    a_past_case(make_device("pump"), 30, finding="other")
    a_past_case(make_device("pump"), 40, fails_at=6.0)  # repaired before it failed
    a_past_case(make_device("pump"), 50, how="limit")
    a_past_case(stranger, 60)

    learned = [tasks.learn_from_failures(one.tenant_id) for one in (device, stranger)]

    assert learned == [1, 1]
    assert models_of(device) == models_of(stranger) == [("pump", "bearing", "trend", 1)]


def test_a_kind_of_which_nothing_has_failed_has_no_lesson(make_device) -> None:
    device = make_device("pump")
    a_past_case(device, 10, fails_at=5.0)

    assert tasks.learn_from_failures(device.tenant_id) == 0
    assert models_of(device) == []


def test_the_night_forecasts_the_leading_metric_of_open_cases_and_tells_the_drift(make_device, wearing) -> None:
    device, other = make_device("pump"), make_device("pump")
    feed(device, wearing)
    feed(other, list(simulated("pump", seed=2)[0]))
    score_all()
    case_id = the_case(device).id

    tasks.fit_profiles(device.tenant_id)
    asked = [tasks.forecast_cases(device.tenant_id) for _ in range(2)]

    assert asked == [1, 1]
    with transaction(tenant_id=device.tenant_id) as session:
        view = readings.case_view(session, case_id)
        drawn = pictures.case_picture(session, case_id, language=Language.EN, theme=Theme.LIGHT)
        lines = {line.metric: line for line in drift.lines(session, model="pump")}
    assert view.forecast is not None
    assert (view.forecast.metric, view.forecast.note) == ("vibration_mm_s", None)
    assert CaseDetailOut.of_view(view).forecast is not None
    stamps = [point[0] for point in view.forecast.points]
    assert stamps == sorted(stamps)
    assert stamps[0] > view.chart.points[-1][0] - 7_200_000
    assert all(low <= likely <= high for _, low, likely, high in view.forecast.points)
    assert "stroke-dasharray" in drawn
    assert "forecast" in drawn
    assert set(lines) == {"flow_m3h", "pressure_kpa", "motor_current_a", "bearing_temp_c", "vibration_mm_s"}
    assert lines["flow_m3h"].device_count >= 1
    assert abs(lines["flow_m3h"].shift) < 2.0
    assert 0.3 < lines["flow_m3h"].spread < 3.0
    assert lines["flow_m3h"].wander is not None
    with transaction(tenant_id=device.tenant_id) as session:
        cases.close_case(session, case_id, finding="confirmed", at=clock.now())
        closed = readings.case_view(session, case_id)
    assert closed.forecast is None
