"""Laws of trials: the table of states, and which cases are tried."""

from hypothesis import given
from hypothesis import strategies as st

from backend.assets.models import Criticality
from backend.playbooks.lifecycle import RUNNING, TRANSITIONS, TrialState, TrialStep, after
from backend.playbooks.rules import GRADES, Condition, Facts, refusal

CONDITIONS = st.builds(
    Condition, severity_at_most=st.integers(1, 4), most_critical=st.sampled_from(Criticality), cold_start=st.booleans()
)
FACTS = st.builds(
    Facts,
    severity=st.integers(1, 4),
    criticality=st.none() | st.sampled_from(Criticality),
    low_confidence=st.booleans(),
)


@given(st.lists(st.sampled_from(TrialStep), max_size=12))
def test_a_trial_that_has_ended_stays_as_it_ended(steps: list[TrialStep]) -> None:
    state, ended = TrialState.COMMANDED, None
    for step in steps:
        state = after(state, step) or state
        assert ended is None or state is ended
        ended = state if state not in RUNNING else None


def test_every_running_state_ends_by_time_and_by_hand() -> None:
    for state in RUNNING:
        assert after(state, TrialStep.TIME_OUT) is TrialState.FAILED
        assert after(state, TrialStep.WITHDRAW) is TrialState.WITHDRAWN
    assert {state for state, _ in TRANSITIONS} == set(RUNNING)


def test_only_telemetry_makes_a_success() -> None:
    assert [step for (_, step), end in TRANSITIONS.items() if end is TrialState.SUCCEEDED] == [TrialStep.CLEAR]


@given(CONDITIONS, FACTS)
def test_what_is_tried_fits_its_condition(condition: Condition, facts: Facts) -> None:
    if refusal(condition, facts) is None:
        assert facts.severity <= condition.severity_at_most
        assert condition.cold_start or not facts.low_confidence
        grade = facts.criticality or GRADES[-1]
        assert GRADES.index(grade) >= GRADES.index(condition.most_critical)
