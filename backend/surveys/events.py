"""What the rest of the house hears of surveys."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class SurveyAnswered(Event):
    """A customer has said what they think of the service."""

    topic: ClassVar[str] = "surveys.answered.v1"
    survey_id: UUID
    ticket_id: UUID
    rating: int
    nps: int | None
    answered_at: datetime
