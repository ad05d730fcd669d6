"""Checklists over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from backend.checklists import service
from backend.checklists.errors import (
    AlreadyPublished,
    NotADraft,
    NotInUse,
    TemplateUnknown,
    UnfitAnswer,
    UnfitItem,
)
from backend.checklists.schemas import DifferenceOut, DraftIn, JudgementOut, PreviewIn, TemplateIn, TemplateOut
from kernel import clock, http
from kernel.auth import STAFF, Role
from kernel.http import Db, Me, problems
from kernel.paging import (
    DEFAULT_LIMIT,
    BadCursor,
    Cursor,
    Limit,
    Page,
    cut,
    decode_number_cursor,
    encode_cursor,
)

router = http.router("checklists")

WRITERS = frozenset({Role.SUPERVISOR, Role.ASSET_MANAGER, Role.ADMIN})
ACCESS = {
    "list_checklists": STAFF,
    "get_checklist": STAFF,
    "create_version": WRITERS,
    "publish_version": WRITERS,
    "preview": WRITERS,
    "replace_draft": WRITERS,
    "show_changes": STAFF,
    "retire_version": WRITERS,
}


@router.get("/checklists", responses=problems(BadCursor))
def list_checklists(
    db: Db, in_use: bool = True, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[TemplateOut]:
    """Return checklists by code and version, those in use or all."""
    after = decode_number_cursor(cursor) if cursor else None
    rows, more = cut(service.list_templates(db, in_use=in_use, after=after, limit=limit + 1), limit)
    items = [TemplateOut.model_validate(row) for row in rows]
    return Page(items=items, next_cursor=encode_cursor(rows[-1].code, rows[-1].version) if more else None)


@router.get("/checklists/{template_id}", responses=problems(TemplateUnknown))
def get_checklist(template_id: UUID, db: Db) -> TemplateOut:
    """Return one version of a checklist."""
    return TemplateOut.model_validate(service.get_template(db, template_id))


@router.post("/checklists", status_code=201, responses=problems(UnfitItem))
def create_version(body: TemplateIn, db: Db) -> TemplateOut:
    """Add the next version of a checklist; it is used once it is published."""
    return TemplateOut.model_validate(service.create_version(db, body.code, **body.members()))


@router.post("/checklists/preview", responses=problems(UnfitItem, UnfitAnswer))
def preview(body: PreviewIn) -> JudgementOut:
    """Tell what answers to a draft would amount to; nothing is stored."""
    members = body.members()
    return JudgementOut.model_validate(
        service.try_out(members["items"], members["answers"], photos=body.photos, pass_mark=body.pass_mark)
    )


@router.put("/checklists/{template_id}", responses=problems(TemplateUnknown, NotADraft, UnfitItem))
def replace_draft(template_id: UUID, body: DraftIn, db: Db) -> TemplateOut:
    """Write a draft anew."""
    return TemplateOut.model_validate(service.replace_draft(db, template_id, **body.members()))


@router.get("/checklists/{template_id}/changes", responses=problems(TemplateUnknown))
def show_changes(template_id: UUID, db: Db, since: Annotated[int, Query(ge=1, le=10**6)]) -> DifferenceOut:
    """Return what changed since an earlier version."""
    return DifferenceOut.model_validate(service.difference(db, template_id, since=since))


@router.post("/checklists/{template_id}/retire", responses=problems(TemplateUnknown, NotInUse))
def retire_version(template_id: UUID, db: Db) -> TemplateOut:
    """Take a version out of use; visits that have it keep it."""
    return TemplateOut.model_validate(service.retire_version(db, template_id, at=clock.now()))


@router.post("/checklists/{template_id}/publish", responses=problems(TemplateUnknown, AlreadyPublished))
def publish_version(template_id: UUID, db: Db, me: Me) -> TemplateOut:
    """Put a version in use in place of the one before."""
    return TemplateOut.model_validate(service.publish_version(db, template_id, at=clock.now(), by=me.user_id))
