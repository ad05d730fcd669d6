"""Bodies and answers of customers, contacts and sites."""

from typing import Annotated
from uuid import UUID

from pydantic import AliasPath, Field

from kernel.fields import Body, Code, Email, Lat, Line, LocalTime, Lon, OptionalLine, Out, Phone, Prose

Weekday = Annotated[int, Field(ge=0, le=6)]


class CustomerIn(Body):
    """A new customer."""

    name: Line
    number: Code | None = None
    phone: Phone | None = None
    email: Email | None = None
    locale: Annotated[str, Field(pattern="^(zh|en)$")] = "zh"
    note: Prose = ""
    tier: Code | None = None


class TierIn(Body):
    """The class of service that was agreed with a customer; none: the usual one."""

    tier: Code | None


class CustomerOut(Out):
    """A customer."""

    id: UUID
    number: str
    name: str
    phone: str | None
    email: str | None
    locale: str
    note: str
    tier: str | None


class ContactIn(Body):
    """A new contact of a customer."""

    name: Line
    title: OptionalLine = ""
    phone: Phone | None = None
    email: Email | None = None
    is_primary: bool = False


class ContactOut(Out):
    """A person at the customer."""

    id: UUID
    customer_id: UUID
    name: str
    title: str
    phone: str | None
    email: str | None
    is_primary: bool


class OpeningHours(Body):
    """A local interval on a weekday; Monday is 0."""

    weekday: Weekday
    opens: LocalTime
    closes: LocalTime


class SiteIn(Body):
    """A new site of a customer."""

    customer_id: UUID
    name: Line
    address: Line
    lon: Lon
    lat: Lat
    access_notes: Prose = ""
    opening_hours: Annotated[tuple[OpeningHours, ...], Field(max_length=50)] = ()


class SiteOut(Out):
    """A place where work is done."""

    id: UUID
    customer_id: UUID
    name: str
    address: str
    lon: float = Field(validation_alias=AliasPath("position", "lon"))
    lat: float = Field(validation_alias=AliasPath("position", "lat"))
    access_notes: str
    opening_hours: list[OpeningHours]
