"""The coming days of one metric by statsmodels, for evidence: heavy, by night, and never without a bound on its time.

First an unobserved-components model (Harvey 1989: level, slope and season of the day), then exponential smoothing with
a damped trend where that one does not converge.
"""

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from iot_gateway.detect.arrays import HOURS_PER_DAY, Floats

UNOBSERVED, ETS = "unobserved_components", "ets"
TOO_SHORT, NOT_CONVERGED = "too_short", "not_converged"
COVERAGE = 0.8
"""Four of five values lie in the band, as of a failure window."""
LEAST_HOURS, MOST_HOURS, AHEAD_HOURS, EVERY_HOURS = 72, 14 * HOURS_PER_DAY, 5 * HOURS_PER_DAY, 3
FIT_SECONDS, ITERATIONS, HARMONICS = 6.0, 200, 2
WIDEST = 1e6
"""A band wider than so many deviations of the series says nothing."""


class OutOfTimeError(Exception):
    """A fit took longer than it may."""


@dataclass(frozen=True)
class Projection:
    """The coming hours of a metric, or a word why there is none."""

    method: str | None
    note: str | None
    hours: tuple[int, ...] = ()
    """After the last one known."""
    low: tuple[float, ...] = ()
    likely: tuple[float, ...] = ()
    high: tuple[float, ...] = ()


def project(values: Floats, *, seconds: float = FIT_SECONDS) -> Projection:
    """Return the coming five days of hourly values (n,), NaN where there are none; `seconds` of CPU end a fit."""
    values = values[-MOST_HOURS:]
    known = values[~np.isnan(values)]
    if len(known) < LEAST_HOURS or np.isnan(values[-1]):
        return Projection(None, TOO_SHORT)
    centre, scale = float(np.median(known)), float(np.std(known)) or 1.0
    for method, fit in _METHODS.items():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                low, likely, high = fit((values - centre) / scale, time.thread_time() + seconds)
        except (OutOfTimeError, ValueError, np.linalg.LinAlgError):
            continue
        band = np.array([low, likely, high])
        if np.isfinite(band).all() and np.abs(band).max() < WIDEST:
            chosen = np.arange(EVERY_HOURS - 1, AHEAD_HOURS, EVERY_HOURS)
            told = [tuple((centre + scale * line[chosen]).tolist()) for line in band]
            return Projection(method, None, tuple((chosen + 1).tolist()), *told)
    return Projection(None, NOT_CONVERGED)


def wander(residuals: Floats, *, seconds: float = FIT_SECONDS) -> float | None:
    """Return by how much the level of hourly residuals (n,) moves in a day, in their scales; None without an answer."""
    from statsmodels.tsa.statespace.structural import UnobservedComponents  # noqa: PLC0415 - heavy, for nights only

    values = residuals[-MOST_HOURS:]
    if (~np.isnan(values)).sum() < LEAST_HOURS:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fitted = _converged(UnobservedComponents(values, level="llevel"), time.thread_time() + seconds)
    except (OutOfTimeError, ValueError, np.linalg.LinAlgError):
        return None
    named = dict(zip(fitted.param_names, fitted.params.tolist(), strict=True))
    return float(np.sqrt(HOURS_PER_DAY * max(named["sigma2.level"], 0.0)))


def _components(values: Floats, until: float) -> tuple[Floats, Floats, Floats]:
    from statsmodels.tsa.statespace.structural import UnobservedComponents  # noqa: PLC0415

    season = [{"period": HOURS_PER_DAY, "harmonics": HARMONICS}]
    model = UnobservedComponents(values, level="lltrend", freq_seasonal=season, stochastic_freq_seasonal=[False])
    return _band(_converged(model, until).get_forecast(AHEAD_HOURS))


def _smoothing(values: Floats, until: float) -> tuple[Floats, Floats, Floats]:
    from statsmodels.tsa.statespace.exponential_smoothing import ExponentialSmoothing  # noqa: PLC0415

    model = ExponentialSmoothing(values, trend=True, damped_trend=True, initialization_method="concentrated")
    return _band(_converged(model, until).get_forecast(AHEAD_HOURS))


_METHODS: dict[str, Callable[[Floats, float], tuple[Floats, Floats, Floats]]] = {
    UNOBSERVED: _components,
    ETS: _smoothing,
}


def _converged(model: Any, until: float) -> Any:
    """Return the fit of a state-space model.

    Raises:
        OutOfTimeError: an iteration ended after `until`, by the processor time of this thread.
        ValueError: the fit did not converge.
    """

    def watch(_parameters: Any) -> None:
        if time.thread_time() > until:
            raise OutOfTimeError

    fitted = model.fit(disp=False, maxiter=ITERATIONS, callback=watch, cov_type="none", low_memory=False)
    if not fitted.mle_retvals["converged"]:
        raise ValueError(NOT_CONVERGED)
    return fitted


def _band(forecast: Any) -> tuple[Floats, Floats, Floats]:
    ends = np.asarray(forecast.conf_int(alpha=1.0 - COVERAGE), dtype=np.float64)
    return ends[:, 0], np.asarray(forecast.predicted_mean, dtype=np.float64), ends[:, 1]
