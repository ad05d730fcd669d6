"""Who pays: warranty before contract before the customer, decided for one day from plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID


class Kind(StrEnum):
    """What an order costs money for."""

    LABOUR = "labour"
    PARTS = "parts"
    TRAVEL = "travel"
    CONSUMABLES = "consumables"


class Basis(StrEnum):
    """What pays for what the customer does not."""

    WARRANTY = "warranty"
    CONTRACT = "contract"
    NONE = "none"


class Reason(StrEnum):
    """Why it was decided so."""

    IN_WARRANTY = "in_warranty"
    IN_CONTRACT = "in_contract"
    WARRANTY_ENDED = "warranty_ended"
    CONTRACT_ENDED = "contract_ended"
    NOT_BEGUN = "not_begun"
    NOT_IN_SCOPE = "not_in_scope"
    ENTITLEMENT_SPENT = "entitlement_spent"
    NOTHING_AGREED = "nothing_agreed"
    OVERRIDDEN = "overridden"


Shares = Mapping[Kind, int]
"""Percent that the customer does not pay, by kind; what is missing is not covered."""


@dataclass(frozen=True, kw_only=True)
class Warranty:
    """A warranty of an asset, both days included."""

    starts_on: date
    ends_on: date
    shares: Shares


@dataclass(frozen=True, kw_only=True)
class Terms:
    """A contract of the customer as it stands, both days included."""

    contract_id: UUID
    version_id: UUID
    starts_on: date
    ends_on: date
    shares: Shares
    closeness: int | None
    """How closely it names what the work is on: 3 the asset, 2 its class, 1 the site, 0 all; None: not at all."""
    visits_left: bool = True
    """False: it entitles to a number of visits, and they are used up."""
    tier: str | None = None
    price_list_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What the customer does not pay of an order, and why."""

    basis: Basis
    reason: Reason
    shares: Shares = field(default_factory=dict)
    contract: Terms | None = None
    """The contract whose terms hold; beside a warranty it gives the prices and promises, and what the other leaves."""
    reason_on: date | None = None
    """The last or first day that the reason speaks of."""


def decide(on: date, *, warranties: Sequence[Warranty], contracts: Sequence[Terms]) -> Decision:
    """Return who pays for work that is asked for on a local day.

    Warranties in force come first. A contract in force adds what they leave out, and holds alone without one.
    Of several contracts the closest holds, of equals the one that ends last.
    """
    fitting = [terms for terms in contracts if terms.closeness is not None and terms.starts_on <= on <= terms.ends_on]
    contract = max((terms for terms in fitting if terms.visits_left), key=_rank, default=None)
    holding = [warranty for warranty in warranties if warranty.starts_on <= on <= warranty.ends_on]
    if holding:
        granted = [warranty.shares for warranty in holding] + ([contract.shares] if contract else [])
        return Decision(
            basis=Basis.WARRANTY,
            reason=Reason.IN_WARRANTY,
            shares={kind: max(shares.get(kind, 0) for shares in granted) for kind in Kind},
            contract=contract,
            reason_on=max(warranty.ends_on for warranty in holding),
        )
    if contract is not None:
        return Decision(
            basis=Basis.CONTRACT,
            reason=Reason.IN_CONTRACT,
            shares=dict(contract.shares),
            contract=contract,
            reason_on=contract.ends_on,
        )
    return _uncovered(on, warranties, contracts, spent=max(fitting, key=_rank, default=None))


def _rank(terms: Terms) -> tuple[int, date, str]:
    return (terms.closeness or 0, terms.ends_on, str(terms.contract_id))


def _uncovered(
    on: date, warranties: Sequence[Warranty], contracts: Sequence[Terms], *, spent: Terms | None
) -> Decision:
    """Say why nothing covers it: the entitlement that is used up, else whatever ended last, else what has not begun."""
    if spent is not None:
        return Decision(basis=Basis.NONE, reason=Reason.ENTITLEMENT_SPENT, reason_on=spent.ends_on)
    of_it = [terms for terms in contracts if terms.closeness is not None]
    ended = [(terms.ends_on, Reason.CONTRACT_ENDED) for terms in of_it if terms.ends_on < on]
    ended += [(warranty.ends_on, Reason.WARRANTY_ENDED) for warranty in warranties if warranty.ends_on < on]
    if ended:
        last, reason = max(ended)
        return Decision(basis=Basis.NONE, reason=reason, reason_on=last)
    coming = [terms.starts_on for terms in of_it] + [warranty.starts_on for warranty in warranties]
    if coming:
        return Decision(basis=Basis.NONE, reason=Reason.NOT_BEGUN, reason_on=min(coming))
    elsewhere = any(terms.starts_on <= on <= terms.ends_on for terms in contracts)
    return Decision(basis=Basis.NONE, reason=Reason.NOT_IN_SCOPE if elsewhere else Reason.NOTHING_AGREED)
