"""Refusals of the room of reliability."""

from kernel.errors import Invalid


class BadSpan(Invalid):
    """The span ends before it begins."""

    slug = "bad-span"
