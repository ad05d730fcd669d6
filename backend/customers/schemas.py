"""Bodies and answers of customers, contacts and sites."""

from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import AliasPath, BaseModel, Field, model_validator

from kernel.fields import Body, Code, Email, Lat, Line, LocalTime, Lon, OptionalLine, Out, Phone, Prose

Locale = Annotated[str, Field(pattern="^(zh|en)$")]
UNSAID = ""
"""Default of a text that a change need not name; it is never stored, since only what was named is."""
Version = Annotated[int, Field(ge=1, le=2**31 - 1)]
Weekday = Annotated[int, Field(ge=0, le=6)]


class CustomerIn(Body):
    """A new customer."""

    name: Line
    number: Code | None = None
    phone: Phone | None = None
    email: Email | None = None
    locale: Locale = "zh"
    note: Prose = ""
    tier: Code | None = None


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
    merged_into_id: UUID | None
    version: int


class CustomerPatch(Body):
    """What changes of a customer; what is not named stays."""

    version: Version
    name: Line = UNSAID
    phone: Phone | None = None
    email: Email | None = None
    locale: Locale = UNSAID
    note: Prose = UNSAID
    tier: Code | None = None


class MergeIn(Body):
    """The customer that stays."""

    into_id: UUID


class Likeness(StrEnum):
    """What two customers share."""

    PHONE = "phone"
    EMAIL = "email"
    NAME = "name"


class DuplicateOut(BaseModel):
    """Customers that look like one."""

    by: Likeness
    value: str
    customers: list[CustomerOut]


class CustomerRow(Body):
    """A row of the table of customers."""

    number: Code | None = None
    name: Line
    phone: Phone | None = None
    email: Email | None = None
    locale: Locale = "zh"
    note: Prose = ""
    tier: Code | None = None


class ContactRow(Body):
    """A row of the table of contacts."""

    customer: Code
    name: Line
    title: OptionalLine = ""
    phone: Phone | None = None
    email: Email | None = None
    is_primary: bool = False


class SiteRow(Body):
    """A row of the table of sites."""

    customer: Code
    name: Line
    address: Line
    lon: Lon
    lat: Lat
    access_notes: Prose = ""


class ContactIn(Body):
    """A new contact of a customer."""

    name: Line
    title: OptionalLine = ""
    phone: Phone | None = None
    email: Email | None = None
    is_primary: bool = False


class ContactPatch(Body):
    """What changes of a contact; what is not named stays."""

    version: Version
    name: Line = UNSAID
    title: OptionalLine = UNSAID
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
    version: int


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
    version: int


class SitePatch(Body):
    """What changes of a site; what is not named stays."""

    version: Version
    name: Line = UNSAID
    address: Line = UNSAID
    lon: Lon = 0.0
    lat: Lat = 0.0
    access_notes: Prose = UNSAID
    opening_hours: Annotated[tuple[OpeningHours, ...], Field(max_length=50)] = ()

    @model_validator(mode="after")
    def position_is_whole(self) -> Self:
        """Refuse half a position."""
        if len(self.model_fields_set & {"lon", "lat"}) == 1:
            raise ValueError("lon and lat come together")
        return self
