"""Refusals of the room of quotes."""

from kernel.errors import Conflict, NotFound


class QuoteUnknown(NotFound):
    """There is no such quote."""

    slug = "quote-unknown"


class QuoteOpen(Conflict):
    """The order has a quote that nobody has decided on."""

    slug = "quote-open"


class QuoteSettled(Conflict):
    """The state of the quote does not allow this."""

    slug = "quote-state"


class StaleQuote(Conflict):
    """The quote changed since it was read."""

    slug = "quote-changed-meanwhile"


class QuoteLinkDead(NotFound):
    """The link leads to no quote, or no longer."""

    slug = "quote-link-dead"


class NothingQuoted(Conflict):
    """A quote without lines is not sent."""

    slug = "quote-empty"
