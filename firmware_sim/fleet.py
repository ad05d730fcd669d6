"""Many devices in one process: worker threads, each the event loop of up to 200 clients."""

import select
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from firmware_sim.client import DeviceClient
from firmware_sim.feeds import Feed

PER_WORKER = 200
_IDLE_SECONDS = 0.2


@dataclass(frozen=True)
class Unit:
    """One device: its connection and where its samples come from."""

    client: DeviceClient
    feed: Feed
    on_committed: Callable[[], None]
    """Called once, when the whole history is committed."""


@dataclass(frozen=True)
class Progress:
    """Sums over all devices."""

    devices: int
    online: int
    history_left: int
    """Devices whose history is not committed yet."""
    published: int
    acked: int
    resent: int
    waiting: int
    unacked: int
    dropped: int
    idle: bool
    """Nothing waits anywhere, events and answers included."""


class Worker(threading.Thread):
    """The event loop of some devices."""

    def __init__(self, units: Sequence[Unit], stop: threading.Event) -> None:
        """Serve these units until `stop` is set."""
        super().__init__(daemon=True)
        self._units = units
        self._stop_asked = stop
        self._left: dict[int, int | None] = dict.fromkeys(range(len(units)))
        """Records to be committed before a device's history is; None: not known yet."""
        self.error: BaseException | None = None

    @property
    def history_left(self) -> int:
        """Devices whose history is not committed yet."""
        return len(self._left)

    def run(self) -> None:
        """Serve until asked to stop, then say goodbye."""
        try:
            while not self._stop_asked.is_set():
                self._wait(self._advance())
        except BaseException as error:
            self.error = error
            raise
        finally:
            for unit in self._units:
                unit.client.close()

    def _advance(self) -> float:
        pause = _IDLE_SECONDS
        for index, unit in enumerate(self._units):
            pause = min(pause, unit.feed.feed(unit.client, time.time_ns() // 1_000_000))
            unit.client.tick(time.monotonic())
            if unit.client.buffer.waiting and unit.client.online:
                pause = min(pause, 0.02)
            if index in self._left and unit.feed.history_done:
                self._settle(index, unit)
        return pause

    def _settle(self, index: int, unit: Unit) -> None:
        buffer = unit.client.buffer
        settled = buffer.acked + buffer.dropped
        goal = self._left[index]
        if goal is None:
            goal = self._left[index] = settled + len(buffer)
        if settled >= goal:
            del self._left[index]
            unit.on_committed()

    def _wait(self, seconds: float) -> None:
        poll = select.poll()
        owners: dict[int, DeviceClient] = {}
        for unit in self._units:
            sock = unit.client.socket()
            if sock is not None and sock.fileno() >= 0:
                writes = select.POLLOUT if unit.client.wants_write() else 0
                poll.register(sock.fileno(), select.POLLIN | writes)
                owners[sock.fileno()] = unit.client
        if not owners:
            self._stop_asked.wait(max(seconds, 0.02))
            return
        for descriptor, happened in poll.poll(seconds * 1000.0):
            client = owners[descriptor]
            if happened & select.POLLOUT:
                client.write()
            if happened & ~select.POLLOUT:
                client.read()


class Fleet:
    """All devices of a run."""

    def __init__(self, units: Sequence[Unit]) -> None:
        """Spread the units over as few workers as serve them."""
        self._units = units
        self._stop = threading.Event()
        count = max(1, -(-len(units) // PER_WORKER))
        self._workers = [Worker(units[i::count], self._stop) for i in range(count)]

    def start(self) -> None:
        """Start the workers."""
        for worker in self._workers:
            worker.start()

    def stop(self) -> None:
        """Let every device say goodbye and end the workers."""
        self._stop.set()
        for worker in self._workers:
            if worker.is_alive():
                worker.join(15.0)

    def check(self) -> None:
        """Raise what ended a worker, if one has ended."""
        for worker in self._workers:
            if worker.error is not None:
                raise worker.error

    def last_error(self) -> str:
        """Return what some device last complained about; empty when none did."""
        return next((u.client.last_error for u in self._units if u.client.last_error), "")

    def progress(self) -> Progress:
        """Sum up, without stopping anything."""
        clients = [unit.client for unit in self._units]
        return Progress(
            devices=len(clients),
            online=sum(client.online for client in clients),
            history_left=sum(worker.history_left for worker in self._workers),
            published=sum(client.counts.published for client in clients),
            acked=sum(client.buffer.acked for client in clients),
            resent=sum(client.counts.resent for client in clients),
            waiting=sum(client.buffer.waiting for client in clients),
            unacked=sum(client.buffer.unacked for client in clients),
            dropped=sum(client.buffer.dropped for client in clients),
            idle=all(client.idle for client in clients),
        )
