"""Where orders and their events come from, what their due date follows from, what was found: closed lists of words."""

from enum import StrEnum


class OrderSource(StrEnum):
    """Where a work order comes from."""

    AGENT = "agent"
    CUSTOMER = "customer"
    CASE = "case"
    PLAN = "plan"
    RULE = "rule"
    API = "api"


class DueBasis(StrEnum):
    """What the due date of an order follows from."""

    SLA = "sla"
    FAILURE_WINDOW = "failure_window"
    PROMISE = "promise"
    PLAN = "plan"


class EventSource(StrEnum):
    """By which way an event came in."""

    WEB = "web"
    MOBILE = "mobile"
    RULE = "rule"
    PLAN = "plan"
    TELEMETRY = "telemetry"


class FindingResult(StrEnum):
    """What the technician found: the label of a case."""

    CONFIRMED = "confirmed"
    NO_FAULT_FOUND = "no_fault_found"
    OTHER = "other"


class ConflictState(StrEnum):
    """What became of an operation that could not be applied."""

    OPEN = "open"
    APPLIED = "applied"
    DISMISSED = "dismissed"
