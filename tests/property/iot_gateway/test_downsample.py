"""What thinning promises of every series."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from iot_gateway.detect.downsample import thin

STAMPS = st.lists(st.integers(0, 10**13), min_size=1, max_size=300).map(sorted)


@settings(deadline=None)
@given(st.data(), STAMPS, st.integers(4, 60))
def test_few_points_in_order_with_both_ends_and_all_extremes(data: st.DataObject, ts: list[int], most: int) -> None:
    shape = st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=len(ts), max_size=len(ts))
    values = np.array(data.draw(shape))
    stamps = np.array(ts, dtype=np.int64)

    kept = thin(stamps, values, most)

    assert len(kept) <= most
    assert len(set(kept.tolist())) == len(kept)
    assert kept.tolist() == sorted(kept.tolist())
    assert kept[0] == 0
    assert kept[-1] == len(ts) - 1
    assert values[kept].min() == values.min()
    assert values[kept].max() == values.max()


@settings(deadline=None)
@given(st.integers(10, 100), st.integers(0, 5000), st.floats(-1e6, 1e6), st.floats(1.0, 1e6))
def test_a_single_spike_is_never_lost(most: int, place: int, level: float, height: float) -> None:
    values = np.full(5001, level)
    values[place] += height

    kept = thin(np.arange(5001, dtype=np.int64) * 1000, values, most)

    assert place in kept


@settings(deadline=None)
@given(STAMPS, st.integers(4, 400))
def test_every_slice_of_time_keeps_its_own_extremes(ts: list[int], most: int) -> None:
    stamps = np.array(ts, dtype=np.int64)
    values = np.sin(np.arange(len(ts)) * 1.7)
    slices = (most - 2) // 2

    kept = set(thin(stamps, values, most).tolist())

    span = max(ts[-1] - ts[0], 1)
    for slot in range(slices):
        members = [i for i, at in enumerate(ts) if min((at - ts[0]) * slices // span, slices - 1) == slot]
        if members:
            assert min(members, key=lambda i: values[i]) in kept
            assert max(members, key=lambda i: values[i]) in kept
