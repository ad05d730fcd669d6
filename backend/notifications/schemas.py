"""What the staff API says about notifications."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from backend.notifications.models import NotificationState, PushChannel


class RegistrationIn(BaseModel):
    """Where messages for the caller go."""

    model_config = ConfigDict(extra="forbid")

    channel: PushChannel
    token: str = Field(min_length=8, max_length=4096)
    device_id: str = Field(min_length=1, max_length=200)
    locale: Literal["zh", "en"] = "zh"


class RegistrationOut(BaseModel):
    """A registered phone or browser."""

    id: UUID
    channel: PushChannel
    device_id: str
    push: Literal["on", "off"]


class NotificationOut(BaseModel):
    """One message to the caller."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: str
    title_zh: str
    title_en: str
    body_zh: str
    body_en: str
    data: dict[str, Any]
    state: NotificationState
    created_at: datetime
    sent_at: datetime | None
    read_at: datetime | None


class NotificationPage(BaseModel):
    """One page of messages, and whether push is configured."""

    items: list[NotificationOut]
    next_cursor: str | None
    push: Literal["on", "off"]
