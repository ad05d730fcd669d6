"""What the detectors remember of one device, and its bytes in a checkpoint."""

from typing import Any

import msgspec
import numpy as np

from iot_gateway.detect.arrays import Floats, Ints
from iot_gateway.detect.hours import OpenHour
from iot_gateway.detect.profile import MetricProfile
from iot_gateway.detect.quality import Runs

TREND_HOURS = 240


class Proof(msgspec.Struct):
    """A repair on trial: samples since, and how far off they were."""

    since: int
    """Epoch milliseconds; only later samples count."""
    samples: int
    seconds: int
    count: int = 0
    blocks_off: int = 0
    residuals: dict[str, float] = {}
    """metric -> sum of residuals of this block"""


class Memory(msgspec.Struct):
    """The state of one device between two batches; arrays are (metrics,)."""

    model: str
    metrics: tuple[str, ...]
    open_hour: OpenHour
    runs: Runs
    longest_runs: Ints
    level: Floats
    high: Floats
    low: Floats
    high_since: Ints
    low_since: Ints
    limit_factor: Floats
    """By how much limits are raised; of `series_limit`, taken over in each step."""
    previous: Floats
    previous_hour: int = 0
    first_hour: int = 0
    last_ts: int = 0
    samples: int = 0
    learned_hours: list[int] = []
    learned_weeks: list[int] = []
    learned_means: list[Floats] = []
    learned_spreads: list[Floats] = []
    profiles: dict[str, MetricProfile] = {}
    provisional: bool = True
    fitted_at: float = 0.0
    """Epoch seconds of the fit in use."""
    trend_hours: list[int] = []
    trend: list[Floats] = []
    alarms: dict[str, list[int]] = {}
    """failure group -> hours in alarm of late"""
    active: dict[str, str] = {}
    """failure group -> case"""
    severity: dict[str, int] = {}
    proofs: dict[str, Proof] = {}
    """case -> repair on trial"""
    quiet_until: int = 0
    """Up to this hour limits are wider: a machine just repaired."""
    relearn_until: int = 0
    """Up to this hour the level is being learned anew: a set point was changed."""
    relearned: list[Floats] = []


def new_memory(model: str, metrics: tuple[str, ...], *, hour: int) -> Memory:
    """Return the memory of a device never heard of before."""
    size = len(metrics)
    return Memory(
        model=model,
        metrics=metrics,
        open_hour=OpenHour.empty(hour, size),
        runs=Runs.none(size),
        longest_runs=np.zeros(size, dtype=np.int64),
        level=np.zeros(size),
        high=np.zeros(size),
        low=np.zeros(size),
        high_since=np.zeros(size, dtype=np.int64),
        low_since=np.zeros(size, dtype=np.int64),
        limit_factor=np.ones(size),
        previous=np.full(size, np.nan),
        first_hour=hour,
    )


def _to_plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return {"t": value.dtype.str, "b": value.tobytes()}
    raise NotImplementedError(type(value))


def _from_plain(kind: type, value: Any) -> Any:
    if getattr(kind, "__origin__", kind) is np.ndarray:
        return np.frombuffer(value["b"], dtype=np.dtype(value["t"])).copy()
    raise NotImplementedError(kind)


_encoder = msgspec.msgpack.Encoder(enc_hook=_to_plain)
_decoder = msgspec.msgpack.Decoder(Memory, dec_hook=_from_plain)


def dump(memory: Memory) -> bytes:
    """Return the bytes of a memory."""
    return _encoder.encode(memory)


def load(body: bytes) -> Memory:
    """Return the memory of its bytes."""
    return _decoder.decode(body)
