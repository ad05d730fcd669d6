"""Firmware images: kept by hash, fetched by devices with the token of a campaign."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from iot_gateway.errors import NoSuchImage, ReleaseExists, ReleaseNotFound
from iot_gateway.models.firmware import FirmwareCampaign, FirmwareRelease
from iot_gateway.rollout import CampaignState
from kernel.db import transaction
from kernel.ids import new_id
from kernel.settings import get_settings

MAX_BYTES = 6_000_000
"""As base64 it still fits the body that an operation takes."""
CHUNK = 256 * 1024
MAC_BYTES = 16


class Image(NamedTuple):
    """What a token leads to."""

    tenant_id: UUID
    release_id: UUID
    size: int
    sha256: str


def create_release(
    session: Session, *, model: str, version: str, content: bytes, notes: str = "", by: UUID | None = None
) -> FirmwareRelease:
    """Keep an image; the same one a second time changes nothing.

    Raises:
        ReleaseExists: another image of this model has this version.
    """
    digest = hashlib.sha256(content).hexdigest()
    session.execute(
        insert(FirmwareRelease)
        .values(
            id=new_id(), model=model, version=version, sha256=digest, size=len(content), notes=notes, created_by=by,
            content=content,
        )
        .on_conflict_do_nothing(index_elements=["tenant_id", "model", "version"])
    )  # fmt: skip
    found = session.scalars(
        select(FirmwareRelease).where(FirmwareRelease.model == model, FirmwareRelease.version == version)
    ).one()
    if found.sha256 != digest:
        raise ReleaseExists("An image is never changed; give it another version.", sha256=found.sha256)
    return found


def get_release(session: Session, release_id: UUID) -> FirmwareRelease:
    """Return a release without its image.

    Raises:
        ReleaseNotFound: there is none.
    """
    found = session.get(FirmwareRelease, release_id)
    if found is None:
        raise ReleaseNotFound("No release has this id.", release_id=release_id)
    return found


def list_releases(
    session: Session, *, model: str | None = None, before: UUID | None = None, limit: int = 50
) -> Sequence[FirmwareRelease]:
    """Return releases, newest first, behind `before`."""
    query = select(FirmwareRelease)
    if model is not None:
        query = query.where(FirmwareRelease.model == model)
    if before is not None:
        query = query.where(FirmwareRelease.id < before)
    return session.scalars(query.order_by(FirmwareRelease.id.desc()).limit(limit)).all()


def image_url(tenant_id: UUID, campaign_id: UUID) -> str:
    """Return where the devices of a campaign fetch its image."""
    key = tenant_id.bytes + campaign_id.bytes
    token = base64.urlsafe_b64encode(key + _mac(key)).decode()
    return f"{get_settings().public_url.rstrip('/')}/api/v1/firmware/images/{token}"


def find_image(token: str) -> Image:
    """Return the image of a token; it holds while its campaign is running or paused.

    Raises:
        NoSuchImage: the token is forged, or its campaign no longer gives out anything.
    """
    try:
        raw = base64.urlsafe_b64decode(token)
    except (binascii.Error, ValueError) as error:
        raise NoSuchImage("The address is not one of ours.") from error
    key, mac = raw[:32], raw[32:]
    if len(raw) != 32 + MAC_BYTES or not hmac.compare_digest(mac, _mac(key)):
        raise NoSuchImage("The address is not one of ours.")
    tenant_id, campaign_id = UUID(bytes=key[:16]), UUID(bytes=key[16:])
    with transaction(tenant_id=tenant_id) as session:
        row = session.execute(
            select(FirmwareRelease.id, FirmwareRelease.size, FirmwareRelease.sha256)
            .join(FirmwareCampaign, FirmwareCampaign.release_id == FirmwareRelease.id)
            .where(
                FirmwareCampaign.id == campaign_id,
                FirmwareCampaign.state.in_((CampaignState.RUNNING, CampaignState.PAUSED)),
            )
        ).one_or_none()
    if row is None:
        raise NoSuchImage("The campaign gives out no image now.")
    return Image(tenant_id, *row)


def read_image(image: Image, start: int, end: int) -> Iterator[bytes]:
    """Yield the bytes of an image from `start` up to `end`, a chunk at a time, holding nothing in between."""
    while start < end:
        count = min(CHUNK, end - start)
        with transaction(tenant_id=image.tenant_id) as session:
            chunk = session.scalars(
                select(func.substr(FirmwareRelease.content, start + 1, count)).where(
                    FirmwareRelease.id == image.release_id
                )
            ).one()
        yield chunk
        start += count


def _mac(key: bytes) -> bytes:
    secret = get_settings().secret_key.get_secret_value().encode()
    return hmac.digest(secret, b"firmware image" + key, "sha256")[:MAC_BYTES]
