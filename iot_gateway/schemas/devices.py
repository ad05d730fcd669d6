"""Devices and commands, as HTTP shows them."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from iot_gateway.lifecycle import CommandState, Health
from iot_gateway.service.devices import DeviceView
from kernel.fields import Instant


class Out(BaseModel):
    """An answer, read from attributes."""

    model_config = ConfigDict(from_attributes=True)


class DeviceOut(Out):
    """A device with its health and last values."""

    id: UUID
    name: str
    model: str
    sampling_seconds: int
    asset_name: str | None
    site_name: str | None
    health: Health
    online: bool | None
    firmware: str | None
    last_seen_at: AwareDatetime | None
    last_values: dict[str, Any]
    last_sample_at: AwareDatetime | None
    revoked_at: AwareDatetime | None

    @classmethod
    def of(cls, view: DeviceView) -> "DeviceOut":
        """Show a device."""
        return cls.model_validate(view)


class Provision(BaseModel):
    """A device to make known."""

    name: Annotated[str, Field(min_length=2, max_length=63)]
    model: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.-]+$")]
    sampling_seconds: Annotated[int, Field(ge=1, le=86_400)]
    max_age_days: Annotated[int, Field(ge=1, le=400)] = 30


class Provisioned(Out):
    """A device just made known; its secret is shown this once."""

    id: UUID
    name: str
    secret: str


class Mute(BaseModel):
    """A window in which no cases of a device are opened; no end: until it is lifted."""

    model_config = ConfigDict(extra="forbid")

    since: Instant | None = None
    until: Instant | None = None


class MutedOut(Out):
    """A device of which no cases are opened in a window; no end: until it is lifted."""

    device_id: UUID
    device_name: str
    model: str
    since: AwareDatetime
    until: AwareDatetime | None


class CommandIn(BaseModel):
    """A command to a device."""

    command: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-z][a-z0-9_]*$")]
    args: dict[Annotated[str, Field(max_length=64)], str | float | int | bool | None] = Field(
        default_factory=dict, max_length=32
    )
    lifetime_seconds: Annotated[int, Field(ge=1, le=30 * 86_400)] = 600


class CommandOut(Out):
    """A command and how far it got."""

    id: UUID
    device_id: UUID
    command: str
    args: dict[str, Any]
    state: CommandState
    requested_at: AwareDatetime
    expires_at: AwareDatetime
    sent_at: AwareDatetime | None
    attempts: int
    finished_at: AwareDatetime | None
    detail: str | None
