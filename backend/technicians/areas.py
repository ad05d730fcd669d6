"""Territories: outlines that a map can show and a query can search."""

from shapely import Polygon

from backend.technicians.errors import WrongArea
from kernel.geo import Ring

MOST_CORNERS = 2_000


def checked(ring: Ring) -> Ring:
    """Return an outline that is one simple polygon.

    Raises:
        WrongArea: it has too few or too many corners, no inside, or crosses itself.
    """
    if not 3 <= len(ring) <= MOST_CORNERS:
        raise WrongArea(f"An area has 3 to {MOST_CORNERS} corners.", corners=len(ring))
    polygon = Polygon(ring)
    if not polygon.is_valid or polygon.area == 0:
        raise WrongArea("The outline crosses itself or has no inside.")
    return ring
