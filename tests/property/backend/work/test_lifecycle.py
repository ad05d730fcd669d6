"""Laws of the states of work orders and visits."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.work.errors import IllegalTransition
from backend.work.lifecycle import (
    ORDER_TRANSITIONS,
    ORDER_WHO,
    VISIT_ENDED,
    VISIT_TRANSITIONS,
    VISIT_WHO,
    OrderAction,
    OrderState,
    Step,
    VisitAction,
    VisitState,
    actions_towards,
    advance,
    fold,
    fold_order,
    legal,
    state_of_visits,
)

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)


def reachable(transitions: dict, start: object) -> set:
    """Return every state that can be reached."""
    found, todo = {start}, [start]
    while todo:
        state = todo.pop()
        for (source, _), target in transitions.items():
            if source is state and target not in found:
                found.add(target)
                todo.append(target)
    return found


def test_every_state_of_an_order_is_reachable() -> None:
    assert reachable(ORDER_TRANSITIONS, OrderState.DRAFT) == set(OrderState)


def test_every_state_of_a_visit_is_reachable() -> None:
    assert reachable(VISIT_TRANSITIONS, VisitState.PLANNED) == set(VisitState)


def test_ended_visits_stay_ended() -> None:
    assert not [source for source, _ in VISIT_TRANSITIONS if source in VISIT_ENDED]


def test_nothing_is_cancelled_once_the_technician_travels() -> None:
    cancelled_from = {source for source, action in VISIT_TRANSITIONS if action is VisitAction.CANCEL}

    assert cancelled_from == {VisitState.PLANNED, VisitState.DISPATCHED, VisitState.ACCEPTED}


def test_every_action_has_somebody_who_makes_it() -> None:
    assert set(ORDER_WHO) == set(OrderAction)
    assert set(VISIT_WHO) == set(VisitAction)
    assert all(ORDER_WHO.values())
    assert all(VISIT_WHO.values())


@given(st.sampled_from(VisitState), st.sampled_from(VisitAction))
def test_a_step_is_taken_exactly_if_it_is_legal(state: VisitState, action: VisitAction) -> None:
    if action in legal(VISIT_TRANSITIONS, state):
        assert advance(VISIT_TRANSITIONS, state, action) is VISIT_TRANSITIONS[state, action]
        return
    with pytest.raises(IllegalTransition) as refusal:
        advance(VISIT_TRANSITIONS, state, action)
    assert refusal.value.members["legal"] == [str(name) for name in legal(VISIT_TRANSITIONS, state)]
    assert refusal.value.status == 409


@st.composite
def walks(draw: st.DrawFn) -> list[Step]:
    """Return a legal life of a visit, as it happened."""
    state, steps = VisitState.PLANNED, []
    for seq in range(1, draw(st.integers(0, 14)) + 1):
        allowed = legal(VISIT_TRANSITIONS, state)
        if not allowed:
            break
        action = draw(st.sampled_from(allowed))
        steps.append(Step(action, NOON + timedelta(minutes=seq), seq))
        state = advance(VISIT_TRANSITIONS, state, action)
    return steps


@given(walks(), st.randoms())
def test_the_fold_is_the_same_in_whatever_order_steps_arrive(steps: list[Step], random: object) -> None:
    state = VisitState.PLANNED
    for step in steps:
        state = advance(VISIT_TRANSITIONS, state, step.action)
    shuffled = list(steps)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert fold(shuffled) == fold(steps)
    assert fold(steps).state is state


@given(st.lists(st.sampled_from(VisitAction), max_size=12))
def test_no_illegal_path_is_accepted(actions: list[VisitAction]) -> None:
    steps = [Step(action, NOON + timedelta(minutes=place), place) for place, action in enumerate(actions)]
    state, possible = VisitState.PLANNED, True
    for action in actions:
        possible = possible and (state, action) in VISIT_TRANSITIONS
        state = VISIT_TRANSITIONS.get((state, action), state)

    if possible:
        assert fold(steps).state is state
    else:
        with pytest.raises(IllegalTransition):
            fold(steps)


@given(st.lists(st.sampled_from(OrderAction), max_size=10))
def test_no_illegal_path_of_an_order_is_accepted(actions: list[OrderAction]) -> None:
    state, possible = OrderState.DRAFT, True
    for action in actions:
        possible = possible and (state, action) in ORDER_TRANSITIONS
        state = ORDER_TRANSITIONS.get((state, action), state)

    if possible:
        assert fold_order(actions) is state
    else:
        with pytest.raises(IllegalTransition):
            fold_order(actions)


@given(walks())
def test_an_order_can_follow_each_step_of_its_visit(steps: list[Step]) -> None:
    state = OrderState.OPEN
    for end in range(len(steps) + 1):
        target = state_of_visits([fold(steps[:end]).state])
        for action in actions_towards(state, target):
            state = advance(ORDER_TRANSITIONS, state, action)
        assert state is target
