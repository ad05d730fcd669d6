"""The end-to-end acknowledgement: up to which number the samples of a boot are stored without a gap.

The mark starts at 0 and only a committed sample, or one that went to the dead letters, moves it. It is kept in a table
only to be found again quickly; being behind the truth does no harm.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from iot_gateway.batch import DeviceEntry
from iot_gateway.codec import encode_ack
from iot_gateway.store import Connection

INTERVAL = 1.0
SWEEP_INTERVAL = 0.25
GAP_INTERVAL = 5.0
GAPS_AT_ONCE, GAP_ROWS = 200, 20_000
KEEP_INTERVAL = 10.0
PENDING_LIMIT = 20_000
IDLE_SECONDS = 3600.0
CLOCK_SLACK_MS = 3_600_000

STORED_SINCE = """
SELECT k.number, k.boot, t.seq, (extract(epoch FROM t.ts) * 1000)::bigint
FROM unnest(%s::int[], %s::int[], %s::bigint[], %s::timestamptz[]) k(number, boot, seq, ts)
CROSS JOIN LATERAL (
    SELECT t.seq, t.ts FROM telemetry t
    WHERE t.device_number = k.number AND t.boot = k.boot AND t.seq > k.seq AND t.ts >= k.ts
    ORDER BY t.seq LIMIT %s
) t
"""


@dataclass
class Mark:
    """The mark of one boot of one device."""

    device: DeviceEntry
    seq: int
    ts: int
    pending: set[int] = field(default_factory=set)
    changed: bool = False
    sent_at: float = float("-inf")
    looked_at: float = float("-inf")
    used_at: float = 0.0

    kept_at: float = float("-inf")
    fragile: bool = False
    """Whether it stands on numbers that cannot be found in the telemetry again."""

    def add(self, seqs: Iterable[int]) -> None:
        """Take in stored numbers and move over those without a gap."""
        for seq in seqs:
            if seq == self.seq + 1:
                self.seq = seq
                self.changed = True
            elif seq > self.seq:
                self.pending.add(seq)
        while self.seq + 1 in self.pending:
            self.seq += 1
            self.pending.discard(self.seq)
            self.changed = True
        if len(self.pending) > PENDING_LIMIT:
            self.pending = set(sorted(self.pending)[: PENDING_LIMIT // 2])


Key = tuple[int, int]
Outgoing = tuple[str, bytes]


class Marks:
    """The marks of all devices that this gateway has heard of lately."""

    def __init__(self) -> None:
        """Start with none; they are read when first needed."""
        self._marks: dict[Key, Mark] = {}
        self._touched: dict[Key, Mark] = {}
        self._unkept: dict[Key, Mark] = {}
        self._swept_at = float("-inf")

    def note(self, connection: Connection, stored: Sequence[tuple[DeviceEntry, int, int, int]], *, now: float) -> None:
        """Take in committed (device, boot, seq, ts)."""
        marks, touched = self._marks, self._touched
        strange: list[tuple[DeviceEntry, int, int, int]] = []
        for row in stored:
            device, boot, seq, ts = row
            key = (device.number, boot)
            mark = marks.get(key)
            if mark is None:
                strange.append(row)
                continue
            if seq == mark.seq + 1 and not mark.pending:
                mark.seq, mark.changed = seq, True
            elif seq > mark.seq:
                mark.add((seq,))
            if ts < mark.ts - CLOCK_SLACK_MS:
                mark.fragile = True
            elif not mark.pending and ts > mark.ts:
                mark.ts = ts
            mark.used_at = now
            touched[key] = mark
        if strange:
            self._load(connection, strange)
            self.note(connection, strange, now=now)

    def weaken(self, numbers: Iterable[Key]) -> None:
        """Note the (device number, boot) of records that are dealt with and not stored.

        A device that has heard an acknowledgement of them forgets them; after a crash nobody could fill the gap.
        So these marks are on disk before they are said.
        """
        for key in numbers:
            if (mark := self._marks.get(key)) is not None:
                mark.fragile = True

    def due(self, connection: Connection, *, now: float) -> list[Outgoing]:
        """Return the acknowledgements to send, at most one a second for each device, and keep the marks."""
        if now - self._swept_at < SWEEP_INTERVAL:
            return []
        self._swept_at = now
        ready = [item for item in self._touched.items() if now - item[1].sent_at >= INTERVAL]
        gaps = [item for item in ready if item[1].pending and now - item[1].looked_at >= GAP_INTERVAL][:GAPS_AT_ONCE]
        if gaps:
            _close_gaps(connection, gaps)
            for _, mark in gaps:
                mark.looked_at = now
        outgoing: list[Outgoing] = []
        for key, mark in ready:
            if mark.changed:
                self._unkept[key] = mark
            mark.changed, mark.sent_at = False, now
            if not mark.pending:
                del self._touched[key]
            if mark.seq > 0:
                topic = f"fieldhand/v1/{mark.device.tenant_slug}/{mark.device.name}/ack"
                outgoing.append((topic, encode_ack(key[1], mark.seq)))
        self.keep(connection, now=now)
        self._forget(now)
        return outgoing

    def keep(self, connection: Connection, *, now: float, all_of_them: bool = False) -> None:
        """Write down marks that have moved, each one now and then."""
        moved = [
            item
            for item in self._unkept.items()
            if all_of_them or item[1].fragile or now - item[1].kept_at >= KEEP_INTERVAL
        ]
        _keep(connection, moved, durable=any(mark.fragile for _, mark in moved))
        for key, mark in moved:
            mark.kept_at, mark.fragile = now, bool(mark.pending) and mark.fragile
            del self._unkept[key]

    def _load(self, connection: Connection, rows: Sequence[tuple[DeviceEntry, int, int, int]]) -> None:
        """Read the marks of devices not heard of lately; one without a mark begins a day before its first record."""
        earliest: dict[Key, tuple[DeviceEntry, int]] = {}
        for device, boot, _, ts in rows:
            key = (device.number, boot)
            earliest[key] = (device, min(ts, earliest[key][1] if key in earliest else ts))
        known = {
            (number, boot): (seq, at)
            for number, boot, seq, at in connection.execute(
                "SELECT m.device_number, m.boot, m.seq, m.ts FROM telemetry_mark m"
                " JOIN unnest(%s::int[], %s::int[]) k(number, boot)"
                " ON k.number = m.device_number AND k.boot = m.boot",
                [[key[0] for key in earliest], [key[1] for key in earliest]],
            ).fetchall()
        }
        connection.commit()
        for key, (device, first) in earliest.items():
            seq, at = known.get(key, (0, None))
            ts = int(at.timestamp() * 1000) if at is not None else first - 86_400_000
            self._marks[key] = Mark(device, seq, ts)

    def _forget(self, now: float) -> None:
        if len(self._marks) > 1000:
            idle = [key for key, mark in self._marks.items() if now - mark.used_at > IDLE_SECONDS]
            for key in idle:
                del self._marks[key]
                self._touched.pop(key, None)


def _close_gaps(connection: Connection, gaps: Sequence[tuple[Key, Mark]]) -> None:
    """Look into the table for what another gateway, or this one before a restart, has stored."""
    marks = dict(gaps)
    rows = connection.execute(
        STORED_SINCE,
        [
            [key[0] for key in marks],
            [key[1] for key in marks],
            [mark.seq for mark in marks.values()],
            [_instant(mark.ts - CLOCK_SLACK_MS) for mark in marks.values()],
            GAP_ROWS,
        ],
    ).fetchall()
    connection.commit()
    found: dict[Key, list[tuple[int, int]]] = {}
    for number, boot, seq, ts in rows:
        found.setdefault((number, boot), []).append((seq, ts))
    for key, pairs in found.items():
        mark = marks[key]
        mark.add(seq for seq, _ in pairs)
        mark.ts = max([mark.ts, *(ts for seq, ts in pairs if seq <= mark.seq)])


def _keep(connection: Connection, marks: Sequence[tuple[Key, Mark]], *, durable: bool) -> None:
    if not marks:
        return
    rows = sorted(marks, key=lambda item: item[0])
    with connection.transaction():
        if not durable:
            connection.execute("SET LOCAL synchronous_commit TO off")
        connection.execute(
            "INSERT INTO telemetry_mark AS m (device_number, boot, tenant_id, seq, ts)"
            " SELECT k.number, k.boot, k.tenant_id, k.seq, k.ts"
            " FROM unnest(%s::int[], %s::int[], %s::uuid[], %s::bigint[], %s::timestamptz[])"
            " k(number, boot, tenant_id, seq, ts)"
            " JOIN device d ON d.number = k.number AND d.tenant_id = k.tenant_id ORDER BY k.number, k.boot"
            " ON CONFLICT (device_number, boot) DO UPDATE SET seq = excluded.seq, ts = excluded.ts"
            " WHERE excluded.seq > m.seq",
            [
                [key[0] for key, _ in rows],
                [key[1] for key, _ in rows],
                [mark.device.tenant_id for _, mark in rows],
                [mark.seq for _, mark in rows],
                [_instant(mark.ts) for _, mark in rows],
            ],
        )


def _instant(ts_ms: int) -> datetime:
    return datetime.fromtimestamp(ts_ms / 1000, tz=UTC)
