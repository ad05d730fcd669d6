"""An application with the door alone, and somebody who may pass it."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest

from backend.identity import routes, service
from kernel.auth import Role
from kernel.db import transaction
from kernel.http import include
from kernel.web import make_app
from tests.integration.backend.callers import TestClient


@dataclass(frozen=True)
class Someone:
    """A user and the words to log in with."""

    tenant_id: UUID
    user_id: UUID
    tenant: str
    username: str
    password: str

    def words(self, **other: object) -> dict[str, object]:
        """Return the body of a log-in."""
        known = {"tenant": self.tenant, "username": self.username, "password": self.password, "device_id": "phone-1"}
        return known | other


@pytest.fixture
def someone(tenant: UUID) -> Someone:
    """Return an administrator of a fresh tenant."""
    password = "correct horse battery"
    with transaction(tenant_id=tenant) as session:
        user = service.create_user(
            session, "Chen", password=password, display_name="陈工", roles=[Role.ADMIN, Role.TECHNICIAN]
        )
    return Someone(tenant, user.id, f"t{tenant.hex}", "chen", password)


@pytest.fixture
def client(database: object) -> Iterator[TestClient]:
    """Return a client of the door under both prefixes."""
    app = make_app(name="test", title="Test", version="1")
    include(app, routes.router, routes.ACCESS, prefix="/api/v1")
    include(app, routes.make_router("mobile_identity"), routes.AUTH_ACCESS, prefix="/mobile/v1")
    with TestClient(app) as open_client:
        yield open_client
