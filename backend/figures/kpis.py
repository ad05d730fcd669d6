"""The table of figures: how each is computed, what it means, what is left out. `docs/kpi.md` is written from it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum

from backend.figures import facts
from backend.figures.scope import ASSET_FILTERS, Filter
from backend.figures.words import WORDS, Words


class Kind(StrEnum):
    """How a figure is made from its facts."""

    RATE = "rate"
    """Hits of what counts, with the score interval (Wilson 1927)."""
    DURATION = "duration"
    """Median, mean and ninth decile in seconds, with an interval of the median by order statistics."""
    SHARE = "share"
    """Sum of values by sum of weights."""
    SCORE = "score"
    """Hits less detractors of what counts, times 100."""
    RELIABILITY = "reliability"
    """From the times at which assets ran and stood."""
    TURNS = "turns"
    """Issues by mean stock, as if the period lasted a year."""
    PREDICTION = "prediction"
    """What the gateway tells of its cases."""


class Base(StrEnum):
    """What the facts are found from: a key of `PLACED` or `ASKED`."""

    OPENED = "opened"
    VISITED = "visited"
    DUE = "due"
    PLANNED = "planned"
    FAILED = "failed"
    ASKED = "asked"
    RESOLVED = "resolved"
    INVITED = "invited"
    NONE = "none"


OF_TICKETS = frozenset({Base.ASKED, Base.RESOLVED, Base.INVITED})
EVERY = frozenset(field.name for field in fields(Filter))
NONE: frozenset[str] = frozenset()
OF_ASSETS = frozenset(ASSET_FILTERS)
OF_PEOPLE = frozenset({"technician_id"})


@dataclass(frozen=True, kw_only=True)
class Kpi:
    """One figure."""

    name: str
    kind: Kind
    base: Base
    facts: str
    better: str
    """`high` or `low`."""
    words: Words
    takes: frozenset[str] = EVERY
    """Filters that it can be narrowed by; the others are named beside it as not applied."""


def _kpi(name: str, how: tuple[Kind, Base], sql: str, better: str, takes: frozenset[str] = EVERY) -> Kpi:
    return Kpi(name=name, kind=how[0], base=how[1], facts=sql, better=better, words=WORDS[name], takes=takes)


_TABLE = (
    _kpi("sla_response", (Kind.RATE, Base.DUE), facts.SLA_RESPONSE, "high"),
    _kpi("sla_on_site", (Kind.RATE, Base.DUE), facts.SLA_ON_SITE, "high"),
    _kpi("sla_restore", (Kind.RATE, Base.DUE), facts.SLA_RESTORE, "high"),
    _kpi("first_response", (Kind.DURATION, Base.ASKED), facts.FIRST_RESPONSE, "low"),
    _kpi("auto_assignment", (Kind.DURATION, Base.OPENED), facts.AUTO_ASSIGNMENT, "low"),
    _kpi("time_to_accept", (Kind.DURATION, Base.OPENED), facts.TIME_TO_ACCEPT, "low"),
    _kpi("time_to_site", (Kind.DURATION, Base.OPENED), facts.TIME_TO_SITE, "low"),
    _kpi("travel_ratio", (Kind.SHARE, Base.VISITED), facts.TRAVEL_RATIO, "low"),
    _kpi("repair_time", (Kind.DURATION, Base.VISITED), facts.REPAIR_TIME, "low"),
    _kpi("restoration_time", (Kind.DURATION, Base.VISITED), facts.RESTORATION_TIME, "low"),
    _kpi("mtbf", (Kind.RELIABILITY, Base.FAILED), facts.FAILURES_OF_ASSETS, "high", OF_ASSETS),
    _kpi("availability_inherent", (Kind.RELIABILITY, Base.FAILED), facts.FAILURES_OF_ASSETS, "high", OF_ASSETS),
    _kpi("availability_operational", (Kind.RELIABILITY, Base.FAILED), facts.FAILURES_OF_ASSETS, "high", OF_ASSETS),
    _kpi("first_time_fix", (Kind.RATE, Base.VISITED), facts.FIRST_TIME_FIX, "high"),
    _kpi("repeat_rate", (Kind.RATE, Base.VISITED), facts.REPEAT_RATE, "low"),
    _kpi("reject_rate", (Kind.RATE, Base.VISITED), facts.REJECT_RATE, "low"),
    _kpi("no_access_rate", (Kind.RATE, Base.VISITED), facts.NO_ACCESS_RATE, "low"),
    _kpi("plan_compliance", (Kind.RATE, Base.PLANNED), facts.PLAN_COMPLIANCE, "high"),
    _kpi("parts_fill_line", (Kind.RATE, Base.VISITED), facts.PARTS_FILL, "high"),
    _kpi("parts_fill_unit", (Kind.SHARE, Base.VISITED), facts.PARTS_FILL, "high"),
    _kpi("dispatch_accuracy", (Kind.RATE, Base.VISITED), facts.DISPATCH_ACCURACY, "high"),
    _kpi("remote_resolution", (Kind.RATE, Base.RESOLVED), facts.REMOTE_RESOLUTION, "high"),
    _kpi("customer_satisfaction", (Kind.RATE, Base.INVITED), facts.CUSTOMER_SATISFACTION, "high"),
    _kpi("promoters", (Kind.SCORE, Base.INVITED), facts.PROMOTERS, "high"),
    _kpi("survey_response", (Kind.RATE, Base.INVITED), facts.SURVEY_RESPONSE, "high"),
    _kpi("utilisation", (Kind.SHARE, Base.VISITED), facts.UTILISATION, "high", OF_PEOPLE),
    _kpi("wrench_time", (Kind.SHARE, Base.VISITED), facts.WRENCH_TIME, "high", OF_PEOPLE),
    _kpi("prediction_precision", (Kind.PREDICTION, Base.VISITED), facts.PREDICTION, "high", NONE),
    _kpi("prediction_recall", (Kind.PREDICTION, Base.VISITED), facts.PREDICTION, "high", NONE),
    _kpi("prediction_lead", (Kind.PREDICTION, Base.VISITED), facts.PREDICTION, "high", NONE),
    _kpi("inventory_turns", (Kind.TURNS, Base.NONE), facts.ISSUES, "high", NONE),
    _kpi("dead_stock", (Kind.RATE, Base.NONE), facts.DEAD_STOCK, "low", NONE),
)
KPIS: Mapping[str, Kpi] = {kpi.name: kpi for kpi in _TABLE}
NOT_COMPUTED: Mapping[str, str] = {
    "count_accuracy": "The ledger keeps the difference that a count found, not the lines that were right.",
    "travel_km": "Distances driven are not kept; only the planned travel time is.",
    "operating_hours": "MTBF counts calendar time: hours of operation need meters.",
}
"""Figures that people ask for and the data do not allow, with the reason."""
