"""A database host that is gone, or answers nothing, holds up nobody for ever, and loses nothing."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest

from iot_gateway import store
from iot_gateway.fast_mqtt import Message
from iot_gateway.ingest import Writer
from iot_gateway.pulse import Pulse
from kernel.settings import get_settings
from tests.integration.iot_gateway.world import now_ms, record, stored, wait_until


class OneBatch:
    """A link that brings one batch and keeps what is acknowledged."""

    def __init__(self, messages: list[Message]) -> None:
        self._messages = messages
        self.acked: list[int] = []
        self.connected = threading.Event()

    def take(self, *, wait_seconds: float, **_limits: object) -> list[Message]:
        taken, self._messages = self._messages, []
        if not taken:
            time.sleep(wait_seconds)
        return taken

    def backlog(self) -> int:
        return len(self._messages)

    def ack(self, messages: list[Message]) -> None:
        self.acked += [message.mid for message in messages]


@pytest.fixture
def black_hole(partitions: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[socket.socket]]:
    """The ingest login's database is a listener that takes connections and says nothing; the list fills with them."""
    listener = socket.create_server(("127.0.0.1", 0))
    taken: list[socket.socket] = []

    def accept() -> None:
        while True:
            try:
                taken.append(listener.accept()[0])
            except OSError:
                return

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    url = f"postgresql://nobody@127.0.0.1:{listener.getsockname()[1]}/nothing?sslmode=disable"
    monkeypatch.setenv("FIELDHAND_INGEST_DATABASE_URL", url)
    get_settings.cache_clear()
    yield taken
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(10)
    for one in taken:
        one.close()
    monkeypatch.undo()
    get_settings.cache_clear()


def test_a_database_that_says_nothing_is_given_up(black_hole) -> None:
    with pytest.raises(psycopg.OperationalError):
        store.connect()

    assert black_hole


def test_what_waited_for_a_silent_database_is_stored_by_the_next(make_device, black_hole, monkeypatch) -> None:
    device = make_device()
    at, start = datetime.now(UTC), now_ms() - 60_000
    messages = [
        Message(1, n, 1, device.topic("telemetry"), json.dumps(record(start + n, n)).encode(), False, at)
        for n in range(1, 11)
    ]
    link, stop = OneBatch(messages), threading.Event()
    writer = threading.Thread(target=Writer(link, stop, Pulse()).run)  # type: ignore[arg-type]

    writer.start()
    try:
        wait_until(lambda: len(black_hole) >= 2)
        assert link.acked == []
        monkeypatch.undo()
        get_settings.cache_clear()
        wait_until(lambda: len(link.acked) == 10)
    finally:
        stop.set()
        writer.join(60)

    assert link.acked == list(range(1, 11))
    assert stored(device) == 10


def test_the_system_is_told_when_to_take_a_silent_host_for_gone(partitions) -> None:
    connection = store.connect()

    with connection, socket.fromfd(connection.fileno(), socket.AF_INET, socket.SOCK_STREAM) as wire:
        assert wire.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 5
        assert wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 15_000
