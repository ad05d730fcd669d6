"""The staff application on a port of its own, and a reader of its stream."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import uvicorn

from backend.main.app import create_app
from kernel import clock
from kernel.auth import Principal, Role, issue_access_token
from kernel.ids import new_id


@contextmanager
def serving() -> Iterator[str]:
    """Serve the application in a thread; yield its address."""
    server = uvicorn.Server(
        uvicorn.Config(create_app(), port=0, log_level="error", lifespan="off", timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        deadline = time.monotonic() + 90
        while not server.started:
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.02)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}/api/v1"
    finally:
        server.should_exit = True
        thread.join(15)


def token_of(tenant: UUID, role: Role = Role.DISPATCHER, *, seconds: float = 300) -> dict[str, str]:
    """Return the header of somebody in an office."""
    principal = Principal(
        user_id=new_id(),
        tenant_id=tenant,
        roles=frozenset({role}),
        device_id="browser",
        name="Office",
        technician_id=None,
        expires_at=clock.now() + timedelta(seconds=seconds),
    )
    return {"Authorization": f"Bearer {issue_access_token(principal)}"}


@dataclass
class Told:
    """One event of the stream, and how long it was waited for."""

    id: str
    event: str
    data: dict[str, Any]
    waited: float


@contextmanager
def stream(base: str, headers: dict[str, str], last: str | None = None) -> Iterator[Iterator[Told]]:
    """Open the stream; yield its events as they come."""
    resume = {"Last-Event-ID": last} if last is not None else {}
    with (
        httpx.Client(timeout=httpx.Timeout(10, read=20)) as client,
        client.stream("GET", f"{base}/live", headers={**headers, **resume}) as answer,
    ):
        assert answer.status_code == 200, answer.read()
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.iter_lines()
        while not next(lines).startswith(": connected"):
            pass
        yield told(lines)


@contextmanager
def first_lines(base: str, headers: dict[str, str], last: str | None = None) -> Iterator[Iterator[Told]]:
    """Open the stream without waiting for its greeting: a reset comes before it."""
    resume = {"Last-Event-ID": last} if last is not None else {}
    with (
        httpx.Client(timeout=httpx.Timeout(10, read=20)) as client,
        client.stream("GET", f"{base}/live", headers={**headers, **resume}) as answer,
    ):
        yield told(answer.iter_lines())


def told(lines: Iterator[str]) -> Iterator[Told]:
    """Return the events of a stream's lines."""
    found: dict[str, str] = {}
    since = time.monotonic()
    for line in lines:
        if line.startswith(":"):
            continue
        if line:
            name, _, value = line.partition(": ")
            found[name] = value
        elif found:
            yield Told(found["id"], found["event"], json.loads(found["data"]), time.monotonic() - since)
            found, since = {}, time.monotonic()
