"""Refusals of the room of outlets."""

from kernel.errors import Conflict, NotFound


class OutletUnknown(NotFound):
    """There is no such outlet."""

    slug = "outlet-unknown"


class OutletTaken(Conflict):
    """Another outlet has this code."""

    slug = "outlet-taken"


class StaleOutlet(Conflict):
    """The outlet changed since it was read."""

    slug = "outlet-changed-meanwhile"
