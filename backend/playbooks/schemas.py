"""What the staff API says about playbooks and trials."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from backend.assets.models import Criticality
from backend.playbooks.lifecycle import TrialState, TrialStep
from kernel.fields import Body, Code, Line, Out

Command = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Seconds = Annotated[int, Field(ge=1, le=86_400)]


class ConditionIn(Body):
    """Which cases a playbook is for."""

    model: Code
    failure_group: Code
    severity_at_most: int = Field(default=2, ge=1, le=4)
    most_critical: Criticality = Criticality.B
    cold_start: bool = False


class PlaybookIn(ConditionIn):
    """What is tried, on which condition, and what proves it."""

    name: Line
    active: bool = True
    command: Command
    args: dict[Annotated[str, Field(max_length=64)], str | float | int | bool | None] = Field(
        default_factory=dict, max_length=32
    )
    command_seconds: Seconds = 600
    proof_samples: int = Field(default=120, ge=1, le=100_000)
    proof_seconds: Seconds = 3600
    proof_limit_seconds: int = Field(default=4 * 3600, ge=2, le=7 * 86_400)
    rest_hours: int = Field(default=24, ge=0, le=8760)

    @model_validator(mode="after")
    def _limit_is_longer(self) -> Self:
        if self.proof_limit_seconds <= self.proof_seconds:
            raise ValueError("proof_limit_seconds must be longer than proof_seconds")
        return self


class PlaybookChange(PlaybookIn):
    """The whole playbook, and the version that was read."""

    version: int = Field(ge=1)


class PlaybookOut(Out):
    """A playbook."""

    id: UUID
    version: int
    name: str
    model: str
    failure_group: str
    active: bool
    severity_at_most: int
    most_critical: Criticality
    cold_start: bool
    command: str
    args: dict[str, Any]
    command_seconds: int
    proof_samples: int
    proof_seconds: int
    proof_limit_seconds: int
    rest_hours: int


class VersionOut(Out):
    """One version of a playbook and what it changed: by member, from what to what."""

    version: int
    at: datetime
    actor_id: UUID | None
    actor_name: str | None
    changed: dict[str, tuple[Any, Any]]


class TrialOut(Out):
    """One use of a playbook for one case."""

    id: UUID
    playbook_id: UUID
    case_id: UUID
    device_id: UUID
    device_name: str | None
    ticket_id: UUID
    failure_group: str
    command_id: UUID
    command: str
    args: dict[str, Any]
    state: TrialState
    reason: TrialStep | None
    begun_at: datetime
    due_at: datetime
    ended_at: datetime | None


class StepOut(Out):
    """One step of a trial."""

    step: TrialStep
    state: TrialState
    at: datetime
    detail: dict[str, Any]
    actor_id: UUID | None
    actor_name: str


class TrialDetailOut(TrialOut):
    """A trial with its steps."""

    steps: list[StepOut]


class DryRunIn(ConditionIn):
    """A condition to be held against past cases."""

    days: int = Field(default=90, ge=1, le=730)


class DryRunLine(Out):
    """A past case: whether it would have been tried, why not, and what became of it."""

    case_id: UUID
    device_id: UUID
    device_name: str | None
    opened_at: datetime
    severity: int
    criticality: Criticality | None
    state: str
    finding: str | None
    refused: str | None


class DryRunOut(Out):
    """What a condition would have meant for past cases."""

    cases: int
    tried: int
    refused: dict[str, int]
    findings_of_tried: dict[str, int]
    """By what engineers found; `open`: not known yet."""
    items: list[DryRunLine]
    """The newest of them."""
