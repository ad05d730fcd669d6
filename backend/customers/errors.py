"""Refusals of the room of customers."""

from kernel.errors import Conflict, NotFound


class CustomerUnknown(NotFound):
    """There is no such customer."""

    slug = "customer-unknown"


class SiteUnknown(NotFound):
    """There is no such site."""

    slug = "site-unknown"


class NumberTaken(Conflict):
    """Another customer has this number."""

    slug = "customer-number-taken"
