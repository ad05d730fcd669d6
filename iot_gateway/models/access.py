"""How devices come in: claims that are traded for an identity, and certificates."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, TenantRow, refers, tenant_args

WRITE = "SELECT, INSERT, UPDATE"


class DeviceClaim(TenantRow):
    """A token that devices trade for a name and a secret or certificate; kept as a hash."""

    __tablename__ = "device_claim"
    __table_args__ = tenant_args(
        Index("uq_device_claim_token", "token_hash", unique=True),
        CheckConstraint("uses BETWEEN 0 AND uses_allowed", name="uses_in_bounds"),
        info={"app": WRITE},
    )

    token_hash: Mapped[str]
    model: Mapped[str]
    sampling_seconds: Mapped[int]
    max_age_days: Mapped[int]
    name_prefix: Mapped[str]
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
    enforced_at: Mapped[datetime | None]
    """When the gateway had the revocation in force and the live connection ended."""


class ClaimAttempt(Base):
    """How often an address has tried to trade a claim within a minute."""

    __tablename__ = "claim_attempt"
    __table_args__ = ({"info": {"app": ""}},)

    address_hash: Mapped[str] = mapped_column(primary_key=True)
    window_at: Mapped[datetime]
    count: Mapped[int]
