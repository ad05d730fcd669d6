"""Firmware releases and campaigns, as HTTP shows them."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, Base64Bytes, BaseModel, Field

from iot_gateway.models.firmware import CampaignDevice
from iot_gateway.rollout import CampaignAction, CampaignState, UpdateState
from iot_gateway.service.campaigns import CampaignView, Draft
from kernel.fields import Body, Code, Line, OptionalLine, Out, Prose


class ReleaseIn(Body):
    """An image for one model; its content as base64, at most 6,000,000 bytes."""

    model: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.-]+$")]
    version: Code
    notes: Prose = ""
    content: Annotated[Base64Bytes, Field(min_length=1, max_length=6_000_000, examples=["f0VMRgIBAQA="])]


class ReleaseOut(Out):
    """An image, without its bytes."""

    id: UUID
    model: str
    version: str
    sha256: str
    size: int
    notes: str
    created_at: AwareDatetime


Wave = Annotated[int, Field(ge=1, le=100)]


class CampaignIn(Body):
    """A campaign to draft; without group, site and devices it is for all devices of the release's model."""

    release_id: UUID
    name: Line
    waves: tuple[Wave, ...] = Field(default=(5, 25, 100), min_length=1, max_length=20)
    pause_seconds: Annotated[int, Field(ge=0, le=30 * 86_400)] = 3600
    lifetime_seconds: Annotated[int, Field(ge=10, le=30 * 86_400)] = 86_400
    restart_seconds: Annotated[int, Field(ge=1, le=86_400)] = 600
    max_failed_count: Annotated[int, Field(ge=0, le=100_000)] | None = None
    max_failed_percent: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)] | None = 10.0
    group: OptionalLine | None = None
    site: OptionalLine | None = None
    device_ids: Annotated[list[UUID], Field(min_length=1, max_length=10_000)] | None = None

    def draft(self) -> Draft:
        """Return what the service takes."""
        return Draft(**self.model_dump())


class CampaignStep(Body):
    """What to do with a campaign."""

    action: CampaignAction


class CampaignOut(BaseModel):
    """A campaign, and how many of its devices stand where, in all and wave by wave (none before it is started)."""

    id: UUID
    name: str
    state: CampaignState
    detail: str | None
    release: ReleaseOut
    target: dict[str, Any]
    waves: list[int]
    wave: int
    pause_seconds: int
    lifetime_seconds: int
    restart_seconds: int
    max_failed_count: int | None
    max_failed_percent: float | None
    device_count: int
    counts: dict[UpdateState, int]
    wave_counts: list[dict[UpdateState, int]]
    created_at: AwareDatetime
    started_at: AwareDatetime | None
    finished_at: AwareDatetime | None

    @classmethod
    def of(cls, view: CampaignView) -> "CampaignOut":
        """Show a campaign."""
        own = set(cls.model_fields) - {"release", "counts", "wave_counts"}
        return cls(
            release=ReleaseOut.model_validate(view.release),
            counts=dict(view.counts),
            wave_counts=[dict(one) for one in view.wave_counts],
            **{name: getattr(view.campaign, name) for name in own},
        )


class CampaignDeviceOut(BaseModel):
    """One device of a campaign."""

    device_id: UUID
    name: str
    wave: int
    state: UpdateState
    detail: str | None
    firmware_before: str | None
    command_id: UUID | None
    sent_at: AwareDatetime | None
    finished_at: AwareDatetime | None

    @classmethod
    def of(cls, row: CampaignDevice, name: str) -> "CampaignDeviceOut":
        """Show a device of a campaign."""
        own = set(cls.model_fields) - {"name"}
        return cls(name=name, **{field: getattr(row, field) for field in own})
