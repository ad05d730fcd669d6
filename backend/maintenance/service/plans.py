"""Plans: written, changed, activated, paused, retired."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from backend.checklists import service as checklists
from backend.maintenance import repository
from backend.maintenance.errors import PlanNameTaken, PlanNeverFires, StalePlan, UnfitPlan
from backend.maintenance.lifecycle import PlanAction, PlanState, advance
from backend.maintenance.models import MaintenanceKitPart, MaintenanceLevel, MaintenancePlan
from backend.maintenance.service import drafts, enrolment, preview
from inventory import service as stock
from kernel import audit


def create_plan(session: Session, draft: drafts.Draft, *, by: UUID | None) -> MaintenancePlan:
    """Write a plan; it opens nothing until it is activated.

    Raises:
        PlanNameTaken: another plan has this name.
        UnfitPlan, UnfitRule: its parts do not fit each other, or its rule cannot be read.
        AssetUnknown, ClassUnknown, SiteUnknown, RouteUnknown, UnknownPart: a reference leads nowhere.
    """
    _check(session, draft, but=None)
    row = MaintenancePlan(**drafts.values_of(session, draft), state=PlanState.DRAFT, version=1)
    session.add(row)
    session.flush()
    _write_levels(session, row.id, draft.levels)
    _note(session, row, "create", by, {"name": row.name})
    return row


def replace_plan(
    session: Session, plan_id: UUID, draft: drafts.Draft, *, expected_version: int, at: datetime, by: UUID | None
) -> MaintenancePlan:
    """Give a plan other terms; what has come due keeps those it was opened with, what is to come follows the new ones.

    Raises:
        PlanUnknown, StalePlan: there is none, or it changed since it was read.
        PlanNeverFires: it is active, and nothing would come due any more.
        As `create_plan`.
    """
    row = _locked(session, plan_id, expected_version)
    _check(session, draft, but=row.id)
    former = {name: getattr(row, name) for name in ("name", "rule", "every", "anchor", "combinator")}
    for name, value in drafts.values_of(session, draft).items():
        setattr(row, name, value)
    row.version += 1
    for level in repository.levels(session, [row.id])[row.id]:
        session.delete(level)
    session.flush()
    _write_levels(session, row.id, draft.levels)
    if row.state is PlanState.ACTIVE:
        _refuse_idle(session, draft, at=at)
        enrolment.enrol(session, row, at=at)
        enrolment.reckon_all(session, row, at=at)
    _note(session, row, "replace", by, {"from": {name: str(value) for name, value in former.items()}})
    return row


def act_on_plan(
    session: Session, plan_id: UUID, action: PlanAction, *, expected_version: int, at: datetime, by: UUID | None
) -> MaintenancePlan:
    """Activate, pause or retire a plan; its open orders stay as they are.

    Raises:
        PlanUnknown, StalePlan: there is none, or it changed since it was read.
        IllegalPlanStep: its state does not allow it.
        PlanNeverFires: nothing would ever come due.
        UnfitPlan: a checklist that it names is not in use.
    """
    row = _locked(session, plan_id, expected_version)
    former = row.state
    row.state = advance(row.state, action)
    row.version += 1
    if row.state is PlanState.ACTIVE:
        draft = drafts.draft_of(session, row)
        _refuse_idle(session, draft, at=at)
        _check_checklists(session, draft.levels)
        row.activated_at = row.activated_at or at
        session.flush()
        enrolment.enrol(session, row, at=at, fresh=former is PlanState.DRAFT)
        enrolment.reckon_all(session, row, at=at, resumed=former is PlanState.PAUSED)
    session.flush()
    _note(session, row, str(action), by, {"from": former, "to": row.state})
    return row


def get_plan(session: Session, plan_id: UUID) -> MaintenancePlan:
    """Return a plan.

    Raises:
        PlanUnknown: there is none with this id.
    """
    return repository.plan(session, plan_id)


def list_plans(
    session: Session, *, states: Collection[PlanState], text: str | None, after: tuple[str, UUID] | None, limit: int
) -> Sequence[MaintenancePlan]:
    """Return plans by name, behind a key."""
    return repository.plans(session, states=states, text=text, after=after, limit=limit)


def _refuse_idle(session: Session, draft: drafts.Draft, *, at: datetime) -> None:
    reasons = preview.idle_reasons(session, draft, at=at)
    if reasons:
        raise PlanNeverFires("Nothing would ever come due by this plan.", reasons=reasons)


def _check(session: Session, draft: drafts.Draft, *, but: UUID | None) -> None:
    taken = repository.plan_by_name(session, draft.name)
    if taken is not None and taken.id != but:
        raise PlanNameTaken("Choose another name.", maintenance_plan_id=taken.id)
    check_draft(session, draft)


def check_draft(session: Session, draft: drafts.Draft) -> None:
    """Refuse a draft that contradicts itself, or names what does not exist; nothing is written.

    Raises:
        As `create_plan`.
    """
    drafts.check_terms(session, draft)
    stock.parts_by_id(session, {part_id for level in draft.levels for part_id, _ in level.parts})


def _check_checklists(session: Session, levels: Sequence[drafts.LevelDraft]) -> None:
    for code in {level.checklist_code for level in levels if level.checklist_code}:
        if checklists.in_use(session, code) is None:
            raise UnfitPlan("Publish the checklist first.", field="checklist_code", checklist_code=code)


def _write_levels(session: Session, plan_id: UUID, levels: Sequence[drafts.LevelDraft]) -> None:
    for draft in levels:
        level = MaintenanceLevel(
            plan_id=plan_id,
            every=draft.every,
            name=draft.name,
            checklist_code=draft.checklist_code,
            duration_minutes=draft.duration_minutes,
        )
        session.add(level)
        session.flush()
        session.add_all(
            MaintenanceKitPart(level_id=level.id, part_id=part_id, quantity=quantity)
            for part_id, quantity in draft.parts
        )
    session.flush()


def _locked(session: Session, plan_id: UUID, expected_version: int) -> MaintenancePlan:
    row = repository.plan(session, plan_id, lock=True)
    if row.version != expected_version:
        raise StalePlan("It was changed since you read it.", expected=expected_version, version=row.version)
    return row


def _note(session: Session, row: MaintenancePlan, action: str, by: UUID | None, detail: dict[str, Any]) -> None:
    audit.record(
        session,
        action=f"maintenance_plan.{action}",
        subject="maintenance_plan",
        subject_id=row.id,
        actor_id=by,
        detail=detail,
    )
