"""The company of the phones, made anew for each test."""

from uuid import UUID

import pytest

from tests.integration.mobile_api.field import Field, Phone, a_field


@pytest.fixture
def field(tenant: UUID) -> Field:
    """Return a company that is committed."""
    return a_field(tenant)


@pytest.fixture
def phone(field: Field) -> Phone:
    """Return chen's phone."""
    return Phone(field.tenant)
