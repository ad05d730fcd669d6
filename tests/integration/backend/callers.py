"""Clients of single rooms, each in one role."""

import warnings
from datetime import timedelta
from types import ModuleType
from uuid import UUID

from kernel import clock
from kernel.auth import Principal, Role, issue_access_token
from kernel.http import include
from kernel.ids import new_id
from kernel.web import make_app

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it asks for another version of httpx, which nothing else needs
    from fastapi.testclient import TestClient

__all__ = ["TestClient", "a_client"]


def a_client(tenant_id: UUID, role: Role, *rooms: ModuleType, technician_id: UUID | None = None) -> TestClient:
    """Return a client of the routes of some rooms."""
    app = make_app(name="test", title="Test", version="1")
    for room in rooms:
        include(app, room.router, room.ACCESS, prefix="/api/v1")
    principal = Principal(
        user_id=new_id(),
        tenant_id=tenant_id,
        roles=frozenset({role}),
        device_id="test",
        name="Test",
        technician_id=technician_id,
        expires_at=clock.now() + timedelta(minutes=5),
    )
    headers = {"Authorization": f"Bearer {issue_access_token(principal)}"}
    return TestClient(app, base_url="http://test/api/v1", headers=headers)
