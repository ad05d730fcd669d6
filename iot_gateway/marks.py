"""The end-to-end acknowledgement: up to which number the samples of a boot are stored without a gap.

The mark starts at 0 and only a committed sample, or one that went to the dead letters, moves it. It is kept in a table
only to be found again quickly; being behind the truth does no harm.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from iot_gateway.codec import encode_ack
from iot_gateway.store import Connection, DeviceEntry

INTERVAL = 1.0
GAP_INTERVAL = 5.0
PENDING_LIMIT = 20_000
IDLE_SECONDS = 3600.0
CLOCK_SLACK_MS = 3_600_000


@dataclass
class Mark:
    """The mark of one boot of one device."""

    device: DeviceEntry
    seq: int
    ts: int
    pending: set[int] = field(default_factory=set)
    changed: bool = False
    touched: bool = False
    sent_at: float = float("-inf")
    looked_at: float = float("-inf")
    used_at: float = 0.0

    def add(self, seqs: Iterable[int]) -> None:
        """Take in stored numbers and move over those without a gap."""
        self.pending.update(seq for seq in seqs if seq > self.seq)
        before = self.seq
        while self.seq + 1 in self.pending:
            self.seq += 1
            self.pending.discard(self.seq)
        self.changed |= self.seq != before
        if len(self.pending) > PENDING_LIMIT:
            self.pending = set(sorted(self.pending)[: PENDING_LIMIT // 2])


Key = tuple[int, int]
Outgoing = tuple[str, bytes]


class Marks:
    """The marks of all devices that this gateway has heard of lately."""

    def __init__(self) -> None:
        """Start with none; they are read when first needed."""
        self._marks: dict[Key, Mark] = {}

    def note(self, connection: Connection, stored: Sequence[tuple[DeviceEntry, int, int, int]], *, now: float) -> None:
        """Take in committed (device, boot, seq, ts)."""
        grouped: dict[Key, list[tuple[DeviceEntry, int, int]]] = {}
        for device, boot, seq, ts in stored:
            grouped.setdefault((device.number, boot), []).append((device, seq, ts))
        self._load(connection, {key: rows[0][0] for key, rows in grouped.items() if key not in self._marks}, grouped)
        for key, rows in grouped.items():
            mark = self._marks[key]
            mark.add(seq for _, seq, _ in rows)
            mark.touched, mark.used_at = True, now
            if not mark.pending:
                mark.ts = max(mark.ts, *(ts for _, _, ts in rows))

    def due(self, connection: Connection, *, now: float) -> list[Outgoing]:
        """Return the acknowledgements to send, at most one a second for each device, and keep the marks."""
        ready = [mark for mark in self._marks.items() if mark[1].touched and now - mark[1].sent_at >= INTERVAL]
        if not ready:
            return []
        gaps = [(key, mark) for key, mark in ready if mark.pending and now - mark.looked_at >= GAP_INTERVAL]
        for key, mark in gaps:
            _close_gap(connection, key[1], mark)
            mark.looked_at = now
        _keep(connection, [(key, mark) for key, mark in ready if mark.changed])
        outgoing: list[Outgoing] = []
        for (_, boot), mark in ready:
            mark.changed, mark.sent_at = False, now
            mark.touched = bool(mark.pending)
            device = mark.device
            if mark.seq > 0:
                topic = f"fieldhand/v1/{device.tenant_slug}/{device.name}/ack"
                outgoing.append((topic, encode_ack(boot, mark.seq)))
        self._forget(now)
        return outgoing

    def _load(
        self,
        connection: Connection,
        missing: dict[Key, DeviceEntry],
        grouped: dict[Key, list[tuple[DeviceEntry, int, int]]],
    ) -> None:
        if not missing:
            return
        known = {
            (number, boot): (seq, ts)
            for number, boot, seq, ts in connection.execute(
                "SELECT m.device_number, m.boot, m.seq, m.ts FROM telemetry_mark m"
                " JOIN unnest(%s::int[], %s::int[]) k(number, boot)"
                " ON k.number = m.device_number AND k.boot = m.boot",
                [[key[0] for key in missing], [key[1] for key in missing]],
            ).fetchall()
        }
        connection.commit()
        for key, device in missing.items():
            earliest = min(ts for _, _, ts in grouped[key])
            seq, at = known.get(key, (0, None))
            ts = int(at.timestamp() * 1000) if at is not None else earliest - 86_400_000
            self._marks[key] = Mark(device, seq, ts)

    def _forget(self, now: float) -> None:
        if len(self._marks) > 1000:
            idle = [key for key, mark in self._marks.items() if now - mark.used_at > IDLE_SECONDS]
            for key in idle:
                del self._marks[key]


def _close_gap(connection: Connection, boot: int, mark: Mark) -> None:
    """Look into the table for what another gateway, or this one before a restart, has stored."""
    rows = connection.execute(
        "SELECT seq FROM telemetry WHERE device_number = %s AND boot = %s AND seq > %s AND ts >= %s"
        " ORDER BY seq LIMIT 20000",
        [mark.device.number, boot, mark.seq, datetime.fromtimestamp((mark.ts - CLOCK_SLACK_MS) / 1000, tz=UTC)],
    ).fetchall()
    connection.commit()
    mark.add(seq for (seq,) in rows)


def _keep(connection: Connection, marks: Sequence[tuple[Key, Mark]]) -> None:
    if not marks:
        return
    rows = sorted(marks, key=lambda item: item[0])
    with connection.transaction():
        connection.execute("SET LOCAL synchronous_commit TO off")
        connection.execute(
            "INSERT INTO telemetry_mark AS m (device_number, boot, tenant_id, seq, ts)"
            " SELECT * FROM unnest(%s::int[], %s::int[], %s::uuid[], %s::bigint[], %s::timestamptz[])"
            " ON CONFLICT (device_number, boot) DO UPDATE SET seq = excluded.seq, ts = excluded.ts"
            " WHERE excluded.seq > m.seq",
            [
                [key[0] for key, _ in rows],
                [key[1] for key, _ in rows],
                [mark.device.tenant_id for _, mark in rows],
                [mark.seq for _, mark in rows],
                [datetime.fromtimestamp(mark.ts / 1000, tz=UTC) for _, mark in rows],
            ],
        )
