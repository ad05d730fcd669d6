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


BY_LIMIT = "limit"
"""`how` in the summary of a case that a limit which people set has opened."""


class Finding(StrEnum):
    """What the engineer found: the label of the case."""

    CONFIRMED = "confirmed"
    NO_FAULT_FOUND = "no_fault_found"
    OTHER = "other"


class CommandState(StrEnum):
    """Where a command stands: queued until first handed to the broker, sent until answered or out of time."""

    QUEUED = "queued"
    SENT = "sent"
    ACKED = "acked"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class CommandStep(StrEnum):
    """What can happen to a command."""

    SEND = "send"
    ACK = "ack"
    FAIL = "fail"
    EXPIRE = "expire"
    CANCEL = "cancel"


UNFINISHED = (CommandState.QUEUED, CommandState.SENT)

COMMAND_STEPS: dict[tuple[CommandState, CommandStep], CommandState] = {
    (CommandState.QUEUED, CommandStep.SEND): CommandState.SENT,
    (CommandState.QUEUED, CommandStep.ACK): CommandState.ACKED,
    (CommandState.QUEUED, CommandStep.FAIL): CommandState.FAILED,
    (CommandState.QUEUED, CommandStep.EXPIRE): CommandState.EXPIRED,
    (CommandState.QUEUED, CommandStep.CANCEL): CommandState.CANCELLED,
    (CommandState.SENT, CommandStep.SEND): CommandState.SENT,
    (CommandState.SENT, CommandStep.ACK): CommandState.ACKED,
    (CommandState.SENT, CommandStep.FAIL): CommandState.FAILED,
    (CommandState.SENT, CommandStep.EXPIRE): CommandState.EXPIRED,
}
"""A queued command may be answered: its gateway was killed between the sending and the note of it."""


def command_after(state: CommandState, step: CommandStep) -> CommandState:
    """Return where a command stands after a step; one that it does not know changes nothing."""
    return COMMAND_STEPS.get((state, step), state)


def retry_seconds(attempts: int) -> int:
    """Return how long to wait for an answer after so many sendings: 15 s, doubled each time, at most 5 minutes."""
    return int(min(300, 15 * 2 ** min(max(attempts - 1, 0), 8)))


class Health(StrEnum):
    """What the map shows of a device."""

    OK = "ok"
    ALARM = "alarm"
    SILENT = "silent"
    UNKNOWN = "unknown"


class FleetState(StrEnum):
    """How a list of devices is narrowed; `online` is `ok` and `alarm`, `revoked` stands apart from all others."""

    ONLINE = "online"
    OK = "ok"
    ALARM = "alarm"
    SILENT = "silent"
    UNKNOWN = "unknown"
    REVOKED = "revoked"


class LetterState(StrEnum):
    """Where a dead letter stands: waiting, asked to be replayed, or settled one way or the other."""

    OPEN = "open"
    REQUESTED = "requested"
    STORED = "stored"
    REFUSED = "refused"
    DISCARDED = "discarded"


class ClaimState(StrEnum):
    """What can still be done with a claim: traded, or why not any more."""

    OPEN = "open"
    USED = "used"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


REPLAYABLE = (LetterState.OPEN, LetterState.REFUSED, LetterState.DISCARDED)
"""What is stored is stored, and what is asked for is on its way: asking again changes nothing."""

DISCARDABLE = (LetterState.OPEN, LetterState.REFUSED)


def may_verify(state: CaseState) -> bool:
    """Tell whether a repair can be put to the proof: again and again until the case is closed."""
    return state is not CaseState.CLOSED


def silent_after_seconds(sampling_seconds: int) -> int:
    """Return how long a device may say nothing: five of its intervals, at least two minutes."""
    return max(120, 5 * sampling_seconds)
