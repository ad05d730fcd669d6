"""Figures of the fleet: what each tenant sends, and how the broker is.

The broker's figures are of the whole deployment and name no tenant and no device.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from iot_gateway.models.devices import READ, WRITE
from kernel.db import Base


class IngestMinute(Base):
    """What was committed of one tenant in one minute, by the gateways' clocks.

    Counted in memory and added every few seconds: a killed gateway loses the count of those, never the samples.
    """

    __tablename__ = "ingest_minute"
    __table_args__ = (Index("ix_ingest_minute_minute", "minute"), {"info": {"app": READ, "ingest": WRITE}})

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    minute: Mapped[datetime] = mapped_column(primary_key=True)
    sample_count: Mapped[int] = mapped_column(BigInteger)
    letter_count: Mapped[int] = mapped_column(BigInteger)
    commit_ms: Mapped[int] = mapped_column(BigInteger)
    """Sum over the samples of the time from the receipt of their batch's first message to its commit."""
    commit_ms_max: Mapped[int] = mapped_column(Integer)
    newest_age_ms: Mapped[int | None] = mapped_column(BigInteger)
    """Least age of a batch's newest sample at its commit, by the device's clock: publish to commit, roughly."""


class BrokerStatus(Base):
    """The broker's last figures, as one gateway heard them; `$SYS` of Mosquitto."""

    __tablename__ = "broker_status"
    __table_args__ = ({"info": {"app": READ, "ingest": WRITE}},)

    gateway: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    """When the gateway wrote the row: an old one is a gateway that is gone."""
    heard_at: Mapped[datetime | None]
    """When the broker last said something."""
    version: Mapped[str | None]
    uptime_seconds: Mapped[int | None] = mapped_column(BigInteger)
    clients_connected: Mapped[int | None] = mapped_column(BigInteger)
    sessions_abandoned: Mapped[int | None] = mapped_column(BigInteger)
    """Sessions that outlive their connection, of clients that are not there."""
    messages_queued: Mapped[int | None] = mapped_column(BigInteger)
    """Messages held that are not retained ones."""
    bytes_held: Mapped[int | None] = mapped_column(BigInteger)
    dropped_total: Mapped[int | None] = mapped_column(BigInteger)
    received_total: Mapped[int | None] = mapped_column(BigInteger)
    sent_total: Mapped[int | None] = mapped_column(BigInteger)
    bytes_received_total: Mapped[int | None] = mapped_column(BigInteger)
    bytes_sent_total: Mapped[int | None] = mapped_column(BigInteger)
    backlog: Mapped[int] = mapped_column(Integer)
    """Messages that wait in the gateway itself."""
    scorer_lag_seconds: Mapped[float | None]
    """Age of the oldest batch that no scorer has taken in; 0 when there is none."""


class BrokerHistory(Base):
    """The broker's figures once a minute, to tell what grows."""

    __tablename__ = "broker_history"
    __table_args__ = (Index("ix_broker_history_at", "at"), {"info": {"app": READ, "ingest": "SELECT, INSERT"}})

    gateway: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    clients_connected: Mapped[int | None] = mapped_column(BigInteger)
    sessions_abandoned: Mapped[int | None] = mapped_column(BigInteger)
    messages_queued: Mapped[int | None] = mapped_column(BigInteger)
    dropped_total: Mapped[int | None] = mapped_column(BigInteger)
