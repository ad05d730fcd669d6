"""Series and dead letters, as HTTP shows them."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from iot_gateway.models.telemetry import TelemetryDeadLetter
from iot_gateway.schemas.devices import Out
from iot_gateway.service.readings import Series

EXCERPT = 500


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


class DeadLetterOut(Out):
    """A message that could not be taken."""

    id: UUID
    received_at: AwareDatetime
    topic: str
    device_name: str | None
    reason: str
    detail: str
    payload_excerpt: str

    @classmethod
    def of(cls, letter: TelemetryDeadLetter) -> "DeadLetterOut":
        """Show the beginning of a dead letter, as text."""
        return cls(
            id=letter.id,
            received_at=letter.received_at,
            topic=letter.topic,
            device_name=letter.device_name,
            reason=letter.reason,
            detail=letter.detail,
            payload_excerpt=letter.payload[:EXCERPT].decode(errors="replace"),
        )
