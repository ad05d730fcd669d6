"""Series, as HTTP shows them."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from iot_gateway.schemas.devices import Out
from iot_gateway.service.readings import Series


class SeriesOut(Out):
    """One metric over time."""

    metric: str
    unit: str
    from_: Annotated[AwareDatetime, Field(serialization_alias="from")]
    to: AwareDatetime
    points: list[tuple[int, float]]
    band: list[tuple[int, float, float]] | None

    @classmethod
    def of(cls, series: Series) -> "SeriesOut":
        """Show a series."""
        band = list(series.band) if series.band is not None else None
        return cls(
            metric=series.metric,
            unit=series.unit,
            from_=series.start,
            to=series.end,
            points=list(series.points),
            band=band,
        )
