"""Refusals of the room of costs."""

from kernel.errors import Conflict, Invalid, NotFound


class EntryUnknown(NotFound):
    """There is no such entry of costs."""

    slug = "cost-entry-unknown"


class NotClosed(Conflict):
    """The order is not closed: its costs are counted when it is."""

    slug = "order-not-closed"


class NothingToSettle(Conflict):
    """Everything of this period is settled."""

    slug = "nothing-to-settle"


class SettlementUnknown(NotFound):
    """There is no such settlement."""

    slug = "settlement-unknown"


class PeriodTooLong(Invalid):
    """The period has too many orders for one settlement; take a shorter one."""

    slug = "settlement-period"


class WrongParty(Invalid):
    """A settlement is with one sort of party: a customer or outlet is named only where it is with those."""

    slug = "settlement-party"
