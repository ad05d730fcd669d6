"""What a technician reports at the end of a visit, read from the app's payload."""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backend.work.errors import BadVisit
from backend.work.models import FindingResult

Words = Field(default="", max_length=4000)


class Finding(BaseModel):
    """What was found and done; the label of the case behind the order."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    result: FindingResult
    failure_mode: str = Field(default="", max_length=200)
    mechanism: str = Field(default="", max_length=200)
    cause: str = Field(default="", max_length=200)
    activity: str = Field(default="", max_length=200)
    note: str = Words


class _Payload(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    outcome: str = Field(default="fixed", max_length=60)
    finding: Finding | None = None
    signature_name: str | None = Field(default=None, max_length=200)


@dataclass(frozen=True)
class Completion:
    """The end of a visit: outcome, finding, who signed."""

    outcome: str
    finding: Finding | None
    signature_name: str | None


def read_completion(payload: dict[str, Any]) -> Completion:
    """Return the completion that a payload speaks of.

    Raises:
        BadVisit: it cannot be read.
    """
    try:
        read = _Payload.model_validate(payload)
    except ValidationError as error:
        fields = [".".join(str(part) for part in item["loc"]) for item in error.errors()]
        raise BadVisit("The completion cannot be read.", fields=fields) from error
    return Completion(read.outcome, read.finding, read.signature_name)
