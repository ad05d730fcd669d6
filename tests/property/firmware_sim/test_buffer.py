"""Laws of the ring buffer."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from firmware_sim.buffer import Batch, RingBuffer

LIMIT, WINDOW = 30, 10


def records(batch: Batch) -> list[dict[str, Any]]:
    body = json.loads(batch.payload)
    return body if isinstance(body, list) else [body]


class Buffering(RuleBasedStateMachine):
    """A device that measures, sends, loses connections and restarts, against a platform that commits."""

    def __init__(self) -> None:
        super().__init__()
        self.buffer = RingBuffer(LIMIT, WINDOW)
        self.boot = 1
        self.clock = 0
        self.measured: list[int] = []
        self.numbered: dict[tuple[int, int], int] = {}
        self.committed: set[int] = set()
        self.watermark: dict[int, int] = {}

    @rule()
    def measure(self) -> None:
        self.clock += 1
        self.measured.append(self.clock)
        self.buffer.append(self.clock, self.boot, {"value": float(self.clock)})

    @rule()
    def restart(self) -> None:
        self.boot += 1

    @rule(size=st.integers(60, 400))
    def send(self, size: int) -> None:
        batch = self.buffer.take(size)
        if batch is None:
            assert self.buffer.waiting == 0 or self.buffer.unacked == WINDOW
            return
        for record in records(batch):
            key = (record["boot"], record["seq"])
            assert key not in self.numbered
            assert record["seq"] == 1 + max((s for b, s in self.numbered if b == key[0]), default=0)
            self.numbered[key] = record["ts"]
        assert len(batch.payload) <= size or batch.count == 1

    @rule(size=st.integers(60, 400))
    def send_again(self, size: int) -> None:
        again = [record for batch in self.buffer.resend(size) for record in records(batch)]

        assert len(again) == self.buffer.unacked
        for record in again:
            assert self.numbered[record["boot"], record["seq"]] == record["ts"]

    @rule(data=st.data())
    def commit(self, data: st.DataObject) -> None:
        boot = data.draw(st.integers(1, self.boot))
        sent = [seq for found, seq in self.numbered if found == boot]
        seq = data.draw(st.integers(-1, 3 + max(sent, default=0)))
        released = self.buffer.ack(boot, seq)
        before = self.watermark.get(boot, 0)
        if seq in sent and seq > before:
            assert released == seq - before
            self.watermark[boot] = seq
            self.committed |= {self.numbered[boot, n] for n in range(before + 1, seq + 1)}
        else:
            assert released == 0

    @invariant()
    def nothing_is_lost_but_what_the_limit_drops(self) -> None:
        held = len(self.buffer)
        assert held <= LIMIT
        assert held + len(self.committed) + self.buffer.dropped == len(self.measured)
        assert self.buffer.unacked <= WINDOW
        assert self.buffer.acked == len(self.committed)

    @invariant()
    def what_was_sent_is_held_until_it_is_committed(self) -> None:
        again = [record["ts"] for batch in self.buffer.resend() for record in records(batch)]
        assert sorted(again) == sorted(set(self.numbered.values()) - self.committed)


TestBuffering = Buffering.TestCase


@given(st.integers(0, LIMIT))
def test_nothing_is_dropped_below_the_limit(count: int) -> None:
    buffer = RingBuffer(LIMIT, WINDOW)

    for ts in range(count):
        buffer.append(ts, 1, {"value": 0.0})

    assert (len(buffer), buffer.dropped) == (count, 0)


@given(st.lists(st.integers(-5, 60), max_size=30))
def test_the_watermark_never_moves_back(acks: list[int]) -> None:
    buffer = RingBuffer(100, 50)
    for ts in range(50):
        buffer.append(ts, 4, {"value": 0.0})
    while buffer.take():
        pass

    left = [50]
    for seq in acks:
        buffer.ack(4, seq)
        left.append(buffer.unacked)

    assert left == sorted(left, reverse=True)
    assert buffer.unacked == 50 - max((seq for seq in acks if 0 < seq <= 50), default=0)
