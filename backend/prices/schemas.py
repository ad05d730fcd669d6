"""Bodies and answers of price lists."""

from datetime import time
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from backend.prices.models import PriceList, Purpose
from backend.prices.rates import Rate
from backend.prices.service import Draft, Prices
from kernel.fields import Body, Code, Figure, Line, LocalTime, Out, Percent, Price


class RateIn(Body):
    """The price of an hour, for a skill, a level and a time of the week where they are named."""

    skill: Code | None = None
    level: Annotated[int, Field(ge=1, le=3)] | None = None
    weekdays: Annotated[frozenset[Annotated[int, Field(ge=0, le=6)]], Field(min_length=1)] | None = None
    starts: LocalTime | None = None
    ends: LocalTime | None = None
    per_hour: Price

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.starts is None) != (self.ends is None):
            raise ValueError("a time of day has a start and an end")
        if self.level is not None and self.skill is None:
            raise ValueError("a level is the level of a skill")
        return self


class PartPriceIn(Body):
    """The price of one unit of a part."""

    part_id: UUID
    unit_price: Price


class PricesIn(Body):
    """What a price list says."""

    name: Line
    purpose: Purpose = Purpose.SPECIAL
    per_kilometre: Price
    per_visit: Price
    travel_time_percent: Percent = 100
    parts_markup_percent: Annotated[int, Field(ge=0, le=1000)] = 0
    rates: Annotated[tuple[RateIn, ...], Field(max_length=100)]
    parts: Annotated[tuple[PartPriceIn, ...], Field(max_length=2000)] = ()

    @model_validator(mode="after")
    def _each_part_once(self) -> Self:
        if len({line.part_id for line in self.parts}) != len(self.parts):
            raise ValueError("a part has one price")
        return self

    def draft(self) -> Draft:
        """Return it as the service takes it."""
        return Draft(
            name=self.name,
            purpose=self.purpose,
            per_kilometre=self.per_kilometre,
            per_visit=self.per_visit,
            travel_time_percent=self.travel_time_percent,
            parts_markup_percent=self.parts_markup_percent,
            rates=[Rate(**rate.model_dump()) for rate in self.rates],
            parts={line.part_id: line.unit_price for line in self.parts},
        )


class PriceListIn(PricesIn):
    """A new price list."""

    code: Code


class PriceListChange(PricesIn):
    """What a price list says from now on."""

    version: Annotated[int, Field(ge=1)]


class RateOut(Out):
    """The price of an hour."""

    skill: str | None
    level: int | None
    weekdays: list[int] | None
    starts: time | None
    ends: time | None
    per_hour: Figure


class PartPriceOut(Out):
    """The price of one unit of a part."""

    part_id: UUID
    unit_price: Figure


class PriceListLine(Out):
    """A price list in a list."""

    id: UUID
    code: str
    name: str
    purpose: Purpose
    version: int


class PriceListOut(PriceListLine):
    """A price list with what it says now."""

    per_kilometre: Figure
    per_visit: Figure
    travel_time_percent: int
    parts_markup_percent: int
    rates: list[RateOut]
    parts: list[PartPriceOut]

    @classmethod
    def of(cls, row: PriceList, prices: Prices) -> "PriceListOut":
        """Return the answer for a list."""
        return cls(
            id=row.id,
            code=row.code,
            name=row.name,
            purpose=row.purpose,
            version=row.version,
            per_kilometre=prices.per_kilometre,
            per_visit=prices.per_visit,
            travel_time_percent=prices.travel_time_percent,
            parts_markup_percent=prices.parts_markup_percent,
            rates=[
                RateOut(
                    skill=rate.skill,
                    level=rate.level,
                    weekdays=None if rate.weekdays is None else sorted(rate.weekdays),
                    starts=rate.starts,
                    ends=rate.ends,
                    per_hour=rate.per_hour,
                )
                for rate in prices.rates
            ],
            parts=[PartPriceOut(part_id=key, unit_price=price) for key, price in prices.parts.items()],
        )
