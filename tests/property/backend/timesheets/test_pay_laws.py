"""Pay classes against a counter that looks at every minute, over days on which the clocks change."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.timesheets.pay import REST_DAYS, PayClass, Terms, Window, classify, length, union, weighted, without

MINUTE = timedelta(minutes=1)
CHANGES = {
    "Europe/Berlin": (datetime(2026, 3, 27, tzinfo=UTC), datetime(2026, 10, 23, tzinfo=UTC)),
    "Australia/Lord_Howe": (datetime(2026, 4, 3, tzinfo=UTC), datetime(2026, 10, 2, tzinfo=UTC)),
    "America/Santiago": (datetime(2026, 4, 3, tzinfo=UTC), datetime(2026, 9, 4, tzinfo=UTC)),
    "Asia/Shanghai": (datetime(2026, 9, 28, tzinfo=UTC),),
}
"""The days before a change of the clocks; at midnight in Santiago, by half an hour on Lord Howe."""
Tally = Counter[tuple[date, PayClass, bool]]
PAIRS = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=6)


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[Window], Terms, str, dict[date, int | None]]:
    zone = draw(st.sampled_from(sorted(CHANGES)))
    begin = draw(st.sampled_from(CHANGES[zone]))
    worked, at = [], begin
    for _ in range(draw(st.integers(1, 5))):
        start = at + draw(st.integers(0, 14 * 60)) * MINUTE
        at = start + draw(st.integers(1, 20 * 60)) * MINUTE
        worked.append((start, at))
    clocks = st.builds(time, st.integers(0, 23), st.sampled_from((0, 30)))
    terms = Terms(
        daily_minutes=draw(st.sampled_from((0, 60, 480, 1440))),
        weekly_minutes=draw(st.sampled_from((0, 300, 900, 2400))),
        night_from=draw(clocks),
        night_to=draw(clocks),
        night_percent=draw(st.sampled_from((0, 25))),
    )
    days = st.sampled_from([begin.date() + timedelta(days=offset) for offset in range(5)])
    special = draw(st.dictionaries(days, st.one_of(st.none(), st.integers(0, 6)), max_size=3))
    return worked, terms, zone, special


def counted(worked: list[Window], terms: Terms, zone: str, special: dict[date, int | None]) -> Tally:
    """Look at each minute: its clock on the wall, its day, how many came before it."""
    tally: Tally = Counter()
    of_day: dict[date, int] = defaultdict(int)
    of_week: dict[date, int] = defaultdict(int)
    for start, end in union(worked):
        at = start
        while at < end:
            wall = at.astimezone(ZoneInfo(zone))
            day, clock = wall.date(), wall.time()
            night = (
                terms.night_from <= clock < terms.night_to
                if terms.night_from <= terms.night_to
                else clock >= terms.night_from or clock < terms.night_to
            )
            weekday = special.get(day, day.weekday())
            monday = day - timedelta(days=day.weekday())
            if weekday is None:
                kind = PayClass.HOLIDAY
            elif weekday in REST_DAYS:
                kind = PayClass.WEEKEND
            elif of_day[day] < terms.daily_minutes and of_week[monday] < terms.weekly_minutes:
                kind = PayClass.NORMAL
                of_day[day] += 1
                of_week[monday] += 1
            else:
                kind = PayClass.OVERTIME
            tally[day, kind, night] += 1
            at += MINUTE
    return tally


@settings(deadline=None, max_examples=150)
@given(cases())
def test_pieces_agree_with_a_counter_of_minutes(case: tuple[list[Window], Terms, str, dict[date, int | None]]) -> None:
    worked, terms, zone, special = case

    pieces = classify(worked, terms, time_zone=zone, special=special)

    found: Tally = Counter()
    for one in pieces:
        found[one.day, one.kind, one.night] += (one.end - one.start) // MINUTE
    assert found == counted(worked, terms, zone, special)
    assert length((one.start, one.end) for one in pieces) == length(union(worked))
    rates = sum(count * terms.percent(kind, night=night) for (_, kind, night), count in found.items())
    assert weighted(pieces, terms) == timedelta(minutes=rates / 100)


@settings(deadline=None, max_examples=100)
@given(PAIRS, PAIRS)
def test_what_lies_outside_is_what_no_other_covers(ones: list[tuple[int, int]], others: list[tuple[int, int]]) -> None:
    def at(minute: int) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + minute * MINUTE

    def spans(pairs: list[tuple[int, int]]) -> list[Window]:
        return [(at(start), at(end)) for start, end in pairs]

    def covered(windows: list[Window]) -> set[int]:
        return {minute for minute in range(51) if any(start <= at(minute) < end for start, end in windows)}

    assert covered(without(spans(ones), spans(others))) == covered(spans(ones)) - covered(spans(others))
