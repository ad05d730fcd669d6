"""A tenant with two thousand orders for tests of lists, written once for all of them."""

from datetime import UTC, datetime
from uuid import UUID

from backend.seed.large import service as large
from backend.seed.large.company import Size
from tests.conftest import make_tenant

AT = datetime(2026, 11, 1, 4, tzinfo=UTC)
ORDERS = 2000
_made: list[UUID] = []


def a_crowd() -> UUID:
    """Return the tenant, which tests read and do not change."""
    if not _made:
        tenant_id = make_tenant()
        large.fill(tenant_id, Size(orders=ORDERS), seed=3, at=AT)
        _made.append(tenant_id)
    return _made[0]
