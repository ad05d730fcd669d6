"""Lives of machines: what was measured of each unit, row by row, until now or until it failed."""

from dataclasses import dataclass

from iot_gateway.detect.arrays import Floats


@dataclass(frozen=True)
class Life:
    """What was measured of one unit until now, or until it failed."""

    unit: str
    cycles: Floats
    """(n,) rising: hours, days, flights; remaining life is told in the same."""
    values: Floats
    """(n, metrics)"""
    onset: float | None = None
    """Where the values are deviations from what was expected, in scales, the leading one first: the cycle in which they
    began. Nought is normal then; otherwise the unit's own beginning is."""

    def until(self, rows: int) -> "Life":
        """Return the life as it was known after its first rows."""
        return Life(self.unit, self.cycles[:rows], self.values[:rows], self.onset)

    @property
    def age(self) -> Floats:
        """Cycles since the onset, or since the first row, at each row (n,)."""
        lived: Floats = self.cycles - (self.cycles[0] if self.onset is None else self.onset)
        return lived

    @property
    def remaining(self) -> Floats:
        """Cycles from each row to the last one, (n,)."""
        left: Floats = self.cycles[-1] - self.cycles
        return left
