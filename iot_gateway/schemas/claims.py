"""Claims and certificates, as HTTP shows them."""

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from iot_gateway.lifecycle import ClaimState
from iot_gateway.models.access import DeviceClaim
from iot_gateway.schemas.devices import Out
from iot_gateway.service.claims import payload, state_of

REQUEST = (
    "-----BEGIN CERTIFICATE REQUEST-----\n"
    + "MIHNMHUCAQAwEzERMA8GA1UEAwwI" * 4
    + "\n-----END CERTIFICATE REQUEST-----\n"
)
Request = Annotated[str, Field(min_length=100, max_length=4096, pattern=r"^-----BEGIN ", examples=[REQUEST])]


class OneClaimIn(BaseModel):
    """A claim to make for one device."""

    model: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.-]+$")]
    sampling_seconds: Annotated[int, Field(ge=1, le=86_400)]
    max_age_days: Annotated[int, Field(ge=1, le=400)] = 30
    name_prefix: Annotated[str | None, Field(max_length=40, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")] = None
    hours: Annotated[int, Field(ge=1, le=24 * 90)] = 72

    def terms(self) -> dict[str, Any]:
        """Return what `claims.make_claim` takes."""
        return self.model_dump(exclude={"hours", "count"}) | {"lifetime": timedelta(hours=self.hours)}


class ClaimIn(OneClaimIn):
    """A claim to make for one device or several."""

    uses: Annotated[int, Field(ge=1, le=10_000)] = 1


class ClaimBatch(ClaimIn):
    """Several claims alike, each with a token of its own."""

    count: Annotated[int, Field(ge=1, le=200)]


class ClaimOut(BaseModel):
    """A claim; its token is not shown again."""

    id: UUID
    model: str
    sampling_seconds: int
    name_prefix: str
    asset_id: UUID | None
    site_id: UUID | None
    uses: int
    uses_allowed: int
    created_at: AwareDatetime
    expires_at: AwareDatetime
    cancelled_at: AwareDatetime | None
    state: ClaimState

    @classmethod
    def of(cls, claim: DeviceClaim, *, at: datetime) -> "ClaimOut":
        """Show a claim as it stands at an instant."""
        own = set(cls.model_fields) - {"state"}
        return cls(state=state_of(claim, at=at), **{name: getattr(claim, name) for name in own})


class ClaimMade(BaseModel):
    """A claim just made; `token` and `payload` (for a QR code) are shown this once."""

    claim: ClaimOut
    token: str
    payload: str

    @classmethod
    def of(cls, made: tuple[DeviceClaim, str], *, at: datetime) -> "ClaimMade":
        """Show a claim that was made at an instant, and its token."""
        claim, token = made
        return cls(claim=ClaimOut.of(claim, at=at), token=token, payload=payload(token))


class Trade(BaseModel):
    """What a device or its installer sends: the token, something that names the hardware, a request if it has a key."""

    token: Annotated[str, Field(min_length=20, max_length=100, pattern=r"^[A-Za-z0-9_-]+$")]
    hardware_id: Annotated[str, Field(min_length=4, max_length=64, pattern=r"^[A-Za-z0-9:._-]+$")]
    csr: Request | None = None


class GrantedOut(Out):
    """A device's identity; `secret` or `certificate`."""

    name: str
    model: str
    tenant: str
    host: str
    port: int
    ca: str | None
    secret: str | None
    certificate: str | None
    certificate_expires_at: AwareDatetime | None


class CertificateIn(BaseModel):
    """A certificate to sign for a device."""

    csr: Request
    replace: bool = False
    grace_minutes: Annotated[int, Field(ge=0, le=24 * 60)] = 10
    """How long replaced certificates still serve, in case the device does not hear of the new one; 0 ends them."""


class SignedOut(Out):
    """A certificate just signed."""

    name: str
    serial: str
    certificate: str
    ca: str
    expires_at: AwareDatetime


class CertificateOut(Out):
    """A certificate of a device."""

    serial: str
    created_at: AwareDatetime
    expires_at: AwareDatetime
    revoked_at: AwareDatetime | None
    enforced_at: AwareDatetime | None
