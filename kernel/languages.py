"""The languages that people are answered in."""

from enum import StrEnum


class Language(StrEnum):
    """Chinese or English."""

    ZH = "zh"
    EN = "en"


def preferred(accept_language: str | None) -> Language:
    """Return the language that a client prefers (RFC 9110, 12.5.4); Chinese if it names neither."""
    best, weight = Language.ZH, -1.0
    for part in (accept_language or "").split(","):
        tag, _, quality = part.strip().partition(";q=")
        known = next((one for one in Language if tag.strip().lower().partition("-")[0] == one), None)
        value = _number(quality)
        if known is not None and value > weight:
            best, weight = known, value
    return best


def _number(quality: str) -> float:
    try:
        return float(quality) if quality else 1.0
    except ValueError:
        return 0.0
