"""Refusals of conversations."""

from kernel.errors import Invalid


class MentionUnknown(Invalid):
    """Somebody who is mentioned is nobody here.

    Members: `user_ids`.
    """

    slug = "mention-unknown"
