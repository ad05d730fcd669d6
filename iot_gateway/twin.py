"""Rules of the twin: documents, what is missing between them, which report counts.

Documents are JSON objects; patches are JSON merge patches (RFC 7396): null takes a member away, an array is one value.
"""

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any, NamedTuple

from msgspec.json import encode

MAX_BYTES = 8 * 1024
MAX_DEPTH = 8
MAX_KEY = 64

Document = Mapping[str, Any]


class Report(NamedTuple):
    """What a device says it is set to, and where in its own order it says so."""

    boot: int
    seq: int
    version: int
    """The desired version that it has dealt with; 0: none."""
    state: Document


NOTHING = Report(-1, 0, 0, {})
"""What a device has reported that never did."""


def merge(document: Document, patch: Document) -> dict[str, Any]:
    """Return the document after a merge patch (RFC 7396)."""
    merged = dict(document)
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, Mapping):
            inner = merged.get(key)
            merged[key] = merge(inner if isinstance(inner, Mapping) else {}, value)
        else:
            merged[key] = value
    return merged


def delta(desired: Document, reported: Document) -> dict[str, Any]:
    """Return the merge patch that leads from what is reported to what is desired; empty when they agree."""
    patch: dict[str, Any] = {key: None for key in reported if key not in desired}
    for key, value in desired.items():
        known = reported.get(key)
        if key in reported and same(value, known):
            continue
        if isinstance(value, Mapping) and isinstance(known, Mapping):
            patch[key] = delta(value, known)
        else:
            patch[key] = value
    return patch


def same(one: Any, other: Any) -> bool:
    """Tell whether two JSON values are equal: true is not 1, but 1.0 is."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def next_version(desired: int, reported: int) -> int:
    """Return the version of a change: above everything that the device has ever been told.

    A database that came back from a backup may know less of it than the device.
    """
    return max(desired, reported) + 1


def newer(known: Report, report: Report) -> Report:
    """Return the report that counts of two: the later one by the device's own order, the known one of equals."""
    return report if (report.boot, report.seq) > (known.boot, known.seq) else known


def fault_of(document: Document) -> str | None:
    """Return why a document cannot be kept, None if it can."""
    for depth, key, value in _walk(document, 1):
        if depth > MAX_DEPTH:
            return f"nested deeper than {MAX_DEPTH}"
        if not 0 < len(key) <= MAX_KEY:
            return f"a name has 1 to {MAX_KEY} characters"
        for text in (key, value if isinstance(value, str) else ""):
            if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
                return "a text holds a character that cannot be stored"
        if isinstance(value, float) and not isfinite(value):
            return "a number is not finite"
        if isinstance(value, int) and abs(value) >= 2**53:
            return "an integer is larger than a double can hold"
    size = len(encode(document))
    return f"{size} bytes, {MAX_BYTES} at most" if size > MAX_BYTES else None


def _walk(value: Any, depth: int) -> Iterator[tuple[int, str, Any]]:
    """Yield (depth, name, value) of every member and element; what is too deep is not entered."""
    pairs = list(value.items()) if isinstance(value, Mapping) else [("-", item) for item in value]
    for key, item in pairs:
        yield depth, key, item
        if isinstance(item, Mapping | list) and depth <= MAX_DEPTH:
            yield from _walk(item, depth + 1)
