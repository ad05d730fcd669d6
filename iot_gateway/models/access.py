"""How devices come in: claims that are traded for an identity, and certificates."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, Index, or_, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, TenantRow, refers, tenant_args

WRITE = "SELECT, INSERT, UPDATE"


class DeviceClaim(TenantRow):
    """A token that devices trade for a name and a secret or certificate; kept as a hash."""

    __tablename__ = "device_claim"
    __table_args__ = tenant_args(
        Index("uq_device_claim_token", "token_hash", unique=True),
        CheckConstraint("uses BETWEEN 0 AND uses_allowed", name="uses_in_bounds"),
        CheckConstraint("asset_id IS NULL OR uses_allowed = 1", name="asset_has_one_device"),
        CheckConstraint("asset_id IS NULL OR site_id IS NULL", name="one_place"),
        info={"app": WRITE},
    )

    token_hash: Mapped[str]
    model: Mapped[str]
    sampling_seconds: Mapped[int]
    max_age_days: Mapped[int]
    name_prefix: Mapped[str]
    asset_id: Mapped[UUID | None]
    """What the device will report on; opaque here."""
    site_id: Mapped[UUID | None]
    """Where the devices will be, without an asset; opaque here."""
    uses_allowed: Mapped[int]
    uses: Mapped[int] = mapped_column(server_default="0")
    expires_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    created_by: Mapped[UUID | None]


class ClaimedDevice(TenantRow):
    """A piece of hardware that has traded a claim; once per claim, again as the same device."""

    __tablename__ = "claimed_device"
    __table_args__ = tenant_args(
        refers("claim_id", "device_claim"),
        refers("device_id", "device"),
        Index("uq_claimed_device", "claim_id", "hardware_id", unique=True),
        info={"app": WRITE},
    )

    claim_id: Mapped[UUID]
    hardware_id: Mapped[str]
    device_id: Mapped[UUID]
    claimed_at: Mapped[datetime]


class DeviceCertificate(TenantRow):
    """A client certificate of a device; its key is the device's alone."""

    __tablename__ = "device_certificate"
    __table_args__ = tenant_args(
        refers("device_id", "device"),
        Index("uq_device_certificate_serial", "serial", unique=True),
        Index("ix_device_certificate_device", "device_id", "id"),
        Index(
            "ix_device_certificate_open",
            "revoked_at",
            postgresql_where=text("revoked_at IS NOT NULL AND enforced_at IS NULL"),
        ),
        info={"app": WRITE, "ingest": "SELECT, UPDATE"},
    )

    device_id: Mapped[UUID]
    serial: Mapped[str]
    """Hexadecimal, without leading zeros."""
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    """From then on it opens nothing; later than now while a replaced one still serves."""
    enforced_at: Mapped[datetime | None]
    """When the gateway had the revocation in force and the live connection ended."""


def in_force(at: datetime) -> ColumnElement[bool]:
    """Return the condition that a certificate is not revoked at an instant; one that is replaced may be so later."""
    return or_(DeviceCertificate.revoked_at.is_(None), DeviceCertificate.revoked_at > at)


class ClaimAttempt(Base):
    """How often an address has tried to trade a claim within a minute."""

    __tablename__ = "claim_attempt"
    __table_args__ = ({"info": {"app": ""}},)

    address_hash: Mapped[str] = mapped_column(primary_key=True)
    window_at: Mapped[datetime]
    count: Mapped[int]
