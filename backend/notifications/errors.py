"""Refusals of notifications and push."""

from kernel.errors import NotFound


class NoSuchNotification(NotFound):
    """There is no such notification."""

    slug = "no-such-notification"


class DeadToken(Exception):  # noqa: N818 - an answer of the push service, handled where it is sent
    """The push service does not know the token any more."""


class PushFailed(Exception):  # noqa: N818 - an answer of the push service, handled where it is sent
    """The push service did not take the message this time."""
