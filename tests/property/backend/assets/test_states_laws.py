"""Time up and down agrees with counting hour by hour, whatever the span."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from backend.assets.models import AssetState, AssetStateChange
from backend.assets.states import UP, cut, spent

START = datetime(2026, 9, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
CHANGES = st.dictionaries(
    st.integers(0, 60), st.tuples(st.sampled_from(list(AssetState)), st.booleans()), min_size=1, max_size=10
)


@given(CHANGES, st.integers(-5, 65), st.integers(1, 40))
def test_hours_up_and_down(said: dict[int, tuple[AssetState, bool]], first: int, length: int) -> None:
    changes = [
        AssetStateChange(at=START + hour * HOUR, state=state, planned=planned if state is AssetState.DOWN else None)
        for hour, (state, planned) in sorted(said.items())
    ]
    right = {"up": 0, "planned": 0, "unplanned": 0}
    for hour in range(first, first + length):
        before = [key for key in said if key <= hour]
        state, planned = said[max(before)] if before else (AssetState.DECOMMISSIONED, False)
        if state in UP:
            right["up"] += 1
        elif state is AssetState.DOWN:
            right["planned" if planned else "unplanned"] += 1

    found = spent(cut(changes, since=START + first * HOUR, until=START + (first + length) * HOUR))

    assert (found.up, found.down_planned, found.down_unplanned) == (
        right["up"] * HOUR, right["planned"] * HOUR, right["unplanned"] * HOUR,
    )  # fmt: skip
