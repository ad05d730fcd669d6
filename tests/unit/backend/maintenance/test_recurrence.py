"""Rules of recurrence: which are read, and where clocks change."""

from datetime import UTC, date, datetime, time
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from backend.maintenance.errors import UnfitRule
from backend.maintenance.recurrence import check, days, instant

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    "rule",
    [
        "", "MONTHLY", "FREQ=HOURLY", "FREQ=MONTHLY;BYHOUR=3", "FREQ=DAILY;BYDAY=MO", "FREQ=MONTHLY;INTERVAL=0",
        "FREQ=MONTHLY;INTERVAL=999", "FREQ=MONTHLY;BYMONTHDAY=0", "FREQ=MONTHLY;BYDAY=XX", "FREQ=YEARLY;UNTIL=soon",
        "FREQ=DAILY;FREQ=DAILY", "FREQ=MONTHLY;BYSETPOS=0", "FREQ=MONTHLY;COUNT=3",
    ],
)  # fmt: skip
def test_a_rule_that_is_not_understood_is_refused(rule: str) -> None:
    with pytest.raises(UnfitRule):
        check(rule)


def test_a_month_without_the_day_takes_its_last_one() -> None:
    found = islice(days("FREQ=MONTHLY", start=date(2027, 12, 31), last=date(2028, 12, 31)), 4)

    assert list(found) == [date(2027, 12, 31), date(2028, 1, 31), date(2028, 2, 29), date(2028, 3, 31)]


def test_a_rule_ends_with_its_last_day() -> None:
    found = days("FREQ=WEEKLY;UNTIL=20270120", start=date(2027, 1, 6), last=date(2030, 1, 1))

    assert list(found) == [date(2027, 1, 6), date(2027, 1, 13), date(2027, 1, 20)]


def test_a_time_that_the_clocks_leave_out_comes_an_hour_later_and_a_repeated_one_first() -> None:
    assert instant(date(2026, 3, 29), time(2, 30), BERLIN) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert instant(date(2026, 10, 25), time(2, 30), BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert instant(date(2026, 7, 1), time(9), BERLIN) == datetime(2026, 7, 1, 7, tzinfo=UTC)
