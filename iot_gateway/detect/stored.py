"""What was learned of remaining life as plain data: names, numbers and lists, nothing that runs when it is read."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from iot_gateway.detect.arrays import Floats, Ints
from iot_gateway.detect.boosting import Boosting, Forest
from iot_gateway.detect.conformal import Calibration
from iot_gateway.detect.matching import Matching
from iot_gateway.detect.rul import Calibrated, Forecaster, Stage, Trend
from iot_gateway.detect.wear import HealthIndex, Scale

VERSION = 1
"""Of the form. What has another one is not read, and the forecast is by trend until the next fit."""

Plain = Mapping[str, Any]


def to_plain(found: Forecaster) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Return the model and its calibration as values that JSON has."""
    if isinstance(found.model, Trend):
        return {"fails_at": found.model.fails_at}, None
    return _plain(asdict(found.model.guess)), _plain(asdict(found.model.calibration))


def from_plain(stage: Stage, *, failures: int, horizon: float, model: Plain, calibration: Plain | None) -> Forecaster:
    """Return what `to_plain` was given."""
    if stage is Stage.TREND or calibration is None:
        return Forecaster(stage, failures, horizon, Trend(float(model["fails_at"])))
    known = Calibration(
        _floats(calibration["likely"]),
        _floats(calibration["errors"]),
        _ints(calibration["devices"]),
        float(calibration["near"]),
    )
    return Forecaster(stage, failures, horizon, Calibrated(_READERS[stage](model), known))


def _matching(model: Plain) -> Matching:
    index = model["index"]
    return Matching(
        HealthIndex(_scale(index["scale"]), _floats(index["weights"]), float(index["level"])),
        tuple(_floats(life) for life in model["past"]),
        _floats(model["pace"]),
        float(model["horizon"]),
    )


def _boosting(model: Plain) -> Boosting:
    forests = tuple(
        Forest(
            start=float(one["start"]),
            threshold=_floats(one["threshold"]),
            value=_floats(one["value"]),
            **{name: _ints(one[name]) for name in ("roots", "feature", "left", "right")},
        )
        for one in model["forests"]
    )
    return Boosting(_scale(model["scale"]), forests)


_READERS: dict[Stage, Callable[[Plain], Matching | Boosting]] = {
    Stage.MATCHING: _matching,
    Stage.BOOSTING: _boosting,
}


def _scale(plain: Plain) -> Scale:
    return Scale(np.array(plain["kept"], dtype=np.bool_), _floats(plain["mean"]), _floats(plain["deviation"]))


def _floats(values: Any) -> Floats:
    return np.array(values, dtype=np.float64)


def _ints(values: Any) -> Ints:
    return np.array(values, dtype=np.int64)


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    return value
