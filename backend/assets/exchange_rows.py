"""Rows of the tables that people bring: assets, readings of meters."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from backend.assets.models import Criticality
from kernel.fields import Body, Code, Day, Lat, Line, Lon, OptionalLine, Prose

NumberText = Annotated[Decimal, Field(max_digits=12, decimal_places=4)]


def within_reach(at: datetime) -> datetime:
    """Return an instant, with or without a zone, of a year that can be stored in every zone.

    Raises:
        ValueError: it is not.
    """
    if not 1970 <= at.year <= 2199:
        raise ValueError("the year lies outside of 1970 to 2199")
    return at


class AssetRow(Body):
    """An asset of a file; its site is known by the customer's number and its own name."""

    asset_no: Code | None = None
    name: Line
    class_code: Code
    customer: Line
    site: Line
    location: Annotated[OptionalLine | None, Field(description="names from the site's own node down, with `/`")] = None
    parent: Code | None = None
    maker: OptionalLine = ""
    model: OptionalLine = ""
    serial: Line | None = None
    criticality: Criticality = Criticality.B
    lon: Lon | None = None
    lat: Lat | None = None
    installed_on: Day | None = None

    @model_validator(mode="after")
    def whole_position(self) -> "AssetRow":
        """Refuse half a position."""
        if (self.lon is None) != (self.lat is None):
            raise ValueError("lon and lat come together")
        return self


class ReadingRow(Body):
    """A reading of a file."""

    asset_no: Code
    meter: Code
    at: Annotated[datetime, AfterValidator(within_reach)]
    value: NumberText
    new_first: NumberText | None = None
    new_rolls_over_at: Annotated[NumberText | None, Field(gt=0)] = None
    note: Prose | None = None

    @model_validator(mode="after")
    def whole_counter(self) -> "ReadingRow":
        """Refuse the range of a counter that nobody put in."""
        if self.new_rolls_over_at is not None and self.new_first is None:
            raise ValueError("new_rolls_over_at needs new_first")
        return self
