"""Refusals of the planner."""

from kernel.errors import Conflict, NotFound


class UnknownPlan(NotFound):
    """There is no such plan."""

    slug = "unknown-plan"


class PlanNotDraft(Conflict):
    """Only a draft can be accepted or discarded."""

    slug = "plan-not-draft"
