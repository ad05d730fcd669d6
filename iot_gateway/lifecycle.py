"""States of cases and commands, and the ways between them."""

from enum import StrEnum


class CaseState(StrEnum):
    """Where a case stands: open until repaired, verifying until telemetry has spoken, closed by a finding."""

    OPEN = "open"
    VERIFYING = "verifying"
    RECOVERED = "recovered"
    CLOSED = "closed"


ACTIVE = (CaseState.OPEN, CaseState.VERIFYING)
"""At most one case per device and failure group is in one of these."""


class Finding(StrEnum):
    """What the engineer found: the label of the case."""

    CONFIRMED = "confirmed"
    NO_FAULT_FOUND = "no_fault_found"
    OTHER = "other"


class CommandState(StrEnum):
    """Where a command stands."""

    QUEUED = "queued"
    SENT = "sent"
    ACKED = "acked"
    FAILED = "failed"
    EXPIRED = "expired"


class Health(StrEnum):
    """What the map shows of a device."""

    OK = "ok"
    ALARM = "alarm"
    SILENT = "silent"
    UNKNOWN = "unknown"


UNFINISHED = (CommandState.QUEUED, CommandState.SENT)


def may_verify(state: CaseState) -> bool:
    """Tell whether a repair can be put to the proof: again and again until the case is closed."""
    return state is not CaseState.CLOSED


def silent_after_seconds(sampling_seconds: int) -> int:
    """Return how long a device may say nothing: five of its intervals, at least two minutes."""
    return max(120, 5 * sampling_seconds)
