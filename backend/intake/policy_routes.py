"""The staff API of the case policy: settings, cases that wait, incidents, and why a case became what it is."""

from typing import Any
from uuid import UUID

from backend.intake import casework, dismissal, incidents, policy, policy_views
from backend.intake.dismissal import Said
from backend.intake.errors import CaseDoesNotWait, CaseNotTakenIn, IncidentUnknown, NotInIncident, StalePolicy
from backend.intake.policy_schemas import (
    CaseIntakeOut,
    DismissIn,
    IncidentCaseOut,
    IncidentOut,
    PolicyIn,
    PolicyOut,
    WaitingOut,
)
from backend.tickets.service import By
from kernel import clock, http
from kernel.auth import OFFICE, Principal, Role
from kernel.http import Db, Me, problems
from kernel.paging import (
    DEFAULT_LIMIT,
    BadCursor,
    Cursor,
    Limit,
    Page,
    cut,
    decode_id_cursor,
    decode_number_cursor,
    encode_cursor,
)

router = http.router("policy")

WRITERS = frozenset({Role.SUPERVISOR, Role.ADMIN})
DESK = WRITERS | {Role.DISPATCHER}
READERS = OFFICE | {Role.INTEGRATOR}
ACCESS = {
    "get_policy": READERS,
    "set_policy": WRITERS,
    "list_waiting": READERS,
    "release_case": DESK,
    "dismiss_case": DESK,
    "get_case_intake": READERS,
    "list_incidents": READERS,
    "get_incident": READERS,
    "list_incident_cases": READERS,
    "split_case": DESK,
}


def _by(me: Principal) -> By:
    return By(actor_id=me.user_id, name=me.name, source="web")


@router.get("/intake/policy", response_model=PolicyOut)
def get_policy(db: Db) -> dict[str, Any]:
    """Return when cases become tickets, and how much of the budget is spent."""
    return policy_views.policy_view(db, at=clock.now())


@router.put("/intake/policy", response_model=PolicyOut, responses=problems(StalePolicy))
def set_policy(body: PolicyIn, db: Db, me: Me) -> dict[str, Any]:
    """Replace the policy; members left out take their defaults. Cases that wait are decided again within a minute."""
    terms = policy.Terms(**body.model_dump(exclude={"version"}))
    policy.set_policy(db, terms, expected_version=body.version, actor_id=me.user_id)
    return policy_views.policy_view(db, at=clock.now())


@router.get("/intake/backlog", responses=problems(BadCursor))
def list_waiting(db: Db, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Page[WaitingOut]:
    """Return the cases that wait for the budget with their reasons, the most urgent first."""
    after = _rank(cursor) if cursor else None
    rows, more = cut(policy_views.waiting_view(db, after=after, limit=limit + 1), limit)
    following = encode_cursor(rows[-1]["id"], rows[-1]["rank"]) if more else None
    return Page(items=[WaitingOut.model_validate(row) for row in rows], next_cursor=following)


def _rank(cursor: str) -> tuple[int, UUID]:
    name, rank = decode_number_cursor(cursor)
    try:
        return rank, UUID(name)
    except ValueError as error:
        raise BadCursor("The cursor belongs to another list.") from error


@router.post(
    "/intake/backlog/{case_id}/release",
    response_model=CaseIntakeOut,
    responses=problems(CaseNotTakenIn, CaseDoesNotWait),
)
def release_case(case_id: UUID, db: Db, me: Me) -> dict[str, Any]:
    """Let a waiting case become a ticket now, whatever the budget says."""
    casework.release(db, case_id, by=_by(me), at=clock.now())
    return policy_views.case_view(db, case_id)


@router.post(
    "/intake/backlog/{case_id}/dismiss",
    response_model=CaseIntakeOut,
    responses=problems(CaseNotTakenIn, CaseDoesNotWait),
)
def dismiss_case(case_id: UUID, body: DismissIn, db: Db, me: Me) -> dict[str, Any]:
    """Call a waiting case off; of one that has become a ticket, cancel the ticket or its order."""
    said = Said(reason=body.reason, no_fault=body.no_fault, by=_by(me), at=clock.now())
    dismissal.of_waiting(db, case_id, said)
    return policy_views.case_view(db, case_id)


@router.get("/intake/cases/{case_id}", response_model=CaseIntakeOut, responses=problems(CaseNotTakenIn))
def get_case_intake(case_id: UUID, db: Db) -> dict[str, Any]:
    """Return what became of a case, with each decision and its reason."""
    return policy_views.case_view(db, case_id)


@router.get("/incidents")
def list_incidents(db: Db, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Page[IncidentOut]:
    """Return incidents, the newest first."""
    before = decode_id_cursor(cursor) if cursor else None
    rows, more = cut(incidents.list_incidents(db, before=before, limit=limit + 1), limit)
    items = [IncidentOut.model_validate(row) for row in policy_views.incident_views(db, rows)]
    return Page(items=items, next_cursor=encode_cursor(rows[-1].id) if more else None)


@router.get("/incidents/{incident_id}", response_model=IncidentOut, responses=problems(IncidentUnknown))
def get_incident(incident_id: UUID, db: Db) -> dict[str, Any]:
    """Return an incident."""
    return policy_views.incident_views(db, [incidents.get_incident(db, incident_id)])[0]


@router.get("/incidents/{incident_id}/cases", responses=problems(IncidentUnknown))
def list_incident_cases(
    incident_id: UUID, db: Db, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[IncidentCaseOut]:
    """Return the cases of an incident in the order of their coming."""
    after = decode_id_cursor(cursor) if cursor else None
    rows, more = cut(policy_views.incident_cases(db, incident_id, after=after, limit=limit + 1), limit)
    items = [IncidentCaseOut.model_validate(row) for row in rows]
    return Page(items=items, next_cursor=encode_cursor(rows[-1]["id"]) if more else None)


@router.post(
    "/incidents/{incident_id}/cases/{case_id}/split",
    response_model=CaseIntakeOut,
    responses=problems(IncidentUnknown, CaseNotTakenIn, NotInIncident),
)
def split_case(incident_id: UUID, case_id: UUID, db: Db, me: Me) -> dict[str, Any]:
    """Take a case out of an incident; it gets a ticket and a work order of its own."""
    casework.split(db, incident_id, case_id, by=_by(me), at=clock.now())
    return policy_views.case_view(db, case_id)
