"""The ring buffer of a device: what was measured and is not yet known to be committed.

A record gets its sequence number when it is first sent, so a buffer that overflows while the
device is offline loses its oldest records without leaving a hole in the numbering.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from firmware_sim import protocol

Values = dict[str, float]


class Sent(NamedTuple):
    """A record that has its number and its final bytes."""

    boot: int
    seq: int
    payload: bytes


@dataclass(frozen=True)
class Batch:
    """Records of one boot that travel in one message."""

    payload: bytes
    last: tuple[int, int]
    """(boot, seq) of the newest record in it."""
    count: int


class RingBuffer:
    """Waiting and sent records, `limit` together; the oldest waiting one gives way."""

    def __init__(self, limit: int, window: int) -> None:
        """Hold at most `limit` records, of which at most `window` sent and unacknowledged."""
        if not 0 < window < limit:
            raise ValueError("the window must be positive and smaller than the limit")
        self._limit = limit
        self._window = window
        self._waiting: deque[tuple[int, int, Values]] = deque()
        self._sent: deque[Sent] = deque()
        self._next_seq: dict[int, int] = {}
        self._watermark: dict[int, int] = {}
        self.dropped = 0
        """Records lost to the limit."""
        self.acked = 0
        """Records known to be committed."""

    def __len__(self) -> int:
        """Count the records held."""
        return len(self._waiting) + len(self._sent)

    @property
    def waiting(self) -> int:
        """Records never sent so far."""
        return len(self._waiting)

    @property
    def unacked(self) -> int:
        """Records sent and not acknowledged."""
        return len(self._sent)

    @property
    def room(self) -> int:
        """Records that fit without dropping one."""
        return self._limit - len(self)

    def append(self, ts: int, boot: int, values: Values) -> None:
        """Add a record; when full, the oldest waiting record is dropped and counted."""
        if self.room <= 0 and self._waiting:
            self._waiting.popleft()
            self.dropped += 1
        self._waiting.append((ts, boot, values))

    def take(self, max_bytes: int = protocol.MAX_PAYLOAD) -> Batch | None:
        """Number and return the oldest waiting records that fit one message and the window."""
        chosen: list[Sent] = []
        size = 2
        while self._waiting and len(self._sent) < self._window:
            ts, boot, values = self._waiting[0]
            seq = self._next_seq.get(boot, 1)
            payload = protocol.record(ts, boot, seq, values)
            size += len(payload) + 1
            if chosen and (size > max_bytes or boot != chosen[-1].boot or len(chosen) >= protocol.MAX_RECORDS):
                break
            self._waiting.popleft()
            if len(payload) > max_bytes:
                self.dropped += 1
                size = 2
                continue
            self._next_seq[boot] = seq + 1
            chosen.append(Sent(boot, seq, payload))
            self._sent.append(chosen[-1])
        return _batch(chosen) if chosen else None

    def resend(self, max_bytes: int = protocol.MAX_PAYLOAD) -> Iterator[Batch]:
        """Yield every sent and unacknowledged record again, same bytes, oldest first."""
        chosen: list[Sent] = []
        size = 2
        for sent in list(self._sent):
            size += len(sent.payload) + 1
            if chosen and (size > max_bytes or sent.boot != chosen[-1].boot or len(chosen) >= protocol.MAX_RECORDS):
                yield _batch(chosen)
                chosen, size = [], 2 + len(sent.payload) + 1
            chosen.append(sent)
        if chosen:
            yield _batch(chosen)

    def ack(self, boot: int, seq: int) -> int:
        """Release the records of `boot` up to `seq`; return how many were released.

        A watermark never moves back, and one beyond what was sent is not ours: both are ignored.
        """
        if not self._watermark.get(boot, 0) < seq < self._next_seq.get(boot, 1):
            return 0
        self._watermark[boot] = seq
        kept = deque(sent for sent in self._sent if sent.boot != boot or sent.seq > seq)
        released = len(self._sent) - len(kept)
        self._sent = kept
        self.acked += released
        return released

    def holds(self, last: tuple[int, int]) -> bool:
        """Say whether this sent record still waits for its acknowledgement."""
        boot, seq = last
        return seq > self._watermark.get(boot, 0)


def _batch(chosen: list[Sent]) -> Batch:
    payload = protocol.telemetry([sent.payload for sent in chosen])
    return Batch(payload, (chosen[-1].boot, chosen[-1].seq), len(chosen))
