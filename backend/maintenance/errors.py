"""Refusals of the room of maintenance."""

from kernel.errors import Conflict, Invalid, NotFound


class PlanUnknown(NotFound):
    """There is no such maintenance plan."""

    slug = "maintenance-plan-unknown"


class PlanNameTaken(Conflict):
    """Another maintenance plan has this name."""

    slug = "maintenance-plan-name-taken"


class StalePlan(Conflict):
    """Somebody has changed it since it was read.

    Members: `expected`, `version`.
    """

    slug = "stale-maintenance-plan"


class IllegalPlanStep(Conflict):
    """The state of the plan does not allow this.

    Members: `state`, `action`, `legal`.
    """

    slug = "illegal-maintenance-plan-step"


class UnfitRule(Invalid):
    """The recurrence rule is not understood.

    Members: `part`.
    """

    slug = "recurrence-rule-unfit"


class UnfitPlan(Invalid):
    """The parts of the plan do not fit each other.

    Members: `field`.
    """

    slug = "maintenance-plan-unfit"


class PlanNeverFires(Conflict):
    """Nothing would ever come due by this plan.

    Members: `reasons`.
    """

    slug = "maintenance-plan-never-fires"


class RouteUnknown(NotFound):
    """There is no such inspection route."""

    slug = "inspection-route-unknown"


class RouteNameTaken(Conflict):
    """Another inspection route has this name."""

    slug = "inspection-route-name-taken"


class UnfitRoute(Invalid):
    """A stop does not fit the route.

    Members: `stop`.
    """

    slug = "inspection-route-unfit"


class RouteInUse(Conflict):
    """Plans walk this route."""

    slug = "inspection-route-in-use"
