"""Claims and certificates over HTTP."""

from datetime import timedelta
from uuid import UUID

from fastapi import Request

from iot_gateway.errors import (
    BadSigningRequest,
    CertificatesOff,
    ClaimEnded,
    ClaimNotFound,
    DeviceNotFound,
    DeviceRevoked,
    TooManyClaims,
)
from iot_gateway.lifecycle import ClaimState
from iot_gateway.schemas.claims import (
    CertificateIn,
    CertificateOut,
    ClaimBatch,
    ClaimIn,
    ClaimMade,
    ClaimOut,
    GrantedOut,
    SignedOut,
    Trade,
)
from iot_gateway.service import certificates, claims
from kernel import audit, clock
from kernel.auth import PUBLIC, Role
from kernel.http import Access, Db, Me, problems
from kernel.http import router as make_router
from kernel.paging import DEFAULT_LIMIT, Cursor, Limit, Page, cut, decode_cursor, encode_cursor

router = make_router("telemetry")

OWNERS = frozenset({Role.ADMIN, Role.ASSET_MANAGER})
ACCESS: Access = {
    "make_claim": OWNERS,
    "make_claims": OWNERS,
    "list_claims": OWNERS | {Role.AUDITOR},
    "cancel_claim": OWNERS,
    "trade_claim": PUBLIC,
    "issue_certificate": OWNERS,
    "list_certificates": OWNERS | {Role.AUDITOR},
    "revoke_certificates": OWNERS,
}


@router.post("/device-claims", status_code=201)
def make_claim(body: ClaimIn, db: Db, me: Me) -> ClaimMade:
    """Make a claim that devices trade for an identity; its token is in this answer and nowhere else."""
    return _make(db, body, by=me.user_id)


@router.post("/device-claims/batch", status_code=201)
def make_claims(body: ClaimBatch, db: Db, me: Me) -> list[ClaimMade]:
    """Make several claims alike, all or none; their tokens are in this answer and nowhere else."""
    return [_make(db, body, by=me.user_id) for _ in range(body.count)]


@router.get("/device-claims")
def list_claims(
    db: Db, state: ClaimState | None = None, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[ClaimOut]:
    """Return claims, the latest first."""
    after, at = UUID(decode_cursor(cursor, parts=1)[0]) if cursor else None, clock.now()
    rows, more = cut(claims.list_claims(db, at=at, state=state, after=after, limit=limit + 1), limit)
    items = [ClaimOut.of(row, at=at) for row in rows]
    return Page(items=items, next_cursor=encode_cursor(rows[-1].id) if more else None)


@router.post("/device-claims/{claim_id}/cancel", responses=problems(ClaimNotFound))
def cancel_claim(claim_id: UUID, db: Db, me: Me) -> ClaimOut:
    """End a claim; the devices that it made stay."""
    at = clock.now()
    return ClaimOut.of(claims.cancel_claim(db, claim_id, at=at, by=me.user_id), at=at)


@router.post(
    "/device-claims/trade",
    responses=problems(ClaimNotFound, ClaimEnded, DeviceRevoked, CertificatesOff, BadSigningRequest, TooManyClaims),
)
def trade_claim(body: Trade, request: Request) -> GrantedOut:
    """Trade a claim's token for a device's identity; no log-in, the token is enough."""
    address = request.client.host if request.client else "unknown"
    granted = claims.trade(body.token, hardware_id=body.hardware_id, request=body.csr, address=address, at=clock.now())
    return GrantedOut.model_validate(granted)


@router.post(
    "/devices/{device_id}/certificates",
    status_code=201,
    responses=problems(DeviceNotFound, DeviceRevoked, CertificatesOff, BadSigningRequest),
)
def issue_certificate(device_id: UUID, body: CertificateIn, db: Db, me: Me) -> SignedOut:
    """Sign a certificate for a device; with `replace` the earlier ones end after a grace."""
    grace = timedelta(minutes=body.grace_minutes)
    signed = certificates.issue_certificate(
        db, device_id, request=body.csr, replace=body.replace, grace=grace, at=clock.now()
    )
    _note(db, me.user_id, "device.certificate", device_id, serial=signed.serial)
    return SignedOut.model_validate(signed)


@router.get("/devices/{device_id}/certificates", responses=problems(DeviceNotFound))
def list_certificates(device_id: UUID, db: Db) -> list[CertificateOut]:
    """Return the certificates of a device, the latest first, a hundred at most."""
    return [CertificateOut.model_validate(row) for row in certificates.list_certificates(db, device_id)]


@router.post("/devices/{device_id}/certificates/revoke", responses=problems(DeviceNotFound))
def revoke_certificates(device_id: UUID, db: Db, me: Me) -> list[CertificateOut]:
    """Revoke all certificates of a device; a live connection ends within seconds."""
    certificates.list_certificates(db, device_id)
    count = certificates.revoke_certificates(db, device_id, at=clock.now())
    _note(db, me.user_id, "device.revoke_certificates", device_id, count=str(count))
    return [CertificateOut.model_validate(row) for row in certificates.list_certificates(db, device_id)]


def _make(db: Db, body: ClaimIn, *, by: UUID) -> ClaimMade:
    at = clock.now()
    return ClaimMade.of(claims.make_claim(db, by=by, at=at, **body.terms()), at=at)


def _note(db: Db, actor_id: UUID, action: str, device_id: UUID, **detail: str) -> None:
    audit.record(db, actor_id=actor_id, action=action, subject="device", subject_id=device_id, detail=dict(detail))
