"""Series, as HTTP shows them."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from iot_gateway.resolution import Resolution
from iot_gateway.schemas.devices import Out
from iot_gateway.service.charts import Series


class SeriesOut(Out):
    """One metric over time."""

    metric: str
    unit: str
    from_: Annotated[AwareDatetime, Field(serialization_alias="from")]
    to: AwareDatetime
    resolution: Resolution
    step_seconds: int | None
    points: list[tuple[int, float]]
    envelope: list[tuple[int, float, float]] | None
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
            resolution=series.resolution,
            step_seconds=series.step_seconds,
            points=list(series.points),
            envelope=list(series.envelope) if series.envelope is not None else None,
            band=band,
        )


class DeviceChartOut(Out):
    """Several metrics of one device over the same time."""

    series: list[SeriesOut]
