"""The states of a remote trial: a table of data."""

from enum import StrEnum


class TrialState(StrEnum):
    """Where a trial stands: told to the device, put to the proof, and its ends."""

    COMMANDED = "commanded"
    PROVING = "proving"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


class TrialStep(StrEnum):
    """What happens to a trial."""

    BEGIN = "begin"
    OBEY = "obey"
    REFUSE = "refuse"
    EXPIRE = "expire"
    CLEAR = "clear"
    RELAPSE = "relapse"
    TIME_OUT = "time_out"
    WITHDRAW = "withdraw"


_S, _T = TrialState, TrialStep

TRANSITIONS: dict[tuple[TrialState, TrialStep], TrialState] = {
    (_S.COMMANDED, _T.OBEY): _S.PROVING,
    (_S.COMMANDED, _T.REFUSE): _S.FAILED,
    (_S.COMMANDED, _T.EXPIRE): _S.FAILED,
    (_S.COMMANDED, _T.TIME_OUT): _S.FAILED,
    (_S.COMMANDED, _T.WITHDRAW): _S.WITHDRAWN,
    (_S.PROVING, _T.CLEAR): _S.SUCCEEDED,
    (_S.PROVING, _T.RELAPSE): _S.FAILED,
    (_S.PROVING, _T.TIME_OUT): _S.FAILED,
    (_S.PROVING, _T.WITHDRAW): _S.WITHDRAWN,
}

RUNNING = (TrialState.COMMANDED, TrialState.PROVING)
"""At most one trial of a case is in one of these."""


def after(state: TrialState, step: TrialStep) -> TrialState | None:
    """Return the state behind a step; None if the state does not know it: news that comes twice or too late."""
    return TRANSITIONS.get((state, step))
