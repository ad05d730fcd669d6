"""Laws of the states of tickets."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.tickets.errors import IllegalTicketStep
from backend.tickets.lifecycle import (
    REOPEN_WITHIN,
    TRANSITIONS,
    TicketAction,
    TicketState,
    advance,
    fold,
    legal,
    may_reopen,
)

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)


def test_every_state_is_reachable() -> None:
    found = {TicketState.NEW}
    for _ in TicketState:
        found |= {target for (source, _), target in TRANSITIONS.items() if source in found}

    assert found == set(TicketState)


@given(st.lists(st.sampled_from(TicketAction), max_size=10))
def test_no_illegal_path_is_accepted(actions: list[TicketAction]) -> None:
    state, possible = TicketState.NEW, True
    for action in actions:
        possible = possible and action in legal(state)
        state = TRANSITIONS.get((state, action), state)

    if possible:
        assert fold(actions) is state
    else:
        with pytest.raises(IllegalTicketStep):
            fold(actions)


@given(st.sampled_from(TicketState), st.sampled_from(TicketAction))
def test_a_refusal_names_what_is_legal(state: TicketState, action: TicketAction) -> None:
    if action in legal(state):
        assert advance(state, action) is TRANSITIONS[state, action]
        return
    with pytest.raises(IllegalTicketStep) as refusal:
        advance(state, action)
    assert refusal.value.members["legal"] == [str(name) for name in legal(state)]


@given(st.timedeltas(timedelta(0), timedelta(days=30)))
def test_a_ticket_is_reopened_within_its_time_only(later: timedelta) -> None:
    assert may_reopen(NOON, NOON + later) is (later <= REOPEN_WITHIN)
