"""Limits that people set: a value or its rate of change beyond a limit for a while, and back for a while.

As alerting rules have it: `for` keeps a short excursion from raising an alarm, `clear` and a limit of its own keep an
alarm from flapping (hysteresis, Schmitt 1938). All rules are judged at once; one rule is one place of the arrays.
"""

from dataclasses import dataclass, fields
from enum import StrEnum

import numpy as np

from iot_gateway.detect.arrays import Flags, Floats, Ints
from iot_gateway.detect.window import FailureWindow, failure_window

NEVER = np.iinfo(np.int64).max


class ThresholdKind(StrEnum):
    """What is held against the limit: the value, its change in an hour, or when the line through it gets there."""

    ABOVE = "above"
    BELOW = "below"
    RATE_UP = "rate_up"
    RATE_DOWN = "rate_down"
    FORECAST = "forecast"


RATES = frozenset({ThresholdKind.RATE_UP, ThresholdKind.RATE_DOWN})
UPWARD = frozenset({ThresholdKind.ABOVE, ThresholdKind.RATE_UP})
"""The others alarm below: the value, the change, the hours left."""


@dataclass(frozen=True)
class Rules:
    """Rules (n,): `limit` is broken upwards (`direction` 1) or downwards (-1); durations are milliseconds."""

    direction: Ints
    limit: Floats
    clear_limit: Floats
    """Back is what is not beyond this one."""
    for_ms: Ints
    clear_ms: Ints
    per_ms: Ints
    """0: the value itself; otherwise its change in this time."""
    gap_ms: Ints
    """After a longer silence nothing is known: what had lasted so far begins anew."""

    def first(self, count: int) -> "Rules":
        """Return the first of the rules."""
        return Rules(*(getattr(self, column.name)[:count] for column in fields(self)))


@dataclass(frozen=True)
class States:
    """Where rules (n,) stand: the last sample, since when beyond and since when back (`NEVER`: not), and the alarm."""

    ts: Ints
    value: Floats
    beyond_since: Ints
    back_since: Ints
    alarm: Flags

    @classmethod
    def none(cls, rules: int) -> "States":
        """Return states before the first sample."""
        never = np.full(rules, NEVER)
        return cls(
            np.zeros(rules, dtype=np.int64), np.full(rules, np.nan), never, never, np.zeros(rules, dtype=np.bool_)
        )

    def first(self, count: int) -> "States":
        """Return where the first of the rules stand."""
        return States(*(getattr(self, column.name)[:count] for column in fields(self)))

    def put(self, now: "States") -> None:
        """Write where the first of the rules stand now."""
        for column in fields(self):
            getattr(self, column.name)[: len(now.ts)] = getattr(now, column.name)


def step(rules: Rules, states: States, ts: Ints, values: Floats) -> States:
    """Take in a sample for each rule: instants (n,) in epoch milliseconds, values (n,).

    NaN is no sample, nor is one that is not later than the last.
    """
    taken = ~np.isnan(values) & ((ts > states.ts) | np.isnan(states.value))
    passed = np.where(taken, ts - states.ts, 1)
    by_rate = rules.per_ms > 0
    change = (values - states.value) * rules.per_ms / np.where(by_rate, passed, 1)
    judged = np.where(by_rate, change, values)
    lost = passed > rules.gap_ms
    judged = np.where(by_rate & lost, np.nan, judged)
    with np.errstate(invalid="ignore"):
        beyond = rules.direction * (judged - rules.limit) > 0
        back = rules.direction * (judged - rules.clear_limit) <= 0
    beyond_since = _since(states.beyond_since, beyond, lost, ts)
    back_since = _since(states.back_since, back, lost, ts)
    raised = beyond & (ts - np.minimum(beyond_since, ts) >= rules.for_ms)
    cleared = back & (ts - np.minimum(back_since, ts) >= rules.clear_ms)
    return States(
        np.where(taken, ts, states.ts),
        np.where(taken, values, states.value),
        np.where(taken, beyond_since, states.beyond_since),
        np.where(taken, back_since, states.back_since),
        np.where(taken, (states.alarm | raised) & ~cleared, states.alarm),
    )


def _since(since: Ints, holds: Flags, lost: Flags, ts: Ints) -> Ints:
    return np.where(holds, np.where(lost | (since == NEVER), ts, since), NEVER)


def until_limit(hours: Floats, means: Floats, *, limit: float, direction: int) -> FailureWindow | None:
    """Return when hourly means (n,), on the line through them, break a limit; None while they do not move there."""
    return failure_window(hours, direction * means, fails_at=direction * limit, cold=False)
