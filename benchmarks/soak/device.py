"""A device that keeps every record until it is committed: the simulator's buffer and payloads over a plain socket.

It follows `docs/device-protocol.md`, sections 3 to 6, like `firmware_sim.client`, without that client's cost per
message; `firmware_sim.client` itself plays the machines of the same run.
"""

import random
import socket
import time
from array import array
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.soak import wire
from firmware_sim import protocol
from firmware_sim.buffer import Batch, RingBuffer, Values
from firmware_sim.protocol import Topics

BUFFER_RECORDS, WINDOW_RECORDS = 200_000, 2000
MOST_IN_FLIGHT = 32
SILENCE_SECONDS, LONGEST_SILENCE = 30.0, 480.0
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 4.0
PING_SECONDS, ANSWER_SECONDS = 10.0, 25.0


@dataclass
class Tally:
    """What a device has done."""

    messages: int = 0
    singles: int = 0
    resent: int = 0
    connects: int = 0
    refused: int = 0
    unheard: int = 0
    """Publications that the broker had nobody to give to."""
    silences: int = 0
    reboots: int = 0


class SoakDevice:
    """One device; an event loop calls `read`, `write` and `tick`."""

    def __init__(self, name: str, tenant: str, secret: str, *, number: int, address: tuple[str, int]) -> None:
        """Start in boot 1, offline."""
        self.name, self.number, self.tally = name, number, Tally()
        self.topics = Topics(tenant, name)
        self._secret, self._address = secret, address
        self._topic = self.topics.telemetry.encode()
        self.buffer = RingBuffer(BUFFER_RECORDS, WINDOW_RECORDS)
        self.boot = 1
        self.measured: dict[int, array[int]] = {1: array("q")}
        """By boot the instants (epoch ms) of its records, in order of their numbers."""
        self.acked_until = 0
        """Instant of the newest record that is known to be committed."""
        self.hidden_until = 0.0
        """Offline on purpose until then (monotonic)."""
        self.excused = False
        """Was offline on purpose and has heard no acknowledgement since."""
        self.sock: socket.socket | None = None
        self.online = False
        self.out = bytearray()
        self._reader = wire.Reader()
        self._mid = 0
        self._in_flight: dict[int, Batch | None] = {}
        self._resending: Iterator[Batch] = iter(())
        self._attempts, self._attempt_at = 0, 0.0
        self._heard_at = self._pinged_at = self._moved_at = 0.0
        self._patience, self._unheard_rounds = SILENCE_SECONDS, 0
        self._again_at: float | None = None

    def measure(self, ts: int, values: Values) -> None:
        """Keep one record."""
        self.measured[self.boot].append(ts)
        self.buffer.append(ts, self.boot, values)

    def reboot(self) -> None:
        """Start the next boot; what is unacknowledged was in flash and stays."""
        self.leave(0.2)
        self.boot += 1
        self.tally.reboots += 1
        self.measured[self.boot] = array("q")

    def leave(self, seconds: float) -> None:
        """Go offline for a while."""
        if self.sock is not None and self.online:
            self.out += wire.LEAVE
            self.write()
        self._drop()
        self.excused = True
        self._attempts = 0
        self.hidden_until = self._attempt_at = time.monotonic() + seconds

    def tick(self, now: float) -> bool:
        """Do what time asks for; tell whether the socket is a new one."""
        if self.sock is None:
            return now >= self._attempt_at and self._connect(now)
        if now - self._heard_at > ANSWER_SECONDS:
            self._drop()
        elif now - self._pinged_at > PING_SECONDS:
            self._pinged_at = now
            self.out += wire.PING
        if self.online:
            self.pump(now)
        return False

    def pump(self, now: float) -> None:
        """Send what may be sent: first again what is unacknowledged, then what waits."""
        if self._again_at is not None:
            if now < self._again_at:
                return
            self._start_over()
        if not self.buffer.unacked:
            self._moved_at = now
        elif now - self._moved_at > self._patience:
            self._moved_at, self._patience = now, min(LONGEST_SILENCE, 2.0 * self._patience)
            self.tally.silences += 1
            self._resending = self.buffer.resend()
        while self.online and len(self._in_flight) < MOST_IN_FLIGHT:
            batch = next(self._resending, None)
            if batch is not None:
                if not self.buffer.holds(batch.last):
                    continue
                self.tally.resent += batch.count
            else:
                batch = self.buffer.take()
                if batch is None:
                    return
                self.tally.singles += batch.count == 1
            self.tally.messages += 1
            self._publish(self._topic, batch.payload, batch)

    def read(self) -> None:
        """Handle what arrived."""
        if self.sock is None:
            return
        try:
            data = self.sock.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._drop()
            return
        self._heard_at = time.monotonic()
        for packet in self._reader.feed(data):
            self._handle(packet)
            if self.sock is None:
                return

    def write(self) -> None:
        """Send what waits, as far as the socket takes it."""
        if self.sock is None or not self.out:
            return
        try:
            sent = self.sock.send(self.out)
        except BlockingIOError:
            return
        except OSError:
            self._drop()
            return
        del self.out[:sent]

    def _connect(self, now: float) -> bool:
        self._reader, self._heard_at, self._pinged_at = wire.Reader(), now, now
        try:
            self.sock = socket.create_connection(self._address, timeout=1.0)
        except OSError:
            self._drop()
            return False
        self.sock.setblocking(False)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        will = protocol.will(self.boot)
        self.out += wire.connect(self.name, self._secret, will_topic=self.topics.state, will=will)
        return True

    def _handle(self, packet: wire.Packet) -> None:
        if packet.kind == wire.PUBACK:
            mid, reason = wire.read_puback(packet.body)
            self._in_flight.pop(mid, None)
            self.tally.refused += reason >= 0x80
            if reason == wire.NO_SUBSCRIBER:
                self.tally.unheard += 1
                self._pause()
        elif packet.kind == wire.PUBLISH:
            topic, payload, mid = wire.read_publish(packet)
            if mid is not None:
                self.out += wire.puback(mid)
            if topic.endswith(b"/ack"):
                self._acknowledged(payload)
        elif packet.kind == wire.CONNACK:
            if packet.body[1] >= 0x80:
                self._drop()
            else:
                self.out += wire.subscribe(self._next_mid(), [(self.topics.ack, 0), (self.topics.cmd, 1)])
        elif packet.kind == wire.SUBACK:
            self.online, self._attempts = True, 0
            self._moved_at = time.monotonic()
            self.tally.connects += 1
            self._start_over()
        elif packet.kind == wire.DISCONNECT:
            self._drop()

    def _start_over(self) -> None:
        self._again_at = None
        self._publish(self.topics.state.encode(), protocol.birth(self.boot, "pump", "1.0"), None, retain=True)
        self._resending = self.buffer.resend()

    def _pause(self) -> None:
        if self._again_at is None:
            self._unheard_rounds += 1
            pause = protocol.unheard_pause(self._unheard_rounds)
            self._again_at = time.monotonic() + pause * random.uniform(0.7, 1.3)

    def _acknowledged(self, payload: bytes) -> None:
        ack = protocol.read_ack(payload)
        if ack is not None and self.buffer.ack(ack.boot, ack.seq):
            self._moved_at, self._patience = time.monotonic(), SILENCE_SECONDS
            self._unheard_rounds = 0
            self.excused = False
            self.acked_until = max(self.acked_until, self.measured[ack.boot][ack.seq - 1])

    def _publish(self, topic: bytes, payload: bytes, batch: Batch | None, *, retain: bool = False) -> None:
        mid = self._next_mid()
        self._in_flight[mid] = batch
        self.out += wire.publish(topic, mid, payload, retain=retain)

    def _next_mid(self) -> int:
        self._mid = self._mid % 65_535 + 1
        return self._mid

    def _drop(self) -> None:
        """Forget the connection; what is unacknowledged goes out again on the next one."""
        if self.sock is not None:
            self.sock.close()
        self.sock, self.online = None, False
        self.out.clear()
        self._in_flight.clear()
        self._resending, self._again_at = iter(()), None
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0**self._attempts)
        self._attempts += 1
        self._attempt_at = max(self.hidden_until, time.monotonic() + pause * random.uniform(0.7, 1.3))
