"""Array types of the detectors."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

HOUR_MS = 3_600_000
HOURS_PER_DAY, HOURS_PER_WEEK = 24, 168
