"""What time costs, against a count of single minutes."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from backend.prices.rates import Rate, charges, price_of_hour

ZONES = st.sampled_from([ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")])
WALLS = st.integers(0, 47).map(lambda half: time(half // 2, 30 * (half % 2)))


@st.composite
def rates(draw: st.DrawFn) -> Rate:
    starts, ends = draw(st.one_of(st.just((None, None)), st.tuples(WALLS, WALLS)))
    skill = draw(st.sampled_from([None, "lift", "pump"]))
    return Rate(
        per_hour=Decimal(draw(st.integers(1, 50))),
        skill=skill,
        level=draw(st.sampled_from([None, 1, 2])) if skill else None,
        weekdays=draw(st.one_of(st.none(), st.frozensets(st.integers(0, 6), min_size=1))),
        starts=starts,
        ends=ends,
    )


@given(
    st.lists(rates(), max_size=5),
    st.integers(0, 60 * 24 * 400),
    st.integers(1, 60 * 30),
    ZONES,
)
def test_a_span_costs_what_its_minutes_cost(said: list[Rate], first: int, minutes: int, zone: ZoneInfo) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=first)
    single = [start + timedelta(minutes=minute) for minute in range(minutes)]
    expected = sum(price_of_hour(said, skill="lift", level=2, local=at.astimezone(zone)) for at in single) / Decimal(60)

    found = charges(said, [(start, start + timedelta(minutes=minutes))], skill="lift", level=2, zone=zone)

    assert abs(sum((charge.amount() for charge in found), Decimal(0)) - expected) < Decimal("0.000001")
    assert sum(charge.seconds for charge in found) == minutes * 60


def test_a_night_rate_beats_the_rate_of_the_skill_from_its_first_minute() -> None:
    said = [
        Rate(per_hour=Decimal(100)),
        Rate(per_hour=Decimal(120), skill="lift"),
        Rate(per_hour=Decimal(200), starts=time(22), ends=time(6)),
    ]
    zone = ZoneInfo("Asia/Shanghai")
    start = datetime(2026, 9, 1, 21, 30, tzinfo=zone)

    found = charges(said, [(start, start + timedelta(hours=1))], skill="lift", level=1, zone=zone)

    assert [(charge.seconds, charge.per_hour) for charge in found] == [(1800, Decimal(200)), (1800, Decimal(120))]
