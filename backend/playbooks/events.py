"""What playbooks have to say to the rooms above them."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class TrialFinished(Event):
    """A remote trial has come to its end: it succeeded, failed or was withdrawn; `reason` is the step that ended it."""

    topic: ClassVar[str] = "playbooks.trial_finished.v1"
    trial_id: UUID
    case_id: UUID
    ticket_id: UUID
    state: str
    reason: str
    command: str
    begun_at: datetime
    at: datetime
