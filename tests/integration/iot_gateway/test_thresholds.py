"""Limits that people set: from HTTP through the scorer to one case each, and to the proof of the repair."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from iot_gateway.lifecycle import Finding
from iot_gateway.models.detection import CaseEvidence, DeviceCase
from iot_gateway.routes import cases as case_routes
from iot_gateway.routes import feedback as feedback_routes
from iot_gateway.routes import thresholds as threshold_routes
from iot_gateway.scorer import Scorer
from iot_gateway.service import cases, devices
from kernel.audit import AuditEntry
from kernel.auth import Role
from kernel.db import Login, transaction
from kernel.ids import new_id
from tests.integration.backend.callers import TestClient, a_client
from tests.integration.iot_gateway.world import DemoDevice, events_of, feed, now_ms, score_all, wait_until

MakeDevice = Callable[..., DemoDevice]
PATH = "/telemetry/thresholds"
MINUTE, HOUR = 60_000, 3_600_000
TEMPERATURE = "bearing_temp_c"


def client(device: DemoDevice, role: Role = Role.SUPERVISOR) -> TestClient:
    return a_client(device.tenant_id, role, threshold_routes, case_routes, feedback_routes)


def set_limit(device: DemoDevice, **terms: Any) -> dict[str, Any]:
    """Set a limit of 80 degrees for five minutes, unless told otherwise, and return it."""
    wish = {"device_id": str(device.id), "metric": TEMPERATURE, "kind": "above", "value": 80, "for_seconds": 300}
    answer = client(device).post(PATH, json=wish | terms)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


class Reporter:
    """A device that reports one metric a minute, from the hour before last on."""

    def __init__(self, make_device: MakeDevice, model: str = "pump", *, hours: int = 2) -> None:
        self.device = make_device(model, sampling_seconds=60)
        self.now, self._boot = (now_ms() // HOUR - hours) * HOUR, 0

    def rows(self, values: Iterable[float], *, step: int = MINUTE) -> list[tuple[int, dict[str, float]]]:
        """Return the next samples."""
        made = []
        for value in values:
            self.now += step
            made.append((self.now, {TEMPERATURE: float(value)}))
        return made

    def report(self, values: Sequence[float], *, step: int = MINUTE, at_once: bool = True) -> None:
        """Send samples and have them scored, by a scorer that knows only what the last one left."""
        rows = self.rows(values, step=step)
        for part in [rows] if at_once else [[row] for row in rows]:
            self._boot += 1
            feed(self.device, part, boot=self._boot)
            score_all(Scorer())

    def cases(self) -> list[DeviceCase]:
        """Return the cases of the device, the first one first."""
        with transaction(Login.SYSTEM) as session:
            query = select(DeviceCase).where(DeviceCase.device_id == self.device.id).order_by(DeviceCase.id)
            found = list(session.scalars(query))
            session.expunge_all()
            return found

    def verify(self, case_id: UUID, *, samples: int = 5) -> None:
        with transaction(tenant_id=self.device.tenant_id) as session:
            at = datetime.fromtimestamp(self.now / 1000, tz=UTC)
            cases.begin_verification(session, case_id, at=at, samples=samples, seconds=60)

    def close(self, case_id: UUID, finding: Finding) -> None:
        with transaction(tenant_id=self.device.tenant_id) as session:
            at = datetime.fromtimestamp(self.now / 1000, tz=UTC)
            cases.close_case(session, case_id, finding=finding, note="seen", at=at)


@pytest.fixture
def pump(make_device: MakeDevice) -> Reporter:
    return Reporter(make_device)


@pytest.mark.parametrize("at_once", [True, False])
def test_a_limit_broken_long_enough_is_one_case_from_the_first_sample_on(pump: Reporter, at_once: bool) -> None:
    limit = set_limit(pump.device, severity=3)
    begun = pump.now + 4 * MINUTE

    pump.report([70, 70, 70, 85, 86, 87, 88, 89, 90, 91, 92], at_once=at_once)

    [case] = pump.cases()
    assert (case.failure_group, case.state, case.severity, case.low_confidence) == ("limit", "open", 3, False)
    assert case.started_at == datetime.fromtimestamp(begun / 1000, tz=UTC)
    assert case.opened_at - case.started_at == timedelta(minutes=5)
    summary = case.summary
    assert (summary["how"], summary["threshold_id"], summary["observed"]) == ("limit", limit["id"], 90)
    since = f"{case.started_at:%Y-%m-%d %H:%M} UTC"
    assert (
        summary["text_en"] == f"Bearing temperature has been above the set limit of 80 °C since {since}; it reads 90."
    )
    assert summary["text_zh"] == f"自 {since} 起，轴承温度高于设定限值 80 °C，当前读数为 90。"
    assert [topic for topic, _ in events_of(pump.device)] == ["cases.opened.v1"]


def test_what_is_shorter_is_none_and_a_silence_is_no_time_beyond(pump: Reporter) -> None:
    set_limit(pump.device)

    pump.report([70, 85, 85, 85, 85, 70, 85, 85])
    pump.report([85], step=20 * MINUTE)
    pump.report([85, 85, 70])

    assert pump.cases() == []


def test_evidence_comes_once_an_hour_and_hysteresis_keeps_the_alarm(pump: Reporter) -> None:
    set_limit(pump.device, for_seconds=0, hysteresis=5, clear_seconds=120)

    pump.report([85 if n % 3 else 78 for n in range(1, 115)])
    [case] = pump.cases()
    with transaction(Login.SYSTEM) as session:
        evidence = list(session.scalars(select(CaseEvidence).where(CaseEvidence.case_id == case.id)))
        hours = [row.at.replace(minute=0, second=0) for row in evidence]
    assert len(hours) == len(set(hours)) == 2
    assert {row.expected for row in evidence} == {80.0}


def test_a_rate_of_change_has_its_limit_either_way(make_device: MakeDevice) -> None:
    rising, falling = Reporter(make_device), Reporter(make_device)
    for reporter in (rising, falling):
        for kind in ("rate_up", "rate_down"):
            set_limit(reporter.device, kind=kind, value=90, for_seconds=120, failure_group=kind)

    rising.report([20, 21, 22, 23, 24, 26, 28, 30, 32, 34])
    falling.report([90, 89, 88, 87, 86, 84, 82, 80, 78, 76])

    for reporter, kind in ((rising, "rate_up"), (falling, "rate_down")):
        [case] = reporter.cases()
        assert (case.failure_group, case.summary["kind"]) == (kind, kind)
        assert abs(case.summary["observed"]) == pytest.approx(120)
        assert "-" not in case.summary["text_en"].split("lately by")[1]


def test_a_forecast_warns_before_the_limit_is_reached(make_device: MakeDevice) -> None:
    rising, steady = Reporter(make_device, hours=40), Reporter(make_device, hours=40)
    for reporter in (rising, steady):
        set_limit(reporter.device, kind="forecast", value=80, for_seconds=0, horizon_hours=24)

    rising.report([50 + n / 8 for n in range(150)], step=15 * MINUTE)
    steady.report([50 + n % 2 for n in range(150)], step=15 * MINUTE)

    assert steady.cases() == []
    [case] = rising.cases()
    assert case.summary["observed"] < 80
    assert case.p10_at is not None
    assert case.p50_at is not None
    assert case.opened_at < case.p10_at <= case.p50_at <= case.opened_at + timedelta(hours=25)
    assert "heading for the set limit of 80 °C" in case.summary["text_en"]


def test_a_limit_of_a_model_holds_for_its_devices_of_that_tenant_but_not_in_the_place_of_their_own(
    make_device: MakeDevice, make_other_device: MakeDevice
) -> None:
    plain, patient, exempt, strange = (Reporter(make) for make in [make_device] * 3 + [make_other_device])
    lift = Reporter(make_device, "lift")
    shared = {"device_id": None, "model": "pump", "for_seconds": 60}
    answer = client(plain.device).post(PATH, json={"metric": TEMPERATURE, "kind": "above", "value": 80} | shared)
    assert answer.status_code == 201, answer.text
    set_limit(patient.device, value=95)
    set_limit(exempt.device, enabled=False)

    for reporter in (plain, patient, exempt, strange, lift):
        reporter.report([85] * 10)

    assert [len(reporter.cases()) for reporter in (plain, patient, exempt, strange, lift)] == [1, 0, 0, 0, 0]


def test_muted_and_masked_time_opens_no_case(make_device: MakeDevice) -> None:
    muted, washed = Reporter(make_device), Reporter(make_device)
    for reporter in (muted, washed):
        set_limit(reporter.device, for_seconds=60)
    at = datetime.fromtimestamp(muted.now / 1000, tz=UTC)
    with transaction(tenant_id=muted.device.tenant_id) as session:
        devices.mute_device(session, muted.device.id, since=at, until=at + timedelta(minutes=30))
    with transaction(Login.SYSTEM) as session:
        session.execute(
            text(
                "INSERT INTO device_event (tenant_id, device_number, ts, boot, seq, kind, detail, received_at)"
                " VALUES (:t, :n, :at, 1, 9000, 'washing', '{}', :at)"
            ),
            {"t": washed.device.tenant_id, "n": washed.device.number, "at": at + timedelta(minutes=5)},
        )

    muted.report([85] * 25)
    washed.report([85] * 25)
    assert muted.cases() == washed.cases() == []

    muted.report([85] * 25)
    [case] = muted.cases()
    assert case.opened_at >= at + timedelta(minutes=30), "the alarm outlived the window"


def test_a_repair_is_proven_when_the_limit_is_kept_and_a_relapse_when_it_is_not(make_device: MakeDevice) -> None:
    good, bad = Reporter(make_device), Reporter(make_device)
    for reporter in (good, bad):
        set_limit(reporter.device, for_seconds=60, clear_seconds=3600)
        reporter.report([85] * 5)
        reporter.verify(reporter.cases()[0].id)

    good.report([82, 70, 70, 70, 70, 70, 70, 70, 70, 70, 70, 70])
    bad.report([85] * 16, at_once=False)

    [case] = good.cases()
    assert case.state == "recovered"
    assert case.recovery is not None
    assert (case.recovery["samples"], case.recovery["beyond_limit"]) == (5, 0)
    assert [found.state for found in bad.cases()] == ["open"]
    assert [topic for topic, _ in events_of(bad.device)] == ["cases.opened.v1", "cases.relapsed.v1"]
    good.report([85] * 5)
    assert [found.state for found in good.cases()] == ["recovered", "open"], "what breaks anew is a new case"


def test_a_closed_case_is_not_opened_again_by_the_same_alarm_and_teaches_the_detectors_nothing(pump: Reporter) -> None:
    set_limit(pump.device, for_seconds=60)
    pump.report([85] * 5)
    pump.close(pump.cases()[0].id, Finding.NO_FAULT_FOUND)

    pump.report([85] * 70)
    assert [case.state for case in pump.cases()] == ["closed"]
    assert client(pump.device).get("/telemetry/series-limits").json()["items"] == []

    pump.report([70, 70, 85, 85, 85])
    assert [case.state for case in pump.cases()] == ["closed", "open"]


def test_an_alarm_that_outlasts_its_closed_case_by_two_days_opens_the_next(make_device: MakeDevice) -> None:
    pump = Reporter(make_device, hours=60)
    set_limit(pump.device, for_seconds=60)
    pump.report([85] * 5)
    closed = datetime.fromtimestamp(pump.now / 1000, tz=UTC)
    pump.close(pump.cases()[0].id, Finding.CONFIRMED)

    pump.report([85] * 600, step=5 * MINUTE)

    first, second = pump.cases()
    assert (first.state, second.state) == ("closed", "open")
    assert timedelta(hours=48) <= second.opened_at - closed < timedelta(hours=50)


def test_two_limits_of_one_group_are_one_case_of_the_higher_severity(pump: Reporter) -> None:
    set_limit(pump.device, for_seconds=60)
    set_limit(pump.device, kind="rate_up", value=1000, for_seconds=0, severity=4)

    pump.report([85] * 5 + [125, 125])

    [case] = pump.cases()
    assert case.severity == 4
    assert [topic for topic, _ in events_of(pump.device)] == ["cases.opened.v1", "cases.worsened.v1"]


def test_a_changed_limit_begins_anew_and_a_deleted_one_lets_its_case_be_proven(pump: Reporter) -> None:
    limit = set_limit(pump.device)
    terms = {name: limit[name] for name in ("for_seconds", "severity", "version")}
    pump.report([85] * 4)

    changed = client(pump.device).put(f"{PATH}/{limit['id']}", json=terms | {"value": 82})
    assert changed.status_code == 200, changed.text
    pump.report([85] * 4)
    assert pump.cases() == []
    pump.report([85] * 4)
    [case] = pump.cases()
    assert client(pump.device).delete(f"{PATH}/{limit['id']}").status_code == 204
    pump.verify(case.id)
    pump.report([85] * 6)

    assert [found.state for found in pump.cases()] == ["recovered"]


def test_a_killed_scorer_opens_one_case_and_forgets_no_time_beyond(make_device: MakeDevice, scorer: Any) -> None:
    pumps = [Reporter(make_device) for _ in range(3)]
    for reporter in pumps:
        set_limit(reporter.device, for_seconds=20 * 60)
    for boot in range(1, 9):
        for reporter in pumps:
            feed(reporter.device, reporter.rows([85] * 5), boot=boot)
        scorer.kill()
        scorer.start()

    wait_until(lambda: all(events_of(reporter.device) for reporter in pumps), seconds=240)
    scorer.stop()
    score_all()

    for reporter in pumps:
        [case] = reporter.cases()
        assert case.opened_at - case.started_at == timedelta(minutes=20)
        assert [topic for topic, _ in events_of(reporter.device)] == ["cases.opened.v1"]


def test_setting_changing_and_taking_away_a_limit_over_http(pump: Reporter, make_other_device: MakeDevice) -> None:
    device, strange = pump.device, make_other_device("pump")
    wish = {"device_id": str(device.id), "metric": TEMPERATURE, "kind": "above", "value": 80}
    key = {"Idempotency-Key": str(new_id())}

    made = client(device)
    first, again = (made.post(PATH, json=wish, headers=key) for _ in range(2))
    taken = made.post(PATH, json=wish | {"value": 90})
    limit = first.json()
    path = f"{PATH}/{limit['id']}"
    changed = made.put(path, json={"value": 85, "version": 1, "enabled": False})
    stale = made.put(path, json={"value": 86, "version": 1})
    same = made.put(path, json={"value": 85, "version": 2, "enabled": False})

    assert (first.status_code, again.json()) == (201, limit)
    assert limit["device_name"] == device.name
    assert made.post(PATH, json=wish | {"device_id": None, "model": "pump"}).json()["device_name"] is None
    assert (limit["failure_group"], limit["severity"], limit["enabled"], limit["version"]) == ("limit", 2, True, 1)
    assert (taken.status_code, taken.json()["type"]) == (409, "urn:fieldhand:problem:threshold-taken")
    assert taken.json()["threshold_id"] == limit["id"]
    assert (changed.status_code, changed.json()["value"], changed.json()["version"]) == (200, 85, 2)
    assert (stale.status_code, stale.json()["type"]) == (409, "urn:fieldhand:problem:stale-threshold")
    assert same.json()["version"] == 2
    assert client(device, Role.TECHNICIAN).put(path, json={"value": 85, "version": 2}).status_code == 403
    assert client(strange).get(path).status_code == 404
    assert client(strange).put(path, json={"value": 1, "version": 2}).status_code == 404
    assert client(strange).delete(path).status_code == 404
    assert client(strange).post(PATH, json=wish).status_code == 404
    found = made.get(PATH, params={"device_id": str(device.id), "metric": TEMPERATURE, "enabled": False, "limit": 1})
    assert [one["id"] for one in found.json()["items"]] == [limit["id"]]
    assert [one["model"] for one in made.get(PATH, params={"enabled": True}).json()["items"]] == ["pump"]
    assert client(strange).get(PATH).json()["items"] == []
    assert made.delete(path).status_code == 204
    assert made.get(path).status_code == made.delete(path).status_code == 404
    with transaction(tenant_id=device.tenant_id) as session:
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == limit["id"]))
        assert sorted(actions) == ["threshold.change", "threshold.create", "threshold.delete"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"model": "pump"},
        {"device_id": None},
        {"value": "NaN"},
        {"hysteresis": -1},
        {"for_seconds": 604_801},
        {"severity": 5},
        {"horizon_hours": 24},
        {"kind": "forecast"},
        {"kind": "forecast", "horizon_hours": 0},
        {"kind": "rate_down", "value": -5},
        {"metric": " "},
    ],
)
def test_a_limit_that_cannot_be_meant_is_refused(pump: Reporter, wrong: dict[str, Any]) -> None:
    wish = {"device_id": str(pump.device.id), "metric": TEMPERATURE, "kind": "above", "value": 80}

    assert client(pump.device).post(PATH, json=wish | wrong).status_code == 422
