"""Tables of customers, contacts and sites."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import TenantRow, refers, tenant_args
from kernel.geo import LonLat, PointType

PHONE_DIGITS = r"right(regexp_replace(phone, '\D', '', 'g'), 10)"
"""The last ten digits: the same line, however its country and area are written."""


class Customer(TenantRow):
    """Who asks for service and pays for it."""

    __tablename__ = "customer"
    __table_args__ = tenant_args(
        UniqueConstraint("tenant_id", "number"),
        Index("ix_customer_name", "tenant_id", "name"),
        Index("ix_customer_phone_digits", "tenant_id", text(PHONE_DIGITS)),
        Index("ix_customer_email", "tenant_id", text("lower(email)")),
        Index("ix_customer_merged_into_id", "tenant_id", "merged_into_id"),
        refers("merged_into_id", "customer"),
        CheckConstraint("merged_into_id <> id", name="not_merged_into_itself"),
    )

    number: Mapped[str]
    name: Mapped[str]
    phone: Mapped[str | None]
    email: Mapped[str | None]
    locale: Mapped[str] = mapped_column(server_default="zh")
    note: Mapped[str] = mapped_column(server_default="")
    tier: Mapped[str | None]
    """Class of service that was agreed, such as `gold`; policies of promises may be for one."""
    merged_into_id: Mapped[UUID | None]
    """The customer that this one, a duplicate, has become a part of; it keeps its number and takes nothing new."""
    version: Mapped[int] = mapped_column(server_default=text("1"))


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
    version: Mapped[int] = mapped_column(server_default=text("1"))


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
    version: Mapped[int] = mapped_column(server_default=text("1"))
