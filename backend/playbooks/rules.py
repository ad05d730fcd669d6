"""Whether a playbook applies to a case: plain functions of plain values."""

from dataclasses import dataclass

from backend.assets.models import Criticality

GRADES = tuple(Criticality)


@dataclass(frozen=True, kw_only=True)
class Condition:
    """Which cases may be tried."""

    severity_at_most: int
    most_critical: Criticality
    """Assets more critical than this are left to people."""
    cold_start: bool
    """Also cases of low confidence, of devices that are hardly known."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of a case."""

    severity: int
    criticality: Criticality | None
    low_confidence: bool


def refusal(condition: Condition, facts: Facts) -> str | None:
    """Return why a case is not tried, as a code; None if it may be."""
    if facts.severity > condition.severity_at_most:
        return "too_severe"
    grade = facts.criticality or GRADES[-1]
    if GRADES.index(grade) < GRADES.index(condition.most_critical):
        return "too_critical"
    if facts.low_confidence and not condition.cold_start:
        return "cold_start"
    return None
