"""Whose territory a site lies in: going outside of one's own has a price."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import shapely

from kernel.geo import LonLat, Ring

OUTSIDE_CENTS = 3_000
"""Price of sending somebody out of their territory; those who have none go anywhere."""


def prices(territories: Mapping[UUID, Ring], places: Sequence[LonLat]) -> list[dict[str, int]]:
    """Return for each place what it costs to send somebody whose territory does not hold it, by technician."""
    found: list[dict[str, int]] = [{} for _ in places]
    if not places:
        return found
    lon, lat = zip(*places, strict=True)
    for technician_id, ring in territories.items():
        area = shapely.Polygon(ring)
        shapely.prepare(area)
        inside = shapely.intersects_xy(area, lon, lat)
        for price, held in zip(found, inside, strict=True):
            if not held:
                price[str(technician_id)] = OUTSIDE_CENTS
    return found
