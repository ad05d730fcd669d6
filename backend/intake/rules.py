"""When a case becomes a ticket of its own: plain functions of plain values."""

from dataclasses import dataclass
from typing import Any

from backend.assets.models import Criticality

GRADES = tuple(Criticality)
"""From the worst down."""


@dataclass(frozen=True, kw_only=True)
class Budget:
    """How many tickets may be opened; none: no limit."""

    tenant_day: int | None
    tenant_week: int | None
    site_day: int | None
    site_week: int | None
    severity_at_once: int
    criticality_at_once: Criticality | None


@dataclass(frozen=True, kw_only=True)
class Spent:
    """How many tickets have been opened, by the tenant and on the site of a case."""

    tenant_day: int
    tenant_week: int
    site_day: int
    site_week: int


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Whether a ticket is opened now, and why."""

    opens: bool
    reason: str
    detail: dict[str, Any]


def weigh(budget: Budget, spent: Spent, *, severity: int, criticality: Criticality | None) -> Verdict:
    """Say whether a case becomes a ticket now: severe and critical ones always, the others while the budget lasts."""
    if severity >= budget.severity_at_once:
        return Verdict(opens=True, reason="severe", detail={"severity": severity})
    limit = budget.criticality_at_once
    if criticality is not None and limit is not None and GRADES.index(criticality) <= GRADES.index(limit):
        return Verdict(opens=True, reason="critical", detail={"criticality": str(criticality)})
    for name in ("tenant_day", "tenant_week", "site_day", "site_week"):
        allowed, used = getattr(budget, name), getattr(spent, name)
        if allowed is not None and used >= allowed:
            return Verdict(opens=False, reason=f"{name}_budget", detail={"used": used, "limit": allowed})
    return Verdict(opens=True, reason="within_budget", detail=vars(spent).copy())


def rank(severity: int, criticality: Criticality | None) -> int:
    """Return the place of a waiting case: the more severe first, then the more critical asset; lower is sooner."""
    grade = GRADES.index(criticality) if criticality is not None else len(GRADES)
    return 10 * (4 - severity) + grade


def is_incident(devices: int, fleet: int, *, percent: int, at_least: int) -> bool:
    """Tell whether so many devices of a fleet failing at once have one cause, probably."""
    return devices >= at_least and 100 * devices > percent * fleet
