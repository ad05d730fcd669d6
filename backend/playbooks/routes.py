"""The staff API of playbooks and trials."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from backend.playbooks import repository, service
from backend.playbooks.dryrun import SHOWN, dry_run
from backend.playbooks.errors import PlaybookTaken, PlaybookUnknown, StalePlaybook, TrialEnded, TrialUnknown
from backend.playbooks.lifecycle import TrialState
from backend.playbooks.models import Playbook, Trial
from backend.playbooks.rules import Condition
from backend.playbooks.schemas import (
    DryRunIn,
    DryRunLine,
    DryRunOut,
    PlaybookChange,
    PlaybookIn,
    PlaybookOut,
    StepOut,
    TrialDetailOut,
    TrialOut,
    VersionOut,
)
from backend.playbooks.service import Draft, Who
from iot_gateway.service import devices
from kernel import clock, http
from kernel.auth import OFFICE, Principal, Role
from kernel.http import Db, Me, problems
from kernel.paging import DEFAULT_LIMIT, Cursor, Limit, Page, cut, decode_id_cursor, encode_cursor

router = http.router("playbooks")

WRITERS = frozenset({Role.SUPERVISOR, Role.ADMIN})
READERS = OFFICE | {Role.INTEGRATOR}
ACCESS = {
    "list_playbooks": READERS,
    "create_playbook": WRITERS,
    "get_playbook": READERS,
    "list_versions": READERS,
    "replace_playbook": WRITERS,
    "try_playbook": READERS,
    "list_trials": READERS,
    "get_trial": READERS,
    "withdraw_trial": WRITERS | {Role.DISPATCHER},
}


def _who(me: Principal) -> Who:
    return Who(actor_id=me.user_id, name=me.name)


@router.get("/playbooks")
def list_playbooks(db: Db, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Page[PlaybookOut]:
    """Return playbooks, the oldest first."""
    after = decode_id_cursor(cursor) if cursor else None
    rows, more = cut(repository.playbooks(db, after=after, limit=limit + 1), limit)
    items = [PlaybookOut.model_validate(row) for row in rows]
    return Page(items=items, next_cursor=encode_cursor(rows[-1].id) if more else None)


@router.post("/playbooks", response_model=PlaybookOut, status_code=201, responses=problems(PlaybookTaken))
def create_playbook(body: PlaybookIn, db: Db, me: Me) -> Playbook:
    """Add a playbook for a device model and failure group."""
    return service.create_playbook(db, Draft(**body.model_dump()), by=_who(me))


@router.get("/playbooks/{playbook_id}", response_model=PlaybookOut, responses=problems(PlaybookUnknown))
def get_playbook(playbook_id: UUID, db: Db) -> Playbook:
    """Return a playbook."""
    return repository.playbook(db, playbook_id)


@router.get("/playbooks/{playbook_id}/versions", responses=problems(PlaybookUnknown))
def list_versions(playbook_id: UUID, db: Db, limit: Limit = DEFAULT_LIMIT) -> list[VersionOut]:
    """Return the versions of a playbook, the newest first, with who changed what."""
    return [VersionOut.model_validate(row) for row in service.versions(db, playbook_id, limit=limit)]


@router.put(
    "/playbooks/{playbook_id}",
    response_model=PlaybookOut,
    responses=problems(PlaybookUnknown, StalePlaybook, PlaybookTaken),
)
def replace_playbook(playbook_id: UUID, body: PlaybookChange, db: Db, me: Me) -> Playbook:
    """Replace a playbook; trials under way keep what it said when they began."""
    draft = Draft(**body.model_dump(exclude={"version"}))
    return service.replace_playbook(db, playbook_id, draft, expected_version=body.version, by=_who(me))


@router.post("/playbooks/dry-run")
def try_playbook(body: DryRunIn, db: Db) -> DryRunOut:
    """Return which past cases a condition would have tried, and what engineers found; nothing is sent."""
    condition = Condition(
        severity_at_most=body.severity_at_most, most_critical=body.most_critical, cold_start=body.cold_start
    )
    since = clock.now() - timedelta(days=body.days)
    found = dry_run(db, condition, model=body.model, failure_group=body.failure_group, since=since)
    shown = found.judged[:SHOWN]
    names = devices.names_of(db, {item.case.device_id for item in shown})
    lines = [
        DryRunLine(
            case_id=item.case.id,
            device_id=item.case.device_id,
            device_name=names.get(item.case.device_id),
            opened_at=item.case.opened_at,
            severity=item.case.severity,
            criticality=item.criticality,
            state=item.case.state,
            finding=item.case.finding,
            refused=item.refused,
        )
        for item in shown
    ]
    return DryRunOut(
        cases=len(found.judged),
        tried=sum(found.findings_of_tried.values()),
        refused=found.refused,
        findings_of_tried=found.findings_of_tried,
        items=lines,
    )


@router.get("/playbook-trials")
def list_trials(
    db: Db,
    *,
    state: TrialState | None = None,
    case_id: UUID | None = None,
    playbook_id: UUID | None = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[TrialOut]:
    """Return trials, the newest first."""
    before = decode_id_cursor(cursor) if cursor else None
    found = repository.trials(db, state=state, case_id=case_id, playbook_id=playbook_id, before=before, limit=limit + 1)
    rows, more = cut(found, limit)
    items = [TrialOut.model_validate(one) for one in _named(db, rows)]
    return Page(items=items, next_cursor=encode_cursor(rows[-1].id) if more else None)


@router.get("/playbook-trials/{trial_id}", responses=problems(TrialUnknown))
def get_trial(trial_id: UUID, db: Db) -> TrialDetailOut:
    """Return a trial with its steps."""
    return _detail(db, trial_id)


@router.post("/playbook-trials/{trial_id}/withdraw", responses=problems(TrialUnknown, TrialEnded))
def withdraw_trial(trial_id: UUID, db: Db, me: Me) -> TrialDetailOut:
    """End a trial; the case gets its work order, with the trial in its evidence."""
    service.withdraw(db, trial_id, at=clock.now(), by=_who(me))
    return _detail(db, trial_id)


def _detail(db: Db, trial_id: UUID) -> TrialDetailOut:
    known = _named(db, [repository.trial(db, trial_id)])[0]
    steps = [StepOut.model_validate(row) for row in repository.events(db, trial_id)]
    return TrialDetailOut(**known, steps=steps)


def _named(db: Db, rows: Sequence[Trial]) -> list[dict[str, Any]]:
    """Return what is shown of trials, with the names of their devices."""
    names = devices.names_of(db, {row.device_id for row in rows})
    members = [name for name in TrialOut.model_fields if name != "device_name"]
    return [{name: getattr(row, name) for name in members} | {"device_name": names.get(row.device_id)} for row in rows]
