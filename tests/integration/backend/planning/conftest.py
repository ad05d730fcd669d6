"""A company that can plan, for each test."""

from uuid import UUID

import pytest

from tests.integration.backend.planning.scene import City, a_city


@pytest.fixture
def city(tenant: UUID) -> City:
    """Return a company of this test alone, committed."""
    return a_city(tenant)
