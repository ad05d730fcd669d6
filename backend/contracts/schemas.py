"""Bodies and answers of contracts, entitlements and coverage."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from backend.contracts.coverage import Basis, Decision, Kind, Reason, Shares
from backend.contracts.deciding import shares_of
from backend.contracts.ledger import Cycle, EntryKind, Unit
from backend.contracts.models import Allowance, AllowanceEntry, Contract, OrderCoverage
from backend.contracts.service import Agreed, Draft, Granted, Scope
from kernel.fields import Body, Code, Day, Figure, Line, Out, Percent, Prose, Storable, example

Quantity = Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=4)]
Why = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500), Storable]


class SharesBody(Body):
    """Percent that the customer does not pay, by kind: 100 is covered, 0 excluded."""

    labour: Percent
    parts: Percent
    travel: Percent
    consumables: Percent

    def shares(self) -> dict[Kind, int]:
        """Return it as the rules take it."""
        return {kind: getattr(self, kind) for kind in Kind}


class EntitlementIn(Body):
    """How much is granted in each period."""

    unit: Unit
    quantity: Quantity
    cycle: Cycle = Cycle.YEAR


class TermsBody(Body):
    """The terms of a contract; a scope without members is everything of the customer."""

    name: Line
    starts_on: Day
    ends_on: Day
    coverage: SharesBody
    tier: Code | None = None
    price_list_id: UUID | None = None
    note: Prose = ""
    asset_ids: Annotated[tuple[UUID, ...], Field(max_length=500)] = ()
    class_codes: Annotated[tuple[Code, ...], Field(max_length=100)] = ()
    site_ids: Annotated[tuple[UUID, ...], Field(max_length=200)] = ()
    entitlements: Annotated[tuple[EntitlementIn, ...], Field(max_length=3)] = ()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends_on < self.starts_on:
            raise ValueError("a contract ends after it starts")
        if len({line.unit for line in self.entitlements}) != len(self.entitlements):
            raise ValueError("each unit is granted once")
        return self

    def draft(self) -> Draft:
        """Return it as the service takes it."""
        return Draft(
            name=self.name,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            shares=self.coverage.shares(),
            tier=self.tier,
            price_list_id=self.price_list_id,
            note=self.note,
            scope=Scope(asset_ids=self.asset_ids, class_codes=self.class_codes, site_ids=self.site_ids),
            entitlements={line.unit: Granted(quantity=line.quantity, cycle=line.cycle) for line in self.entitlements},
        )


class ContractIn(TermsBody):
    """A new contract."""

    customer_id: UUID
    number: Code | None = None


class ContractChange(TermsBody):
    """The terms of a contract from now on."""

    version: Annotated[int, Field(ge=1)]


class GrantIn(Body):
    """More than the terms grant, in the present period."""

    unit: Unit
    quantity: Quantity
    reason: Why
    client_op_id: UUID


class OverrideIn(Body):
    """Who pays for an order after all."""

    model_config = example(
        basis="warranty",
        coverage={"labour": 100, "parts": 100, "travel": 0, "consumables": 0},
        reason="The maker agreed by phone",
    )

    basis: Basis
    coverage: SharesBody
    contract_id: UUID | None = None
    reason: Why

    @model_validator(mode="after")
    def _names_its_contract(self) -> Self:
        if (self.basis is Basis.CONTRACT) != (self.contract_id is not None):
            raise ValueError("a contract is named where it pays, and nowhere else")
        return self


class SharesOut(Out):
    """Percent that the customer does not pay, by kind."""

    labour: int
    parts: int
    travel: int
    consumables: int

    @classmethod
    def of(cls, shares: Shares) -> "SharesOut":
        """Return the answer for percentages by kind."""
        return cls(
            labour=shares.get(Kind.LABOUR, 0),
            parts=shares.get(Kind.PARTS, 0),
            travel=shares.get(Kind.TRAVEL, 0),
            consumables=shares.get(Kind.CONSUMABLES, 0),
        )


class EntitlementOut(Out):
    """How much is granted in each period."""

    unit: Unit
    quantity: Figure
    cycle: Cycle


class ContractLine(Out):
    """A contract in a list."""

    id: UUID
    number: str
    customer_id: UUID
    customer_name: str
    name: str
    starts_on: date
    ends_on: date
    in_force: bool
    version: int

    @classmethod
    def of(cls, row: Contract, *, customer_name: str, today: date) -> "ContractLine":
        """Return the answer for a contract."""
        return cls(
            id=row.id,
            number=row.number,
            customer_id=row.customer_id,
            customer_name=customer_name,
            name=row.name,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            in_force=row.starts_on <= today <= row.ends_on,
            version=row.version,
        )


class TermsOut(Out):
    """The terms of one version of a contract."""

    version: int
    written_at: datetime
    name: str
    starts_on: date
    ends_on: date
    coverage: SharesOut
    tier: str | None
    price_list_id: UUID | None
    note: str
    asset_ids: list[UUID]
    class_codes: list[str]
    site_ids: list[UUID]
    entitlements: list[EntitlementOut]

    @classmethod
    def of(cls, agreed: Agreed) -> "TermsOut":
        """Return the answer for a version."""
        row = agreed.version
        return cls(
            version=row.version,
            written_at=row.created_at,
            name=row.name,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            coverage=SharesOut.of(shares_of(row)),
            tier=row.tier,
            price_list_id=row.price_list_id,
            note=row.note,
            asset_ids=list(agreed.scope.asset_ids),
            class_codes=list(agreed.scope.class_codes),
            site_ids=list(agreed.scope.site_ids),
            entitlements=[
                EntitlementOut(unit=unit, quantity=granted.quantity, cycle=granted.cycle)
                for unit, granted in agreed.entitlements.items()
            ],
        )


class ContractOut(ContractLine):
    """A contract with the terms in force."""

    terms: TermsOut


class AllowanceOut(Out):
    """What is left of an entitlement in one period."""

    id: UUID
    unit: Unit
    starts_on: date
    ends_on: date
    granted: Figure
    balance: Figure

    @classmethod
    def of(cls, row: Allowance, granted: Decimal) -> "AllowanceOut":
        """Return the answer for an allowance."""
        return cls(
            id=row.id,
            unit=row.unit,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            granted=granted,
            balance=row.balance,
        )


class EntryOut(Out):
    """One line of the ledger of entitlements."""

    id: UUID
    unit: Unit
    kind: EntryKind
    quantity: Figure
    work_order_id: UUID | None
    reason: str
    at: datetime

    @classmethod
    def of(cls, row: AllowanceEntry, unit: Unit) -> "EntryOut":
        """Return the answer for an entry."""
        return cls(
            id=row.id,
            unit=unit,
            kind=row.kind,
            quantity=row.quantity,
            work_order_id=row.work_order_id,
            reason=row.reason,
            at=row.at,
        )


class CoverageOut(Out):
    """Who pays for an order, and why."""

    seq: int
    basis: Basis
    reason: Reason
    reason_on: date | None
    decided_on: date
    contract_id: UUID | None
    contract_number: str | None
    tier: str | None
    coverage: SharesOut
    note: str | None
    at: datetime

    @classmethod
    def of(cls, row: OrderCoverage, contract: Contract | None) -> "CoverageOut":
        """Return the answer for a decision that was kept."""
        return cls(
            seq=row.seq,
            basis=row.basis,
            reason=row.reason,
            reason_on=row.reason_on,
            decided_on=row.decided_on,
            contract_id=contract.id if contract else None,
            contract_number=contract.number if contract else None,
            tier=row.tier,
            coverage=SharesOut.of(shares_of(row)),
            note=row.note,
            at=row.at,
        )


class JudgementOut(Out):
    """What would be decided if an order was opened today."""

    basis: Basis
    reason: Reason
    reason_on: date | None
    contract_id: UUID | None
    coverage: SharesOut

    @classmethod
    def of(cls, decision: Decision) -> "JudgementOut":
        """Return the answer for a decision."""
        return cls(
            basis=decision.basis,
            reason=decision.reason,
            reason_on=decision.reason_on,
            contract_id=decision.contract.contract_id if decision.contract else None,
            coverage=SharesOut.of(decision.shares),
        )
