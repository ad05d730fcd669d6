"""Dead letters, as HTTP shows them."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from iot_gateway.lifecycle import LetterState
from iot_gateway.models.telemetry import TelemetryDeadLetter
from iot_gateway.schemas.devices import Out
from iot_gateway.service import letters
from kernel.fields import Body

EXCERPT = 500


class DeadLetterOut(Out):
    """A message that could not be taken, and what became of it since."""

    id: UUID
    received_at: AwareDatetime
    topic: str
    device_name: str | None
    reason: str
    detail: str
    payload_excerpt: str
    payload_bytes: int
    state: LetterState
    replayable: bool
    discardable: bool
    asked_at: AwareDatetime | None
    asked_by: UUID | None
    replayed_at: AwareDatetime | None
    stored_count: int | None
    outcome_reason: str | None
    outcome_detail: str | None

    @classmethod
    def of(cls, letter: TelemetryDeadLetter) -> "DeadLetterOut":
        """Show a dead letter with the beginning of its payload, as text."""
        return cls.model_validate(_members(letter))


class DeadLetterDetail(DeadLetterOut):
    """A dead letter with all of its payload that was kept."""

    payload_text: str | None
    """None where the payload is no text."""
    payload_hex: str

    @classmethod
    def of(cls, letter: TelemetryDeadLetter) -> "DeadLetterDetail":
        """Show a dead letter whole."""
        members = _members(letter) | {"payload_text": letters.text_of(letter), "payload_hex": letter.payload.hex()}
        return cls.model_validate(members)


class Selection(Body):
    """Some dead letters."""

    letter_ids: Annotated[list[UUID], Field(min_length=1, max_length=letters.SELECTED_MOST)]


class Selected(Out):
    """Those letters as they are now."""

    items: list[DeadLetterOut]


def _members(letter: TelemetryDeadLetter) -> dict[str, object]:
    names = (
        "id", "received_at", "topic", "device_name", "reason", "detail", "state", "asked_at", "asked_by",
        "replayed_at", "stored_count", "outcome_reason", "outcome_detail",
    )  # fmt: skip
    return {name: getattr(letter, name) for name in names} | {
        "payload_excerpt": letter.payload[:EXCERPT].decode(errors="replace"),
        "payload_bytes": len(letter.payload),
        "replayable": letters.is_replayable(letter),
        "discardable": letters.is_discardable(letter),
    }
