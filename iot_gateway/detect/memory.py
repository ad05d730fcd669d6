"""What the detectors remember of one device: its record in the arrays of the fleet, and notes that only few need."""

from typing import Any

import msgspec
import numpy as np

from iot_gateway.detect.arrays import Floats, Ints, Table
from iot_gateway.detect.fast_chart import Chart
from iot_gateway.detect.outlook import Outlook
from iot_gateway.detect.thresholds import NEVER

TREND_HOURS = 240


class Spread(msgspec.Struct):
    """How far the residuals of a metric lie from the mean of their hour, over the hours of a block."""

    hour: int = 0
    count: int = 0
    mean: float = 0.0
    squares: float = 0.0
    """Of the hour so far: squared distances from its mean."""
    past_squares: float = 0.0
    past_freedom: int = 0
    """Of the hours before: the same, and the number of distances that are free."""


class Proof(msgspec.Struct):
    """A repair on trial: samples since, and how far off they were."""

    since: int
    """Epoch milliseconds; only later samples count."""
    samples: int
    seconds: int
    count: int = 0
    blocks_off: int = 0
    begun: int = 0
    """Where the block before this one ended, epoch milliseconds"""
    residuals: dict[str, float] = {}
    """metric -> sum of residuals of this block"""
    counts: dict[str, int] = {}
    """metric -> how many they are"""
    spreads: dict[str, Spread] = {}
    """metric that speaks by its spread -> that of this block"""
    beyond: int = 0
    """Samples of this block beyond a limit that people set"""


class Watch(msgspec.Struct):
    """A device that reports every few seconds: its fast chart, and for how long that has been in alarm."""

    chart: Chart
    samples: int = 0
    last_ts: int = 0
    alarm_ms: int = 0
    """What is in the bucket."""
    since: int = 0
    """When it last began to fill, epoch milliseconds."""


class Limit(msgspec.Struct):
    """Where a limit that people set stands on one device; `detect.thresholds.States` says what the first ones mean."""

    version: int
    """Of the threshold: a changed one begins anew."""
    ts: int = 0
    value: float = float("nan")
    beyond_since: int = NEVER
    back_since: int = NEVER
    alarm: bool = False
    case: str = ""
    """The case of this alarm"""
    told_hour: int = -1
    """When evidence was last added to it"""
    rest_until: int = 0
    """Epoch milliseconds: its case has ended although the alarm lasts, and there is no other one until then."""
    outlook: Outlook | None = None


class Held(msgspec.Struct):
    """A failure group whose case a person called off: no other one up to this hour unless it is graver."""

    until: int
    severity: int


class Notes(msgspec.Struct):
    """What a device needs while it learns, is suspicious, has a case or is on trial; arrays are (metrics,)."""

    learned_hours: list[int] = []
    learned_weeks: list[int] = []
    learned_means: list[Floats] = []
    learned_spreads: list[Floats] = []
    trend_hours: list[int] = []
    trend: list[Floats] = []
    """Residuals in scales since a sum began to grow"""
    alarms: dict[str, list[int]] = {}
    """failure group -> hours in alarm of late"""
    active: dict[str, str] = {}
    """failure group -> case"""
    severity: dict[str, int] = {}
    proofs: dict[str, Proof] = {}
    """case -> repair on trial"""
    relearned: list[Floats] = []
    watch: Watch | None = None
    explained: list[str] = []
    """Metrics that the open case of a sudden fault or of a sensor accounts for"""
    limits: dict[str, Limit] = {}
    """threshold -> where it stands"""
    held: dict[str, Held] = {}
    """failure group -> its case was called off"""


NO_NOTES = Notes()


def layout(metrics: int) -> np.dtype[np.void]:
    """Return the record of a device that measures so many metrics. Another layout needs another `VERSION`."""
    each = (metrics,)
    return np.dtype(
        [
            ("last_ts", "i8"),
            ("fitted_at", "f8"),  # epoch seconds of the fit in use
            ("sums", "f8", each),  # of the open hour, and their squares and counts
            ("squares", "f8", each),
            ("value", "f8", each),  # of the present run: how long has it not changed
            ("since", "i8", each),
            ("count", "i4", each),
            ("run", "i4", each),
            ("longest", "i4", each),
            ("level", "f4", each),
            ("high", "f4", each),
            ("low", "f4", each),
            ("high_since", "i4", each),
            ("low_since", "i4", each),
            ("slow", "f4", each),  # sums of the groups' slow charts, in the first places
            ("slow_since", "i4", each),
            ("limit_factor", "f4", each),
            ("previous", "f4", each),  # mean of the hour before
            ("rough", "f4", each),
            ("missing", "i4", each),  # hours without a value
            ("hour", "i4"),
            ("previous_hour", "i4"),
            ("quiet_until", "i4"),  # up to this hour limits are wider: a machine just repaired
            ("relearn_until", "i4"),  # up to this hour the level is learned anew: a set point was changed
            ("provisional", "i8"),  # a flag; of this size, so that the record has no padding with chance in it
        ],
        align=True,
    )


VERSION = 4


def blank(metrics: int) -> Table:
    """Return the record (1,) of a device never heard of before."""
    record = np.zeros(1, dtype=layout(metrics))
    record["value"] = record["previous"] = np.nan
    record["limit_factor"] = 1.0
    record["provisional"] = True
    return record


class Memory:
    """One device of a bank: its fields are views, so that writing to them writes to the bank."""

    def __init__(self, metrics: tuple[str, ...], table: Table, notes: dict[int, Notes], row: int) -> None:
        """Look at a row of the bank's table; not to be kept longer than the table."""
        self.metrics = metrics
        self.row = row
        self._record: Any = table[row]
        self._notes = notes

    @property
    def notes(self) -> Notes:
        """Return the notes of the device, new ones if it had none."""
        return self._notes.setdefault(self.row, Notes())

    @property
    def high(self) -> Floats:
        """Return the upper sums (metrics,)."""
        return np.asarray(self._record["high"])

    @property
    def low(self) -> Floats:
        """Return the lower sums (metrics,)."""
        return np.asarray(self._record["low"])

    @property
    def high_since(self) -> Ints:
        """Return since which hours the upper sums are above zero (metrics,)."""
        return np.asarray(self._record["high_since"])

    @property
    def low_since(self) -> Ints:
        """Return since which hours the lower sums are above zero (metrics,)."""
        return np.asarray(self._record["low_since"])

    @property
    def rough(self) -> Floats:
        """Return the smoothed logarithms of spreads within the hour (metrics,)."""
        return np.asarray(self._record["rough"])

    @property
    def slow(self) -> Floats:
        """Return the sums of the groups' slow charts, in the first places of (metrics,)."""
        return np.asarray(self._record["slow"])

    @property
    def slow_since(self) -> Ints:
        """Return since which hours those sums are above zero."""
        return np.asarray(self._record["slow_since"])

    @property
    def level(self) -> Floats:
        """Return how far the expected values have moved since the fit (metrics,)."""
        return np.asarray(self._record["level"])

    @property
    def limit_factor(self) -> Floats:
        """Return by how much limits are raised (metrics,); of `series_limit`, taken over in each step."""
        return np.asarray(self._record["limit_factor"])

    @property
    def previous(self) -> Floats:
        """Return the means of the hour before (metrics,)."""
        return np.asarray(self._record["previous"])

    @property
    def hour(self) -> int:
        """Return the hour that is open."""
        return int(self._record["hour"])

    @property
    def last_ts(self) -> int:
        """Return the instant of the latest sample, in epoch milliseconds."""
        return int(self._record["last_ts"])

    @property
    def provisional(self) -> bool:
        """Tell whether the profiles come from a cold start."""
        return bool(self._record["provisional"])

    @property
    def fitted_at(self) -> float:
        """Return the epoch seconds of the fit in use."""
        return float(self._record["fitted_at"])

    @property
    def quiet_until(self) -> int:
        """Return the hour up to which limits are wider."""
        return int(self._record["quiet_until"])

    @quiet_until.setter
    def quiet_until(self, hour: int) -> None:
        self._record["quiet_until"] = hour

    @property
    def relearn_until(self) -> int:
        """Return the hour up to which the level is learned anew."""
        return int(self._record["relearn_until"])

    @relearn_until.setter
    def relearn_until(self, hour: int) -> None:
        self._record["relearn_until"] = hour

    @property
    def alarms(self) -> dict[str, list[int]]:
        """Return the hours in alarm of late by failure group."""
        return self.notes.alarms

    @property
    def active(self) -> dict[str, str]:
        """Return the case of each failure group that has one."""
        return self.notes.active

    @property
    def severity(self) -> dict[str, int]:
        """Return the severity of each failure group that has a case."""
        return self.notes.severity

    @property
    def proofs(self) -> dict[str, Proof]:
        """Return the repairs on trial by case."""
        return self.notes.proofs


class Body(msgspec.Struct, array_like=True):
    """The bytes of one device in a checkpoint."""

    version: int
    metrics: tuple[str, ...]
    record: bytes
    notes: Notes


def _to_plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return {"t": value.dtype.str, "b": value.tobytes()}
    raise NotImplementedError(type(value))


def _from_plain(kind: type, value: Any) -> Any:
    if getattr(kind, "__origin__", kind) is np.ndarray:
        return np.frombuffer(value["b"], dtype=np.dtype(value["t"])).copy()
    raise NotImplementedError(kind)


_encoder = msgspec.msgpack.Encoder(enc_hook=_to_plain)
_decoder = msgspec.msgpack.Decoder(Body, dec_hook=_from_plain)


def dump(metrics: tuple[str, ...], record: Table, notes: Notes) -> bytes:
    """Return the bytes of a device."""
    return _encoder.encode(Body(VERSION, metrics, record.tobytes(), notes))


def load(body: bytes) -> Body | None:
    """Return a device from its bytes, None where they were written by another version."""
    try:
        found = _decoder.decode(body)
    except msgspec.MsgspecError:
        return None
    if found.version != VERSION or len(found.record) != layout(len(found.metrics)).itemsize:
        return None
    return found
