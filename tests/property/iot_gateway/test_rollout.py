"""Laws of a firmware campaign: everybody comes once and in order, failures stop it, only a birth proves an update."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from iot_gateway.lifecycle import CommandState
from iot_gateway.rollout import (
    CAMPAIGN_STEPS,
    CampaignAction,
    CampaignState,
    Facts,
    Limits,
    Progress,
    UpdateState,
    Verdict,
    fault_of_waves,
    judge,
    observe,
    order_of,
    too_many_failed,
    wave_ends,
    wave_of,
)

AT = datetime(2026, 1, 1, tzinfo=UTC)
waves = st.sets(st.integers(1, 99), max_size=5).map(lambda shares: (*sorted(shares), 100))
boots = st.none() | st.integers(0, 3)
versions = st.none() | st.sampled_from(["1", "2"])
facts = st.builds(
    Facts,
    state=st.sampled_from(UpdateState),
    wanted=st.just("2"),
    firmware=versions,
    boot=boots,
    boot_before=boots,
    boot_acked=boots,
    command=st.none() | st.sampled_from(CommandState),
    attempts=st.integers(0, 3),
    answer=st.none() | st.just("no"),
    progress=st.none() | st.just("downloading"),
    restart_overdue=st.booleans(),
)
limits = st.builds(
    Limits,
    waves,
    st.integers(0, 100).map(lambda seconds: timedelta(seconds=seconds)),
    st.none() | st.integers(0, 5),
    st.none() | st.floats(0, 100),
)


@st.composite
def progresses(draw: st.DrawFn, plan: Limits) -> Progress:
    released = draw(st.integers(1, 20))
    unfinished = draw(st.integers(0, released))
    failed = draw(st.integers(0, released - unfinished))
    wave = draw(st.integers(0, len(plan.waves) - 1))
    return Progress(wave, released, unfinished, failed, AT - timedelta(seconds=draw(st.integers(0, 200))))


plans = limits.flatmap(lambda plan: st.tuples(st.just(plan), progresses(plan)))


@given(st.integers(1, 3000), waves)
def test_waves_release_everybody_once_and_at_least_one_at_first(count: int, shares: tuple[int, ...]) -> None:
    ends = wave_ends(count, shares)
    taken = [wave_of(position, ends) for position in range(count)]

    assert fault_of_waves(shares) is None
    assert ends[0] >= 1
    assert ends[-1] == count
    assert all(one <= other for one, other in pairwise(ends))
    assert taken == sorted(taken)
    assert [sum(wave <= index for wave in taken) for index in range(len(ends))] == ends


@given(st.sets(st.uuids(), min_size=2, max_size=30), st.uuids())
def test_the_order_of_a_campaign_is_always_the_same_whoever_asks(devices: set[UUID], campaign: UUID) -> None:
    one = sorted(devices, key=lambda device: order_of(campaign, device))
    other = sorted(sorted(devices), key=lambda device: order_of(campaign, device))

    assert one == other
    assert len({order_of(campaign, device) for device in devices}) == len(devices)


@given(plans)
def test_it_goes_on_only_when_all_are_finished_few_failed_and_the_pause_is_over(plan: tuple[Limits, Progress]) -> None:
    rules, progress = plan

    verdict = judge(rules, progress, at=AT)

    assert (verdict is Verdict.STOP) is too_many_failed(rules, progress)
    if verdict in {Verdict.NEXT, Verdict.DONE}:
        assert progress.open == 0
        assert not too_many_failed(rules, progress)
    if verdict is Verdict.NEXT:
        assert AT - progress.quiet_since >= rules.pause
        assert progress.wave + 1 < len(rules.waves)
    if verdict is Verdict.WAIT and progress.open == 0:
        assert judge(rules, progress, at=AT + rules.pause) is Verdict.NEXT


@given(plans, st.integers(1, 10))
def test_more_failures_never_make_a_stopped_campaign_run(plan: tuple[Limits, Progress], more: int) -> None:
    rules, progress = plan

    if judge(rules, progress, at=AT) is Verdict.STOP:
        assert judge(rules, replace(progress, failed=progress.failed + more), at=AT) is Verdict.STOP


@given(facts)
def test_only_a_birth_with_the_new_version_proves_an_update(known: Facts) -> None:
    state, _ = observe(known)

    if state is UpdateState.INSTALLED:
        assert known.firmware == known.wanted
        assert known.boot is not None
        assert known.boot_before is None or known.boot > known.boot_before


@given(facts)
def test_a_second_look_at_the_same_facts_changes_nothing_more(known: Facts) -> None:
    state, _ = observe(known)
    again, _ = observe(replace(known, state=state))

    assert again is state


@given(facts)
def test_who_waits_or_was_skipped_stays_so_and_a_failure_has_a_reason(known: Facts) -> None:
    state, why = observe(known)

    if known.state in {UpdateState.PENDING, UpdateState.SKIPPED}:
        assert state is known.state
    if state in {UpdateState.FAILED, UpdateState.SKIPPED} and state is not known.state:
        assert why
    assert state is not UpdateState.PENDING or known.state is UpdateState.PENDING


@given(st.lists(st.sampled_from(CampaignAction)))
def test_people_cannot_finish_a_campaign_nor_wake_a_done_one(actions: list[CampaignAction]) -> None:
    state = CampaignState.DRAFT
    for action in actions:
        state = CAMPAIGN_STEPS.get((state, action), state)
        assert state is not CampaignState.DONE
    assert not [step for step in CAMPAIGN_STEPS if step[0] is CampaignState.DONE]
