"""Refusals of the room of mail, and what a mail server answers."""

from kernel.errors import Conflict, NotFound


class MailUnknown(NotFound):
    """There is no such mail."""

    slug = "mail-unknown"


class MailIsSent(Conflict):
    """The mail was sent; it is not sent again as it is."""

    slug = "mail-is-sent"


class Refused(Exception):  # noqa: N818 - an answer of the mail server, handled where it is sent
    """The server will never take the mail as it is (a 5xx answer)."""


class NotNow(Exception):  # noqa: N818 - an answer of the mail server, handled where it is sent
    """The server did not take the mail this time, or nobody answered."""
