"""Tables of customers, contacts and sites."""

from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import TenantRow, refers, tenant_args
from kernel.geo import LonLat, PointType


class Customer(TenantRow):
    """Who asks for service and pays for it."""

    __tablename__ = "customer"
    __table_args__ = tenant_args(
        UniqueConstraint("tenant_id", "number"), Index("ix_customer_name", "tenant_id", "name")
    )

    number: Mapped[str]
    name: Mapped[str]
    phone: Mapped[str | None]
    email: Mapped[str | None]
    locale: Mapped[str] = mapped_column(server_default="zh")
    note: Mapped[str] = mapped_column(server_default="")
    tier: Mapped[str | None]
    """Class of service that was agreed, such as `gold`; policies of promises may be for one."""


class Contact(TenantRow):
    """A person at the customer."""

    __tablename__ = "contact"
    __table_args__ = tenant_args(
        refers("customer_id", "customer"),
        Index("ix_contact_customer_id", "tenant_id", "customer_id"),
        Index("uq_contact_primary", "tenant_id", "customer_id", unique=True, postgresql_where=text("is_primary")),
    )

    customer_id: Mapped[UUID]
    name: Mapped[str]
    title: Mapped[str] = mapped_column(server_default="")
    phone: Mapped[str | None]
    email: Mapped[str | None]
    is_primary: Mapped[bool] = mapped_column(server_default=text("false"))


class Site(TenantRow):
    """A place where work is done."""

    __tablename__ = "site"
    __table_args__ = tenant_args(
        refers("customer_id", "customer"),
        Index("ix_site_customer_id", "tenant_id", "customer_id"),
        Index("ix_site_position", "position", postgresql_using="gist"),
    )

    customer_id: Mapped[UUID]
    name: Mapped[str]
    address: Mapped[str]
    position: Mapped[LonLat] = mapped_column(PointType())
    access_notes: Mapped[str] = mapped_column(server_default="")
    opening_hours: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    """Local intervals `{"weekday": 0..6, "opens": "08:00", "closes": "18:00"}`; none: always open."""
