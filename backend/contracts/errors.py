"""Refusals of the room of contracts."""

from kernel.errors import Conflict, Invalid, NotFound


class ContractUnknown(NotFound):
    """There is no such contract."""

    slug = "contract-unknown"


class ContractTaken(Conflict):
    """Another contract has this number."""

    slug = "contract-number-taken"


class StaleContract(Conflict):
    """The contract changed since it was read."""

    slug = "contract-changed-meanwhile"


class ScopeElsewhere(Invalid):
    """An asset or site of the contract belongs to another customer."""

    slug = "contract-scope-elsewhere"


class AllowanceSpent(Conflict):
    """Less is left of the entitlement than is asked for."""

    slug = "entitlement-spent"


class NoAllowance(Conflict):
    """The contract entitles to nothing of this kind today."""

    slug = "entitlement-missing"


class CoverageUndecided(NotFound):
    """Nothing was decided about who pays for this order."""

    slug = "coverage-undecided"
