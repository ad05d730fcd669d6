"""Checklists over HTTP."""

from uuid import UUID

from backend.checklists import service
from backend.checklists.errors import AlreadyPublished, TemplateUnknown, UnfitItem
from backend.checklists.schemas import TemplateIn, TemplateOut
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
ACCESS = {"list_checklists": STAFF, "get_checklist": STAFF, "create_version": WRITERS, "publish_version": WRITERS}


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
    template = service.create_version(
        db,
        body.code,
        name_zh=body.name_zh,
        name_en=body.name_en,
        asset_class=body.asset_class,
        work_type=body.work_type,
        items=[item.item() for item in body.items],
    )
    return TemplateOut.model_validate(template)


@router.post("/checklists/{template_id}/publish", responses=problems(TemplateUnknown, AlreadyPublished))
def publish_version(template_id: UUID, db: Db, me: Me) -> TemplateOut:
    """Put a version in use in place of the one before."""
    return TemplateOut.model_validate(service.publish_version(db, template_id, at=clock.now(), by=me.user_id))
