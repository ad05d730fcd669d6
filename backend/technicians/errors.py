"""Refusals of the room of technicians."""

from kernel.errors import Conflict, Invalid, NotFound


class TechnicianUnknown(NotFound):
    """There is no such technician."""

    slug = "technician-unknown"


class AbsenceUnknown(NotFound):
    """There is no such absence."""

    slug = "absence-unknown"


class ShiftOverlaps(Conflict):
    """The technician works at that time already."""

    slug = "shift-overlaps"


class WrongInterval(Invalid):
    """The interval ends before it starts, or a break lies outside of it."""

    slug = "wrong-interval"
