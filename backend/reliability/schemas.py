"""Answers about reliability; times in hours."""

from datetime import datetime
from uuid import UUID

from backend.assets.states import Spent
from backend.reliability.formulas import HOUR, Between, Mean
from backend.reliability.service import Basis, Outage, Reliability
from kernel.fields import Out


class MeanOut(Out):
    """A mean in hours over so many cases; none over none."""

    hours: float | None
    count: int

    @classmethod
    def of(cls, found: Mean) -> "MeanOut":
        """Return the answer for a mean."""
        return cls(hours=found.hours, count=found.count)


class BetweenOut(Out):
    """Mean operating time between failures; without any failure it is `above` these hours."""

    hours: float
    above: bool
    failures: int

    @classmethod
    def of(cls, found: Between) -> "BetweenOut":
        """Return the answer for a mean."""
        return cls(hours=found.hours, above=found.above, failures=found.failures)


class SpentOut(Out):
    """Hours up and down; decommissioned is neither."""

    up: float
    down_planned: float
    down_unplanned: float

    @classmethod
    def of(cls, found: Spent) -> "SpentOut":
        """Return the answer for times."""
        return cls(
            up=found.up / HOUR, down_planned=found.down_planned / HOUR, down_unplanned=found.down_unplanned / HOUR
        )


class OutageOut(Out):
    """A failure from its start to its restoration, and the order that cured it."""

    at: datetime
    mode: str
    order_id: UUID
    number: str | None
    started_at: datetime | None
    restored_at: datetime | None
    by_state: bool
    repair_hours: float | None
    former_at: datetime | None

    @classmethod
    def of(cls, row: Outage, former_at: datetime | None) -> "OutageOut":
        """Return the answer for a failure."""
        return cls(
            at=row.record.at,
            mode=row.record.mode,
            order_id=row.record.order_id,
            number=row.repair.number if row.repair else None,
            started_at=row.started_at,
            restored_at=row.restored_at,
            by_state=row.by_state,
            repair_hours=row.repair.active / HOUR if row.repair and row.repair.active else None,
            former_at=former_at,
        )


class ReliabilityOut(Out):
    """How reliable an asset was in a span, and what that rests on."""

    since: datetime
    until: datetime
    spent: SpentOut
    operating_hours: float
    basis: Basis
    mtbf: BetweenOut
    mrt: MeanOut
    mttr: MeanOut
    inherent_availability: float | None
    operational_availability: float | None
    recurring_count: int
    failures: list[OutageOut]

    @classmethod
    def of(cls, found: Reliability, former: dict[UUID, datetime]) -> "ReliabilityOut":
        """Return the answer for an asset."""
        return cls(
            since=found.since,
            until=found.until,
            spent=SpentOut.of(found.spent),
            operating_hours=found.operating_hours,
            basis=found.basis,
            mtbf=BetweenOut.of(found.between),
            mrt=MeanOut.of(found.repair),
            mttr=MeanOut.of(found.restoration),
            inherent_availability=found.inherent,
            operational_availability=found.operational,
            recurring_count=len(former),
            failures=[OutageOut.of(row, former.get(row.record.id)) for row in found.outages],
        )
