"""Fast chart for devices that report about once a second: a moving mean per metric, judged together.

EWMA chart (Roberts 1959) with limits from the moving mean's own spread while learning, which takes the dependence of
neighbouring samples into account; the score is the root mean square over the metrics, which several metrics slightly
off reach as well as one that is far off. Metrics are the last axis of all arrays, (metrics,) for one device or
(devices, metrics) for a fleet. The figures were chosen once, see `benchmarks/labelled`.
"""

from dataclasses import dataclass

import numpy as np

from iot_gateway.detect.arrays import Flags, Floats

SMOOTHING = 0.1
LIMIT = 3.0
"""In spreads of the moving mean."""
SETTLING = 10
"""First samples whose moving mean is not settled and tells nothing about its spread."""
LINGER = 5
"""An alarm ends when more samples than this in a row are below the limit."""


@dataclass
class Chart:
    """Moving means and, while learning, their count, mean and sum of squared deviations; (..., metrics) unless said."""

    level: Floats
    count: Floats
    mean: Floats
    squares: Floats
    quiet: Floats
    """Samples since the last above the limit, (...)."""

    @classmethod
    def blank(cls, *shape: int) -> "Chart":
        """Return a chart before the first sample."""
        return cls(np.zeros(shape), np.zeros(shape), np.zeros(shape), np.zeros(shape), np.full(shape[:-1], np.inf))

    def spread(self) -> Floats:
        """Return the standard deviation of the moving mean while learning; 0 where a metric stood still."""
        return np.sqrt(self.squares / np.maximum(self.count - SETTLING, 1.0))


def learn(chart: Chart, values: Floats) -> None:
    """Take in one sample (..., metrics) of a healthy machine; NaN is no sample."""
    known = ~np.isnan(values)
    gain = np.maximum(SMOOTHING, 1.0 / (chart.count + 1.0))
    chart.level = np.where(known, chart.level + gain * (values - chart.level), chart.level)
    chart.count = chart.count + known
    settled = known & (chart.count > SETTLING)
    step = np.where(settled, chart.level - chart.mean, 0.0)
    chart.mean = chart.mean + step / np.maximum(chart.count - SETTLING, 1.0)
    chart.squares = chart.squares + step * np.where(settled, chart.level - chart.mean, 0.0)


def follow(chart: Chart, values: Floats) -> Floats:
    """Take in one sample (..., metrics); return how far each moving mean is off, in spreads and with its sign.

    NaN is no sample and moves nothing. A metric that stood still while learning cannot be judged and is 0.
    """
    chart.level = np.where(np.isnan(values), chart.level, chart.level + SMOOTHING * (values - chart.level))
    spread = chart.spread()
    return np.where(spread > 0, (chart.level - chart.mean) / np.where(spread > 0, spread, 1.0), 0.0)


def strength(chart: Chart, deviation: Floats) -> Floats:
    """Return the score (...) of deviations (..., metrics): their root mean square over the metrics that can move."""
    movable = np.maximum((chart.squares > 0).sum(axis=-1), 1)
    return np.asarray(np.sqrt((deviation**2).sum(axis=-1) / movable))


def alarmed(chart: Chart, score: Floats) -> Flags:
    """Take in the score of each sample (...); tell where there is an alarm."""
    chart.quiet = np.where(score > LIMIT, 0.0, chart.quiet + 1.0)
    return np.asarray(chart.quiet <= LINGER)


def shares(deviation: Floats) -> Floats:
    """Return the part of each metric (..., metrics) in the squared score; 0 without deviation."""
    squared = deviation**2
    total = squared.sum(axis=-1, keepdims=True)
    return np.asarray(squared / np.where(total > 0, total, 1.0))
