"""Special days out of an iCalendar file (RFC 5545): all-day events, once or every year; everything else is refused.

A make-up day is told by Apple's `X-APPLE-SPECIAL-DAY:ALTERNATE-WORKDAY`, by a category, or by the words that the usual
files of Chinese holidays write. Where a file marks days off in Apple's way, its other events are mere observances.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

LONGEST_EVENT = 60
"""Days; a longer event is a season rather than a holiday."""
MOST_EVENTS = 5_000
MARK = "X-APPLE-SPECIAL-DAY"
OFF_MARK, WORK_MARK = "WORK-HOLIDAY", "ALTERNATE-WORKDAY"
WORK_WORDS = re.compile(
    r"补班|补休上班|调休上班|[(\uff08]班[)\uff09]|\s班$|make-?up (work|day)|working (day|saturday|sunday)",
    re.IGNORECASE,
)
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
NTH = re.compile(r"([+-]?[1-5])(MO|TU|WE|TH|FR|SA|SU)")
YEARLY = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYMONTH", "BYMONTHDAY", "BYDAY", "WKST"}


class Reading(StrEnum):
    """What became of an event of the file."""

    HOLIDAY = "holiday"
    MAKE_UP = "make_up"
    SKIPPED = "skipped"


class Refused(StrEnum):
    """Why an event of the file makes no special day."""

    CANCELLED = "cancelled"
    NOT_ALL_DAY = "not_all_day"
    NO_DATE = "no_date"
    TOO_LONG = "too_long"
    RULE = "rule"
    OBSERVANCE = "observance"
    OUTSIDE = "outside"


class NotACalendarError(ValueError):
    """The text is no iCalendar file, or one with too many events."""


@dataclass(frozen=True)
class Event:
    """One event of the file, and the days it stands for."""

    summary: str
    days: tuple[date, ...]
    reading: Reading
    refused: Refused | None = None


def read(text: str, *, first: date, last: date) -> list[Event]:
    """Return the events of a file with those of their days that lie between two days.

    Raises:
        NotACalendarError: the text is no iCalendar file, or has more than 5,000 events.
    """
    found = list(_events(_unfolded(text)))
    marked = any(_value(event, MARK).upper() == OFF_MARK for event in found)
    return [_read_one(event, first=first, last=last, marked=marked) for event in found]


Properties = dict[str, list[tuple[str, str]]]
"""Parameters and value of each property, by its name."""


def _unfolded(text: str) -> list[str]:
    return re.sub(r"\r?\n[ \t]", "", text.removeprefix("\ufeff")).splitlines()


def _events(lines: list[str]) -> Iterator[Properties]:
    """Yield the properties of each event; those of what lies inside one, such as an alarm, are left out."""
    if not lines or lines[0].strip().upper() != "BEGIN:VCALENDAR":
        raise NotACalendarError("the text does not begin with BEGIN:VCALENDAR")
    event: Properties | None = None
    inside, count = 0, 0
    for line in lines:
        name, _, value = line.partition(":")
        word, _, parameters = name.partition(";")
        word, value = word.strip().upper(), value.strip()
        if (word, value.upper()) == ("BEGIN", "VEVENT"):
            event, inside, count = {}, 0, count + 1
            if count > MOST_EVENTS:
                raise NotACalendarError(f"the file has more than {MOST_EVENTS} events")
        elif (word, value.upper()) == ("END", "VEVENT"):
            if event is not None:
                yield event
            event = None
        elif word in {"BEGIN", "END"}:
            inside += 1 if word == "BEGIN" else -1
        elif event is not None and inside == 0:
            event.setdefault(word, []).append((parameters.upper(), value))
    if event is not None:
        raise NotACalendarError("the file ends within an event")


def _value(event: Properties, name: str) -> str:
    return event[name][0][1] if name in event else ""


def _read_one(event: Properties, *, first: date, last: date, marked: bool) -> Event:
    summary = re.sub(r"\\([\\;,])", r"\1", re.sub(r"\\[nN]", " ", _value(event, "SUMMARY"))).strip()[:200]
    mark = _value(event, MARK).upper()
    if _value(event, "STATUS").upper() == "CANCELLED":
        return Event(summary, (), Reading.SKIPPED, Refused.CANCELLED)
    if marked and mark not in {OFF_MARK, WORK_MARK}:
        return Event(summary, (), Reading.SKIPPED, Refused.OBSERVANCE)
    days = _days(event, first=first, last=last)
    if isinstance(days, Refused):
        return Event(summary, (), Reading.SKIPPED, days)
    words = f"{_value(event, 'CATEGORIES')} {summary}"
    works = mark == WORK_MARK or (mark != OFF_MARK and WORK_WORDS.search(words) is not None)
    return Event(summary, days, Reading.MAKE_UP if works else Reading.HOLIDAY)


def _days(event: Properties, *, first: date, last: date) -> tuple[date, ...] | Refused:
    start = _date(event, "DTSTART")
    if not isinstance(start, date):
        return start
    length = _length(event, start)
    if isinstance(length, Refused):
        return length
    starts = _yearly(_value(event, "RRULE"), start, last=last) if "RRULE" in event else [start]
    if starts is None or "RDATE" in event:
        return Refused.RULE
    dropped = {value[:8] for _, values in event.get("EXDATE", ()) for value in values.split(",")}
    days = {
        begin + timedelta(days=offset)
        for begin in starts
        if begin.strftime("%Y%m%d") not in dropped
        for offset in range(length)
    }
    return tuple(sorted(day for day in days if first <= day <= last)) or Refused.OUTSIDE


def _length(event: Properties, start: date) -> int | Refused:
    """Return how many days an event has; its end is the day after the last one."""
    if "DTEND" in event:
        end = _date(event, "DTEND")
        if not isinstance(end, date):
            return end
        length = max((end - start).days, 1)
    elif duration := _value(event, "DURATION"):
        weeks_days = re.fullmatch(r"P(?:(\d{1,3})W|(\d{1,3})D)", duration)
        if weeks_days is None:
            return Refused.NOT_ALL_DAY
        length = int(weeks_days[1] or 0) * 7 + int(weeks_days[2] or 0) or 1
    else:
        length = 1
    return length if length <= LONGEST_EVENT else Refused.TOO_LONG


def _date(event: Properties, name: str) -> date | Refused:
    """Return the day of a property; one with a time of day that is not midnight makes no whole day."""
    value = _value(event, name)
    if re.fullmatch(r"\d{8}T\d{6}Z?", value):
        if not value.startswith("000000", 9) or value.endswith("Z"):
            return Refused.NOT_ALL_DAY
        value = value[:8]
    try:
        return datetime.strptime(value, "%Y%m%d").date() if re.fullmatch(r"\d{8}", value) else Refused.NO_DATE  # noqa: DTZ007 - a day
    except ValueError:
        return Refused.NO_DATE


def _yearly(rule: str, start: date, *, last: date) -> list[date] | None:
    """Return the days of a yearly rule up to a last one; None: it is another kind of rule."""
    parts = dict(part.split("=", 1) for part in rule.upper().split(";") if "=" in part)
    if parts.get("FREQ") != "YEARLY" or not parts.keys() <= YEARLY:
        return None
    interval, count = parts.get("INTERVAL", "1"), parts.get("COUNT", "1000")
    month, day = parts.get("BYMONTH", str(start.month)), parts.get("BYMONTHDAY", str(start.day))
    nth = NTH.fullmatch(parts["BYDAY"]) if "BYDAY" in parts else None
    numbers = (interval, count, month, day)
    if ("BYDAY" in parts and (nth is None or "BYMONTHDAY" in parts)) or not all(
        re.fullmatch(r"\d{1,4}", number) for number in numbers
    ):
        return None
    until = parts.get("UNTIL", "99991231")[:8]
    found: list[date] = []
    for year in range(start.year, last.year + 1, int(interval) or 1):
        on = _nth_of(year, int(month), nth) if nth else _day_of(year, int(month), int(day))
        if len(found) == int(count) or (on and on.strftime("%Y%m%d") > until):
            break
        if on is not None and on >= start:
            found.append(on)
    return found


def _day_of(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _nth_of(year: int, month: int, nth: re.Match[str]) -> date | None:
    """Return the n-th weekday of a month, from its end if n is negative."""
    if not 1 <= month <= 12:
        return None
    number, weekday = int(nth[1]), WEEKDAYS.index(nth[2])
    days = [
        date(year, month, day)
        for day in range(1, monthrange(year, month)[1] + 1)
        if date(year, month, day).weekday() == weekday
    ]
    place = number - 1 if number > 0 else number
    return days[place] if -len(days) <= place < len(days) else None
