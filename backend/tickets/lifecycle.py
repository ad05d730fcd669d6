"""The states of tickets: a table of data."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from backend.tickets.errors import IllegalTicketStep


class TicketState(StrEnum):
    """Where a ticket stands."""

    NEW = "new"
    TRIAGED = "triaged"
    REMOTE_TRIAL = "remote_trial"
    PENDING_CUSTOMER = "pending_customer"
    IN_PROGRESS = "in_progress"
    RESOLVED = "resolved"
    CLOSED = "closed"
    MERGED = "merged"
    CANCELLED = "cancelled"


class TicketAction(StrEnum):
    """What happens to a ticket."""

    TRIAGE = "triage"
    TRY_REMOTE = "try_remote"
    ASK_CUSTOMER = "ask_customer"
    CUSTOMER_ANSWERED = "customer_answered"
    BEGIN = "begin"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    CLOSE = "close"
    MERGE = "merge"
    CANCEL = "cancel"


_S, _A = TicketState, TicketAction

TRANSITIONS: dict[tuple[TicketState, TicketAction], TicketState] = {
    (_S.NEW, _A.TRIAGE): _S.TRIAGED,
    (_S.NEW, _A.TRY_REMOTE): _S.REMOTE_TRIAL,
    (_S.NEW, _A.ASK_CUSTOMER): _S.PENDING_CUSTOMER,
    (_S.NEW, _A.BEGIN): _S.IN_PROGRESS,
    (_S.NEW, _A.RESOLVE): _S.RESOLVED,
    (_S.NEW, _A.MERGE): _S.MERGED,
    (_S.NEW, _A.CANCEL): _S.CANCELLED,
    (_S.TRIAGED, _A.TRY_REMOTE): _S.REMOTE_TRIAL,
    (_S.TRIAGED, _A.ASK_CUSTOMER): _S.PENDING_CUSTOMER,
    (_S.TRIAGED, _A.BEGIN): _S.IN_PROGRESS,
    (_S.TRIAGED, _A.RESOLVE): _S.RESOLVED,
    (_S.TRIAGED, _A.MERGE): _S.MERGED,
    (_S.TRIAGED, _A.CANCEL): _S.CANCELLED,
    (_S.REMOTE_TRIAL, _A.BEGIN): _S.IN_PROGRESS,
    (_S.REMOTE_TRIAL, _A.RESOLVE): _S.RESOLVED,
    (_S.REMOTE_TRIAL, _A.CANCEL): _S.CANCELLED,
    (_S.PENDING_CUSTOMER, _A.CUSTOMER_ANSWERED): _S.TRIAGED,
    (_S.PENDING_CUSTOMER, _A.BEGIN): _S.IN_PROGRESS,
    (_S.PENDING_CUSTOMER, _A.RESOLVE): _S.RESOLVED,
    (_S.PENDING_CUSTOMER, _A.MERGE): _S.MERGED,
    (_S.PENDING_CUSTOMER, _A.CANCEL): _S.CANCELLED,
    (_S.IN_PROGRESS, _A.ASK_CUSTOMER): _S.PENDING_CUSTOMER,
    (_S.IN_PROGRESS, _A.RESOLVE): _S.RESOLVED,
    (_S.IN_PROGRESS, _A.MERGE): _S.MERGED,
    (_S.IN_PROGRESS, _A.CANCEL): _S.CANCELLED,
    (_S.RESOLVED, _A.REOPEN): _S.IN_PROGRESS,
    (_S.RESOLVED, _A.CLOSE): _S.CLOSED,
    (_S.CLOSED, _A.REOPEN): _S.IN_PROGRESS,
}

ENDED = frozenset({_S.CLOSED, _S.MERGED, _S.CANCELLED})
OPEN = frozenset(_S) - ENDED - {_S.RESOLVED}
PAUSED = frozenset({_S.PENDING_CUSTOMER})
"""States in which the promise to the customer waits."""

CLOSE_AFTER = timedelta(days=3)
"""How long a resolved ticket waits before it closes by itself."""
REOPEN_WITHIN = timedelta(days=7)
"""How long after its resolution a ticket may be reopened; later it is a new one that follows it."""


def legal(state: TicketState) -> tuple[TicketAction, ...]:
    """Return the actions that `state` allows, in the order of the table."""
    return tuple(action for (source, action) in TRANSITIONS if source is state)


def check_takes_work(state: TicketState) -> None:
    """Refuse work for a ticket that has ended.

    Raises:
        IllegalTicketStep: it has; reopen it first.
    """
    if state not in OPEN:
        raise IllegalTicketStep(
            f"No work is opened for a ticket in state '{state}'.",
            state=str(state),
            action="open_work_order",
            legal=[str(name) for name in legal(state)],
        )


def advance(state: TicketState, action: TicketAction) -> TicketState:
    """Return the state behind `action`.

    Raises:
        IllegalTicketStep: `state` does not allow it.
    """
    target = TRANSITIONS.get((state, action))
    if target is None:
        raise IllegalTicketStep(
            f"'{action}' is not possible in state '{state}'.",
            state=str(state),
            action=str(action),
            legal=[str(name) for name in legal(state)],
        )
    return target


def fold(actions: Iterable[TicketAction]) -> TicketState:
    """Return the state of a ticket after `actions`.

    Raises:
        IllegalTicketStep: one of them is not legal where it stands.
    """
    state = TicketState.NEW
    for action in actions:
        state = advance(state, action)
    return state


def may_reopen(resolved_at: datetime, at: datetime) -> bool:
    """Tell whether the time to reopen still runs."""
    return at <= resolved_at + REOPEN_WITHIN
