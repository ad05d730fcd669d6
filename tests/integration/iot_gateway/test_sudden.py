"""A device that reports every few seconds and breaks at once: one case within the hour, none for a short upset."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import text

from iot_gateway.lifecycle import Finding
from iot_gateway.service import cases
from kernel.db import Login, transaction
from tests.integration.iot_gateway.world import events_of, feed, score_all, simulated

STEP_MS = 5000
HOUR_ROWS = 720
SHIFT = {"vibration_mm_s": 6.0, "bearing_temp_c": 35.0, "motor_current_a": 8.0}


class FastPump:
    """A pump with three weeks of history that reports every five seconds from then on."""

    def __init__(self, device) -> None:
        rows, self._stream, end = simulated("pump")
        feed(device, rows)
        score_all()
        self.device, self.now, self._boot = device, end, 1
        with transaction(Login.SYSTEM) as session:
            session.execute(text("UPDATE device SET sampling_seconds = 5 WHERE id = :d"), {"d": device.id})

    def run(self, rows: int, *, broken: bool = False) -> None:
        """Report so many samples and have them scored, by a scorer that knows what the last one left."""
        samples = []
        for _ in range(rows):
            self.now += STEP_MS
            values = self._stream.live(self.now)
            for name, shift in SHIFT.items() if broken else ():
                if name in values:
                    values[name] += shift
            samples.append((self.now, values))
        self._boot += 1
        feed(self.device, samples, boot=self._boot)
        score_all()

    def cases(self) -> list[tuple[UUID, str, str, datetime, dict[str, float]]]:
        with transaction(Login.SYSTEM) as session:
            found = session.execute(
                text(
                    "SELECT id, failure_group, state, opened_at, summary FROM device_case"
                    " WHERE device_id = :d ORDER BY opened_at"
                ),
                {"d": self.device.id},
            )
            return [(row[0], row[1], row[2], row[3], row[4]["shares"]) for row in found]


def test_a_sudden_fault_of_several_metrics_is_one_case_and_a_short_upset_none(make_device) -> None:
    pump = FastPump(make_device("pump"))
    pump.run(HOUR_ROWS + 100)
    pump.run(HOUR_ROWS // 3, broken=True)
    pump.run(HOUR_ROWS)
    assert pump.cases() == []

    begun = pump.now
    for _ in range(3):
        pump.run(HOUR_ROWS // 3, broken=True)
    for _ in range(4):
        pump.run(HOUR_ROWS, broken=True)

    [(case_id, group, state, opened_at, shares)] = pump.cases()
    assert (group, state) == ("bearing", "open")
    assert {"vibration_mm_s", "bearing_temp_c"} <= set(shares)
    delay = (opened_at - datetime.fromtimestamp(begun / 1000, tz=UTC)).total_seconds()
    assert 45 * 60 <= delay <= 50 * 60
    assert [topic for topic, _ in events_of(pump.device)].count("cases.opened.v1") == 1
    with transaction(tenant_id=pump.device.tenant_id) as session:
        evidence = session.execute(
            text("SELECT metric, observed, high FROM case_evidence WHERE case_id = :c AND at = :at"),
            {"c": case_id, "at": opened_at},
        ).all()
        assert {row[0] for row in evidence} == set(shares)
        assert all(row[1] > row[2] for row in evidence)
        cases.close_case(session, case_id, finding=Finding.CONFIRMED, note="", at=opened_at)

    pump.run(HOUR_ROWS)

    assert [found[2] for found in pump.cases()] == ["closed"]
