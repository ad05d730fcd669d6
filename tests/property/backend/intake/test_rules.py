"""Laws of the case policy."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from backend.assets.models import Criticality
from backend.intake.rules import Budget, Spent, is_incident, rank, weigh

LIMITS = st.none() | st.integers(0, 20)
GRADES = st.none() | st.sampled_from(Criticality)
SEVERITIES = st.integers(1, 4)
BUDGETS = st.builds(
    Budget,
    tenant_day=LIMITS,
    tenant_week=LIMITS,
    site_day=LIMITS,
    site_week=LIMITS,
    severity_at_once=st.integers(1, 5),
    criticality_at_once=GRADES,
)
SPENT = st.builds(Spent, **dict.fromkeys(("tenant_day", "tenant_week", "site_day", "site_week"), st.integers(0, 25)))


@given(BUDGETS, SPENT, SEVERITIES, GRADES)
def test_a_more_severe_case_never_waits_where_a_milder_one_would_not(
    budget: Budget, spent: Spent, severity: int, grade: Criticality | None
) -> None:
    if severity < 4 and weigh(budget, spent, severity=severity, criticality=grade).opens:
        assert weigh(budget, spent, severity=severity + 1, criticality=grade).opens


@given(BUDGETS, SPENT, SEVERITIES, GRADES)
def test_what_is_spent_never_helps(budget: Budget, spent: Spent, severity: int, grade: Criticality | None) -> None:
    more = replace(spent, tenant_day=spent.tenant_day + 1, site_week=spent.site_week + 1)
    if weigh(budget, more, severity=severity, criticality=grade).opens:
        assert weigh(budget, spent, severity=severity, criticality=grade).opens


@given(SPENT, SEVERITIES, GRADES)
def test_without_limits_nothing_waits(spent: Spent, severity: int, grade: Criticality | None) -> None:
    free = Budget(
        tenant_day=None, tenant_week=None, site_day=None, site_week=None, severity_at_once=5, criticality_at_once=None
    )

    assert weigh(free, spent, severity=severity, criticality=grade).reason == "within_budget"


@given(SEVERITIES, GRADES, GRADES)
def test_severity_outranks_criticality(severity: int, one: Criticality | None, other: Criticality | None) -> None:
    if severity < 4:
        assert rank(severity + 1, one) < rank(severity, other)


@given(st.integers(0, 50), st.integers(1, 1000), st.integers(1, 100), st.integers(2, 20))
def test_more_failing_devices_are_never_less_of_an_incident(
    devices: int, fleet: int, percent: int, at_least: int
) -> None:
    if is_incident(devices, fleet, percent=percent, at_least=at_least):
        assert devices >= at_least
        assert is_incident(devices + 1, fleet, percent=percent, at_least=at_least)
