"""What is told of a broker's figures, and how they are read."""

import pytest

from iot_gateway.broker_health import BrokerWarning, Reading, warnings_of
from iot_gateway.broker_watch import BrokerFigures, read_count

CALM = Reading(queued=500, abandoned=5, dropped=7)


def told(now: Reading, before: Reading = CALM, *, quiet: float | None = 3.0, lag: float | None = 0.0) -> list[str]:
    return [str(one) for one in warnings_of(now, before=before, hour_ago=before, quiet_seconds=quiet, scorer_lag=lag)]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (CALM, []),
        (Reading(queued=900, abandoned=9, dropped=7), []),
        (Reading(queued=1000, abandoned=5, dropped=7), ["queue_grows"]),
        (Reading(queued=0, abandoned=40, dropped=7), ["sessions_grow"]),
        (Reading(queued=0, abandoned=0, dropped=8), ["drops"]),
        (Reading(queued=0, abandoned=0, dropped=0), []),
        (Reading(queued=0, abandoned=0, dropped=3), ["drops"]),
        (Reading(), []),
    ],
)
def test_what_grows_is_told(now: Reading, expected: list[str]) -> None:
    assert told(now) == expected


def test_a_high_figure_that_stays_is_no_growth() -> None:
    high = Reading(queued=50_000, abandoned=300, dropped=9)

    assert told(high, high) == []
    assert told(high, Reading()) == []


def test_silence_and_a_slow_scorer_are_told() -> None:
    assert told(CALM, quiet=None) == ["quiet"]
    assert told(CALM, quiet=61.0, lag=61.0) == [BrokerWarning.QUIET, BrokerWarning.SCORER_LAGS]
    assert told(CALM, lag=None) == []


def test_figures_are_read_as_mosquitto_writes_them() -> None:
    assert [read_count(text) for text in (b"22 seconds", b"0", b"", b"x", b"-1", b"1.5")] == [
        22,
        0,
        None,
        None,
        None,
        None,
    ]
    assert BrokerFigures(None, None, {"held": 554, "retained": 54}).messages_queued == 500
    assert BrokerFigures(None, None, {"held": 3, "retained": 9}).messages_queued == 0
    assert BrokerFigures(None, None, {"held": 3}).messages_queued is None
