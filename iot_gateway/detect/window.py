"""When will it fail: the trend of the health index and its first passage of the failure level.

Nobody has seen this machine fail, so the window is wide: a straight line through the deviations since the onset, its
slope uncertain by its own error, widened further when there is little history. On run-to-failure data plain trend
extrapolation errs by half of the remaining life; the window says so.
"""

from dataclasses import dataclass

import numpy as np

from iot_gateway.detect.arrays import Floats

LINE = "line"
MIN_HOURS, SURE_HOURS, HORIZON_HOURS = 6, 48, 90 * 24
EARLY, LATE = 0.5, 2.0
"""The early and late ends are at least this factor away from the likely one."""
Z10 = 1.2816


@dataclass(frozen=True)
class FailureWindow:
    """Hours from now until failure: early, likely, late."""

    p10_hours: float
    p50_hours: float
    p90_hours: float
    low_confidence: bool
    basis: str = LINE
    """A stage of `rul`, or the line through hourly means to a limit that people set."""
    failures: int = 0
    """Failures of the kind that were known."""


def failure_window(hours: Floats, index: Floats, *, fails_at: float, cold: bool) -> FailureWindow | None:
    """Return the window from the health index (n,) at hours (n,), the last one being now; None without a rise."""
    known = ~np.isnan(index)
    hours, index = hours[known], index[known]
    if len(hours) < MIN_HOURS:
        return None
    level, slope, error = _line(hours - hours[-1], index)
    left = max(fails_at - level, 0.0)
    fast, slow = slope + Z10 * error, slope - Z10 * error
    if fast <= 0.0 or left > fast * HORIZON_HOURS:
        return None
    likely = min(left / slope if slope > 0 else np.inf, float(HORIZON_HOURS))
    early = min(left / fast, EARLY * likely)
    late = min(max(left / slow if slow > 0 else np.inf, LATE * likely), 2.0 * HORIZON_HOURS)
    unsure = cold or len(hours) < SURE_HOURS
    return FailureWindow(float(early), float(max(likely, 1.0)), float(max(late, 2.0)), unsure)


def _line(x: Floats, y: Floats) -> tuple[float, float, float]:
    """Return level at x = 0, slope and the slope's error, by least squares with residuals taken as dependent."""
    centred = x - x.mean()
    spread = float((centred**2).sum())
    slope = float((centred * y).sum() / spread)
    level = float(y.mean() - slope * x.mean())
    residual = y - level - slope * x
    variance = float((residual**2).sum()) / max(len(x) - 2, 1)
    return level, slope, float(np.sqrt(4.0 * variance / spread))
