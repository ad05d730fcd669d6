"""Novelty of single series: what has not been seen before, in four views of the same samples.

The views are the value, its short mean, the spread around it (as a logarithm) and how far it is from what is usual at
this hour of the day. Each has a running range, which slowly forgets; the score is how far the view that is furthest
out lies outside its range, as a part of that range's width. A range takes an excursion in as it reports it, and what
is weaker than the last report is held back for a while, so an excursion that continues is one alarm and not many.
The day counts only where it has explained most of the variance so far.

All arrays end in (series,). Running ranges of a value are control charts for extremes; exponential smoothing is
Roberts 1959. The figures were chosen once, see `benchmarks/labelled`.
"""

from dataclasses import dataclass

import numpy as np

from iot_gateway.detect.arrays import HOURS_PER_DAY, Flags, Floats, Ints

VALUE, MEAN, SPREAD, DAY = range(4)
VIEWS = ("value", "short mean", "spread", "difference from this hour's usual")

LIMIT = 0.05
"""Part of a range's width beyond it."""
FORGET = 0.9999
"""What is left of a range's width after one sample."""
SHORT = 1 / 20
"""Gain of the short mean and of the spread around it."""
SETTLING = 60
"""Samples until the short mean and the spread have a range."""
LEAST_SPREAD = 0.05
"""Spreads below this part of the standard deviation while learning are alike."""
HOUR_GAIN, HOUR_SMOOTHING, HOUR_SEEN = 0.2, 1 / 5, 2
"""How fast the usual hour follows, gain of the residual's mean, days until an hour is known."""
VARIANCE_GAIN, LEVEL_GAIN, EXPLAINED = 0.001, 0.002, 0.5
"""Memory of the variances with and without the day, and the part that it has to explain."""
HOLD = 0.25
"""A report is held against weaker ones for this part of the samples learned from."""


@dataclass
class Novelty:
    """What is known of each series; (series,) unless said."""

    learned: Floats
    """Samples learned from, their mean and sum of squared deviations."""
    mean: Floats
    squares: Floats
    level: Floats
    """Short mean, and the variance around it."""
    variance: Floats
    low: Floats
    """Ranges, (views, series)."""
    high: Floats
    usual: Floats
    """What is usual at each hour, and over how many days that is known, (hours, series)."""
    days: Floats
    hour: Ints
    """The hour under way in hours since 1970, the sum and count of its samples."""
    hour_sum: Floats
    hour_count: Floats
    residual: Floats
    """Smoothed difference from the usual hour, and of how many samples."""
    residual_count: Floats
    seen: Floats
    """Samples, their slow mean, the variance around it and the one that the day leaves."""
    slow_mean: Floats
    whole: Floats
    left: Floats
    reported: Floats
    """The last report, and samples since."""
    since: Floats

    @classmethod
    def blank(cls, series: int) -> "Novelty":
        """Return the state before the first sample."""

        def zeros() -> Floats:
            return np.zeros(series)

        views, hours = (len(VIEWS), series), (HOURS_PER_DAY, series)
        return cls(
            learned=zeros(),
            mean=zeros(),
            squares=zeros(),
            level=zeros(),
            variance=zeros(),
            low=np.full(views, np.inf),
            high=np.full(views, -np.inf),
            usual=np.zeros(hours),
            days=np.zeros(hours),
            hour=np.zeros(series, dtype=np.int64),
            hour_sum=zeros(),
            hour_count=zeros(),
            residual=zeros(),
            residual_count=zeros(),
            seen=zeros(),
            slow_mean=zeros(),
            whole=zeros(),
            left=zeros(),
            reported=zeros(),
            since=zeros(),
        )


def learn(state: Novelty, hours: Ints, values: Floats) -> None:
    """Take in one sample (series,) that is taken to be usual, at an hour since 1970 (series,); NaN is no sample."""
    known = ~np.isnan(values)
    state.learned = state.learned + known
    step = np.where(known, values - state.mean, 0.0)
    state.mean = state.mean + step / np.maximum(state.learned, 1.0)
    state.squares = state.squares + step * np.where(known, values - state.mean, 0.0)
    views = look(state, hours, values)
    state.low, state.high = np.fmin(state.low, views), np.fmax(state.high, views)


@dataclass(frozen=True)
class Finding:
    """Scores (series,), the view that led (series,), the views and the ranges before (views, series)."""

    score: Floats
    view: Ints
    views: Floats
    low: Floats
    high: Floats


def follow(state: Novelty, hours: Ints, values: Floats) -> Finding:
    """Take in one sample (series,) at an hour since 1970 (series,); NaN is no sample and scores 0."""
    views = look(state, hours, values)
    ranged = (state.high >= state.low) & ~np.isnan(views)
    seen, low, high = (np.where(ranged, figures, 0.0) for figures in (views, state.low, state.high))
    beyond, width = np.maximum(np.maximum(seen - high, low - seen), 0.0), high - low
    parts = np.where(width > 0, beyond / np.where(width > 0, width, 1.0), np.where(beyond > 0, 1.0, 0.0))
    parts[DAY] = np.where(_day_counts(state, hours), parts[DAY], 0.0)
    middle, half = (high + low) / 2, width / 2 * FORGET
    state.low = np.fmin(views, np.where(ranged, middle - half, state.low))
    state.high = np.fmax(views, np.where(ranged, middle + half, state.high))
    return Finding(_held(state, parts.max(axis=0)), parts.argmax(axis=0), views, low, high)


def look(state: Novelty, hours: Ints, values: Floats) -> Floats:
    """Take in one sample and return its views (views, series), NaN where there is none yet."""
    known = ~np.isnan(values)
    first = known & (state.seen == 0)
    state.seen = state.seen + known
    state.level = np.where(first, values, np.where(known, state.level + SHORT * (values - state.level), state.level))
    off = np.where(known, values - state.level, 0.0)
    state.variance = np.where(known, state.variance + SHORT * (off**2 - state.variance), state.variance)
    floor = LEAST_SPREAD**2 * state.squares / np.maximum(state.learned, 1.0)
    settled = known & (state.seen > SETTLING)
    spread = state.variance + floor
    logarithm = 0.5 * np.log(np.where(spread > 0, spread, 1.0))
    return np.stack(
        [
            values,
            np.where(settled, state.level, np.nan),
            np.where(settled & (spread > 0), logarithm, np.nan),
            _day(state, hours, values, known),
        ]
    )


def _day(state: Novelty, hours: Ints, values: Floats, known: Flags) -> Floats:
    """Follow the usual hours; return the smoothed difference from them, NaN where it is not known yet."""
    series = np.arange(len(values))
    ended = known & (hours != state.hour) & (state.hour_count > 0)
    if ended.any():
        _close_hour(state, np.flatnonzero(ended))
    state.hour = np.where(known, hours, state.hour)
    state.hour_sum = state.hour_sum + np.where(known, values, 0.0)
    state.hour_count = state.hour_count + known
    slot = hours % HOURS_PER_DAY
    judged = known & (state.days[slot, series] > 0)
    residual = np.where(judged, values - state.usual[slot, series], 0.0)
    state.residual = np.where(judged, state.residual + HOUR_SMOOTHING * (residual - state.residual), state.residual)
    state.residual_count = state.residual_count + judged
    gain = np.maximum(LEVEL_GAIN, 1.0 / np.maximum(state.seen, 1.0))
    state.slow_mean = np.where(known, state.slow_mean + gain * (values - state.slow_mean), state.slow_mean)
    memory = np.maximum(VARIANCE_GAIN, 1.0 / np.maximum(state.residual_count, 1.0))
    around = np.where(judged, values - state.slow_mean, 0.0)
    state.whole = np.where(judged, state.whole + memory * (around**2 - state.whole), state.whole)
    state.left = np.where(judged, state.left + memory * (residual**2 - state.left), state.left)
    return np.where(judged & (state.residual_count * HOUR_SMOOTHING >= 1.0), state.residual, np.nan)


def _close_hour(state: Novelty, series: Ints) -> None:
    slot = state.hour[series] % HOURS_PER_DAY
    mean = state.hour_sum[series] / state.hour_count[series]
    state.days[slot, series] += 1
    gain = np.maximum(HOUR_GAIN, 1.0 / state.days[slot, series])
    state.usual[slot, series] += gain * (mean - state.usual[slot, series])
    state.hour_sum[series] = state.hour_count[series] = 0.0


def _day_counts(state: Novelty, hours: Ints) -> Flags:
    known = state.days[hours % HOURS_PER_DAY, np.arange(len(hours))] >= HOUR_SEEN
    return np.asarray(known & (state.left < (1.0 - EXPLAINED) * state.whole))


def _held(state: Novelty, score: Floats) -> Floats:
    """Return the scores that are reported: what is weaker than the last report is held back for a while."""
    reported = (score > state.reported) | (state.since >= HOLD * state.learned)
    state.reported = np.where(reported, score, state.reported)
    state.since = np.where(reported, 0.0, state.since + 1.0)
    return np.where(reported, score, 0.0)
