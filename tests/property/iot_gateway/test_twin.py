"""Laws of the twin: patches lead where they should, and no order of reports takes a device back."""

from itertools import pairwise
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from iot_gateway.twin import MAX_BYTES, MAX_DEPTH, NOTHING, Report, delta, fault_of, merge, newer, next_version, same

names = st.text("abc", min_size=1, max_size=2)
scalars = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([0.0, 1.0, 2.5]) | st.text("xy", max_size=2)
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(names, inner, max_size=3))
patches = st.dictionaries(names, values, max_size=4)
documents = patches.map(lambda patch: merge({}, patch))
"""What a merge makes: no member is null."""
reports = st.builds(
    Report, st.integers(0, 3), st.integers(1, 4), st.integers(0, 5), st.fixed_dictionaries({"a": st.integers(0, 9)})
)


@given(documents, patches)
def test_the_delta_applied_to_what_is_reported_gives_what_is_desired(desired: Any, reported: Any) -> None:
    assert same(merge(reported, delta(desired, reported)), desired)


@given(documents, patches)
def test_the_delta_is_empty_exactly_when_both_agree(desired: Any, reported: Any) -> None:
    assert (delta(desired, reported) == {}) is same(desired, reported)


@given(documents, patches)
def test_a_patch_applied_twice_is_a_patch_applied_once(document: Any, patch: Any) -> None:
    once = merge(document, patch)

    assert same(merge(once, patch), once)


@given(documents, names)
def test_null_takes_a_member_away_and_touches_no_other(document: Any, name: str) -> None:
    left = merge(document, {name: None})

    assert name not in left
    assert same(left, {key: value for key, value in document.items() if key != name})


@given(st.lists(reports), st.randoms())
def test_reports_out_of_order_or_repeated_end_with_the_last_one_that_was_made(sent: list[Report], chance: Any) -> None:
    made = list({(report.boot, report.seq): report for report in sent}.values())
    arrived = made + chance.choices(made, k=len(made)) if made else []
    chance.shuffle(arrived)
    held = [NOTHING]

    for report in arrived:
        held.append(newer(held[-1], report))

    assert all((one.boot, one.seq) <= (two.boot, two.seq) for one, two in pairwise(held))
    assert held[-1] == max(made, key=lambda report: (report.boot, report.seq), default=NOTHING)


@given(st.lists(st.integers(0, 50)))
def test_a_new_version_is_above_all_that_were_asked_for_and_what_is_reported(said: list[int]) -> None:
    asked = [0]
    for reported in said:
        version = next_version(asked[-1], reported)
        assert version > max(*asked, reported)
        asked.append(version)


@given(documents)
def test_what_is_kept_fits_its_bounds(document: Any) -> None:
    assert fault_of(document) is None
    assert fault_of({"a": "x" * MAX_BYTES}) is not None
    assert fault_of({"a": float("nan")}) is not None
    assert fault_of({"a": "\x00"}) is not None
    assert fault_of({"": 1}) is not None
    deep: Any = 1
    for _ in range(MAX_DEPTH + 1):
        deep = {"a": deep}
    assert fault_of(deep) is not None
    assert len(msgspec.json.encode(document)) <= MAX_BYTES
