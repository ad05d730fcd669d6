"""Payloads in the words of ThingsBoard's device API: `{"ts","values"}` and bare `{"key": value}`.

Values may be numbers, booleans (0 and 1), texts that are numbers ("21.5"), null (not measured), and what is none of
these: other texts, objects, arrays. The numbers are taken, the rest is given back.
"""

import math
import re
from typing import Any, NamedTuple

NUMBER = re.compile(r"-?\d{1,300}(\.\d{1,300})?", re.ASCII)
"""Texts that ThingsBoard, too, takes for numbers: no exponent, no blanks."""

TOP = 253_402_300_799_000


class Loose(NamedTuple):
    """One record without boot and number."""

    ts: int | None
    """Epoch milliseconds; None when the device does not say."""
    values: dict[str, float]
    rest: dict[str, Any]
    """What is no finite number."""
    finite: bool
    """Whether none of the rest is a number that is not finite."""


def read(item: object) -> Loose:
    """Return what a decoded JSON value says.

    Raises:
        ValueError: it is no record.
    """
    if not isinstance(item, dict):
        raise ValueError("no object")  # noqa: TRY004 - what a device sent, not what a caller passed
    ts: int | None = None
    fields: dict[str, Any] = item
    if "ts" in item and isinstance(item.get("values"), dict):
        ts, fields = item["ts"], item["values"]
        if type(ts) is not int or not 0 <= ts <= TOP:
            raise ValueError("ts is no instant in milliseconds")
    return _parted(ts, fields)


def _parted(ts: int | None, fields: dict[str, Any]) -> Loose:
    values: dict[str, float] = {}
    rest: dict[str, Any] = {}
    finite = True
    for name, value in fields.items():
        number = _number(value)
        if number is not None and math.isfinite(number):
            values[name] = number
        elif value is not None:
            rest[name] = value
            finite &= number is None
    return Loose(ts, values, rest, finite)


def _number(value: object) -> float | None:
    """Return a number, which may be infinite, or None for what is none."""
    if isinstance(value, str) and not NUMBER.fullmatch(value):
        return None
    if not isinstance(value, bool | int | float | str):
        return None
    try:
        return float(value)
    except OverflowError:
        return math.inf
