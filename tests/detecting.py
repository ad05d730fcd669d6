"""A bank of detectors in a test: samples in, judged hours out, without a database."""

from collections.abc import Iterator

import numpy as np

from iot_gateway.detect import catalogue, engine, memory
from iot_gateway.detect.bank import Bank
from iot_gateway.detect.engine import Judged


def a_bank(model: str, *, devices: int = 1, hour: int = 0) -> Bank:
    """Return a bank with devices numbered from 0 that were never heard of before."""
    known = catalogue.model(model)
    bank = Bank(known, tuple(known.metrics))
    for number in range(devices):
        bank.add(number, hour=hour)
    return bank


def score(bank: Bank, rows, ts, values) -> Iterator[Judged]:
    """Take in samples (n,), (n,), (n, metrics) and judge what closes, by the clock of Greenwich."""
    for turn in bank.take(np.asarray(rows), np.asarray(ts), np.asarray(values)).rounds():
        free = np.zeros(len(turn), dtype=np.bool_)
        yield engine.advance(bank, turn, weeks=turn.hours % 168, masked=free, muted=free)


def reloaded(bank: Bank) -> Bank:
    """Return a bank of the same devices from their checkpoints; what is normal is kept apart from them."""
    fresh = Bank(bank.known, bank.metrics)
    for row, number in enumerate(bank.numbers):
        body = memory.load(bank.dump(row))
        assert body is not None
        again = fresh.restore(number, body)
        fresh.book.table[again] = bank.book.table[row]
    return fresh
