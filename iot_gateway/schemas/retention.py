"""How long telemetry is kept, as HTTP shows it."""

from pydantic import BaseModel, ConfigDict, Field

from iot_gateway.schemas.devices import Out


class RetentionIn(BaseModel):
    """Days to keep samples and both roll-ups; a roll-up lives at least as long as what it is made of."""

    model_config = ConfigDict(extra="forbid")

    raw_days: int | None = Field(default=None, ge=1, le=3660)
    minute_days: int = Field(default=365, ge=31, le=3660)
    hour_days: int = Field(default=1825, ge=31, le=36600)


class RetentionOut(Out):
    """Days that samples and both roll-ups are kept."""

    raw_days: int
    minute_days: int
    hour_days: int
