"""The end-to-end acknowledgement: up to which number the samples of a boot are stored without a gap.

The mark starts at 0 and only a committed sample, or one that went to the dead letters, moves it. It is kept in a table
only to be found again quickly; being behind the truth does no harm.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import TypeVar

from iot_gateway.batch import DeviceEntry, Refused, Stored
from iot_gateway.codec import encode_ack
from iot_gateway.store import Connection

INTERVAL = 1.0
SWEEP_INTERVAL = 0.05
SWEPT_LEAST, SWEPT_SHARE = 64, 8
"""A sweep looks at an eighth of the marks that have moved: all of them at once would hold up the next batch."""

GAP_INTERVAL = 5.0
GAPS_AT_ONCE, GAP_ROWS = 200, 20_000
KEEP_INTERVAL = 10.0
KEEP_SWEEP_INTERVAL, KEPT_LEAST, KEPT_SHARE = 0.25, 48, 64
FORGET_INTERVAL = 60.0
PENDING_LIMIT = 20_000
IDLE_SECONDS = 3600.0
CLOCK_SLACK_MS = 60_000
"""So far a clock may be set back before its records are looked for in vain; each second of it is read at a gap."""

STORED_SINCE = """
SELECT k.number, k.boot, t.seq, (extract(epoch FROM t.ts) * 1000)::bigint
FROM unnest(%s::int[], %s::int[], %s::bigint[], %s::timestamptz[]) k(number, boot, seq, ts)
CROSS JOIN LATERAL (
    SELECT t.seq, t.ts FROM telemetry t
    WHERE t.device_number = k.number AND t.boot = k.boot AND t.seq > k.seq AND t.ts >= k.ts
    ORDER BY t.seq LIMIT %s
) t
"""


@dataclass(slots=True, eq=False)
class Mark:
    """The mark of one boot of one device."""

    device: DeviceEntry
    boot: int
    seq: int
    ts: int
    pending: set[int] = field(default_factory=set)
    changed: bool = False
    sent_at: float = float("-inf")
    looked_at: float = float("-inf")
    used_at: float = float("-inf")
    kept_at: float = float("-inf")
    fragile: bool = False
    """Whether it stands on numbers that cannot be found in the telemetry again."""

    @property
    def key(self) -> "Key":
        """Return device number and boot."""
        return self.device.number, self.boot

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
Row = TypeVar("Row", bound=Stored | Refused)
Outgoing = tuple[str, bytes]


class Marks:
    """The marks of all devices that this gateway has heard of lately."""

    def __init__(self) -> None:
        """Start with none; they are read when first needed."""
        self._marks: dict[Key, Mark] = {}
        self._latest: dict[int, Mark] = {}
        """The mark that a device used last, by its number: nearly always the one that is asked for."""
        self._touched: dict[Key, Mark] = {}
        self._unkept: dict[Key, Mark] = {}
        self._swept_at = self._kept_at = self._forgot_at = float("-inf")

    def note(self, connection: Connection, stored: Sequence[Stored | Refused], *, now: float) -> None:
        """Take in what is committed."""
        strange = self.take_in(stored, now=now)
        if strange:
            self._load(connection, strange)
            self.take_in(strange, now=now)

    def take_in(self, stored: Sequence[Row], *, now: float) -> list[Row]:
        """Take in what is committed; return what is of devices not heard of lately, whose marks have to be read."""
        find, touched = self._latest.get, self._touched
        strange: list[Row] = []
        for row in stored:
            mark = find(row.device.number)
            if mark is None or mark.boot != row.boot:
                mark = self._other(row)
            if mark is None:
                strange.append(row)
                continue
            seq, ts = row.seq, row.ts
            if seq == mark.seq + 1 and not mark.pending:
                mark.seq, mark.changed = seq, True
            else:
                mark.add((seq,))
            if ts > mark.ts:
                if not mark.pending:
                    mark.ts = ts
            elif ts < mark.ts - CLOCK_SLACK_MS:
                mark.fragile = True
            if mark.used_at != now:
                mark.used_at = now
                touched[mark.key] = mark
        return strange

    def _other(self, row: Stored | Refused) -> Mark | None:
        """Return the mark of a boot that is not the one its device used last, if it is known."""
        mark = self._marks.get((row.device.number, row.boot))
        if mark is not None:
            self._latest[row.device.number] = mark
        return mark

    def refuse(self, connection: Connection, refused: Sequence[Refused], *, now: float) -> None:
        """Take in what is dealt with and not stored.

        A device that has heard an acknowledgement of it forgets it; after a crash nobody could fill the gap.
        So these marks are on disk before they are said.
        """
        self.note(connection, refused, now=now)
        for row in refused:
            self._marks[row.device.number, row.boot].fragile = True

    def due(self, connection: Connection, *, now: float) -> list[Outgoing]:
        """Return the acknowledgements to send, at most one a second for each device, and keep the marks."""
        if now - self._swept_at < SWEEP_INTERVAL:
            return []
        self._swept_at = now
        swept = _following(self._touched, max(SWEPT_LEAST, len(self._touched) // SWEPT_SHARE))
        ready = [mark for mark in swept if now - mark.sent_at >= INTERVAL]
        gaps = [mark for mark in ready if mark.pending and now - mark.looked_at >= GAP_INTERVAL][:GAPS_AT_ONCE]
        if gaps:
            _close_gaps(connection, gaps)
            for mark in gaps:
                mark.looked_at = now
        for mark in ready:
            if mark.changed:
                mark.changed, self._unkept[mark.key] = False, mark
        self._keep(connection, self._to_keep(ready, now), now)
        for mark in ready:
            mark.sent_at = now
            if not mark.pending:
                del self._touched[mark.key]
        self._forget(now)
        return [_acknowledgement(mark) for mark in ready if mark.seq > 0]

    def keep(self, connection: Connection, *, now: float) -> None:
        """Write down all marks that have moved."""
        self._keep(connection, list(self._unkept.values()), now)

    def _to_keep(self, ready: Iterable[Mark], now: float) -> list[Mark]:
        """Return the fragile ones of those that are about to be said, and some that have not been kept for long."""
        found = {mark.key: mark for mark in ready if mark.fragile and mark.key in self._unkept}
        if now - self._kept_at >= KEEP_SWEEP_INTERVAL:
            self._kept_at = now
            swept = _following(self._unkept, max(KEPT_LEAST, len(self._unkept) // KEPT_SHARE))
            found |= {mark.key: mark for mark in swept if now - mark.kept_at >= KEEP_INTERVAL}
        return list(found.values())

    def _keep(self, connection: Connection, marks: Sequence[Mark], now: float) -> None:
        _keep(connection, marks, durable=any(mark.fragile for mark in marks))
        for mark in marks:
            mark.kept_at, mark.fragile = now, bool(mark.pending) and mark.fragile
            del self._unkept[mark.key]

    def _load(self, connection: Connection, rows: Sequence[Stored | Refused]) -> None:
        """Read the marks of devices not heard of lately; one without a mark begins a day before its first record."""
        earliest: dict[Key, tuple[DeviceEntry, int]] = {}
        for row in rows:
            key = (row.device.number, row.boot)
            earliest[key] = (row.device, min(row.ts, earliest[key][1] if key in earliest else row.ts))
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
            self._marks[key] = Mark(device, key[1], seq, ts)

    def _forget(self, now: float) -> None:
        """Drop the marks of those that have been silent for long."""
        if now - self._forgot_at < FORGET_INTERVAL:
            return
        self._forgot_at = now
        for mark in [mark for mark in self._marks.values() if now - mark.used_at > IDLE_SECONDS]:
            del self._marks[mark.key]
            self._touched.pop(mark.key, None)
            if self._latest.get(mark.device.number) is mark:
                del self._latest[mark.device.number]


def _following(marks: dict[Key, Mark], count: int) -> list[Mark]:
    """Return the first marks and put them last, so that in turns all of them are looked at."""
    found = list(islice(marks.values(), count))
    for mark in found:
        marks[mark.key] = marks.pop(mark.key)
    return found


def _acknowledgement(mark: Mark) -> Outgoing:
    return f"fieldhand/v1/{mark.device.tenant_slug}/{mark.device.name}/ack", encode_ack(mark.boot, mark.seq)


def _close_gaps(connection: Connection, gaps: Sequence[Mark]) -> None:
    """Look into the table for what another gateway, or this one before a restart, has stored."""
    rows = connection.execute(
        STORED_SINCE,
        [
            [mark.device.number for mark in gaps],
            [mark.boot for mark in gaps],
            [mark.seq for mark in gaps],
            [_instant(mark.ts - CLOCK_SLACK_MS) for mark in gaps],
            GAP_ROWS,
        ],
    ).fetchall()
    connection.commit()
    found: dict[Key, list[tuple[int, int]]] = {}
    for number, boot, seq, ts in rows:
        found.setdefault((number, boot), []).append((seq, ts))
    for mark in gaps:
        pairs = found.get(mark.key, [])
        mark.add(seq for seq, _ in pairs)
        mark.ts = max([mark.ts, *(ts for seq, ts in pairs if seq <= mark.seq)])


def _keep(connection: Connection, marks: Sequence[Mark], *, durable: bool) -> None:
    if not marks:
        return
    rows = sorted(marks, key=lambda mark: mark.key)
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
                [mark.device.number for mark in rows],
                [mark.boot for mark in rows],
                [mark.device.tenant_id for mark in rows],
                [mark.seq for mark in rows],
                [_instant(mark.ts) for mark in rows],
            ],
        )


def _instant(ts_ms: int) -> datetime:
    return datetime.fromtimestamp(ts_ms / 1000, tz=UTC)
