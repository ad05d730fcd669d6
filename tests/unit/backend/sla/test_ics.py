"""Files of holidays as people get them, and what must not become a holiday."""

from datetime import date

import pytest

from backend.sla.ics import NotACalendarError, Reading, Refused, read

FIRST, LAST = date(2026, 1, 1), date(2027, 12, 31)


def a_file(*events: str) -> str:
    lines = [f"BEGIN:VEVENT\r\n{event}\r\nEND:VEVENT" for event in events]
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *lines, "END:VCALENDAR"])


def days_of(*events: str) -> list[tuple[str, list[str], Reading]]:
    found = read(a_file(*events), first=FIRST, last=LAST)
    return [(event.summary, [day.isoformat() for day in event.days], event.reading) for event in found]


def test_an_event_of_several_days_ends_before_its_end() -> None:
    found = days_of("DTSTART;VALUE=DATE:20261001\r\nDTEND;VALUE=DATE:20261004\r\nSUMMARY:国庆节")

    assert found == [("国庆节", ["2026-10-01", "2026-10-02", "2026-10-03"], Reading.HOLIDAY)]


def test_apple_s_marks_tell_days_off_and_make_up_days_from_observances() -> None:
    found = days_of(
        "DTSTART;VALUE=DATE:20261001\r\nSUMMARY:国庆节(休)\r\nX-APPLE-SPECIAL-DAY:WORK-HOLIDAY",
        "DTSTART;VALUE=DATE:20261010\r\nSUMMARY:国庆节(班)\r\nX-APPLE-SPECIAL-DAY:ALTERNATE-WORKDAY",
        "DTSTART;VALUE=DATE:20260510\r\nSUMMARY:母亲节",
    )

    assert [reading for _, _, reading in found] == [Reading.HOLIDAY, Reading.MAKE_UP, Reading.SKIPPED]


@pytest.mark.parametrize("words", ["国庆节 补班", "春节(班)", "春节\uff08班\uff09", "Make-up workday", "国庆节 班"])
def test_words_tell_a_make_up_day(words: str) -> None:
    ((_, days, reading),) = days_of(f"DTSTART;VALUE=DATE:20261010\r\nSUMMARY:{words}")

    assert (days, reading) == (["2026-10-10"], Reading.MAKE_UP)


@pytest.mark.parametrize("words", ["国庆节", "Labour Day", "值班表发布"])
def test_other_words_do_not(words: str) -> None:
    assert days_of(f"DTSTART;VALUE=DATE:20261010\r\nSUMMARY:{words}")[0][2] is Reading.HOLIDAY


def test_folded_lines_and_escapes_are_read() -> None:
    found = days_of("DTSTART;VALUE=DATE:20260101\r\nSUMMARY:New\r\n  Year\\, observed")

    assert found[0][0] == "New Year, observed"


def test_yearly_rules() -> None:
    found = days_of(
        "DTSTART;VALUE=DATE:20200704\r\nSUMMARY:a\r\nRRULE:FREQ=YEARLY",
        "DTSTART;VALUE=DATE:20201126\r\nSUMMARY:b\r\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
        "DTSTART;VALUE=DATE:20200525\r\nSUMMARY:c\r\nRRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO;UNTIL=20261231",
        "DTSTART;VALUE=DATE:20250101\r\nSUMMARY:d\r\nRRULE:FREQ=YEARLY;COUNT=2",
        "DTSTART;VALUE=DATE:20240229\r\nSUMMARY:e\r\nRRULE:FREQ=YEARLY;UNTIL=20300101",
        "DTSTART;VALUE=DATE:20200101\r\nSUMMARY:f\r\nRRULE:FREQ=YEARLY\r\nEXDATE;VALUE=DATE:20270101",
    )

    assert [days for _, days, _ in found] == [
        ["2026-07-04", "2027-07-04"],
        ["2026-11-26", "2027-11-25"],
        ["2026-05-25"],
        ["2026-01-01"],
        [],
        ["2026-01-01"],
    ]


@pytest.mark.parametrize(
    ("event", "refused"),
    [
        ("DTSTART:20261001T090000Z\nSUMMARY:x", Refused.NOT_ALL_DAY),
        ("DTSTART;VALUE=DATE:20261301\nSUMMARY:x", Refused.NO_DATE),
        ("SUMMARY:x", Refused.NO_DATE),
        ("DTSTART;VALUE=DATE:20261001\nSTATUS:CANCELLED", Refused.CANCELLED),
        ("DTSTART;VALUE=DATE:20261001\nDTEND;VALUE=DATE:20270301", Refused.TOO_LONG),
        ("DTSTART;VALUE=DATE:20261001\nRRULE:FREQ=WEEKLY", Refused.RULE),
        ("DTSTART;VALUE=DATE:20261001\nRRULE:FREQ=YEARLY;BYDAY=1MO,2TU", Refused.RULE),
        ("DTSTART;VALUE=DATE:20261001\nRDATE;VALUE=DATE:20261005", Refused.RULE),
        ("DTSTART;VALUE=DATE:19991001\nSUMMARY:x", Refused.OUTSIDE),
    ],
)
def test_what_makes_no_special_day_says_why(event: str, refused: Refused) -> None:
    (found,) = read(a_file(event), first=FIRST, last=LAST)

    assert (found.reading, found.refused, found.days) == (Reading.SKIPPED, refused, ())


def test_an_alarm_within_an_event_is_not_its_date() -> None:
    found = days_of("DTSTART;VALUE=DATE:20261001\nSUMMARY:x\nBEGIN:VALARM\nSUMMARY:y\nDTSTART:1\nEND:VALARM")

    assert found == [("x", ["2026-10-01"], Reading.HOLIDAY)]


@pytest.mark.parametrize("text", ["", "hello", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x"])
def test_what_is_no_calendar_is_refused(text: str) -> None:
    with pytest.raises(NotACalendarError):
        read(text, first=FIRST, last=LAST)


def test_a_flood_of_events_is_refused() -> None:
    with pytest.raises(NotACalendarError):
        read(a_file(*["DTSTART;VALUE=DATE:20261001"] * 5_001), first=FIRST, last=LAST)
