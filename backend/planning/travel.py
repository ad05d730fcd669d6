"""Travel times between places without a map server: great circle, winding, speed by distance.

Figures: winding 1.3; 23 km/h from a standstill, 31 km/h at 3 km, 50 km/h from 15 km on, linear between;
a minute to park. City traffic on average over the day.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Place = tuple[float, float]
"""(longitude, latitude), WGS 84."""

EARTH_METRES = 6_371_008.8
WINDING = 1.3
PARKING_SECONDS = 60
SPEED_KM = np.array([0.0, 3.0, 15.0])
SPEED_KMH = np.array([23.0, 31.0, 50.0])


def matrix(places: Sequence[Place]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return (seconds, metres), each (places, places), from row to column; 0 where two places are the same."""
    if not places:
        empty = np.zeros((0, 0), dtype=np.int32)
        return empty, empty
    lon, lat = np.radians(np.asarray(places, dtype=np.float64)).T
    half = (
        np.sin((lat[:, None] - lat) / 2) ** 2
        + np.cos(lat[:, None]) * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    )
    metres = 2 * EARTH_METRES * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0))) * WINDING
    speed = np.interp(metres / 1000, SPEED_KM, SPEED_KMH) / 3.6
    seconds = np.where(metres < 1.0, 0.0, metres / speed + PARKING_SECONDS)
    return np.rint(seconds).astype(np.int32), np.rint(metres).astype(np.int32)


def with_rests(matrix: NDArray[np.int32], homes: Sequence[int]) -> NDArray[np.int32]:
    """Return the matrix with one more place for each of `homes`, where somebody takes a break without a place.

    Going there costs nothing, for it is taken where one stands; going on costs as much as from home.
    """
    size = len(matrix)
    wide = np.zeros((size + len(homes), size + len(homes)), dtype=np.int32)
    wide[:size, :size] = matrix
    wide[size:, :size] = matrix[list(homes)]
    return wide
