"""Refusals of tickets."""

from kernel.errors import Conflict, Invalid, NotFound


class IllegalTicketStep(Conflict):
    """The state of the ticket does not allow this action.

    Members: `state`, `action`, `legal` (the actions that it allows).
    """

    slug = "illegal-transition"


class NoSuchTicket(NotFound):
    """There is no such ticket."""

    slug = "no-such-ticket"


class TicketIncomplete(Invalid):
    """The ticket lacks what a work order needs.

    Members: `missing`.
    """

    slug = "ticket-incomplete"


class ReopenTimeOver(Conflict):
    """The time to reopen the ticket is over; open a follow-up ticket.

    Members: `until`.
    """

    slug = "reopen-time-over"


class CannotMergeTicket(Conflict):
    """These tickets cannot become one.

    Members: `survivor_id` (if one of them is a part of another already).
    """

    slug = "cannot-merge-ticket"
