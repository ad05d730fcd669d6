"""Claims: an installer's token becomes a device with a name and a secret or certificate of its own."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit
from uuid import UUID

from sqlalchemy import ColumnElement, and_, not_, select
from sqlalchemy.orm import Session

from iot_gateway import lookup
from iot_gateway.errors import ClaimEnded, ClaimNotFound, TooManyClaims
from iot_gateway.lifecycle import ClaimState
from iot_gateway.models.access import ClaimedDevice, DeviceClaim
from iot_gateway.models.devices import Device
from iot_gateway.service import certificates, devices
from kernel import audit, pki
from kernel.auth import hash_secret, new_secret
from kernel.db import transaction
from kernel.errors import Invalid
from kernel.settings import Settings, get_settings

REPEAT_WITHIN = timedelta(hours=24)
"""How long the same hardware may trade the same token again: an answer can get lost."""
ATTEMPTS_PER_MINUTE = 60
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


@dataclass(frozen=True)
class Granted:
    """Everything that a device needs to connect; `secret` or `certificate`, never both."""

    name: str
    model: str
    tenant: str
    host: str
    port: int
    ca: str | None
    secret: str | None
    certificate: str | None
    certificate_expires_at: datetime | None


def make_claim(
    session: Session,
    *,
    model: str,
    sampling_seconds: int,
    at: datetime,
    lifetime: timedelta,
    max_age_days: int = 30,
    name_prefix: str | None = None,
    uses: int = 1,
    asset_id: UUID | None = None,
    site_id: UUID | None = None,
    by: UUID | None = None,
) -> tuple[DeviceClaim, str]:
    """Make a claim; return it and its token, which is kept only as a hash.

    Asset and site are known above this floor only: what they name is looked up when a device has traded the claim.

    Raises:
        Invalid: the prefix cannot begin a device name; an asset is named for several devices, or beside a site.
    """
    prefix = name_prefix or model.lower()[:40]
    if not devices.NAME.fullmatch(f"{prefix}-x") or prefix.startswith("gateway"):
        raise Invalid("A prefix has letters, digits, dots, hyphens; 'gateway...' is kept.", field="name_prefix")
    if asset_id is not None and (uses > 1 or site_id is not None):
        raise Invalid("A claim for an asset is for one device, and the asset has a site.", field="asset_id")
    token = f"fhc_{new_secret()}"
    claim = DeviceClaim(
        token_hash=hash_secret(token),
        model=model,
        sampling_seconds=sampling_seconds,
        max_age_days=max_age_days,
        name_prefix=prefix,
        asset_id=asset_id,
        site_id=site_id,
        uses_allowed=uses,
        uses=0,
        expires_at=at + lifetime,
        created_by=by,
    )
    session.add(claim)
    session.flush()
    detail = {"model": model, "uses": uses, "name_prefix": prefix}
    audit.record(session, action="claim.make", subject="device_claim", subject_id=claim.id, actor_id=by, detail=detail)
    return claim, token


def payload(token: str) -> str:
    """Return what a QR code carries: where to trade the token, and the token."""
    return f"fieldhand:claim?u={quote(get_settings().public_url, safe=':/')}&t={token}"


def cancel_claim(session: Session, claim_id: UUID, *, at: datetime, by: UUID | None = None) -> DeviceClaim:
    """End a claim; the devices that it made stay. A second time changes nothing.

    Raises:
        ClaimNotFound: there is none.
    """
    claim = session.get(DeviceClaim, claim_id, with_for_update=True)
    if claim is None:
        raise ClaimNotFound("No claim has this id.")
    if claim.cancelled_at is None:
        claim.cancelled_at = at
        audit.record(session, action="claim.cancel", subject="device_claim", subject_id=claim_id, actor_id=by)
    return claim


def state_of(claim: DeviceClaim, *, at: datetime) -> ClaimState:
    """Return what can still be done with a claim; one that was cancelled reads so, whatever else it is."""
    if claim.cancelled_at is not None:
        return ClaimState.CANCELLED
    if claim.uses >= claim.uses_allowed:
        return ClaimState.USED
    return ClaimState.EXPIRED if claim.expires_at <= at else ClaimState.OPEN


def _is(state: ClaimState, at: datetime) -> ColumnElement[bool]:
    """Return `state_of` as a condition."""
    cancelled, used = DeviceClaim.cancelled_at.is_not(None), DeviceClaim.uses >= DeviceClaim.uses_allowed
    expired = DeviceClaim.expires_at <= at
    return {
        ClaimState.CANCELLED: cancelled,
        ClaimState.USED: and_(not_(cancelled), used),
        ClaimState.EXPIRED: and_(not_(cancelled), not_(used), expired),
        ClaimState.OPEN: and_(not_(cancelled), not_(used), not_(expired)),
    }[state]


def list_claims(
    session: Session, *, at: datetime, limit: int, state: ClaimState | None = None, after: UUID | None = None
) -> Sequence[DeviceClaim]:
    """Return claims, the latest first, behind one; those in a state where one is given."""
    query = select(DeviceClaim).order_by(DeviceClaim.id.desc()).limit(limit)
    if state is not None:
        query = query.where(_is(state, at))
    return session.scalars(query if after is None else query.where(DeviceClaim.id < after)).all()


def trade(token: str, *, hardware_id: str, request: str | None, address: str, at: datetime) -> Granted:
    """Trade a token for an identity, in transactions of its own, since only the token says whose it is.

    The same hardware gets the same device again for a day, with a fresh secret or certificate; the one before ends.

    Raises:
        TooManyClaims: this address tries too often.
        ClaimNotFound: there is no such token.
        ClaimEnded: it is used up, has expired or was cancelled.
        DeviceRevoked: this hardware was shut out.
        CertificatesOff, BadSigningRequest: no certificate can be given.
    """
    if lookup.count_attempt(address) > ATTEMPTS_PER_MINUTE:
        raise TooManyClaims("Wait a minute.", retry_after=60)
    tenant_id = lookup.tenant_of_claim(token)
    if tenant_id is None:
        raise ClaimNotFound("This token is not known.")
    with transaction(tenant_id=tenant_id) as session:
        claim = session.scalars(
            select(DeviceClaim).where(DeviceClaim.token_hash == hash_secret(token)).with_for_update()
        ).one()
        device, secret = _device(session, claim, hardware_id, at=at)
        signed = None
        if request is not None:
            signed = certificates.issue_certificate(session, device.id, request=request, at=at, replace=True)
        audit.record(
            session,
            action="claim.trade",
            subject="device",
            subject_id=device.id,
            detail={"claim_id": str(claim.id), "hardware_id": hardware_id, "certificate": signed is not None},
        )
        return _granted(device, secret, signed)


def _device(session: Session, claim: DeviceClaim, hardware_id: str, *, at: datetime) -> tuple[Device, str]:
    known = session.scalar(
        select(ClaimedDevice).where(ClaimedDevice.claim_id == claim.id, ClaimedDevice.hardware_id == hardware_id)
    )
    if claim.cancelled_at is not None or claim.expires_at <= at:
        raise ClaimEnded("Ask for a new claim.", reason="cancelled" if claim.cancelled_at else "expired")
    if known is not None:
        if at - known.claimed_at > REPEAT_WITHIN:
            raise ClaimEnded("This hardware has its identity for more than a day.", reason="used")
        secret = devices.rotate_secret(session, known.device_id, at=at)
        certificates.revoke_certificates(session, known.device_id, at=at)
        return devices.get_device(session, known.device_id), secret
    if claim.uses >= claim.uses_allowed:
        raise ClaimEnded("Ask for a new claim.", reason="used")
    ending = "".join(secrets.choice(ALPHABET) for _ in range(10))
    device, secret = devices.provision_device(
        session,
        name=f"{claim.name_prefix}-{ending}",
        model=claim.model,
        sampling_seconds=claim.sampling_seconds,
        max_age_days=claim.max_age_days,
        asset_id=claim.asset_id,
        site_id=claim.site_id,
    )
    claim.uses += 1
    session.add(ClaimedDevice(claim_id=claim.id, hardware_id=hardware_id, device_id=device.id, claimed_at=at))
    session.flush()
    return device, secret


def _granted(device: Device, secret: str, signed: certificates.Signed | None) -> Granted:
    settings = get_settings()
    return Granted(
        name=device.name,
        model=device.model,
        tenant=device.tenant_slug,
        host=_host(settings),
        port=settings.mqtt_tls_port if signed is None else settings.mqtt_certificate_port,
        ca=_ca(settings),
        secret=secret if signed is None else None,
        certificate=signed.certificate if signed is not None else None,
        certificate_expires_at=signed.expires_at if signed is not None else None,
    )


def _host(settings: Settings) -> str:
    return settings.mqtt_public_host or urlsplit(settings.public_url).hostname or settings.mqtt_host


def _ca(settings: Settings) -> str | None:
    """Return the authority that the broker is trusted by; none where its certificate is a public one."""
    try:
        return pki.load_authority(settings.ca_dir).pem if settings.ca_dir is not None else None
    except pki.NoAuthorityError:
        return None
