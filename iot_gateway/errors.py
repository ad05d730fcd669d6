"""Refusals of the gateway."""

from kernel.errors import Conflict, Invalid, NotFound


class DeviceNotFound(NotFound):
    """There is no such device."""

    slug = "device-not-found"


class DeviceNameTaken(Conflict):
    """A device of this name exists already."""

    slug = "device-name-taken"


class DeviceRevoked(Conflict):
    """The device has been revoked."""

    slug = "device-revoked"


class CommandNotFound(NotFound):
    """There is no such command."""

    slug = "command-not-found"


class CommandUnderWay(Conflict):
    """The command may have reached the device already.

    Members: `state`, `attempts`.
    """

    slug = "command-under-way"


class StaleTwin(Conflict):
    """Somebody changed it since it was read.

    Members: `expected`, `version`.
    """

    slug = "stale-version"


class UnfitTwin(Invalid):
    """The document cannot be kept."""

    slug = "unfit-twin"


class CaseNotFound(NotFound):
    """There is no such case."""

    slug = "case-not-found"


class IllegalCaseChange(Conflict):
    """The case is not in a state that allows this."""

    slug = "illegal-case-change"


class BadSeries(Invalid):
    """The series asked for cannot be drawn."""

    slug = "bad-series"


class DeadLetterNotFound(NotFound):
    """There is no such dead letter."""

    slug = "dead-letter-not-found"
