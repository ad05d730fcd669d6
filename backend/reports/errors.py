"""Refusals of the room of service reports."""

from kernel.errors import Conflict, Invalid, NotFound


class ReportUnknown(NotFound):
    """There is no such report."""

    slug = "report-unknown"


class NotCompleted(Conflict):
    """The visit is not completed yet; there is nothing to report.

    Members: `state`.
    """

    slug = "visit-not-completed"


class NobodyToSendTo(Invalid):
    """Neither the customer nor a contact has an e-mail address; name one."""

    slug = "nobody-to-send-to"
