"""Devices that speak Sparkplug B, and what the gateway has to remember of their sessions."""

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from iot_gateway.models.devices import of_device
from kernel.db import Base

GRANTS = {"app": "SELECT, INSERT, UPDATE, DELETE", "ingest": "SELECT, UPDATE"}


class SparkplugEdge(Base):
    """A device that is an edge node: it has the connection, and may speak for others."""

    __tablename__ = "sparkplug_edge"
    __table_args__ = (
        UniqueConstraint("tenant_id", "device_number"),
        of_device(),
        {"info": GRANTS, "postgresql_with": {"fillfactor": 50}},
    )

    device_number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    tenant_id: Mapped[UUID]
    boot: Mapped[int] = mapped_column(Integer, server_default="0")
    """Rises with each birth."""
    born: Mapped[bool] = mapped_column(server_default="false")
    bd_seq: Mapped[int | None] = mapped_column(Integer)
    """Ties a death to its birth."""
    seq: Mapped[int | None] = mapped_column(Integer)
    """Number of the last message, 0 to 255."""
    names: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    """alias -> [name, datatype] of the last birth"""
    texts: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    """Texts of the last birth: maker, versions."""


class SparkplugPart(Base):
    """A device behind an edge node."""

    __tablename__ = "sparkplug_part"
    __table_args__ = (
        of_device(),
        ForeignKeyConstraint(
            ["tenant_id", "edge_number"], ["sparkplug_edge.tenant_id", "sparkplug_edge.device_number"]
        ),
        Index("ix_sparkplug_part_edge", "edge_number"),
        {"info": GRANTS, "postgresql_with": {"fillfactor": 50}},
    )

    device_number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    tenant_id: Mapped[UUID]
    edge_number: Mapped[int] = mapped_column(Integer)
    boot: Mapped[int] = mapped_column(Integer, server_default="0")
    """Boot of the edge node in which it was born; 0: not born."""
    names: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    texts: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
