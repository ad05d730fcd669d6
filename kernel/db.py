"""Tables, logins and transactions.

Every tenant row carries `tenant_id`; row-level security hides the rows of other tenants from the `app` login.
Foreign keys are not subject to it, so every reference between tenant rows is composite (`refers`).
"""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from enum import Enum, StrEnum
from functools import cache
from typing import Any, ClassVar, cast
from uuid import UUID

from sqlalchemy import (
    DateTime,
    Engine,
    ForeignKey,
    ForeignKeyConstraint,
    MetaData,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    create_engine,
    func,
    text,
)
from sqlalchemy import Enum as SqlEnum
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import UserDefinedType

from kernel.ids import new_id
from kernel.settings import Settings, get_settings

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
CURRENT_TENANT = "NULLIF(current_setting('app.tenant_id', true), '')::uuid"


class Xid8(UserDefinedType[str]):
    """A 64-bit transaction id, as text in Python."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Return the name of the type."""
        return "xid8"


class Base(DeclarativeBase):
    """Root of all tables."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        UUID: Uuid(),
        str: Text(),
        datetime: DateTime(timezone=True),
        Decimal: Numeric(14, 4),
        dict[str, Any]: JSONB(),
        list[str]: JSONB(),
        list[Any]: JSONB(),
        Enum: SqlEnum(
            Enum,
            native_enum=False,
            create_constraint=True,
            values_callable=lambda kind: [item.value for item in kind],
            length=32,
        ),
    }


class Row(Base):
    """A table with a time-ordered id."""

    __abstract__ = True

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Tenant(Row):
    """One company; the wall that row-level security builds around its rows."""

    __tablename__ = "tenant"

    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    time_zone: Mapped[str] = mapped_column(server_default="Asia/Shanghai")
    currency: Mapped[str] = mapped_column(server_default="CNY")
    """In which it keeps its books, ISO 4217."""


class TenantRow(Row):
    """A row of one tenant; the tenant comes from the transaction unless it is given."""

    __abstract__ = True

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"), server_default=text(CURRENT_TENANT))


def tenant_args(*constraints: SchemaItem, **options: Any) -> tuple[Any, ...]:
    """Return `__table_args__` of a tenant table: its constraints and the key that `refers` points at.

    Options go to the table; `info={"append_only": True}` lets `app` only read and insert, `info={"app": "SELECT"}`
    names its grants, `info={"ingest": "SELECT, INSERT"}` grants to the ingest login, across tenants.
    """
    return (UniqueConstraint("tenant_id", "id"), *constraints, options)


def refers(column: str, table: str, *, ondelete: str | None = None) -> ForeignKeyConstraint:
    """Return the composite foreign key `(tenant_id, column)` -> `(tenant_id, id)` of `table`."""
    return ForeignKeyConstraint(["tenant_id", column], [f"{table}.tenant_id", f"{table}.id"], ondelete=ondelete)


def extra_ddl(model: type[Base], *statements: str) -> None:
    """Keep statements for the migration that makes the table of `model`: what SQLAlchemy has no words for."""
    cast("Table", model.__table__).info.setdefault("extra_ddl", []).extend(statements)


class Login(StrEnum):
    """The three database logins of Fieldhand."""

    APP = "app"
    INGEST = "ingest"
    SYSTEM = "system"


def database_url(settings: Settings, login: Login) -> str:
    """Return the URL of a login, with the psycopg 3 driver named."""
    urls = {
        Login.APP: settings.database_url,
        Login.INGEST: settings.ingest_database_url,
        Login.SYSTEM: settings.system_database_url,
    }
    return with_driver(urls[login].get_secret_value())


def with_driver(url: str) -> str:
    """Name psycopg 3 in a plain PostgreSQL URL."""
    scheme, rest = url.split("://", 1)
    return f"postgresql+psycopg://{rest}" if scheme in {"postgres", "postgresql"} else url


@cache
def engine(login: Login) -> Engine:
    """Return the process's connection pool of a login."""
    settings = get_settings()
    return create_engine(
        database_url(settings, login),
        pool_size=settings.database_pool_size,
        max_overflow=settings.database_pool_size,
        pool_pre_ping=True,
        pool_timeout=10,
        hide_parameters=True,
    )


@contextmanager
def transaction(login: Login = Login.APP, *, tenant_id: UUID | None = None) -> Generator[Session]:
    """Open one transaction, bound to one tenant if given; commit at the end, roll back on any exception."""
    with Session(engine(login), expire_on_commit=False) as session, session.begin():
        if tenant_id is not None:
            bind_tenant(session, tenant_id)
        yield session


def bind_tenant(session: Session, tenant_id: UUID) -> None:
    """Show this transaction the rows of one tenant only; forgotten at its end."""
    session.info["tenant_id"] = tenant_id
    session.execute(text("SELECT set_config('app.tenant_id', :tenant, true)"), {"tenant": str(tenant_id)})


def tenant_of(session: Session) -> UUID:
    """Return the tenant that the transaction is bound to.

    Raises:
        LookupError: it is bound to none.
    """
    tenant_id = session.info.get("tenant_id")
    if not isinstance(tenant_id, UUID):
        raise LookupError("the transaction is not bound to a tenant")  # noqa: TRY004 - no caller passed a wrong type
    return tenant_id
