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
