"""Answers of positions."""

from datetime import datetime
from uuid import UUID

from pydantic import AliasPath, Field

from kernel.fields import Out


class PositionOut(Out):
    """Where a technician was at an instant."""

    technician_id: UUID
    at: datetime
    lon: float = Field(validation_alias=AliasPath("position", "lon"))
    lat: float = Field(validation_alias=AliasPath("position", "lat"))
    accuracy_m: float
