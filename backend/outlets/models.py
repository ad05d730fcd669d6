"""Table of outlets."""

from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import TenantRow, refers, tenant_args


class Outlet(TenantRow):
    """A partner company that serves a region with its own people."""

    __tablename__ = "outlet"
    __table_args__ = tenant_args(
        refers("price_list_id", "price_list"),
        UniqueConstraint("tenant_id", "code"),
        CheckConstraint("version > 0", name="version"),
        Index("ix_outlet_name", "tenant_id", "name", "id"),
    )

    code: Mapped[str]
    name: Mapped[str]
    region: Mapped[str] = mapped_column(server_default="")
    contact_name: Mapped[str] = mapped_column(server_default="")
    phone: Mapped[str | None]
    email: Mapped[str | None]
    price_list_id: Mapped[UUID | None]
    """By which its people's work is paid; none: nothing is owed."""
    active: Mapped[bool] = mapped_column(server_default=text("true"), default=True)
    version: Mapped[int] = mapped_column(default=1)
