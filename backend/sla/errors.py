"""Refusals of the room of promises."""

from kernel.errors import Conflict, Invalid, NotFound


class ClockUnknown(NotFound):
    """No such clock runs for the subject."""

    slug = "sla-clock-unknown"


class CalendarUnknown(NotFound):
    """There is no such business calendar."""

    slug = "calendar-unknown"


class CodeTaken(Conflict):
    """Another calendar has this code."""

    slug = "calendar-code-taken"


class NoWorkingTime(Invalid):
    """The calendar has no working time to count."""

    slug = "calendar-without-time"


class UnknownZone(Invalid):
    """There is no such time zone."""

    slug = "time-zone-unknown"
