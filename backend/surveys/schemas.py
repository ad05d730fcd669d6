"""What the staff API says about surveys."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class SurveyOut(BaseModel):
    """A survey and its answer."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    ticket_id: UUID
    invited_at: datetime
    reminded_at: datetime | None
    answered_at: datetime | None
    rating: int | None
    nps: int | None
    text: str | None


class SurveyPage(BaseModel):
    """One page of surveys."""

    items: list[SurveyOut]
    next_cursor: str | None
