"""Refusals of the room of assets."""

from kernel.errors import Conflict, Invalid, NotFound


class AssetUnknown(NotFound):
    """There is no such asset."""

    slug = "asset-unknown"


class ClassUnknown(NotFound):
    """There is no such asset class."""

    slug = "asset-class-unknown"


class NodeUnknown(NotFound):
    """There is no such functional location."""

    slug = "location-unknown"


class AlreadyKnown(Conflict):
    """Something with this number, code or device exists already."""

    slug = "already-known"


class WrongPlace(Invalid):
    """The parent, location or site does not fit the others."""

    slug = "wrong-place"


class ComponentMismatch(Conflict):
    """The register says that another part is inside."""

    slug = "component-mismatch"


class MeterUnknown(NotFound):
    """There is no such meter."""

    slug = "meter-unknown"


class ReadingUnknown(NotFound):
    """There is no such reading."""

    slug = "reading-unknown"


class MeterFellBack(Conflict):
    """A counter cannot fall without a rollover or a replacement."""

    slug = "meter-fell-back"


class ReadingExists(Conflict):
    """The meter has another reading of the same instant."""

    slug = "reading-exists"


class OutOfRange(Invalid):
    """The meter cannot show this value."""

    slug = "reading-out-of-range"


class ReadInFuture(Invalid):
    """The reading lies in the future."""

    slug = "reading-in-future"


class NoCounter(Conflict):
    """A gauge has no total, no rollover and no usage."""

    slug = "meter-is-a-gauge"


class StaleVersion(Conflict):
    """It has changed since it was read."""

    slug = "asset-changed-meanwhile"


class StateExists(Conflict):
    """Another state of the same instant is known."""

    slug = "state-exists"


class WarrantyUnknown(NotFound):
    """There is no such warranty."""

    slug = "warranty-unknown"


class TwiceInBom(Invalid):
    """A part stands twice at one position."""

    slug = "part-twice"


class Ambiguous(Conflict):
    """More than one fits the name."""

    slug = "asset-ambiguous"


class NoToken(Conflict):
    """The asset's code is revoked: make a new one before printing it."""

    slug = "qr-revoked"


class CatalogueFull(Conflict):
    """The catalogue has as many words as one can choose from."""

    slug = "catalogue-full"
