"""What intake refuses."""

from kernel.errors import Conflict, NotFound


class CaseNotTakenIn(NotFound):
    """Intake has not heard of this case."""

    slug = "case-not-taken-in"


class CaseDoesNotWait(Conflict):
    """The case waits for no budget.

    Members: `state`.
    """

    slug = "case-does-not-wait"


class IncidentUnknown(NotFound):
    """There is no such incident."""

    slug = "incident-unknown"


class NotInIncident(Conflict):
    """The incident does not hold this case."""

    slug = "not-in-incident"


class StalePolicy(Conflict):
    """Somebody changed the policy since it was read.

    Members: `expected`, `version`.
    """

    slug = "stale-policy"


class NoCase(NotFound):
    """The order was opened for another reason than a case.

    Members: `work_order_id`.
    """

    slug = "no-case"
