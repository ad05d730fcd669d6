"""Positions on the earth: (longitude, latitude) in WGS 84, stored as PostGIS points."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from geoalchemy2 import Geometry, WKBElement
from geoalchemy2.shape import from_shape, to_shape
from shapely import Point, Polygon
from sqlalchemy import Dialect
from sqlalchemy.types import TypeDecorator

WGS84 = 4326


class LonLat(NamedTuple):
    """A position, longitude first."""

    lon: float
    lat: float


Ring = tuple[LonLat, ...]
"""The outline of an area, open: the last corner is not the first one again."""


class PointType(TypeDecorator[LonLat]):
    """Keeps a `LonLat` as a PostGIS point; index the column with `postgresql_using="gist"` where it is searched."""

    impl = Geometry("POINT", srid=WGS84, spatial_index=False)
    cache_ok = True

    def process_bind_param(self, value: LonLat | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """Return the point as PostGIS reads it."""
        return None if value is None else str(from_shape(Point(value), srid=WGS84, extended=True).desc)

    def process_result_value(self, value: WKBElement | None, dialect: Dialect) -> LonLat | None:  # noqa: ARG002
        """Return the stored point."""
        if value is None:
            return None
        point = to_shape(value)
        return LonLat(*point.coords[0][:2])


class AreaType(TypeDecorator[Ring]):
    """Keeps a ring of corners as a PostGIS polygon."""

    impl = Geometry("POLYGON", srid=WGS84, spatial_index=False)
    cache_ok = True

    def process_bind_param(self, value: Sequence[LonLat] | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """Return the polygon as PostGIS reads it."""
        return None if value is None else str(from_shape(Polygon(value), srid=WGS84, extended=True).desc)

    def process_result_value(self, value: WKBElement | None, dialect: Dialect) -> Ring | None:  # noqa: ARG002
        """Return the outline, without its closing corner."""
        if value is None:
            return None
        polygon = to_shape(value)
        if not isinstance(polygon, Polygon):
            raise TypeError("the column holds something else than a polygon")
        return tuple(LonLat(*corner[:2]) for corner in polygon.exterior.coords[:-1])
