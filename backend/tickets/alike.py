"""How much two tickets seem to be about the same thing: plain values in, a score with its reasons out."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

NEAR = timedelta(days=14)
"""Reports further apart than this are of two events."""
LEAST_SCORE = 0.35
"""Below this nothing is proposed: half a score needs the same asset on the same day, or much the same words."""
WEIGHTS = {"text": 0.5, "asset": 0.35, "customer": 0.15}


@dataclass(frozen=True, kw_only=True)
class Report:
    """A ticket, as far as it matters for whether it is another one's twin."""

    text: str
    asset: object | None
    customer: object | None
    at: datetime


@dataclass(frozen=True)
class Likeness:
    """How alike two reports are, from 0 to 1, and what of them is the same."""

    score: float
    text: float
    reasons: tuple[str, ...]


def likeness(one: Report, other: Report) -> Likeness:
    """Return how alike two reports are; the further apart in time, the less."""
    text = similarity(one.text, other.text)
    same_asset = one.asset is not None and one.asset == other.asset
    same_customer = one.customer is not None and one.customer == other.customer
    apart = abs(one.at - other.at)
    nearness = max(0.0, 1 - apart / NEAR)
    parts = {"text": text, "asset": float(same_asset), "customer": float(same_customer)}
    weighed = sum(WEIGHTS[name] * value for name, value in parts.items())
    reasons = [name for name, same in (("same_asset", same_asset), ("same_customer", same_customer)) if same]
    reasons += ["similar_text"] if text >= LEAST_SCORE else []
    return Likeness(round(weighed * (0.5 + 0.5 * nearness), 4), round(text, 4), tuple(reasons))


def similarity(one: str, other: str) -> float:
    """Return how many pairs of neighbouring letters two texts share, from 0 to 1 (Dice 1945).

    Pairs of letters serve Chinese, which has no spaces between words, as well as English.
    """
    first, second = _pairs(one), _pairs(other)
    count = first.total() + second.total()
    return 2 * (first & second).total() / count if count else 0.0


def _pairs(text: str) -> Counter[str]:
    letters = "".join(character for character in text.lower() if character.isalnum())
    return Counter(letters[place : place + 2] for place in range(len(letters) - 1))
