"""The twin of a device, as HTTP shows it."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, Field

from kernel.fields import Body, Out


class TwinPatch(Body):
    """A change of what a device should be set to: a JSON merge patch (RFC 7396), null takes a member away."""

    version: Annotated[int, Field(ge=0, le=2**31 - 1)]
    """The desired version that was read; 0 where none was asked for yet."""
    desired: dict[str, Any]


class TwinOut(Out):
    """What a device should be set to, what it says it is set to, and the merge patch between them."""

    device_id: UUID
    desired: dict[str, Any]
    desired_version: int
    desired_by: UUID | None
    desired_at: AwareDatetime | None
    reported: dict[str, Any]
    reported_version: int
    reported_at: AwareDatetime | None
    delta: dict[str, Any]
    pending: bool
