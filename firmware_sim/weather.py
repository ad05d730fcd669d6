"""What a site does to all its devices: hour, weekday, season and outdoor temperature."""

from dataclasses import dataclass

import numpy as np

from firmware_sim.signals import Floats, Waves

DAY = 86400.0
YEAR = 365.2425 * DAY

OFFICE = (.22, .20, .20, .20, .22, .30, .45, .62, .78, .84, .86, .85,
          .80, .82, .85, .86, .82, .76, .64, .50, .40, .34, .28, .24)  # fmt: skip
TRAFFIC = (.05, .04, .03, .03, .04, .10, .28, .62, .80, .55, .45, .52,
           .68, .60, .46, .48, .58, .78, .70, .48, .32, .24, .16, .09)  # fmt: skip
CHARGING = (.30, .24, .20, .16, .14, .16, .22, .34, .48, .52, .50, .48,
            .54, .56, .50, .46, .50, .60, .72, .78, .74, .64, .52, .40)  # fmt: skip
_DAYS = (0.98, 1.0, 1.01, 1.0, 1.03, 0.72, 0.62)
_HOURS = np.arange(169.0)


@dataclass(frozen=True)
class Demand:
    """How a model is used: 24 hourly levels, its share on rest days, and its reaction to heat."""

    hours: tuple[float, ...]
    weekend: float = 1.0
    """0: every day alike, 1: the usual quiet weekend."""
    per_degree: float = 0.0
    """Change of the load per degree of outdoor temperature above 18 C."""
    season: float = 0.0
    """Yearly swing of the load, at its top in July."""

    def week(self) -> Floats:
        """Return the 169 hourly levels of a week, Monday first, the last equal to the first."""
        days = [1.0 - self.weekend * (1.0 - factor) for factor in _DAYS]
        levels = np.concatenate([np.array(self.hours) * factor for factor in days])
        return np.append(levels, levels[0])


class Site:
    """The weather and the shared bustle of one site, a function of time and seed alone."""

    def __init__(self, seed: int, utc_offset_hours: float) -> None:
        """Draw the site of this seed."""
        rng = np.random.default_rng([seed, 0x517E])
        self._offset = utc_offset_hours * 3600.0
        self._fronts = Waves(rng, hours=(40.0, 200.0), deviation=1.8)
        self._bustle = Waves(rng, hours=(5.0, 60.0), deviation=0.035)

    def ambient_c(self, seconds: Floats) -> Floats:
        """Return the outdoor temperature: season, hour of day and passing fronts."""
        local = seconds + self._offset
        season = 12.0 * np.cos(2.0 * np.pi * (local / YEAR - 0.555))
        daily = 3.5 * np.cos(2.0 * np.pi * (local / DAY - 15.0 / 24.0))
        return 17.0 + season + daily + self._fronts.at(seconds)

    def level(self, demand: Demand, seconds: Floats) -> Floats:
        """Return the timetable of the week alone, which also decides the operating mode."""
        hour = ((seconds + self._offset) / 3600.0 + 72.0) % 168.0
        return np.interp(hour, _HOURS, demand.week())

    def load(self, demand: Demand, seconds: Floats, ambient: Floats) -> Floats:
        """Return the load of the site for this demand, about 0.05 to 1."""
        season = demand.season * np.cos(2.0 * np.pi * (seconds / YEAR - 0.555))
        heat = demand.per_degree * (ambient - 18.0)
        return self.level(demand, seconds) * (1.0 + season + self._bustle.at(seconds)) + heat
