"""Acknowledgements are said in turns, each at most once a second, and what cannot be found again is kept before."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any
from uuid import UUID

from iot_gateway.batch import DeviceEntry, Refused
from iot_gateway.marks import INTERVAL, SWEEP_INTERVAL, SWEPT_LEAST, Marks

TS = 1_700_000_000_000


class EmptyDatabase:
    """A database without marks and telemetry; it keeps the marks that are written, and whether for good."""

    def __init__(self) -> None:
        self.kept: dict[int, int] = {}
        self.lasting: set[int] = set()
        self._careless = False

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self._careless = False
        yield

    def execute(self, query: str, values: Any = None) -> "EmptyDatabase":
        if "synchronous_commit" in query:
            self._careless = True
        elif query.startswith("INSERT INTO telemetry_mark"):
            self.kept |= dict(zip(values[0], values[3], strict=True))
            self.lasting |= set() if self._careless else set(values[0])
        return self

    def fetchall(self) -> list[tuple[Any, ...]]:
        return []

    def commit(self) -> None:
        pass


def record(number: int, seq: int, ts: int = TS) -> Refused:
    """A record as the marks see it: who, boot, number, instant."""
    return Refused(DeviceEntry(number, UUID(int=number), UUID(int=1), "t", f"d{number}", False, 1, 1), 1, seq, ts)


def said(marks: Marks, database: EmptyDatabase, now: float) -> list[str]:
    return [topic.split("/")[3] for topic, _ in marks.due(database, now=now)]  # type: ignore[arg-type]


def test_many_devices_are_told_in_turns_and_each_once() -> None:
    marks, database = Marks(), EmptyDatabase()
    numbers = range(10 * SWEPT_LEAST)
    marks.note(database, [record(number, 1) for number in numbers], now=0.0)  # type: ignore[arg-type]

    turns = [said(marks, database, n * SWEEP_INTERVAL * 1.01) for n in range(100)]

    assert max(map(len, turns)) <= len(numbers) // 8
    assert sorted(name for turn in turns for name in turn) == sorted(f"d{number}" for number in numbers)
    assert database.kept == dict.fromkeys(numbers, 1)


def test_a_device_is_told_once_a_second_at_most() -> None:
    marks, database, heard, now, seq = Marks(), EmptyDatabase(), [], 0.0, 0
    while now < 10 * INTERVAL:
        seq += 1
        marks.note(database, [record(1, seq)], now=now)  # type: ignore[arg-type]
        heard += [now for _ in said(marks, database, now)]
        now += SWEEP_INTERVAL * 1.01

    assert 8 <= len(heard) <= 10
    assert min(b - a for a, b in pairwise(heard)) >= INTERVAL


def test_what_is_dealt_with_and_not_stored_is_on_disk_before_it_is_said() -> None:
    marks, database = Marks(), EmptyDatabase()
    marks.note(database, [record(1, 1), record(2, 1)], now=0.0)  # type: ignore[arg-type]
    marks.refuse(database, [record(2, 2, 0)], now=0.0)  # type: ignore[arg-type]

    assert marks.due(database, now=1.0) == [  # type: ignore[arg-type]
        ("fieldhand/v1/t/d1/ack", b'{"boot":1,"seq":1}'),
        ("fieldhand/v1/t/d2/ack", b'{"boot":1,"seq":2}'),
    ]
    assert database.kept == {1: 1, 2: 2}
    assert 2 in database.lasting
