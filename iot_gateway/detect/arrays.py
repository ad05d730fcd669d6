"""Array types of the detectors."""

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Table = npt.NDArray[Any]
"""A structured array: one record per device, its fields are arrays over all devices."""

HOUR_MS = 3_600_000
HOURS_PER_DAY, HOURS_PER_WEEK = 24, 168
