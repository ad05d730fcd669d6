"""Refusals of the room of customers."""

from kernel.errors import Conflict, NotFound


class CustomerUnknown(NotFound):
    """There is no such customer."""

    slug = "customer-unknown"


class SiteUnknown(NotFound):
    """There is no such site."""

    slug = "site-unknown"


class ContactUnknown(NotFound):
    """There is no such contact."""

    slug = "contact-unknown"


class NumberTaken(Conflict):
    """Another customer has this number."""

    slug = "customer-number-taken"


class StaleVersion(Conflict):
    """The customer, contact or site changed since it was read."""

    slug = "customer-changed-meanwhile"


class CannotMerge(Conflict):
    """These two customers cannot become one."""

    slug = "customers-cannot-merge"


class Ambiguous(Conflict):
    """More than one has this name; say which one by its number."""

    slug = "customer-ambiguous"
