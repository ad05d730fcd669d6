"""Many devices installed on one day end their cold start a few at a time."""

import numpy as np

from iot_gateway.detect import catalogue, engine
from iot_gateway.detect.bank import Bank
from iot_gateway.detect.hours import Closed
from iot_gateway.detect.learning import Allowance
from iot_gateway.detect.quality import Runs


def an_hour(bank: Bank, hour: int, rng: np.random.Generator) -> Closed:
    shape = (len(bank.numbers), len(bank.metrics))
    none = np.zeros(shape, dtype=np.int64)
    runs = Runs(np.full(shape, np.nan), none, none, none)
    counts = np.full(shape, 60)
    return Closed(
        np.arange(shape[0]), np.full(shape[0], hour), 50 + rng.normal(size=shape), counts, np.ones(shape), runs
    )


def test_a_step_ends_so_many_cold_starts_and_the_others_learn_an_hour_more() -> None:
    known = catalogue.model("pump")
    bank, rng = Bank(known, tuple(known.metrics)), np.random.default_rng(1)
    for number in range(5):
        bank.add(number, hour=0)
    free, ended = np.zeros(5, dtype=np.bool_), []

    for hour in range(14 * 24 + 3):
        closed, fits = an_hour(bank, hour, rng), Allowance(2)
        judged = engine.advance(bank, closed, weeks=closed.hours % 168, masked=free, muted=free, fits=fits)
        ended += [(hour, place) for place in judged.fitted]

    last = 14 * 24 - 1
    assert ended == [(last, 0), (last, 1), (last + 1, 2), (last + 1, 3), (last + 2, 4)]
    assert bank.book.fitted(np.arange(5)).all()
    assert all(not bank.memory(row).notes.learned_hours for row in range(5))
