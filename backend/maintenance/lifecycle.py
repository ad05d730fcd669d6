"""States of a maintenance plan, and who may follow whom."""

from enum import StrEnum

from backend.maintenance.errors import IllegalPlanStep


class PlanState(StrEnum):
    """Where a plan stands; only an active one opens orders."""

    DRAFT = "draft"
    ACTIVE = "active"
    PAUSED = "paused"
    RETIRED = "retired"


class PlanAction(StrEnum):
    """What a person does with a plan."""

    ACTIVATE = "activate"
    PAUSE = "pause"
    RETIRE = "retire"


TRANSITIONS: dict[tuple[PlanState, PlanAction], PlanState] = {
    (PlanState.DRAFT, PlanAction.ACTIVATE): PlanState.ACTIVE,
    (PlanState.DRAFT, PlanAction.RETIRE): PlanState.RETIRED,
    (PlanState.ACTIVE, PlanAction.PAUSE): PlanState.PAUSED,
    (PlanState.ACTIVE, PlanAction.RETIRE): PlanState.RETIRED,
    (PlanState.PAUSED, PlanAction.ACTIVATE): PlanState.ACTIVE,
    (PlanState.PAUSED, PlanAction.RETIRE): PlanState.RETIRED,
}


def legal(state: PlanState) -> list[PlanAction]:
    """Return what can be done with a plan."""
    return [action for known, action in TRANSITIONS if known is state]


def advance(state: PlanState, action: PlanAction) -> PlanState:
    """Return the state after an action.

    Raises:
        IllegalPlanStep: the state does not allow it.
    """
    target = TRANSITIONS.get((state, action))
    if target is None:
        raise IllegalPlanStep(
            f"A plan that is {state} cannot be told to {action}.",
            state=str(state),
            action=str(action),
            legal=[str(name) for name in legal(state)],
        )
    return target
