"""Where the samples of a device come from: a simulated machine or a recording.

A feed hands a client what is due. It never runs ahead of the acknowledgements: history is
produced only while few records wait to be sent.
"""

from collections import deque
from itertools import cycle
from typing import Protocol

from firmware_sim.client import DeviceClient
from firmware_sim.replay import Recording
from firmware_sim.stream import DeviceStream, Mark

_AHEAD = 400
"""Records of the history that may wait in the buffer."""


class Feed(Protocol):
    """A source of samples for one client."""

    @property
    def history_done(self) -> bool:
        """Whether the past is all handed over."""

    def feed(self, client: DeviceClient, now_ms: int) -> float:
        """Hand over what is due and return the seconds until more may be."""

    def repair(self, now_ms: int, /) -> None:
        """End the faults that have begun."""

    def every(self, seconds: float, /) -> None:
        """Take live samples at another interval."""


class _Beat:
    """Live samples fall due once per interval; those missed meanwhile are not made up for."""

    def __init__(self, interval_ms: float, first_ms: float) -> None:
        self._interval_ms = interval_ms
        self._due_ms = first_ms

    def due(self, now_ms: int) -> bool:
        """Say whether a sample is due, and wait for the next one if so."""
        if now_ms < self._due_ms:
            return False
        late = (now_ms - self._due_ms) // self._interval_ms
        self._due_ms += (late + 1) * self._interval_ms
        return True

    def every(self, seconds: float) -> None:
        """Keep to another interval from the next sample on."""
        self._interval_ms = seconds * 1000.0

    def pause(self, now_ms: int) -> float:
        """Return the seconds until the next sample is due."""
        return max(0.0, (self._due_ms - now_ms) / 1000.0)


class MachineFeed:
    """A simulated machine: its history flat out, then one sample per `live_seconds`."""

    def __init__(self, stream: DeviceStream, *, live_seconds: float | None, start_ms: int, after_ms: int = 0) -> None:
        """Begin the live phase at `start_ms` (None: never); skip what lies up to `after_ms`."""
        self._stream = stream
        self._arrivals = stream.arrivals()
        self._marks = deque(mark for mark in stream.marks() if mark.ts > after_ms)
        self._after_ms = after_ms
        self._beat = None if live_seconds is None else _Beat(live_seconds * 1000.0, start_ms)
        self.history_done = False

    def feed(self, client: DeviceClient, now_ms: int) -> float:
        """Hand over what is due and return the seconds until more may be."""
        if not self.history_done:
            self._feed_history(client)
            return 0.0 if client.buffer.waiting < _AHEAD else 0.02
        if self._beat is None:
            return 1.0
        if self._beat.due(now_ms):
            self._pass_marks(client, now_ms)
            values = self._stream.live(now_ms)
            if values:
                self._stream.courier.take(now_ms, values)
            for arrival in self._stream.courier.due(now_ms):
                client.measure(arrival.ts, arrival.values)
        return self._beat.pause(now_ms)

    def repair(self, now_ms: int) -> None:
        """End the faults that have begun."""
        self._stream.repair(now_ms)

    def every(self, seconds: float) -> None:
        """Take live samples at another interval."""
        if self._beat is not None:
            self._beat.every(seconds)

    def _feed_history(self, client: DeviceClient) -> None:
        while client.buffer.waiting < _AHEAD and client.buffer.room > 0:
            arrival = next(self._arrivals, None)
            if arrival is None:
                self.history_done = True
                return
            if arrival.at <= self._after_ms:
                continue
            self._pass_marks(client, arrival.at)
            client.measure(arrival.ts, arrival.values)

    def _pass_marks(self, client: DeviceClient, now_ms: int) -> None:
        while self._marks and self._marks[0].ts <= now_ms:
            act(client, self._marks.popleft())


class ReplayFeed:
    """A recording, flat out or `speed` times as fast as it was recorded; then, live, its state.

    Live, the last rows repeat until a repair; from then on the healthy first rows do.
    """

    def __init__(
        self,
        recording: Recording,
        *,
        live_seconds: float | None,
        end_ms: int,
        speed: float = 0.0,
        played: bool = False,
    ) -> None:
        """End the recording at `end_ms`, the start of the run.

        Args:
            recording: What was recorded.
            live_seconds: One sample per so many seconds after it; None: it ends there.
            end_ms: Where its last row is moved to.
            speed: 0 plays it flat out.
            played: It was committed by an earlier run; only the live phase is left.
        """
        shifted = recording.ending_at(end_ms)
        self._rows = deque(() if played else zip(shifted.ts, shifted.rows, strict=True))
        self._first_ms = shifted.ts[0]
        self._start_ms = end_ms
        self._speed = speed
        self._recording = recording
        self._live = cycle(recording.held())
        live_ms = None if live_seconds is None else live_seconds * 1000.0
        self._beat = None if live_ms is None else _Beat(live_ms, end_ms + live_ms)

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
        if self._rows:
            return 0.02
        if self._beat is None:
            return 1.0
        if self._beat.due(now_ms):
            client.measure(now_ms, next(self._live))
        return self._beat.pause(now_ms)

    def repair(self, _: int, /) -> None:
        """Go back to the healthy beginning; what is left of the past is still played."""
        self._live = cycle(self._recording.healthy())

    def every(self, seconds: float) -> None:
        """Take live samples at another interval."""
        if self._beat is not None:
            self._beat.every(seconds)


def act(client: DeviceClient, mark: Mark) -> None:
    """Let the device report or do what the mark says."""
    if mark.reboots:
        client.restart(mark.firmware)
    if mark.event:
        client.report(mark.ts, mark.kind, mark.detail)
