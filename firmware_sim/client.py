"""Reference device client, written from docs/device-protocol.md alone.

It owns no thread and no timer: an event loop calls `read`, `write` and `tick`.
"""

import random
import socket
import ssl
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from firmware_sim import protocol
from firmware_sim.buffer import Batch, RingBuffer, Values
from firmware_sim.duties import Duties, Handler
from firmware_sim.link import MOST_IN_FLIGHT, Broker, limits_of, new_link, open_link, properties_of
from firmware_sim.memory import Memory
from firmware_sim.protocol import Detail, Topics
from firmware_sim.settings import Settings
from firmware_sim.updates import Updater

SILENCE_SECONDS, LONGEST_SILENCE_SECONDS = 30.0, 480.0
"""Without an acknowledgement that frees a record for so long, everything unacknowledged is sent again; the next time
after twice as long."""
MOST_EVENTS = 256
_HANDSHAKE_SECONDS = 10.0
_NOBODY_THERE = 0x10
"""PUBACK: the broker had no subscriber to give the message to, and has forgotten it."""
_BACKOFF = (0.5, 30.0)


@dataclass
class Counts:
    """What a client has done since it was made."""

    published: int = 0
    """Records sent for the first time."""
    resent: int = 0
    connects: int = 0
    commands: int = 0
    refused: int = 0
    """Publications the broker answered with an error."""
    unheard: int = 0
    """Publications the broker had nobody to give to."""
    lost_events: int = 0


class _State(Enum):
    OFFLINE = auto()
    CONNECTING = auto()
    SUBSCRIBING = auto()
    ONLINE = auto()


class DeviceClient:
    """One device on MQTT 5: birth, will, buffered telemetry, events and commands."""

    def __init__(
        self,
        topics: Topics,
        *,
        model: str,
        secret: str,
        broker: Broker,
        memory: Memory,
        buffer: RingBuffer,
        handler: Handler,
        settings: Settings | None = None,
        updater: Updater | None = None,
        wait_ack: bool = True,
        silence_seconds: float = SILENCE_SECONDS,
    ) -> None:
        """Count a boot; without `settings` it cannot be set, without `updater` not updated.

        Without `wait_ack` a PUBACK counts as committed, a weaker promise.
        """
        self.topics = topics
        self.buffer = buffer
        self.counts = Counts()
        self.firmware = memory.firmware or "1.4.2"
        self.last_error = ""
        self._model = model
        self._secret = secret
        self._broker = broker
        self._memory = memory
        self._duties = Duties(memory, handler, updater)
        self._settings = settings
        self._wait_ack = wait_ack
        self._silence = silence_seconds
        self._state = _State.OFFLINE
        self._mqtt: Client | None = None
        self._boot = memory.restart()
        self._event_seq = 0
        self._events: deque[bytes] = deque()
        self._refused: list[bytes] = []
        self._control: deque[tuple[str, bytes, bool, Properties | None]] = deque()
        self._in_flight: dict[int, Batch | bytes | None] = {}
        self._in_flight_limit = MOST_IN_FLIGHT
        self._max_bytes = protocol.MAX_PAYLOAD
        self._resending: Iterator[Batch] = iter(())
        self._patience = silence_seconds
        self._unheard_rounds = 0
        self._again_at: float | None = None
        self._moved_at = 0.0
        self._attempt_at = 0.0
        self._attempts = 0
        self._started_at = 0.0
        self._misc_at = 0.0

    @property
    def boot(self) -> int:
        """The number of the present boot."""
        return self._boot

    @property
    def online(self) -> bool:
        """Whether the birth is out and samples flow."""
        return self._state is _State.ONLINE

    @property
    def idle(self) -> bool:
        """Whether nothing waits to be sent, confirmed or committed."""
        return not (len(self.buffer) or self._events or self._refused or self._control or self._in_flight)

    def measure(self, ts: int, values: Values) -> None:
        """Buffer one sample taken at `ts` (epoch ms)."""
        self.buffer.append(ts, self._boot, values)

    def report(self, ts: int, kind: str, detail: Detail) -> None:
        """Queue one event; the oldest of too many is lost and counted."""
        self._event_seq += 1
        if len(self._events) >= MOST_EVENTS:
            self._events.popleft()
            self.counts.lost_events += 1
        self._events.append(protocol.event(ts, self._boot, self._event_seq, kind, detail))

    def restart(self, firmware: str = "") -> None:
        """Boot again: next boot number, new connection; the buffer is in flash and stays."""
        self.firmware = firmware or self.firmware
        self._memory.installed(self.firmware)
        self._duties.restarted()
        self._boot = self._memory.restart()
        self._event_seq = 0
        if self._settings is not None:
            self._settings.restart()
        self.close()
        self._attempts = 0
        self._attempt_at = time.monotonic() + 0.2

    def close(self) -> None:
        """Leave; the broker publishes the last will, so the state reads offline."""
        mqtt = self._mqtt
        if mqtt is not None and self._state is not _State.OFFLINE:
            mqtt.disconnect(ReasonCode(PacketTypes.DISCONNECT, "Disconnect with will message"))
        self._drop("closed")

    def socket(self) -> socket.socket | None:
        """Return the socket to watch; None while not connected."""
        found = self._mqtt.socket() if self._mqtt is not None else None
        return found if isinstance(found, socket.socket) else None

    def wants_write(self) -> bool:
        """Say whether bytes wait for the socket."""
        return self._mqtt is not None and self._mqtt.want_write()

    def read(self) -> None:
        """Handle what arrived; call when the socket is readable."""
        mqtt = self._mqtt
        if mqtt is None:
            return
        self._check(mqtt.loop_read())
        while self._mqtt is mqtt and isinstance(sock := mqtt.socket(), ssl.SSLSocket):
            if not sock.pending():
                return
            self._check(mqtt.loop_read())

    def write(self) -> None:
        """Send what waits; call when the socket is writable."""
        if self._mqtt is not None:
            self._check(self._mqtt.loop_write())

    def tick(self, now: float) -> None:
        """Do what time asks for: connect, restart, keep alive, send, send again."""
        if self._duties.must_restart(now):
            self.restart(self._duties.next_firmware)
        self._follow(now)
        if self._state is _State.OFFLINE:
            if now >= self._attempt_at:
                self._connect(now)
            return
        if self._state is not _State.ONLINE:
            if now - self._started_at > _HANDSHAKE_SECONDS:
                self._drop("the broker did not answer in time")
            return
        if self._mqtt is not None and now - self._misc_at >= 1.0:
            self._misc_at = now
            self._check(self._mqtt.loop_misc())
        if self._state is _State.ONLINE:
            self._send(now)

    def _connect(self, now: float) -> None:
        mqtt = new_link(self.topics, self._secret, self._broker, protocol.will(self._boot))
        mqtt.on_connect = self._on_connect
        mqtt.on_subscribe = self._on_subscribe
        mqtt.on_publish = self._on_publish
        mqtt.on_message = self._on_message
        mqtt.on_disconnect = self._on_disconnect
        self._mqtt = mqtt
        self._state = _State.CONNECTING
        self._started_at = now
        try:
            open_link(mqtt, self._broker)
        except OSError as error:
            self._drop(str(error))

    def _drop(self, reason: str) -> None:
        """Forget the connection; what had no PUBACK goes out again on the next one."""
        self._state = _State.OFFLINE
        self._mqtt = None
        self.last_error = reason
        unsure = self._refused + [kept for kept in self._in_flight.values() if isinstance(kept, bytes)]
        self._events.extendleft(reversed(unsure))
        self._refused, self._in_flight = [], {}
        self._control.clear()
        self._again_at = None
        self._resending = iter(())
        pause = min(_BACKOFF[1], _BACKOFF[0] * 2.0**self._attempts)
        self._attempts = min(self._attempts + 1, 16)
        self._attempt_at = time.monotonic() + pause * random.uniform(0.7, 1.3)

    def _check(self, code: MQTTErrorCode) -> None:
        if code != MQTTErrorCode.MQTT_ERR_SUCCESS and self._state is not _State.OFFLINE:
            self._drop(code.name)

    def _on_connect(
        self, mqtt: Client, _: object, __: ConnectFlags, reason: ReasonCode, got: Properties | None
    ) -> None:
        if reason.is_failure:
            self.last_error = str(reason)
            return
        self.counts.connects += 1
        limits = limits_of(got, self.topics)
        self._in_flight_limit, self._max_bytes = limits.in_flight, limits.payload_bytes
        self._state = _State.SUBSCRIBING
        wanted = [(self.topics.ack, 0), (self.topics.cmd, 1)]
        mqtt.subscribe(wanted if self._settings is None else [*wanted, (self.topics.twin_desired, 1)])

    def _on_subscribe(
        self, _: Client, __: object, ___: int, reasons: list[ReasonCode], ____: Properties | None
    ) -> None:
        refused = [str(reason) for reason in reasons if reason.is_failure]
        if refused:
            self.last_error = f"subscription refused: {refused[0]}"
        self._state = _State.ONLINE
        self._attempts = 0
        self._moved_at = time.monotonic()
        self._start_over()

    def _start_over(self) -> None:
        """Say who is there, and send again what is not known to have arrived."""
        self._again_at = None
        self._events.extendleft(reversed(self._refused))
        self._refused = []
        birth = protocol.birth(self._boot, self._model, self.firmware)
        self._control.appendleft((self.topics.state, birth, True, None))
        if self._settings is not None:
            self._report(self._settings.report(self._boot))
        self._resending = self.buffer.resend(self._max_bytes)

    def _on_disconnect(
        self, mqtt: Client, _: object, __: DisconnectFlags, reason: ReasonCode, ___: Properties | None
    ) -> None:
        if mqtt is self._mqtt and self._state is not _State.OFFLINE:
            refused = self._state is _State.CONNECTING and self.last_error
            self._drop(self.last_error if refused else str(reason))

    def _on_publish(self, mqtt: Client, _: object, mid: int, reason: ReasonCode, __: Properties) -> None:
        if mqtt is not self._mqtt:
            return
        batch = self._in_flight.pop(mid, None)
        unheard = reason.value == _NOBODY_THERE and self._wait_ack
        if reason.is_failure:
            self.counts.refused += 1
            self.last_error = f"publication refused: {reason}"
        elif unheard:
            self.counts.unheard += 1
            self._pause()
        if reason.is_failure or unheard:
            if isinstance(batch, bytes) and len(self._refused) < MOST_EVENTS:
                self._refused.append(batch)
        elif isinstance(batch, Batch) and not self._wait_ack:
            self.buffer.ack(*batch.last)

    def _pause(self) -> None:
        """Send nothing new while nobody is there: it would overtake what has to be sent again."""
        if self._again_at is None:
            self._unheard_rounds += 1
            pause = min(self._silence, protocol.unheard_pause(self._unheard_rounds))
            self._again_at = time.monotonic() + pause * random.uniform(0.7, 1.3)

    def _on_message(self, mqtt: Client, _: object, message: MQTTMessage) -> None:
        if mqtt is not self._mqtt:
            return
        if message.topic == self.topics.ack:
            watermark = protocol.read_ack(bytes(message.payload))
            if watermark is not None and self.buffer.ack(watermark.boot, watermark.seq):
                self._moved_at, self._patience = time.monotonic(), self._silence
                self._unheard_rounds = 0
        elif message.topic == self.topics.cmd:
            self._obey(message)
        elif message.topic == self.topics.twin_desired and self._settings is not None:
            self._report(self._settings.take(bytes(message.payload), self._boot))

    def _report(self, payload: bytes | None) -> None:
        if payload is not None:
            self._control.append((self.topics.twin_reported, payload, False, None))

    def _obey(self, message: MQTTMessage) -> None:
        command = protocol.read_command(bytes(message.payload))
        if command is None:
            return
        reply = self._duties.obey(command, boot=self._boot, firmware=self.firmware)
        self.counts.commands = self._duties.done
        if reply is None:
            return
        properties = None
        correlation = getattr(message.properties, "CorrelationData", None)
        if correlation is not None:
            properties = properties_of(PacketTypes.PUBLISH)
            properties.CorrelationData = correlation
        self._control.append((self.topics.cmd_ack, protocol.answer(reply), False, properties))

    def _follow(self, now: float) -> None:
        """Report how an update gets on, and answer for it at its end."""
        for note in self._duties.notes():
            self.report(time.time_ns() // 1_000_000, "firmware_update", note)
        reply = self._duties.late_answer(now)
        if reply is not None:
            self.counts.commands = self._duties.done
            self._control.append((self.topics.cmd_ack, protocol.answer(reply), False, None))

    def _may_send(self, now: float) -> bool:
        """Start over, or send again, when it is time; tell whether anything may be sent now."""
        if self._again_at is not None:
            if now < self._again_at:
                return False
            self._start_over()
        if not self.buffer.unacked:
            self._moved_at = now
        elif now - self._moved_at > self._patience:
            self._moved_at, self._patience = now, min(LONGEST_SILENCE_SECONDS, 2.0 * self._patience)
            self._resending = self.buffer.resend(self._max_bytes)
        return True

    def _send(self, now: float) -> None:
        if not self._may_send(now):
            return
        while self._state is _State.ONLINE and len(self._in_flight) < self._in_flight_limit:
            if self._control:
                topic, payload, retain, properties = self._control.popleft()
                self._publish(topic, payload, None, retain=retain, properties=properties)
            elif self._events:
                event = self._events.popleft()
                self._publish(self.topics.event, event, event)
            elif (batch := next(self._resending, None)) is not None:
                if self.buffer.holds(batch.last):
                    self.counts.resent += batch.count
                    self._publish(self.topics.telemetry, batch.payload, batch)
            elif (batch := self.buffer.take(self._max_bytes)) is not None:
                self.counts.published += batch.count
                self._publish(self.topics.telemetry, batch.payload, batch)
            else:
                return

    def _publish(
        self,
        topic: str,
        payload: bytes,
        kept: Batch | bytes | None,
        *,
        retain: bool = False,
        properties: Properties | None = None,
    ) -> None:
        if self._mqtt is None:
            return
        info = self._mqtt.publish(topic, payload, qos=1, retain=retain, properties=properties)
        if self._state is _State.ONLINE:
            self._in_flight[info.mid] = kept
        elif isinstance(kept, bytes):
            self._events.appendleft(kept)
