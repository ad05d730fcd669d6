"""Records without a time of their own are stored once, also when the broker delivers them again."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from iot_gateway.fast_mqtt import Message
from iot_gateway.ingest import Writer
from iot_gateway.pulse import Pulse
from tests.integration.iot_gateway.world import stored, wait_until

BODY = b'{"flow_m3h":21.5}'


class HandFedLink:
    """A link that brings the batches it was given and keeps what is acknowledged."""

    def __init__(self, stop: threading.Event, batches: Sequence[Sequence[Message]]) -> None:
        self.connected = threading.Event()
        self._stop, self._batches = stop, list(batches)
        self.acked: list[Message] = []

    def take(self, **_limits: object) -> list[Message]:
        if not self._batches:
            self._stop.set()
            return []
        return list(self._batches.pop(0))

    def ack(self, messages: Sequence[Message]) -> None:
        self.acked += messages

    def backlog(self) -> int:
        return len(self._batches)


@pytest.fixture
def deliver(make_device):
    device = make_device()
    at = datetime.now(UTC) - timedelta(minutes=1)
    count = 0

    def message(mid: int, *, dup: bool = False, epoch: int = 1, body: bytes = BODY) -> Message:
        nonlocal count
        count += 1
        return Message(epoch, mid, 1, device.topic("telemetry"), body, dup, at + timedelta(milliseconds=count))

    def run(*batches: list[Message]) -> int:
        stop = threading.Event()
        link = HandFedLink(stop, batches)
        Writer(link, stop, Pulse()).run()
        assert len(link.acked) == sum(map(len, batches))
        return stored(device)

    run.message = message
    return run


def test_a_redelivery_to_a_new_process_is_recognised(deliver) -> None:
    assert deliver([deliver.message(5), deliver.message(6)]) == 2

    again = [deliver.message(5, dup=True, epoch=2), deliver.message(6, dup=True, epoch=2)]

    assert deliver(again) == 2


def test_the_same_value_measured_again_is_another_record(deliver) -> None:
    assert deliver([deliver.message(5)], [deliver.message(6)], [deliver.message(5)]) == 3


def test_a_repetition_that_nobody_stored_before_is_stored(deliver) -> None:
    assert deliver([deliver.message(5)], [deliver.message(7, dup=True, epoch=2)]) == 2


def test_original_and_repetition_in_one_batch_are_one_record(deliver) -> None:
    assert deliver([deliver.message(5), deliver.message(5, dup=True, epoch=2)]) == 1


def test_a_repetition_of_an_array_and_other_records_of_the_batch_stay(deliver) -> None:
    array = b'[{"a":1},{"a":2},{"ts":%d,"values":{"a":3}}]' % int(datetime.now(UTC).timestamp() * 1000)

    first = deliver([deliver.message(5, body=array)])
    second = deliver([deliver.message(5, body=array, dup=True), deliver.message(6)])

    assert (first, second) == (3, 4)


def test_killing_the_gateway_does_not_double_bare_records(make_device, gateway) -> None:
    device = make_device()
    device.connect()
    total, sent = 1500, 0

    for _ in range(5):
        for _ in range(total // 5):
            sent += 1
            device.client.publish(device.topic("telemetry"), b'{"flow_m3h":%d}' % sent, qos=1)
        gateway.kill()
        gateway.start()

    wait_until(lambda: stored(device) >= total, seconds=40)
    device.send({"flow_m3h": 0})
    wait_until(lambda: stored(device) > total)
    assert stored(device) == total + 1
