"""The two applications, and the people who call them."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from fastapi import FastAPI

from backend.main import app as staff
from kernel import clock
from kernel.auth import Principal, Role, issue_access_token
from kernel.ids import new_id
from mobile_api import app as mobile
from tests.conftest import Database, make_tenant
from tests.contract.operations import Call
from tests.contract.worlds import World, a_world
from tests.integration.backend.callers import TestClient


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    text: str
    media_type: str


@dataclass(frozen=True)
class Door:
    """One application and a client of it."""

    app: FastAPI
    client: TestClient

    def ask(self, call: Call, *, token: str | None) -> Answer:
        """Make a call as somebody, or as nobody."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        body = {"content": call.body} if isinstance(call.body, str | bytes) else {"json": call.body}
        answer = self.client.request(call.operation.method, call.url(), params=call.query, headers=headers, **body)
        return Answer(answer.status_code, answer.text, answer.headers.get("content-type", ""))


@pytest.fixture(scope="module")
def doors(database: Database) -> Iterator[dict[str, Door]]:
    """Return the applications as they are served."""
    with ExitStack() as open_clients:
        found = {}
        for name, app in (("staff", staff.create_app()), ("mobile", mobile.create_app())):
            client = open_clients.enter_context(TestClient(app, raise_server_exceptions=False))
            found[name] = Door(app, client)
        yield found


@pytest.fixture(scope="module")
def ours(database: Database) -> World:
    """Return the company that asks."""
    return a_world(make_tenant())


@pytest.fixture(scope="module")
def theirs(database: Database) -> World:
    """Return the company whose rows must stay out of sight."""
    return a_world(make_tenant())


def token_of(world: World, *roles: Role) -> str:
    """Return the access token of somebody of a company."""
    return token_for(world.tenant_id, *roles, user_id=world.caller, technician_id=world["technician"])


def token_for(tenant_id: UUID, *roles: Role, user_id: UUID | None = None, technician_id: UUID | None = None) -> str:
    """Return the access token of somebody."""
    principal = Principal(
        user_id=user_id or new_id(),
        tenant_id=tenant_id,
        roles=frozenset(roles),
        device_id="test",
        name="Test",
        technician_id=technician_id,
        expires_at=clock.now() + timedelta(minutes=9),
    )
    return issue_access_token(principal)
