"""Beyond the budget only urgent cases become tickets; the others wait, ranked, and none is lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.assets import service as assets
from backend.assets.models import Criticality
from backend.intake import casework, decisions, policy
from backend.intake.errors import CaseDoesNotWait, StalePolicy
from backend.intake.models import CaseIntake, IntakeState
from backend.tickets.models import Ticket
from backend.tickets.service import By
from iot_gateway.service import cases
from kernel.db import transaction
from tests.integration.backend.intake.fleet import (
    NOON,
    Machine,
    a_machine,
    a_taken_case,
    open_case,
    row_of,
    set_terms,
    take_in,
)
from tests.integration.backend.work.scene import a_scene

DAY = timedelta(days=1)
DISPATCHER = By(name="lin", source="web")


def a_fleet(session: Session, count: int = 6, **terms: object) -> list[Machine]:
    scene = a_scene(session)
    given = {"incident_devices": 1000, "tickets_per_day": 2, "tickets_per_week": None, **terms}
    set_terms(session, **given)
    return [a_machine(session, scene, f"m{place}") for place in range(count)]


def count(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_what_is_beyond_the_day_waits_with_its_reason(session: Session) -> None:
    machines = a_fleet(session)

    found = [a_taken_case(session, machine) for machine in machines[:3]]

    assert [row_of(session, case_id).state for case_id in found] == ["ticket", "ticket", "waiting"]
    (said,) = decisions.of_case(session, found[2])
    assert (said.kind, said.reason, said.detail) == ("waiting", "tenant_day_budget", {"used": 2, "limit": 2})
    assert count(session, Ticket) == 2


def test_severe_cases_and_critical_assets_wait_for_no_budget(session: Session) -> None:
    machines = a_fleet(session, tickets_per_day=0)
    severe = a_taken_case(session, machines[0], severity=3)
    assets.get_asset(session, machines[1].asset).criticality = Criticality.A

    urgent = a_taken_case(session, machines[1])
    usual = a_taken_case(session, machines[2])

    assert [decisions.of_case(session, case_id)[-1].reason for case_id in (severe, urgent)] == ["severe", "critical"]
    assert row_of(session, usual).state is IntakeState.WAITING


def test_a_site_has_a_budget_of_its_own(session: Session) -> None:
    machines = a_fleet(session, tickets_per_day=None, site_tickets_per_day=1)

    found = [a_taken_case(session, machine) for machine in machines[:2]]

    assert decisions.of_case(session, found[1])[-1].reason == "site_day_budget"


def test_the_most_urgent_comes_first_and_the_next_day_lets_them_go(session: Session) -> None:
    machines = a_fleet(session, count=6, severity_at_once=5)
    first = [a_taken_case(session, machine) for machine in machines[:2]]
    waiting = [
        a_taken_case(session, machine, severity=severity)
        for machine, severity in zip(machines[2:], (1, 3, 2, 3), strict=True)
    ]

    assert casework.release_waiting(session, at=NOON) == 0
    ranked = [row.case_id for row in casework.waiting(session, after=None, limit=10)]
    assert ranked == [waiting[1], waiting[3], waiting[2], waiting[0]]
    assert casework.release_waiting(session, at=NOON + DAY) == 2
    assert [row.case_id for row in casework.waiting(session, after=None, limit=10)] == [waiting[2], waiting[0]]
    assert casework.release_waiting(session, at=NOON + 2 * DAY) == 2
    assert {row.state for row in session.scalars(select(CaseIntake))} == {IntakeState.TICKET}
    assert count(session, Ticket) == len(first) + len(waiting)


def test_a_full_site_does_not_hold_up_the_others(session: Session) -> None:
    machines = a_fleet(session, tickets_per_day=None, site_tickets_per_day=1)
    a_taken_case(session, machines[0])
    here = a_taken_case(session, machines[1])
    row_here = row_of(session, here)
    elsewhere = a_taken_case(session, machines[2])
    row_of(session, elsewhere).site_id = None
    session.flush()

    casework.release_waiting(session, at=NOON)

    assert (row_here.state, row_of(session, elsewhere).state) == ("waiting", "ticket")


def test_a_person_lets_a_case_go_whatever_the_budget_says(session: Session) -> None:
    machines = a_fleet(session, tickets_per_day=0)
    case_id = a_taken_case(session, machines[0])

    casework.release(session, case_id, by=DISPATCHER, at=NOON)

    said = decisions.of_case(session, case_id)[-1]
    assert (row_of(session, case_id).state, said.reason, said.actor_name) == ("ticket", "by_hand", "lin")
    with pytest.raises(CaseDoesNotWait):
        casework.release(session, case_id, by=DISPATCHER, at=NOON)


def test_a_waiting_case_that_gets_worse_becomes_a_ticket_at_once(session: Session) -> None:
    machines = a_fleet(session, tickets_per_day=0)
    case_id = a_taken_case(session, machines[0])
    cases.worsen_case(session, case_id, severity=3, window=None, low_confidence=False, at=NOON)

    for _ in range(2):
        found = casework.suspected(session, case_id, at=NOON)
        casework.worsen(session, found, at=NOON)

    assert (row_of(session, case_id).state, count(session, Ticket)) == ("ticket", 1)


def test_a_waiting_case_that_ended_meanwhile_leaves_the_list(session: Session) -> None:
    machines = a_fleet(session, tickets_per_day=0)
    case_id = a_taken_case(session, machines[0])
    cases.close_case(session, case_id, finding="other", at=NOON)
    set_terms(session, tickets_per_day=5)

    casework.release_waiting(session, at=NOON)

    assert (row_of(session, case_id).state, count(session, Ticket)) == ("gone", 0)


def test_a_waiting_case_joins_a_ticket_that_its_asset_has_got_meanwhile(session: Session) -> None:
    machines = a_fleet(session, tickets_per_day=0)
    waiting = a_taken_case(session, machines[0], group="filter")
    severe = a_taken_case(session, machines[0], severity=3)
    set_terms(session, tickets_per_day=5)

    casework.release_waiting(session, at=NOON)

    assert row_of(session, waiting).ticket_id == row_of(session, severe).ticket_id


def test_fifty_cases_at_once_never_pass_the_budget(tenant: UUID) -> None:
    with transaction(tenant_id=tenant) as session:
        machines = a_fleet(session, count=50, tickets_per_day=7, site_tickets_per_day=None)
        found = [open_case(session, machine) for machine in machines]

    def deliver(case_id: UUID) -> None:
        with transaction(tenant_id=tenant) as session:
            take_in(session, case_id)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(deliver, found))

    with transaction(tenant_id=tenant) as session:
        states = list(session.scalars(select(CaseIntake.state)))
        assert (count(session, Ticket), states.count(IntakeState.TICKET), states.count(IntakeState.WAITING)) == (
            7,
            7,
            43,
        )


def test_the_policy_is_changed_by_version(session: Session) -> None:
    row = policy.get_policy(session)
    given = {name: getattr(row, name) for name in policy.Terms.__dataclass_fields__}
    assert given["tickets_per_day"] == 50
    terms = policy.Terms(**{**given, "tickets_per_day": 3})

    changed = policy.set_policy(session, terms, expected_version=1)

    assert (changed.tickets_per_day, changed.version) == (3, 2)
    with pytest.raises(StalePolicy):
        policy.set_policy(session, terms, expected_version=1)
