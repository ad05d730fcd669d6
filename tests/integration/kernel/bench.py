"""A small room for tests of what every room shares."""

import threading
from collections.abc import Callable
from uuid import UUID

from fastapi import Request
from sqlalchemy import text

from backend.customers.models import Customer
from kernel import http
from kernel.auth import PUBLIC, STAFF
from kernel.fields import Body, Line
from kernel.http import Db, Me

router = http.router("bench")
ACCESS = {"make": STAFF, "late": STAFF, "drop": STAFF, "run": STAFF, "echo": PUBLIC}

inside = threading.Event()
may_go_on = threading.Event()
hook: list[Callable[[Db], None]] = []
"""What `run` does, given by the test."""


class Thing(Body):
    """Something to write down."""

    name: Line
    number: Line = "C-1"


@router.post("/things", status_code=201)
def make(body: Thing, db: Db, me: Me) -> dict[str, str]:
    """Write a row and say which."""
    row = Customer(number=body.number, name=body.name)
    db.add(row)
    db.flush()
    if body.name == "slow":
        inside.set()
        may_go_on.wait(10)
    return {"id": str(row.id), "by": str(me.user_id)}


@router.post("/late")
def late(body: Thing, db: Db) -> dict[str, str]:
    """Leave the writing to the commit."""
    db.add(Customer(number=body.number, name=body.name))
    return {"said": "done"}


@router.delete("/things/{thing_id}", status_code=204)
def drop(thing_id: UUID, db: Db) -> None:
    """Delete a row."""
    db.execute(text("DELETE FROM customer WHERE id = :id"), {"id": thing_id})


@router.post("/run")
def run(db: Db) -> dict[str, str]:
    """Do what the test says."""
    db.add(Customer(number="R-1", name="run"))
    db.flush()
    hook.pop(0)(db)
    return {"said": "done"}


@router.post("/echo")
async def echo(request: Request) -> dict[str, int]:
    """Tell how long the body is."""
    return {"length": len(await request.body())}
