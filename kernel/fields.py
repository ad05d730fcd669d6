"""Kinds of values that many request bodies share; what the database cannot store is refused here."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer, StringConstraints


def storable(text: str) -> str:
    """Return the text unless PostgreSQL could not keep it.

    Raises:
        ValueError: it holds a NUL or half a surrogate pair.
    """
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("the text holds a character that cannot be stored")
    return text


def local(wall: time) -> time:
    """Return a wall time unless it names a zone.

    Raises:
        ValueError: it does.
    """
    if wall.tzinfo is not None:
        raise ValueError("the time is local and has no zone")
    return wall


Storable = AfterValidator(storable)
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]*$", max_length=64)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), Storable]
"""One line with something in it, such as a name."""
OptionalLine = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), Storable]
Prose = Annotated[str, StringConstraints(max_length=4_000), Storable]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9][0-9 ()/.-]{2,38}$")]
Email = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^[^@\s\x00]+@[^@\s\x00]+$", max_length=254), Storable
]
Search = Annotated[str | None, Field(max_length=200), AfterValidator(lambda text: text and storable(text.strip()))]
Lon = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Lat = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
LocalTime = Annotated[time, AfterValidator(local)]
Day = Annotated[date, Field(ge=date(1970, 1, 1), le=date(2199, 12, 31))]
Price = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=4)]
"""What one unit of something costs; finer than what can be paid."""
Amount = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)]
"""Money that changes hands."""
Percent = Annotated[int, Field(ge=0, le=100)]
Figure = Annotated[Decimal, PlainSerializer(lambda value: f"{value.normalize():f}", return_type=str)]
"""A decimal in an answer, as a string without idle zeros."""
Paid = Annotated[Decimal, PlainSerializer(lambda value: f"{value:f}", return_type=str)]
"""An amount of money in an answer, as a string."""
Instant = Annotated[AwareDatetime, Field(ge=datetime(1970, 1, 1, tzinfo=UTC), le=datetime(2199, 12, 31, tzinfo=UTC))]


class Body(BaseModel):
    """A request body; members that it does not know are refused."""

    model_config = ConfigDict(extra="forbid")


class Out(BaseModel):
    """An answer, read from a row."""

    model_config = ConfigDict(from_attributes=True)


def example(**body: Any) -> ConfigDict:
    """Return the settings of a body that show one in the documentation."""
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [body]})
