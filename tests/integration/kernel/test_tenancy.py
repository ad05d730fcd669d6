"""The wall between tenants, as the database keeps it."""

from uuid import UUID

import pytest
from sqlalchemy import Column, ForeignKeyConstraint, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from backend.customers.models import Customer, Site
from kernel.db import Login, transaction
from kernel.geo import LonLat
from kernel.ids import new_id
from kernel.schema import tenant_tables
from mobile_api.tables import METADATA


def test_another_tenants_rows_are_not_there(database: str, tenant: UUID, other_tenant: UUID) -> None:
    del database
    with transaction(tenant_id=tenant) as session:
        session.add(Customer(number="C-1", name="Harbour Cooling"))

    with transaction(tenant_id=other_tenant) as session:
        assert session.scalars(select(Customer)).all() == []
    with transaction() as session:
        assert session.scalars(select(Customer)).all() == []


def test_a_row_cannot_be_written_for_another_tenant(tenant: UUID, other_tenant: UUID) -> None:
    with pytest.raises(DBAPIError, match="row-level security"), transaction(tenant_id=tenant) as session:
        session.add(Customer(number="C-1", name="Smuggled", tenant_id=other_tenant))


def test_a_reference_cannot_cross_tenants(tenant: UUID, other_tenant: UUID) -> None:
    customer_id = new_id()
    with transaction(tenant_id=other_tenant) as session:
        session.add(Customer(id=customer_id, number="C-1", name="Theirs"))

    with pytest.raises(IntegrityError), transaction(tenant_id=tenant) as session:
        session.add(Site(customer_id=customer_id, name="Ours", address="x", position=LonLat(121.4, 31.2)))


def test_the_tenant_is_forgotten_at_the_end_of_the_transaction(tenant: UUID) -> None:
    with transaction(tenant_id=tenant) as session:
        session.execute(text("SELECT 1"))

    with transaction() as session:
        assert session.scalar(text("SELECT NULLIF(current_setting('app.tenant_id', true), '')")) is None


def test_every_tenant_table_is_behind_the_wall(session: Session) -> None:
    del session
    with transaction(Login.SYSTEM) as system:
        guarded = set(system.scalars(text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")))

    assert {table.name for table in tenant_tables()} <= guarded


def test_the_app_login_is_an_ordinary_one() -> None:
    with transaction() as session:
        row = session.execute(
            text("SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user")
        ).one()
        owned = session.scalar(text("SELECT count(*) FROM pg_tables WHERE tableowner = current_user"))

    assert not any(row)
    assert owned == 0


def test_references_between_tenant_rows_are_composite() -> None:
    tenants = {table.name for table in tenant_tables()}
    plain = [
        f"{table.name}.{constraint.column_keys}"
        for table in METADATA.sorted_tables
        for constraint in table.constraints
        if isinstance(constraint, ForeignKeyConstraint)
        and table.name in tenants
        and constraint.referred_table.name in tenants
        and "tenant_id" not in constraint.column_keys
    ]

    assert plain == []


def test_every_tenant_table_can_be_referred_to_by_tenant_and_id() -> None:
    missing = [
        table.name
        for table in tenant_tables()
        if isinstance(table.columns.get("id"), Column)
        and not table.columns["tenant_id"].nullable
        and not any(
            {column.name for column in constraint.columns} == {"tenant_id", "id"}
            for constraint in table.constraints
            if hasattr(constraint, "columns")
        )
    ]

    assert missing == []
