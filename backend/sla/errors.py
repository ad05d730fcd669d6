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


class CalendarInUse(Conflict):
    """Policies, ladders or clocks count by this calendar."""

    slug = "calendar-in-use"


class NoWorkingTime(Invalid):
    """The calendar has no working time to count."""

    slug = "calendar-without-time"


class SpanTooLong(Invalid):
    """Working time is counted over five years at most."""

    slug = "span-too-long"


class UnknownZone(Invalid):
    """There is no such time zone."""

    slug = "time-zone-unknown"


class NotACalendar(Invalid):
    """The text is no iCalendar file."""

    slug = "not-a-calendar-file"


class TooManyDays(Invalid):
    """A calendar keeps no more than 5,000 special days."""

    slug = "calendar-days-too-many"


class PolicyUnknown(NotFound):
    """There is no such policy in force."""

    slug = "sla-policy-unknown"


class PolicyTaken(Conflict):
    """Another policy is for the same case."""

    slug = "sla-policy-taken"


class LadderUnknown(NotFound):
    """There is no such escalation ladder."""

    slug = "ladder-unknown"


class LadderTaken(Conflict):
    """Another ladder has this name."""

    slug = "ladder-name-taken"


class LadderInUse(Conflict):
    """Policies climb this ladder."""

    slug = "ladder-in-use"


class StaleTerms(Conflict):
    """Somebody has changed it since it was read."""

    slug = "stale-terms"
