"""Refusals of the room of figures."""

from kernel.errors import Invalid, NotFound


class FigureUnknown(NotFound):
    """There is no such figure."""

    slug = "figure-unknown"


class BadPeriod(Invalid):
    """The period ends before it begins, or is longer than can be looked at."""

    slug = "bad-period"


class EventsUnknown(NotFound):
    """There are no rows of this kind to take away."""

    slug = "events-unknown"
