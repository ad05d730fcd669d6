"""Fast chart for devices that report about once a second: a moving mean per metric, judged together.

EWMA chart (Roberts 1959) with limits from the moving mean's own spread while learning, which takes the dependence of
neighbouring samples into account; the score is the mean of the strongest metrics: one noisy sensor alone counts less.
All arrays end in the metrics; what is before is free: (metrics,) for one device, (devices, metrics) for a fleet.
"""

from dataclasses import dataclass

import numpy as np

from iot_gateway.detect.arrays import Floats

SMOOTHING = 0.1
STRONGEST = 3
LIMIT = 4.0
"""In spreads; the three figures are those of `benchmarks/labelled`, chosen once."""


@dataclass
class Chart:
    """Moving mean, and its count, mean and sum of squares while learning; all (..., metrics)."""

    level: Floats
    count: Floats
    mean: Floats
    squares: Floats

    @classmethod
    def blank(cls, *shape: int) -> "Chart":
        """Return a chart before the first sample."""
        return cls(np.zeros(shape), np.zeros(shape), np.zeros(shape), np.zeros(shape))

    def spread(self) -> Floats:
        """Return the standard deviation of the moving mean while learning; 0 where a metric stood still."""
        return np.sqrt(self.squares / np.maximum(self.count, 1.0))


def learn(chart: Chart, values: Floats) -> None:
    """Take one sample (..., metrics) of a healthy machine in; NaN is no sample."""
    known = ~np.isnan(values)
    gain = np.maximum(SMOOTHING, 1.0 / (chart.count + 1.0))
    chart.level = np.where(known, chart.level + gain * (values - chart.level), chart.level)
    chart.count = chart.count + known
    step = chart.level - chart.mean
    chart.mean = np.where(known, chart.mean + step / np.maximum(chart.count, 1.0), chart.mean)
    chart.squares = np.where(known, chart.squares + step * (chart.level - chart.mean), chart.squares)


def follow(chart: Chart, values: Floats) -> Floats:
    """Take one sample (..., metrics) in; return how far each moving mean is off, in spreads, with its sign.

    NaN is no sample and moves nothing; a metric that stood still while learning is not judged (0).
    """
    chart.level = np.where(np.isnan(values), chart.level, chart.level + SMOOTHING * (values - chart.level))
    spread = chart.spread()
    return np.where(spread > 0, (chart.level - chart.mean) / np.where(spread > 0, spread, 1.0), 0.0)


def strength(deviation: Floats) -> Floats:
    """Return the score (...) of deviations (..., metrics): the mean of the strongest ones."""
    size = deviation.shape[-1]
    kept = min(STRONGEST, size)
    strongest = np.partition(np.abs(deviation), size - kept, axis=-1)[..., size - kept :]
    return np.asarray(strongest.mean(axis=-1))


def shares(deviation: Floats) -> Floats:
    """Return the part of each metric (..., metrics) in the score; they add up to 1, or to 0 without deviation."""
    size = deviation.shape[-1]
    kept = min(STRONGEST, size)
    magnitude = np.abs(deviation)
    least = np.partition(magnitude, size - kept, axis=-1)[..., size - kept, None]
    counted = np.where(magnitude >= least, magnitude, 0.0)
    total = counted.sum(axis=-1, keepdims=True)
    return np.asarray(counted / np.where(total > 0, total, 1.0))
