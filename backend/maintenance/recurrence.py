"""Recurrence rules (RFC 5545, by python-dateutil) on local days: which are understood, and on which days they fall."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from backend.maintenance.errors import UnfitRule

PARTS = {
    "DAILY": frozenset[str](),
    "WEEKLY": frozenset({"BYDAY"}),
    "MONTHLY": frozenset({"BYDAY", "BYMONTHDAY", "BYSETPOS"}),
    "YEARLY": frozenset({"BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS"}),
}
"""Parts that go with a frequency; months beyond a year's rule are the plan's season."""
ALWAYS = frozenset({"FREQ", "INTERVAL", "UNTIL"})
MOST_INTERVAL = 400
LAST_SAFE_DAY = 28


def parts_of(rule: str) -> dict[str, str]:
    """Return the parts of a rule.

    Raises:
        UnfitRule: it is not understood, or says when within a day.
    """
    parts: dict[str, str] = {}
    for piece in rule.upper().removeprefix("RRULE:").split(";"):
        name, equals, value = piece.strip().partition("=")
        if not equals or not value or name in parts:
            raise UnfitRule("A rule is made of parts such as FREQ=MONTHLY;INTERVAL=3.", part=piece)
        parts[name] = value
    allowed = PARTS.get(parts.get("FREQ", ""))
    if allowed is None:
        raise UnfitRule("FREQ is DAILY, WEEKLY, MONTHLY or YEARLY.", part=f"FREQ={parts.get('FREQ', '')}")
    if unknown := sorted(set(parts) - allowed - ALWAYS):
        raise UnfitRule(f"{unknown[0]} does not go with FREQ={parts['FREQ']} here.", part=unknown[0])
    interval = parts.get("INTERVAL", "1")
    if not (interval.isascii() and interval.isdigit() and 1 <= int(interval) <= MOST_INTERVAL):
        raise UnfitRule(f"INTERVAL is 1 to {MOST_INTERVAL}.", part=f"INTERVAL={interval}")
    return parts


def check(rule: str) -> None:
    """Refuse a rule that cannot be read.

    Raises:
        UnfitRule: it cannot.
    """
    days(rule, start=date(2024, 1, 1), last=date(2024, 1, 1))


def days(rule: str, *, start: date, last: date) -> Iterator[date]:
    """Return the days of a rule that counts from a day, in order, up to a last one.

    A month without the day that it counts from takes its last one: RFC 5545 would leave that month out.

    Raises:
        UnfitRule: it cannot be read.
    """
    parts = _whole_months(parts_of(rule), start)
    if "0" in parts.get("BYMONTHDAY", "").split(","):
        raise UnfitRule("Days of a month count from 1, or from -1 backwards.", part="BYMONTHDAY")
    until = _until(parts.pop("UNTIL", None))
    text = ";".join(f"{name}={value}" for name, value in parts.items())
    try:
        found = rrulestr(text, dtstart=datetime.combine(start, time.min))
    except (ValueError, KeyError, IndexError) as error:
        raise UnfitRule("The rule cannot be read.", part=rule) from error
    return _until_day((occurrence.date() for occurrence in found), min(last, until or date.max))


def _until_day(found: Iterator[date], last: date) -> Iterator[date]:
    for day in found:
        if day > last:
            return
        yield day


def _whole_months(parts: dict[str, str], start: date) -> dict[str, str]:
    plain = not any(name.startswith("BY") for name in parts)
    if not plain or parts["FREQ"] not in {"MONTHLY", "YEARLY"} or start.day <= LAST_SAFE_DAY:
        return dict(parts)
    candidates = ",".join(str(day) for day in range(LAST_SAFE_DAY, start.day + 1))
    month = {"BYMONTH": str(start.month)} if parts["FREQ"] == "YEARLY" else {}
    return {**parts, **month, "BYMONTHDAY": candidates, "BYSETPOS": "-1"}


def _until(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return datetime.strptime(text[:8], "%Y%m%d").date()  # noqa: DTZ007 - a local day
    except ValueError as error:
        raise UnfitRule("UNTIL is a day such as 20271231.", part=f"UNTIL={text}") from error


def instant(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """Return when a wall clock shows a time on a day.

    Where clocks leave that time out it is as much later; where they show it twice it is the first.
    """
    return datetime.combine(day, wall, tzinfo=zone).astimezone(UTC)


def local_day(at: datetime, zone: ZoneInfo) -> date:
    """Return the day that it is somewhere."""
    return at.astimezone(zone).date()
