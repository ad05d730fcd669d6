"""Durations as people write them: `300s`, `1d12h`, `-6d`, `+36h`."""

import re

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d|w)")
_WHOLE = re.compile(r"([+-]?)((?:\d+(?:\.\d+)?(?:ms|s|m|h|d|w))+)")


def parse_offset(text: str) -> float:
    """Return a signed duration in seconds.

    Raises:
        ValueError: the text is not a number with a unit (ms, s, m, h, d, w).
    """
    whole = _WHOLE.fullmatch(text.strip())
    if whole is None:
        raise ValueError(f"{text!r} is not a duration; write a number and a unit, as in 300s or 21d")
    seconds = sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(whole[2]))
    return -seconds if whole[1] == "-" else seconds


def parse_span(text: str) -> float:
    """Return a duration in seconds that is not negative.

    Raises:
        ValueError: not a duration, or a negative one.
    """
    seconds = parse_offset(text)
    if seconds < 0:
        raise ValueError(f"{text!r} is negative; a length of time is needed here")
    return seconds
