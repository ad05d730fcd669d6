"""Recursions and noise over sample blocks, the same whatever the block length."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_BLOCK = 64
AR_SHARE = 0.8
"""Share of the noise deviation that is autocorrelated; the rest is white."""
WHITE_SHARE = 0.6
AR_SECONDS = 1200.0


@lru_cache(maxsize=64)
def _kernel(rho: float) -> tuple[Floats, Floats]:
    steps = np.arange(_BLOCK)
    powers = rho ** np.abs(steps[:, None] - steps[None, :]).astype(np.float64)
    return np.tril(powers), rho ** np.arange(1.0, _BLOCK + 1.0)


def recurse(drive: Floats, rho: float, state: Floats) -> Floats:
    """Return x[k] = rho * x[k-1] + drive[k] for each column of `drive` (samples, columns)."""
    out = np.empty_like(drive)
    if len(drive) == 1:
        out[0] = rho * state + drive[0]
        return out
    kernel, decay = _kernel(rho)
    for start in range(0, len(drive), _BLOCK):
        part = drive[start : start + _BLOCK]
        size = len(part)
        out[start : start + size] = kernel[:size, :size] @ part + decay[:size, None] * state
        state = out[start + size - 1]
    return out


class Lags:
    """First-order lags of one machine (thermal mass), each remembered by name."""

    def __init__(self) -> None:
        """Start in the steady state of the first input."""
        self._states: dict[str, Floats] = {}

    def follow(self, name: str, drive: Floats, *, tau_seconds: float, dt_seconds: float) -> Floats:
        """Return `drive` (samples,) as a body with this time constant follows it."""
        rho = float(np.exp(-dt_seconds / tau_seconds))
        state = self._states.get(name)
        if state is None:
            state = drive[:1]
        out = recurse((1.0 - rho) * drive[:, None], rho, state)
        self._states[name] = out[-1]
        return out[:, 0]


class Noise:
    """AR(1) plus white noise, heavy-tail spikes and missing samples of one device."""

    def __init__(self, seed: np.random.SeedSequence, columns: int, *, spikes: float, missing: float) -> None:
        """Take the rates per sample: `spikes` per metric, `missing` per record."""
        streams = [np.random.default_rng(child) for child in seed.spawn(6)]
        self._slow, self._white, self._hit, self._size, self._drop, self._blank = streams
        self._spikes = spikes
        self._missing = missing
        self._state = self._slow.standard_normal(columns)
        self._columns = columns

    def draw(self, count: int, dt_seconds: float) -> Floats:
        """Return the next (count, columns) of noise, in standard deviations."""
        shape = (count, self._columns)
        rho = float(np.exp(-dt_seconds / AR_SECONDS))
        push = np.sqrt(1.0 - rho * rho) * self._slow.standard_normal(shape)
        slow = recurse(push, rho, self._state)
        self._state = slow[-1]
        noise = AR_SHARE * slow + WHITE_SHARE * self._white.standard_normal(shape)
        hit = self._hit.random(shape) < self._spikes
        noise[hit] += 4.0 * self._size.standard_t(2.0, int(hit.sum()))
        return noise

    def gaps(self, count: int) -> tuple[Flags, Flags]:
        """Return which records are lost (count,) and which single values (count, columns)."""
        lost = self._drop.random(count) < self._missing
        blank = self._blank.random((count, self._columns)) < self._missing / 4.0
        return lost, blank


class Waves:
    """A smooth random signal that is a function of time alone: sinusoids of random phase."""

    def __init__(self, rng: np.random.Generator, *, hours: tuple[float, float], deviation: float) -> None:
        """Draw twelve periods between the two bounds; the sum has this standard deviation."""
        periods = np.exp(rng.uniform(np.log(hours[0]), np.log(hours[1]), 12)) * 3600.0
        self._omega = 2.0 * np.pi / periods
        self._phase = rng.uniform(0.0, 2.0 * np.pi, 12)
        self._scale = deviation * np.sqrt(2.0 / 12)

    def at(self, seconds: Floats) -> Floats:
        """Return the signal at these instants (seconds since the epoch)."""
        waves = np.sin(seconds[:, None] * self._omega + self._phase)
        return np.asarray(self._scale * waves.sum(axis=1), dtype=np.float64)
