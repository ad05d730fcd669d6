"""The states of work orders and visits: tables of data, and the fold of events into a state.

A visit's state is the fold of its events in the order in which they happened. From `scheduled` to `completed` a work
order's state is the fold of its visits' states (`state_of_visits`).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from backend.work.errors import IllegalTransition


class OrderState(StrEnum):
    """Where a work order stands."""

    DRAFT = "draft"
    PENDING_APPROVAL = "pending_approval"
    OPEN = "open"
    WAITING_PARTS = "waiting_parts"
    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    VERIFIED = "verified"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class OrderAction(StrEnum):
    """What happens to a work order."""

    OPEN = "open"
    ASK_APPROVAL = "ask_approval"
    APPROVE = "approve"
    WAIT_PARTS = "wait_parts"
    PARTS_ARRIVED = "parts_arrived"
    SCHEDULE = "schedule"
    RETURN = "return"
    BEGIN = "begin"
    COMPLETE = "complete"
    VERIFY = "verify"
    REJECT = "reject"
    CLOSE = "close"
    CANCEL = "cancel"


class VisitState(StrEnum):
    """Where a visit stands."""

    PLANNED = "planned"
    DISPATCHED = "dispatched"
    ACCEPTED = "accepted"
    TRAVELLING = "travelling"
    ON_SITE = "on_site"
    IN_PROGRESS = "in_progress"
    ON_HOLD = "on_hold"
    COMPLETED = "completed"
    INCOMPLETE = "incomplete"
    REJECTED = "rejected"
    NO_ACCESS = "no_access"
    CANCELLED = "cancelled"


class VisitAction(StrEnum):
    """What happens to a visit."""

    DISPATCH = "dispatch"
    REASSIGN = "reassign"
    ACCEPT = "accept"
    REJECT = "reject"
    EXPIRE = "expire"
    TRAVEL = "travel"
    ARRIVE = "arrive"
    START = "start"
    HOLD = "hold"
    RESUME = "resume"
    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    NO_ACCESS = "no_access"
    CANCEL = "cancel"


class Who(StrEnum):
    """Who makes a step."""

    TECHNICIAN = "technician"
    DISPATCHER = "dispatcher"
    SUPERVISOR = "supervisor"
    SYSTEM = "system"


_O, _OA, _V, _VA = OrderState, OrderAction, VisitState, VisitAction

ORDER_TRANSITIONS: dict[tuple[OrderState, OrderAction], OrderState] = {
    (_O.DRAFT, _OA.OPEN): _O.OPEN,
    (_O.DRAFT, _OA.CANCEL): _O.CANCELLED,
    (_O.OPEN, _OA.ASK_APPROVAL): _O.PENDING_APPROVAL,
    (_O.OPEN, _OA.WAIT_PARTS): _O.WAITING_PARTS,
    (_O.OPEN, _OA.SCHEDULE): _O.SCHEDULED,
    (_O.OPEN, _OA.CANCEL): _O.CANCELLED,
    (_O.PENDING_APPROVAL, _OA.APPROVE): _O.OPEN,
    (_O.PENDING_APPROVAL, _OA.CANCEL): _O.CANCELLED,
    (_O.WAITING_PARTS, _OA.PARTS_ARRIVED): _O.OPEN,
    (_O.WAITING_PARTS, _OA.SCHEDULE): _O.SCHEDULED,
    (_O.WAITING_PARTS, _OA.CANCEL): _O.CANCELLED,
    (_O.SCHEDULED, _OA.RETURN): _O.OPEN,
    (_O.SCHEDULED, _OA.BEGIN): _O.IN_PROGRESS,
    (_O.SCHEDULED, _OA.CANCEL): _O.CANCELLED,
    (_O.IN_PROGRESS, _OA.RETURN): _O.OPEN,
    (_O.IN_PROGRESS, _OA.COMPLETE): _O.COMPLETED,
    (_O.COMPLETED, _OA.VERIFY): _O.VERIFIED,
    (_O.COMPLETED, _OA.REJECT): _O.OPEN,
    (_O.VERIFIED, _OA.REJECT): _O.OPEN,
    (_O.VERIFIED, _OA.CLOSE): _O.CLOSED,
}

VISIT_TRANSITIONS: dict[tuple[VisitState, VisitAction], VisitState] = {
    (_V.PLANNED, _VA.DISPATCH): _V.DISPATCHED,
    (_V.PLANNED, _VA.REASSIGN): _V.PLANNED,
    (_V.PLANNED, _VA.CANCEL): _V.CANCELLED,
    (_V.DISPATCHED, _VA.REASSIGN): _V.PLANNED,
    (_V.DISPATCHED, _VA.ACCEPT): _V.ACCEPTED,
    (_V.DISPATCHED, _VA.REJECT): _V.REJECTED,
    (_V.DISPATCHED, _VA.EXPIRE): _V.REJECTED,
    (_V.DISPATCHED, _VA.CANCEL): _V.CANCELLED,
    (_V.ACCEPTED, _VA.REASSIGN): _V.PLANNED,
    (_V.ACCEPTED, _VA.REJECT): _V.REJECTED,
    (_V.ACCEPTED, _VA.TRAVEL): _V.TRAVELLING,
    (_V.ACCEPTED, _VA.CANCEL): _V.CANCELLED,
    (_V.TRAVELLING, _VA.ARRIVE): _V.ON_SITE,
    (_V.TRAVELLING, _VA.INCOMPLETE): _V.INCOMPLETE,
    (_V.ON_SITE, _VA.START): _V.IN_PROGRESS,
    (_V.ON_SITE, _VA.NO_ACCESS): _V.NO_ACCESS,
    (_V.ON_SITE, _VA.INCOMPLETE): _V.INCOMPLETE,
    (_V.IN_PROGRESS, _VA.HOLD): _V.ON_HOLD,
    (_V.IN_PROGRESS, _VA.COMPLETE): _V.COMPLETED,
    (_V.IN_PROGRESS, _VA.INCOMPLETE): _V.INCOMPLETE,
    (_V.IN_PROGRESS, _VA.NO_ACCESS): _V.NO_ACCESS,
    (_V.ON_HOLD, _VA.RESUME): _V.IN_PROGRESS,
    (_V.ON_HOLD, _VA.INCOMPLETE): _V.INCOMPLETE,
    (_V.ON_HOLD, _VA.NO_ACCESS): _V.NO_ACCESS,
}

_OFFICE = frozenset({Who.DISPATCHER, Who.SUPERVISOR, Who.SYSTEM})
_FIELD = frozenset({Who.TECHNICIAN, Who.DISPATCHER, Who.SUPERVISOR})

VISIT_WHO: dict[VisitAction, frozenset[Who]] = {
    _VA.DISPATCH: _OFFICE,
    _VA.REASSIGN: _OFFICE,
    _VA.ACCEPT: _FIELD,
    _VA.REJECT: _FIELD,
    _VA.EXPIRE: frozenset({Who.SYSTEM}),
    _VA.TRAVEL: _FIELD,
    _VA.ARRIVE: _FIELD,
    _VA.START: _FIELD,
    _VA.HOLD: _FIELD,
    _VA.RESUME: _FIELD,
    _VA.COMPLETE: _FIELD,
    _VA.INCOMPLETE: _FIELD,
    _VA.NO_ACCESS: _FIELD,
    _VA.CANCEL: _OFFICE,
}

ORDER_WHO: dict[OrderAction, frozenset[Who]] = {
    _OA.OPEN: _OFFICE,
    _OA.ASK_APPROVAL: _OFFICE,
    _OA.APPROVE: frozenset({Who.SUPERVISOR, Who.SYSTEM}),
    _OA.WAIT_PARTS: frozenset({Who.SYSTEM, Who.DISPATCHER}),
    _OA.PARTS_ARRIVED: frozenset({Who.SYSTEM, Who.DISPATCHER}),
    _OA.SCHEDULE: frozenset({Who.SYSTEM, Who.DISPATCHER}),
    _OA.RETURN: frozenset({Who.SYSTEM}),
    _OA.BEGIN: frozenset({Who.SYSTEM}),
    _OA.COMPLETE: frozenset({Who.SYSTEM}),
    _OA.VERIFY: frozenset({Who.SUPERVISOR, Who.SYSTEM}),
    _OA.REJECT: frozenset({Who.SUPERVISOR, Who.SYSTEM}),
    _OA.CLOSE: frozenset({Who.SUPERVISOR, Who.SYSTEM}),
    _OA.CANCEL: _OFFICE,
}

ORDER_BY_HAND = frozenset({_OA.ASK_APPROVAL, _OA.APPROVE, _OA.VERIFY, _OA.REJECT, _OA.CLOSE, _OA.CANCEL})
"""The actions that a person may ask for by name; the others follow from something else."""

VISIT_ENDED = frozenset({_V.COMPLETED, _V.INCOMPLETE, _V.REJECTED, _V.NO_ACCESS, _V.CANCELLED})
VISIT_BEFORE_TRAVEL = frozenset({_V.PLANNED, _V.DISPATCHED, _V.ACCEPTED})
VISIT_UNDER_WAY = frozenset(_V) - VISIT_ENDED - VISIT_BEFORE_TRAVEL
ORDER_ENDED = frozenset({_O.CLOSED, _O.CANCELLED})

NEEDS_REASON = frozenset({_VA.REJECT, _VA.HOLD, _VA.INCOMPLETE, _VA.NO_ACCESS})
"""Visit actions that say nothing without a reason."""

STAMPS: dict[VisitAction, str] = {
    _VA.DISPATCH: "dispatched_at",
    _VA.ACCEPT: "accepted_at",
    _VA.TRAVEL: "travel_started_at",
    _VA.ARRIVE: "arrived_at",
    _VA.START: "work_started_at",
}

S = TypeVar("S", bound=StrEnum)
A = TypeVar("A", bound=StrEnum)


def legal(transitions: Mapping[tuple[S, A], S], state: S) -> tuple[A, ...]:
    """Return the actions that `state` allows, in the order of the table."""
    return tuple(action for (source, action) in transitions if source == state)


def advance(transitions: Mapping[tuple[S, A], S], state: S, action: A) -> S:
    """Return the state behind `action`.

    Raises:
        IllegalTransition: `state` does not allow it.
    """
    target = transitions.get((state, action))
    if target is None:
        allowed = [str(name) for name in legal(transitions, state)]
        raise IllegalTransition(
            f"'{action}' is not possible in state '{state}'.", state=str(state), action=str(action), legal=allowed
        )
    return target


def fold_order(actions: Iterable[OrderAction]) -> OrderState:
    """Return the state of a work order after `actions`.

    Raises:
        IllegalTransition: one of them is not legal where it stands.
    """
    state = OrderState.DRAFT
    for action in actions:
        state = advance(ORDER_TRANSITIONS, state, action)
    return state


@dataclass(frozen=True)
class Step:
    """One event of a visit: what happened, when, and as which one it was written."""

    action: VisitAction
    occurred_at: datetime
    seq: int


@dataclass(frozen=True)
class Folded:
    """A visit's state, when each stage began, and when it ended."""

    state: VisitState
    stamps: Mapping[str, datetime]
    ended_at: datetime | None


def in_order(steps: Collection[Step]) -> list[Step]:
    """Return the steps as they happened; of two at one instant, the first written comes first."""
    return sorted(steps, key=lambda step: (step.occurred_at, step.seq))


def fold(steps: Collection[Step]) -> Folded:
    """Return what the steps of a visit amount to, whatever order they came in.

    Raises:
        IllegalTransition: one of them is not legal where it stands in time.
    """
    state = VisitState.PLANNED
    stamps: dict[str, datetime] = {}
    ended_at: datetime | None = None
    for step in in_order(steps):
        state = advance(VISIT_TRANSITIONS, state, step.action)
        if step.action is VisitAction.REASSIGN:
            stamps.clear()
        elif step.action in STAMPS:
            stamps.setdefault(STAMPS[step.action], step.occurred_at)
        if state in VISIT_ENDED:
            ended_at = step.occurred_at
    return Folded(state=state, stamps=stamps, ended_at=ended_at)


def state_of_visits(visits: Sequence[VisitState]) -> OrderState:
    """Return the state of an order that its visits, oldest first, amount to; `open` when none stands."""
    if any(state in VISIT_UNDER_WAY for state in visits):
        return OrderState.IN_PROGRESS
    if any(state in VISIT_BEFORE_TRAVEL for state in visits):
        return OrderState.SCHEDULED
    if visits and visits[-1] is VisitState.COMPLETED:
        return OrderState.COMPLETED
    return OrderState.OPEN


def actions_towards(state: OrderState, target: OrderState) -> tuple[OrderAction, ...]:
    """Return the actions by which an order follows its visits from `state` to `target`.

    Raises:
        IllegalTransition: the visits cannot move it there.
    """
    if state is target:
        return ()
    path = _FOLLOWING.get((state, target))
    if path is None:
        raise IllegalTransition(
            f"The visits cannot move the order from '{state}' to '{target}'.",
            state=str(state),
            action=str(target),
            legal=[str(action) for action in legal(ORDER_TRANSITIONS, state)],
        )
    return path


_FOLLOWING: dict[tuple[OrderState, OrderState], tuple[OrderAction, ...]] = {
    (_O.OPEN, _O.SCHEDULED): (_OA.SCHEDULE,),
    (_O.WAITING_PARTS, _O.SCHEDULED): (_OA.SCHEDULE,),
    (_O.SCHEDULED, _O.OPEN): (_OA.RETURN,),
    (_O.SCHEDULED, _O.IN_PROGRESS): (_OA.BEGIN,),
    (_O.SCHEDULED, _O.COMPLETED): (_OA.BEGIN, _OA.COMPLETE),
    (_O.IN_PROGRESS, _O.OPEN): (_OA.RETURN,),
    (_O.IN_PROGRESS, _O.COMPLETED): (_OA.COMPLETE,),
}
