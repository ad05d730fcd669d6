"""Where the samples of a device come from: a simulated machine or a recording.

A feed hands a client what is due. It never runs ahead of the acknowledgements: history is
produced only while few records wait to be sent.
"""

from collections import deque
from collections.abc import Iterator
from typing import Protocol

from firmware_sim.client import DeviceClient
from firmware_sim.replay import Recording
from firmware_sim.stream import DeviceStream, Mark, Values

_AHEAD = 400
"""Records of the history that may wait in the buffer."""


class Feed(Protocol):
    """A source of samples for one client."""

    @property
    def history_done(self) -> bool:
        """Whether the past is all handed over."""

    def feed(self, client: DeviceClient, now_ms: int) -> float:
        """Hand over what is due and return the seconds until more may be."""

    def repair(self, now_ms: int) -> None:
        """End the faults that have begun."""


class MachineFeed:
    """A simulated machine: its history flat out, then one sample per `live_seconds`."""

    def __init__(self, stream: DeviceStream, *, live_seconds: float | None, start_ms: int, after_ms: int = 0) -> None:
        """Begin the live phase at `start_ms` (None: never); skip what lies up to `after_ms`."""
        self._stream = stream
        self._rows: Iterator[tuple[int, Values]] = _rows(stream)
        self._held: tuple[int, Values] | None = None
        self._marks = deque(mark for mark in stream.marks() if mark.ts > after_ms)
        self._after_ms = after_ms
        self._live_ms = None if live_seconds is None else live_seconds * 1000.0
        self._due_ms = float(start_ms)
        self.history_done = False

    def feed(self, client: DeviceClient, now_ms: int) -> float:
        """Hand over what is due and return the seconds until more may be."""
        if not self.history_done:
            self._feed_history(client)
            return 0.0 if client.buffer.waiting < _AHEAD else 0.02
        if self._live_ms is None:
            return 1.0
        if now_ms >= self._due_ms:
            self._pass_marks(client, now_ms)
            values = self._stream.live(now_ms)
            if values:
                client.measure(now_ms, values)
            late = (now_ms - self._due_ms) // self._live_ms
            self._due_ms += (late + 1) * self._live_ms
        return max(0.0, (self._due_ms - now_ms) / 1000.0)

    def repair(self, now_ms: int) -> None:
        """End the faults that have begun."""
        self._stream.repair(now_ms)

    def _feed_history(self, client: DeviceClient) -> None:
        while client.buffer.waiting < _AHEAD and client.buffer.room > 0:
            row = next(self._rows, None)
            if row is None:
                self.history_done = True
                return
            ts, values = row
            if ts <= self._after_ms:
                continue
            self._pass_marks(client, ts)
            client.measure(ts, values)

    def _pass_marks(self, client: DeviceClient, now_ms: int) -> None:
        while self._marks and self._marks[0].ts <= now_ms:
            act(client, self._marks.popleft())


class ReplayFeed:
    """A recording, flat out or `speed` times as fast as it was recorded."""

    def __init__(self, recording: Recording, *, end_ms: int, start_ms: int, speed: float = 0.0) -> None:
        """End the recording at `end_ms`; `speed` 0 plays it flat out."""
        shifted = recording.ending_at(end_ms)
        self._rows = deque(zip(shifted.ts, shifted.rows, strict=True))
        self._first_ms = shifted.ts[0]
        self._start_ms = start_ms
        self._speed = speed

    @property
    def history_done(self) -> bool:
        """Whether the past is all handed over."""
        return not self._rows

    def feed(self, client: DeviceClient, now_ms: int) -> float:
        """Hand over what is due and return the seconds until more may be."""
        while self._rows and client.buffer.waiting < _AHEAD and client.buffer.room > 0:
            ts, values = self._rows[0]
            if self._speed > 0:
                early_ms = (ts - self._first_ms) / self._speed - (now_ms - self._start_ms)
                if early_ms > 0:
                    return early_ms / 1000.0
            self._rows.popleft()
            client.measure(ts, values)
        return 0.02 if self._rows else 1.0

    def repair(self, now_ms: int) -> None:
        """Leave the recording as it is: it has no faults of ours."""


def act(client: DeviceClient, mark: Mark) -> None:
    """Let the device report or do what the mark says."""
    if mark.reboots:
        client.restart(mark.firmware)
    if mark.event:
        client.report(mark.ts, mark.kind, mark.detail)


def _rows(stream: DeviceStream) -> Iterator[tuple[int, Values]]:
    for block in stream.history(256):
        yield from block.rows()
