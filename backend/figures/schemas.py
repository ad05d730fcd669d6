"""Figures over HTTP."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict

from backend.figures.measures import Point
from backend.figures.scope import Filter
from backend.figures.service import Answer, Bucket
from kernel.fields import Code, Day, Out, Search


class Narrowing(BaseModel):
    """The period, in whole days of the tenant's time zone, and what figures are narrowed to."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    from_: Annotated[Day, Query(alias="from")]
    to: Day
    customer_id: UUID | None = None
    site_id: UUID | None = None
    asset_class: Code | None = None
    model: Search = None
    work_type: Code | None = None
    priority: Annotated[int | None, Query(ge=1, le=4)] = None
    technician_id: UUID | None = None
    territory: UUID | None = None
    """The technician in whose area the site lies."""
    bucket: Bucket = Bucket.WEEK

    def filter(self) -> Filter:
        """Return what figures are narrowed to."""
        return Filter(**{name: getattr(self, name) or None for name in Filter.__dataclass_fields__})


class PointOut(Out):
    """A figure of one stretch of the period, with its 95 % interval."""

    start: date
    value: float | None
    low: float | None
    high: float | None
    n: int


class FigureOut(Out):
    """A figure: how much, of how many, how sure, what is left out and why."""

    name: str
    kind: str
    better: str
    title: dict[str, str]
    meaning: dict[str, str]
    value: float | None
    """Seconds of a duration, the share of a rate, otherwise as the meaning says."""
    low: float | None
    high: float | None
    n: int
    hits: int | None
    mean: float | None
    p90: float | None
    numerator: float | None
    denominator: float | None
    more_than: bool
    excluded: dict[str, int]
    reasons: dict[str, int]
    not_applied: list[str]
    trend: list[PointOut]

    @classmethod
    def of(cls, found: Answer) -> "FigureOut":
        """Return a figure as it goes out."""
        kpi, figure = found.kpi, found.figure
        given: dict[str, Any] = {**vars(figure), "trend": [_point(day, one) for day, one in figure.trend.items()]}
        return cls(
            name=kpi.name,
            kind=kpi.kind,
            better=kpi.better,
            title={"zh": kpi.words.zh, "en": kpi.words.en},
            meaning={"zh": kpi.words.meaning_zh, "en": kpi.words.meaning_en},
            not_applied=list(found.not_applied),
            **given,
        )


def _point(day: date, one: Point) -> PointOut:
    return PointOut(start=day, value=one.value, low=one.low, high=one.high, n=one.n)


class BoardOut(Out):
    """All figures of a period, and those that the data do not allow, with the reason."""

    time_zone: str
    items: list[FigureOut]
    not_computed: dict[str, str]


class FactOut(Out):
    """One row behind a figure: the order, whether it counts, whether it is a hit, and why."""

    fact_id: UUID
    order_id: UUID | None
    number: str | None
    summary: str | None
    state: str | None
    customer_name: str | None
    ticket_id: UUID | None
    ticket_number: str | None
    at: datetime
    counted: bool
    hit: bool | None
    value: float | None
    weight: float | None
    reason: str | None


class BarOut(Out):
    """One kind of failure: how often, how long the assets stood, what the parts cost if known, and the share so far."""

    key: str
    name: dict[str, str] | None
    count: int
    downtime_seconds: float
    cost: Decimal | None
    cumulative: float | None


class ParetoOut(Out):
    """Failures by kind, the most first."""

    bars: list[BarOut]
    more: int
    excluded: dict[str, int]
