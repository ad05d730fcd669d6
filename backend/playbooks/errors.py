"""What playbooks refuse."""

from kernel.errors import Conflict, NotFound


class PlaybookUnknown(NotFound):
    """There is no such playbook."""

    slug = "playbook-unknown"


class PlaybookTaken(Conflict):
    """The model has a playbook for this failure group already.

    Members: `playbook_id`.
    """

    slug = "playbook-taken"


class StalePlaybook(Conflict):
    """Somebody changed the playbook since it was read.

    Members: `expected`, `version`.
    """

    slug = "stale-playbook"


class TrialUnknown(NotFound):
    """There is no such trial."""

    slug = "trial-unknown"


class TrialEnded(Conflict):
    """The trial has come to its end.

    Members: `state`.
    """

    slug = "trial-ended"
