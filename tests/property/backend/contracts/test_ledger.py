"""Periods of entitlements: they follow each other without gap or overlap, from the first day to the last."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.ledger import Cycle, period_of

DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@given(st.sampled_from(Cycle), DAYS, st.integers(0, 1500), st.data())
def test_every_day_of_a_contract_lies_in_exactly_one_period(
    cycle: Cycle, starts_on: date, length: int, data: st.DataObject
) -> None:
    ends_on = starts_on + timedelta(days=length)
    day = starts_on + timedelta(days=data.draw(st.integers(0, length)))

    period = period_of(cycle, starts_on=starts_on, ends_on=ends_on, day=day)

    assert period is not None
    assert starts_on <= period.starts_on <= day <= period.ends_on <= ends_on
    for other in (period.starts_on, period.ends_on):
        assert period_of(cycle, starts_on=starts_on, ends_on=ends_on, day=other) == period
    if period.ends_on < ends_on:
        following = period_of(cycle, starts_on=starts_on, ends_on=ends_on, day=period.ends_on + timedelta(days=1))
        assert following is not None
        assert following.starts_on == period.ends_on + timedelta(days=1)
    else:
        assert period_of(cycle, starts_on=starts_on, ends_on=ends_on, day=ends_on + timedelta(days=1)) is None


def test_a_contract_from_the_31st_renews_on_the_last_day_of_a_shorter_month() -> None:
    found = period_of(Cycle.MONTH, starts_on=date(2026, 1, 31), ends_on=date(2026, 12, 31), day=date(2026, 2, 28))

    assert found == (date(2026, 2, 28), date(2026, 3, 30))
