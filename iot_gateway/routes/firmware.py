"""Firmware releases and campaigns over HTTP, and the image that devices fetch."""

import re
from typing import Annotated
from uuid import UUID

from fastapi import Header, Path, Query
from fastapi.responses import Response, StreamingResponse
from sqlalchemy.orm import Session

from iot_gateway.errors import (
    CampaignNotFound,
    DeviceNotFound,
    EmptyCampaign,
    IllegalCampaignChange,
    NoSuchImage,
    ReleaseExists,
    ReleaseNotFound,
)
from iot_gateway.rollout import UpdateState
from iot_gateway.schemas.firmware import (
    CampaignDeviceOut,
    CampaignIn,
    CampaignOut,
    CampaignStep,
    ReleaseIn,
    ReleaseOut,
)
from iot_gateway.service import campaigns, firmware
from kernel import audit, clock
from kernel.auth import PUBLIC, STAFF, Principal, Role
from kernel.http import Access, Db, Me, problems
from kernel.http import router as make_router
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

router = make_router("firmware", prefix="/firmware")

OWNERS = frozenset({Role.ADMIN, Role.ASSET_MANAGER})
ACCESS: Access = {
    "list_releases": STAFF,
    "create_release": OWNERS,
    "list_campaigns": STAFF,
    "create_campaign": OWNERS,
    "get_campaign": STAFF,
    "act_on_campaign": OWNERS,
    "list_campaign_devices": STAFF,
    "download_image": PUBLIC,
}

Token = Annotated[str, Path(min_length=64, max_length=64, pattern="^[A-Za-z0-9_-]+$")]
Model = Annotated[str | None, Query(max_length=64, pattern=r"^[A-Za-z0-9_.-]+$")]
RANGE = re.compile(r"bytes=([0-9]{1,12})-([0-9]{0,12})")


@router.get("/releases", responses=problems(BadCursor))
def list_releases(db: Db, model: Model = None, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Page[ReleaseOut]:
    """Return releases, newest first."""
    before = decode_id_cursor(cursor) if cursor else None
    rows, more = cut(firmware.list_releases(db, model=model, before=before, limit=limit + 1), limit)
    items = [ReleaseOut.model_validate(row) for row in rows]
    return Page(items=items, next_cursor=encode_cursor(rows[-1].id) if more else None)


@router.post("/releases", status_code=201, responses=problems(ReleaseExists))
def create_release(body: ReleaseIn, db: Db, me: Me) -> ReleaseOut:
    """Keep an image; the same one a second time changes nothing."""
    made = firmware.create_release(
        db, model=body.model, version=body.version, content=body.content, notes=body.notes, by=me.user_id
    )
    _note(db, me, "firmware.create_release", made.id, model=made.model, version=made.version, sha256=made.sha256)
    return ReleaseOut.model_validate(made)


@router.get("/campaigns", responses=problems(BadCursor))
def list_campaigns(db: Db, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Page[CampaignOut]:
    """Return campaigns with their progress, newest first."""
    before = decode_id_cursor(cursor) if cursor else None
    rows, more = cut(campaigns.list_campaigns(db, before=before, limit=limit + 1), limit)
    items = [CampaignOut.of(row) for row in rows]
    return Page(items=items, next_cursor=encode_cursor(rows[-1].campaign.id) if more else None)


@router.post("/campaigns", status_code=201, responses=problems(ReleaseNotFound, DeviceNotFound))
def create_campaign(body: CampaignIn, db: Db, me: Me) -> CampaignOut:
    """Draft a campaign; nothing is sent before it is started."""
    made = campaigns.create_campaign(db, body.draft(), by=me.user_id)
    _note(db, me, "firmware.create_campaign", made.id, name=made.name)
    return CampaignOut.of(campaigns.campaign_view(db, made.id))


@router.get("/campaigns/{campaign_id}", responses=problems(CampaignNotFound))
def get_campaign(campaign_id: UUID, db: Db) -> CampaignOut:
    """Return a campaign with its progress."""
    return CampaignOut.of(campaigns.campaign_view(db, campaign_id))


@router.post("/campaigns/{campaign_id}/act", responses=problems(CampaignNotFound, IllegalCampaignChange, EmptyCampaign))
def act_on_campaign(campaign_id: UUID, body: CampaignStep, db: Db, me: Me) -> CampaignOut:
    """Start, pause, resume or stop a campaign."""
    campaigns.act_on_campaign(db, campaign_id, body.action, at=clock.now())
    _note(db, me, f"firmware.{body.action}_campaign", campaign_id)
    return CampaignOut.of(campaigns.campaign_view(db, campaign_id))


@router.get("/campaigns/{campaign_id}/devices", responses=problems(CampaignNotFound, BadCursor))
def list_campaign_devices(
    campaign_id: UUID,
    db: Db,
    *,
    state: UpdateState | None = None,
    wave: Annotated[int | None, Query(ge=0, le=19)] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[CampaignDeviceOut]:
    """Return the devices of a campaign in the order in which they come."""
    after = decode_number_cursor(cursor)[1] if cursor else -1
    found = campaigns.list_campaign_devices(db, campaign_id, state=state, wave=wave, after=after, limit=limit + 1)
    rows, more = cut(found, limit)
    items = [CampaignDeviceOut.of(row, name) for row, name in rows]
    return Page(items=items, next_cursor=encode_cursor("position", rows[-1][0].position) if more else None)


@router.get(
    "/images/{token}",
    response_class=Response,
    responses={
        200: {"content": {"application/octet-stream": {}}},
        206: {"description": "A part of it", "content": {"application/octet-stream": {}}},
        416: {"description": "It ends before this range"},
        **problems(NoSuchImage),
    },
)
def download_image(
    token: Token, wanted: Annotated[str | None, Header(alias="Range", max_length=100)] = None
) -> Response:
    """Give a device the image of its campaign, whole or from some byte on."""
    image = firmware.find_image(token)
    asked = RANGE.fullmatch(wanted or "")
    start, end = (
        (int(asked[1]), min(image.size, int(asked[2]) + 1 if asked[2] else image.size)) if asked else (0, image.size)
    )
    headers = {"Accept-Ranges": "bytes", "ETag": f'"{image.sha256}"', "Cache-Control": "private, no-store"}
    if asked and start >= end:
        return Response(status_code=416, headers=headers | {"Content-Range": f"bytes */{image.size}"})
    headers["Content-Length"] = str(end - start)
    if asked:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{image.size}"
    return StreamingResponse(
        firmware.read_image(image, start, end),
        status_code=206 if asked else 200,
        headers=headers,
        media_type="application/octet-stream",
    )


def _note(db: Session, me: Principal, action: str, subject_id: UUID, **detail: str) -> None:
    audit.record(db, actor_id=me.user_id, action=action, subject="firmware", subject_id=subject_id, detail=dict(detail))
