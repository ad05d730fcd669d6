"""Laws of a command's life: it ends once, and what comes after its end changes nothing."""

from hypothesis import given
from hypothesis import strategies as st

from iot_gateway.lifecycle import (
    COMMAND_STEPS,
    UNFINISHED,
    CommandState,
    CommandStep,
    command_after,
    retry_seconds,
)

steps = st.lists(st.sampled_from(list(CommandStep)))


@given(steps)
def test_a_command_ends_once_and_stays_ended(history: list[CommandStep]) -> None:
    states = [CommandState.QUEUED]
    for step in history:
        states.append(command_after(states[-1], step))

    ends = [state for state in states if state not in UNFINISHED]
    assert len(set(ends)) <= 1
    assert states[len(states) - len(ends) :] == ends


@given(steps)
def test_what_went_out_is_never_withdrawn(history: list[CommandStep]) -> None:
    state, gone = CommandState.QUEUED, False
    for step in history:
        state = command_after(state, step)
        gone |= step is CommandStep.SEND and state is CommandState.SENT
    assert not (gone and state is CommandState.CANCELLED)


@given(steps, steps)
def test_steps_delivered_twice_lead_where_they_led_once(history: list[CommandStep], more: list[CommandStep]) -> None:
    once = CommandState.QUEUED
    for step in history:
        once = command_after(once, step)
    twice = CommandState.QUEUED
    for step in history:
        twice = command_after(command_after(twice, step), step)

    assert once is twice
    if once not in UNFINISHED:
        for step in more:
            assert command_after(once, step) is once


def test_every_unfinished_command_can_be_sent_answered_and_given_up() -> None:
    for state in UNFINISHED:
        for step in (CommandStep.SEND, CommandStep.ACK, CommandStep.FAIL, CommandStep.EXPIRE):
            assert (state, step) in COMMAND_STEPS


@given(st.integers(0, 10_000))
def test_pauses_grow_and_stay_bounded(attempts: int) -> None:
    assert 15 <= retry_seconds(attempts) <= retry_seconds(attempts + 1) <= 300
