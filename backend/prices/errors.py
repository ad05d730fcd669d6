"""Refusals of the room of prices."""

from kernel.errors import Conflict, NotFound


class PriceListUnknown(NotFound):
    """There is no such price list."""

    slug = "price-list-unknown"


class PriceListTaken(Conflict):
    """Another price list has this code."""

    slug = "price-list-taken"


class StalePrices(Conflict):
    """The price list changed since it was read."""

    slug = "price-list-changed-meanwhile"
