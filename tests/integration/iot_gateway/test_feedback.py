"""Findings change what the detectors do, once and visibly, and tell how good the cases were."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import select

from iot_gateway.detect import memory
from iot_gateway.lifecycle import Finding
from iot_gateway.models.detection import ScorerState
from iot_gateway.models.telemetry import TelemetryHour
from iot_gateway.routes import cases as case_routes
from iot_gateway.routes import feedback as feedback_routes
from iot_gateway.service import cases, feedback, limits
from kernel import clock
from kernel.audit import AuditEntry
from kernel.auth import Role
from kernel.db import Login, transaction
from tests.integration.backend.callers import TestClient, a_client
from tests.integration.iot_gateway.world import DemoDevice, events_of, feed, score_all, simulated

MakeDevice = Callable[..., DemoDevice]
HOUR = timedelta(hours=1)
VIBRATION = "vibration_mm_s"


def client(device: DemoDevice, role: Role = Role.SUPERVISOR) -> TestClient:
    return a_client(device.tenant_id, role, case_routes, feedback_routes)


def a_case(
    device: DemoDevice, finding: Finding | None, *, group: str = "bearing", metric: str = VIBRATION, hours: float = 48
) -> UUID:
    """Open a case so many hours ago and, given a finding, close it a day later."""
    opened = clock.now() - hours * HOUR
    with transaction(tenant_id=device.tenant_id) as session:
        case_id, _ = cases.open_case(
            session,
            cases.Suspicion(
                device_id=device.id,
                failure_group=group,
                model="pump",
                severity=2,
                opened_at=opened,
                started_at=opened - 5 * HOUR,
                window=None,
                low_confidence=False,
                summary={"metric": metric},
            ),
        )
        if finding is not None:
            cases.close_case(session, case_id, finding=finding, note="seen", at=opened + 24 * HOUR)
    return case_id


def changes(device: DemoDevice) -> list[dict[str, Any]]:
    """Return the changes of the device's limits, the first one first."""
    found = client(device).get("/telemetry/series-limits", params={"device_id": str(device.id)}).json()["items"]
    return list(reversed(found))


def factors_in_memory(device: DemoDevice) -> dict[str, float]:
    with transaction(Login.SYSTEM) as session:
        body = session.scalars(select(ScorerState.body).where(ScorerState.device_number == device.number)).one()
    known = memory.load(body)
    assert known is not None
    record = np.frombuffer(known.record, dtype=memory.layout(len(known.metrics)))
    return dict(zip(known.metrics, record["limit_factor"][0].tolist(), strict=True))


def test_a_case_that_recovered_before_it_proved_false_raises_its_limit_and_the_scorer_takes_it_over(
    make_device: MakeDevice,
) -> None:
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
    assert "cases.cleared.v1" in [topic for topic, _ in events_of(pump)]
    assert set(factors_in_memory(pump).values()) == {1.0}

    with transaction(tenant_id=pump.tenant_id) as session:
        cases.close_case(session, opened["case_id"], finding="no_fault_found", note="dirt", at=clock.now())
    feed(pump, [(end + 1000 * n, stream.live(end + 1000 * n)) for n in range(61, 71)], boot=3)
    score_all()

    assert factors_in_memory(pump) == {name: 1.5 if name == VIBRATION else 1.0 for name in factors_in_memory(pump)}
    [change] = changes(pump)
    assert (change["case_id"], change["metric"], change["reason"]) == (opened["case_id"], VIBRATION, "dirt")
    assert (change["factor_before"], change["factor"], change["in_force"]) == (1.0, 1.5, True)


def test_a_false_case_raises_once_however_often_it_is_told(make_device: MakeDevice) -> None:
    pump = make_device("pump")
    case_id = a_case(pump, Finding.NO_FAULT_FOUND)

    def close(_: int) -> None:
        with transaction(tenant_id=pump.tenant_id) as session:
            cases.close_case(session, case_id, finding=Finding.NO_FAULT_FOUND, at=clock.now())

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(close, range(8)))

    assert [change["factor"] for change in changes(pump)] == [1.5]


def test_false_cases_at_the_same_moment_raise_one_after_the_other_up_to_the_cap(make_device: MakeDevice) -> None:
    pump = make_device("pump")
    found = [a_case(pump, None, group=f"group-{n}") for n in range(6)]

    def close(case_id: UUID) -> None:
        with transaction(tenant_id=pump.tenant_id) as session:
            cases.close_case(session, case_id, finding=Finding.NO_FAULT_FOUND, at=clock.now())

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(close, found))

    assert sorted(change["factor"] for change in changes(pump)) == [1.5, 2.25, 3.375, 4.0, 4.0, 4.0]
    assert [change["factor"] for change in changes(pump) if change["in_force"]] == [4.0]


@pytest.mark.parametrize("finding", [Finding.CONFIRMED, Finding.OTHER])
def test_other_findings_raise_nothing(make_device: MakeDevice, finding: Finding) -> None:
    pump = make_device("pump")

    a_case(pump, finding)

    assert changes(pump) == []


def test_a_stuck_sensor_that_was_none_raises_no_limit(make_device: MakeDevice) -> None:
    pump = make_device("pump")

    a_case(pump, Finding.NO_FAULT_FOUND, group="sensor")

    assert changes(pump) == []


def test_a_person_lowers_a_limit_with_a_reason_and_never_raises_it(
    make_device: MakeDevice, make_other_device: MakeDevice
) -> None:
    pump, strange = make_device("pump"), make_other_device("pump")
    a_case(pump, Finding.NO_FAULT_FOUND)
    wish = {"device_id": str(pump.id), "metric": VIBRATION, "factor": 1.0, "reason": "mount was loose"}
    path = "/telemetry/series-limits"

    refused = client(pump, Role.TECHNICIAN).post(path, json=wish)
    foreign = client(strange).post(path, json=wish)
    higher = client(pump).post(path, json=wish | {"factor": 3.0})
    never = client(pump).post(path, json=wish | {"metric": "flow_m3h"})
    wordless = client(pump).post(path, json=wish | {"reason": " "})
    done = client(pump).post(path, json=wish)
    again = client(pump).post(path, json=wish)

    assert [one.status_code for one in (refused, foreign, wordless)] == [403, 404, 422]
    assert (higher.status_code, higher.json()["type"]) == (409, "urn:fieldhand:problem:limit-not-lower")
    assert (higher.json()["factor"], never.status_code) == (1.5, 409)
    assert done.status_code == again.status_code == 200
    assert done.json() == again.json()
    assert [(one["factor"], one["reason"], one["in_force"]) for one in changes(pump)] == [
        (1.5, "seen", False),
        (1.0, "mount was loose", True),
    ]
    assert client(pump).get(path, params={"in_force": True}).json()["items"] == []
    with transaction(tenant_id=pump.tenant_id) as session:
        [entry] = session.scalars(select(AuditEntry).where(AuditEntry.subject_id == pump.id))
        assert (entry.action, entry.detail["before"]) == ("series_limit.lower", 1.5)
        assert limits.factors_of(session, [pump.id]) == {pump.id: {VIBRATION: 1.0}}


def watched(device: DemoDevice, days: int) -> None:
    """Write down that the device was heard in some hours of so many whole days."""
    start = clock.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days)
    with transaction(Login.SYSTEM) as session:
        session.add_all(
            TelemetryHour(
                device_number=device.number, hour=start + n * HOUR, tenant_id=device.tenant_id, sample_count=1, means={}
            )
            for n in range(0, 24 * days, 5)
        )


def test_figures_by_model_and_group_with_small_numbers_told(
    make_device: MakeDevice, make_other_device: MakeDevice
) -> None:
    pump, strange = make_device("pump"), make_other_device("pump")
    watched(pump, 5)
    for hours, finding in ((100, Finding.CONFIRMED), (60, Finding.CONFIRMED), (50, Finding.NO_FAULT_FOUND)):
        a_case(pump, finding, hours=hours)
    a_case(pump, Finding.OTHER, hours=40, group="filter", metric="flow_m3h")
    a_case(pump, None, hours=1, group="filter", metric="flow_m3h")
    with transaction(tenant_id=pump.tenant_id) as session:
        told = {"words": ("noise", "filter"), "note": "clogged", "source_ref": "work_order:1"}
        for _ in range(2):
            feedback.record_failure(session, pump.id, occurred_at=clock.now() - 90 * HOUR, **told)

    found = client(pump, Role.TECHNICIAN).get("/telemetry/precision").json()

    total = found["total"]
    assert [total[name] for name in ("confirmed", "false", "other", "unlabelled", "missed")] == [2, 1, 1, 1, 1]
    assert total["precision"]["value"] == total["recall"]["value"] == pytest.approx(2 / 3)
    assert total["precision"]["n"] == 3
    assert total["precision"]["low"] < 0.25
    assert total["precision"]["high"] > 0.9
    assert (total["lead_hours"], total["device_days"]) == (24.0, 5)
    assert total["false_per_1000_device_days"] == 200.0
    assert [one["model"] for one in found["models"]] == ["pump"]
    groups = {one["failure_group"]: one for one in found["groups"]}
    assert groups["bearing"]["recall"]["value"] == 1.0
    assert (groups["filter"]["precision"], groups["filter"]["recall"]["value"]) == (None, 0.0)
    assert client(strange).get("/telemetry/precision").json()["total"]["unlabelled"] == 0
    assert client(strange).get("/telemetry/failures").json()["items"] == []
    narrow = client(pump).get("/telemetry/precision", params={"failure_group": "filter", "model": "pump"}).json()
    assert (narrow["total"]["confirmed"], narrow["total"]["missed"]) == (0, 1)
    assert client(pump).get("/telemetry/precision", params={"from": "2020-01-01T00:00:00Z"}).status_code == 422


def test_every_figure_has_its_list(make_device: MakeDevice) -> None:
    pump = make_device("pump")
    right, false = a_case(pump, Finding.CONFIRMED, hours=90), a_case(pump, Finding.NO_FAULT_FOUND, hours=60)
    waiting = a_case(pump, None, group="filter", hours=2)
    with transaction(tenant_id=pump.tenant_id) as session:
        feedback.record_failure(
            session, pump.id, words=("door", None), occurred_at=clock.now(), source_ref="work_order:2", note=""
        )

    def listed(path: str = "/cases", **params: object) -> list[dict[str, Any]]:
        answer = client(pump).get(path, params={"model": "pump", **params})
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    def ids(**params: object) -> list[UUID]:
        return [UUID(one["id"]) for one in listed(**params)]

    assert ids(finding="confirmed", failure_group="bearing") == [right]
    assert ids(finding="no_fault_found") == [false]
    assert ids(labelled=False) == [waiting]
    assert ids(labelled=True, device_id=str(pump.id)) == [false, right]
    assert ids(**{"from": (clock.now() - 80 * HOUR).isoformat(), "to": (clock.now() - 3 * HOUR).isoformat()}) == [false]
    assert ids(model="lift") == []
    first = client(pump).get("/cases", params={"limit": 1}).json()
    second = client(pump).get("/cases", params={"limit": 1, "cursor": first["next_cursor"]}).json()
    assert [UUID(page["items"][0]["id"]) for page in (first, second)] == [waiting, false]
    assert [one["failure_group"] for one in listed("/telemetry/failures")] == []
    assert [one["factor"] for one in listed("/telemetry/series-limits", failure_group="bearing", in_force=True)] == [
        1.5
    ]


def test_a_failure_during_a_case_was_foreseen(make_device: MakeDevice) -> None:
    pump = make_device("pump")
    a_case(pump, Finding.CONFIRMED, hours=48)
    now = clock.now()

    def told(group: str | None, hours: float, mark: str) -> bool:
        with transaction(tenant_id=pump.tenant_id) as session:
            return feedback.record_failure(
                session, pump.id, words=(group,), occurred_at=now - hours * HOUR, source_ref=mark, note=""
            )

    assert told("bearing", 30, "a") is False, "its case was active"
    assert told("bearing", 60, "b") is True, "before the case"
    assert told("bearing", 10, "c") is True, "after the case had ended"
    assert told("filter", 30, "d") is True, "a case of another group foresees nothing"
    assert told("grinding", 30, "e") is False, "of what no group is known, any case may speak"
    assert told("grinding", 60, "f") is True
    found = client(pump).get("/telemetry/failures").json()["items"]
    assert [one["failure_group"] for one in found][:2] == ["bearing", "filter"]
    assert sorted(one["failure_group"] for one in found[2:]) == ["bearing", "unknown"]
