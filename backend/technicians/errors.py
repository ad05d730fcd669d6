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


class StaleVersion(Conflict):
    """The technician or crew changed since it was read."""

    slug = "technician-changed-meanwhile"


class StaffNumberTaken(Conflict):
    """Another technician has this staff number."""

    slug = "staff-number-taken"


class AmbiguousName(Conflict):
    """More than one technician has this name; say which one by the staff number."""

    slug = "technician-ambiguous"


class AbsenceOverlaps(Conflict):
    """The technician is away at that time already, or has asked to be."""

    slug = "absence-overlaps"


class AlreadyDecided(Conflict):
    """The absence was approved or refused before."""

    slug = "absence-already-decided"


class PatternUnknown(NotFound):
    """There is no such weekly working time."""

    slug = "shift-pattern-unknown"


class ShiftUnknown(NotFound):
    """There is no such shift."""

    slug = "shift-unknown"


class WrongArea(Invalid):
    """The area is not one simple polygon on the map."""

    slug = "wrong-area"


class CrewUnknown(NotFound):
    """There is no such crew."""

    slug = "crew-unknown"


class CrewNameTaken(Conflict):
    """Another crew has this name."""

    slug = "crew-name-taken"


class WrongCrew(Invalid):
    """A member is there twice at a time, or two lead at a time, or nobody is there on the day."""

    slug = "wrong-crew"
