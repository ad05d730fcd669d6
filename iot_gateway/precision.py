"""How good the cases were, by what engineers found: rates with what so few cases can tell. No input or output here."""

from dataclasses import dataclass
from math import sqrt

RAISE_FACTOR, MOST_FACTOR = 1.5, 4.0
Z_95 = 1.959964


def raised(factor: float) -> float:
    """Return the factor of a series' limit after one more false case."""
    return min(MOST_FACTOR, factor * RAISE_FACTOR)


@dataclass(frozen=True)
class Rate:
    """A share of so many, with its 95 % interval."""

    value: float
    low: float
    high: float
    n: int


def rate(hits: int, n: int) -> Rate | None:
    """Return hits of n with the score interval (Wilson 1927), which holds for few cases too; None of none."""
    if n == 0:
        return None
    share, square = hits / n, Z_95 * Z_95
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = Z_95 * sqrt(share * (1 - share) / n + square / (4 * n * n)) / (1 + square / n)
    return Rate(share, max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half)), n)


@dataclass(frozen=True)
class Figures:
    """The cases of one model and failure group, of a model, or of all; `None` names what is summed up."""

    model: str | None
    failure_group: str | None
    confirmed: int = 0
    false: int = 0
    other: int = 0
    unlabelled: int = 0
    missed: int = 0
    """Confirmed failures that no case foresaw."""
    lead_hours: float | None = None
    """Median time from the opening of a confirmed case to its repair: the warning came at least so early."""
    device_days: int = 0
    """Days on which a device was heard, summed over the devices."""

    @property
    def precision(self) -> Rate | None:
        """Return how many of the cases with a clear finding were faults."""
        return rate(self.confirmed, self.confirmed + self.false)

    @property
    def recall(self) -> Rate | None:
        """Return how many of the faults that are known had a case."""
        return rate(self.confirmed, self.confirmed + self.missed)

    @property
    def false_per_1000_device_days(self) -> float | None:
        """Return false cases by the time that was watched; None when nothing was."""
        return 1000 * self.false / self.device_days if self.device_days > 0 else None
