"""The cases of the soak against those of an undisturbed run of the same records."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg

from benchmarks.soak.crowd import Member, make_tenant, provision_machines
from benchmarks.soak.machines import Machine
from iot_gateway.scorer import Scorer
from kernel import clock

ROWS_PER_BATCH = 1000
COPY = "COPY telemetry (tenant_id, device_number, ts, boot, seq, received_at, batch_id, vals) FROM STDIN"
EVENTS = "SELECT topic, body FROM outbox_event WHERE topic LIKE 'cases.%%' AND body ->> 'device_id' = %s ORDER BY id"
HOURS = (
    "SELECT hour, sample_count, means::text, expected::text, alarms::text FROM telemetry_hour"
    " WHERE device_number = %s ORDER BY hour"
)
EVIDENCE = (
    "SELECT c.failure_group, e.at, e.metric, e.observed, e.expected, e.score FROM case_evidence e"
    " JOIN device_case c ON c.id = e.case_id WHERE c.device_id = %s ORDER BY e.at, e.metric, c.failure_group"
)
OWN = ("device_id", "case_id", "name", "tenant_id")
"""Members of an event that name the device and not what happened to it."""


@dataclass(frozen=True)
class Verdict:
    """What the scorer said against what it should have said."""

    expected: int
    """Events about cases in the undisturbed run."""
    cases: int
    """Cases in the undisturbed run."""
    planted: int
    """Faults that were planted."""
    missed: int
    repeated: int
    """Said more often than expected, or never to be said."""
    different_hours: int
    """Hourly means, bands or alarms that differ."""
    different_evidence: int

    @property
    def exact(self) -> bool:
        """Tell whether the kills changed nothing."""
        return not (self.missed or self.repeated or self.different_hours or self.different_evidence)


def compare(url: str, machines: Sequence[Machine], members: Sequence[Member]) -> Verdict:
    """Feed the records of the machines once more, undisturbed, and compare; the scorer process must be at rest."""
    tenant_id = make_tenant("undisturbed")
    twins = provision_machines(tenant_id, machines, prefix="still-")
    with psycopg.connect(url) as connection:
        for machine, twin in zip(machines, twins, strict=True):
            _feed(connection, machine, twin, str(tenant_id))
    scorer = Scorer()
    while scorer.step():
        pass
    missed: Counter[str] = Counter()
    repeated: Counter[str] = Counter()
    expected = cases = hours = evidence = 0
    with psycopg.connect(url) as connection:
        for member, twin in zip(members, twins, strict=True):
            got, wanted = _events(connection, member), _events(connection, twin)
            missed, repeated = missed + (wanted - got), repeated + (got - wanted)
            expected += wanted.total()
            cases += sum(count for text, count in wanted.items() if text.startswith("cases.opened"))
            hours += _differences(connection, HOURS, member.number, twin.number)
            evidence += _differences(connection, EVIDENCE, member.id, twin.id)
    planted = sum(machine.fault is not None for machine in machines)
    return Verdict(expected, cases, planted, missed.total(), repeated.total(), hours, evidence)


def _feed(connection: psycopg.Connection[Any], machine: Machine, twin: Member, tenant_id: str) -> None:
    records = list(machine.records())
    for start in range(0, len(records), ROWS_PER_BATCH):
        part = records[start : start + ROWS_PER_BATCH]
        row = connection.execute(
            "INSERT INTO telemetry_batch (row_count, min_ts, max_ts) VALUES (%s, %s, %s) RETURNING id",
            [len(part), _instant(part[0][0]), _instant(part[-1][0])],
        ).fetchone()
        assert row is not None
        with connection.cursor().copy(COPY) as copy:
            for seq, (ts, values) in enumerate(part, start + 1):
                copy.write_row([tenant_id, twin.number, _instant(ts), 1, seq, clock.now(), row[0], json.dumps(values)])
        connection.commit()


def _events(connection: psycopg.Connection[Any], member: Member) -> Counter[str]:
    rows = connection.execute(EVENTS, [str(member.id)]).fetchall()
    return Counter(
        f"{topic} {json.dumps({k: v for k, v in body.items() if k not in OWN}, sort_keys=True)}" for topic, body in rows
    )


def _differences(connection: psycopg.Connection[Any], query: str, one: object, other: object) -> int:
    first, second = (Counter(connection.execute(query, [key]).fetchall()) for key in (one, other))
    return max((first - second).total(), (second - first).total())


def _instant(ts_ms: int) -> datetime:
    return datetime.fromtimestamp(ts_ms / 1000, tz=UTC)
