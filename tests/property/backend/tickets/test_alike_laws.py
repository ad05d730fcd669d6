"""Laws of likeness: between 0 and 1, the same both ways, and most alike is the report itself."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from backend.tickets.alike import LEAST_SCORE, NEAR, Report, likeness, similarity

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
reports = st.builds(
    Report,
    text=st.text("水泵异响漏 abc", max_size=20),
    asset=st.sampled_from([None, 1, 2]),
    customer=st.sampled_from([None, 1, 2]),
    at=st.timedeltas(timedelta(0), timedelta(days=30)).map(lambda later: NOON + later),
)


@given(reports, reports)
def test_likeness_is_the_same_both_ways_and_lies_between_0_and_1(one: Report, other: Report) -> None:
    there, back = likeness(one, other), likeness(other, one)

    assert there == back
    assert 0 <= there.score <= 1


@given(reports, reports)
def test_nothing_is_more_alike_than_the_same_report(one: Report, other: Report) -> None:
    assert likeness(one, other).score <= likeness(one, one).score or one.asset is None or one.customer is None


def test_the_same_fault_in_other_words_is_proposed_and_another_one_a_fortnight_later_is_not() -> None:
    first = Report(text="空调箱不出风,有焦味", asset=1, customer=1, at=NOON)
    mail = Report(text="空调不出风了,闻到焦味", asset=None, customer=1, at=NOON + timedelta(minutes=10))
    other = Report(text="门禁卡坏了", asset=None, customer=1, at=NOON + timedelta(minutes=10))
    late = Report(text="门禁卡坏了", asset=1, customer=1, at=NOON + NEAR)

    assert likeness(first, mail).score >= LEAST_SCORE
    assert likeness(first, other).score < LEAST_SCORE
    assert likeness(first, late).score < LEAST_SCORE
    assert similarity("water pump leaks", "The water pump is leaking") > similarity("water pump leaks", "door stuck")
