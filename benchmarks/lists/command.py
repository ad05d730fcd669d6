"""`python -m benchmarks lists [--folder F] [--write]`: lists of a hundred thousand orders, timed at the database.

The large seed is written once into a private PostgreSQL in the folder, which stays for the next run. Times are those of
the statements, from the process that asks, as the role `app` under row-level security.
"""

import argparse
import os
import platform
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from backend.assets.models import Asset
from backend.main.app import create_app
from backend.seed import service as demo
from backend.seed.large import company
from backend.seed.large import service as large
from backend.technicians.models import Technician
from backend.work.lifecycle import Who
from backend.work.models import OrderSource, VisitEvent, VisitTechnician, WorkOrder, WorkOrderEvent
from backend.work.service import lists as query
from backend.work.service import orders, views
from backend.work.wanted import OrderFilter, Sort
from benchmarks.lists.storm import LABELS, Tally, faults, offer, storm
from kernel import clock, migrate
from kernel.auth import Principal, Role, issue_access_token
from kernel.db import Login, bind_tenant, engine, transaction
from kernel.ids import new_id
from kernel.processes.resolve import Service
from kernel.processes.services import PrivateServices
from kernel.settings import get_settings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it asks for another version of httpx
    from fastapi.testclient import TestClient

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs/benchmarks.md"
BEGIN, END = "<!-- lists: written by the command -->", "<!-- end of lists -->"
TURNS = 20
STORM_ORDERS = 40


@dataclass(frozen=True)
class Timed:
    """One kind of question: milliseconds of each time it was asked, with other values each time."""

    name: str
    milliseconds: Sequence[float]

    def row(self) -> str:
        """Return a line of the table."""
        ordered = sorted(self.milliseconds)
        p95 = ordered[round(0.95 * (len(ordered) - 1))]
        return f"| {self.name} | {statistics.median(ordered):.1f} | {p95:.1f} | {ordered[-1]:.1f} |"


def run(options: Sequence[str]) -> int:
    """Seed once, measure, print; 1 when the storm lost or doubled something."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks lists", description=__doc__)
    parser.add_argument("--folder", type=Path, default=ROOT / "var/benchmark-lists", help="where the database stays")
    parser.add_argument("--turns", type=int, default=20, help="of each of the 32 clients in the storm")
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    asked = parser.parse_args(options)
    for name in [name for name in os.environ if name.startswith("FIELDHAND_")]:
        del os.environ[name]
    with PrivateServices(asked.folder, (Service.POSTGRES,), ephemeral_ports=True) as services:
        os.environ.update(services.environment | {"FIELDHAND_REDIS_URL": "redis://127.0.0.1:1/0"})
        os.environ.update({"FIELDHAND_LOG_LEVEL": "WARNING", "FIELDHAND_DATABASE_POOL_SIZE": "20"})
        os.environ.setdefault("FIELDHAND_VAR_DIR", str(asked.folder))
        get_settings.cache_clear()
        return _measure(asked)


def _measure(asked: argparse.Namespace) -> int:
    load = os.getloadavg()[0]
    migrate.upgrade()
    demo.seed("demo")
    tenant_id = demo.ensure_tenant("demo")
    begun = time.perf_counter()
    report = large.fill(tenant_id, company.LARGE, seed=1, at=clock.now(), told=_progress)
    seeded = time.perf_counter() - begun
    with transaction(tenant_id=tenant_id) as session:
        counts = [session.scalar(select(func.count()).select_from(one)) for one in (WorkOrderEvent, VisitEvent)]
    rows = [timed.row() for timed in _pages(tenant_id)]
    tally, wrong = _storm(tenant_id, turns=asked.turns)
    written = f"{report.written:,} orders written in {seeded:.0f} s" if report.written else "the orders were there"
    head = (
        f"`python -m benchmarks lists`: {report.orders:,} orders, {sum(filter(None, counts)):,} events of orders and"
        f" visits ({written}); {os.cpu_count()} cores, PostgreSQL {_postgres(tenant_id)}, Python"
        f" {platform.python_version()}, load average {load:.1f} before, {TURNS} times each."
    )
    block = "\n".join(
        [
            BEGIN,
            head,
            "",
            "| asked at the database | p50 ms | p95 ms | worst ms |",
            "|---|---|---|---|",
            *rows,
            "",
            _told(tally, wrong),
            END,
        ]
    )
    print(block)
    for fault in wrong:
        print(f"WRONG: {fault}")
    if asked.write:
        _write(block)
    return 1 if wrong else 0


def _write(block: str) -> None:
    told = DOCUMENT.read_text(encoding="utf-8")
    begin, end = told.index(BEGIN), told.index(END) + len(END)
    DOCUMENT.write_text(told[:begin] + block + told[end:], encoding="utf-8")


def _progress(count: int) -> None:
    print(f"  .. {count:,} orders", file=sys.stderr, flush=True)


def _postgres(tenant_id: UUID) -> str:
    with transaction(tenant_id=tenant_id) as session:
        return str(session.scalar(text("SHOW server_version"))).split()[0]


def _pages(tenant_id: UUID) -> list[Timed]:
    with transaction(tenant_id=tenant_id) as session:
        some = session.scalars(select(WorkOrder).order_by(WorkOrder.created_at.desc()).limit(TURNS)).all()
        people = session.scalars(select(VisitTechnician.technician_id).distinct().limit(TURNS)).all()
    at = some[0].created_at
    several: list[tuple[str, Callable[[int], dict[str, Any]]]] = [
        ("state open", lambda _: {"state": ["open"]}),
        ("not done", lambda _: {"state": list(query.NOT_DONE)}),
        ("closed", lambda _: {"state": ["closed"]}),
        ("substatus", lambda _: {"substatus": "permit"}),
        ("priority 1", lambda _: {"priority": [1]}),
        ("work type", lambda _: {"work_type": "installation"}),
        ("source", lambda _: {"source": "api"}),
        ("a source without orders", lambda _: {"source": "case"}),
        ("customer", lambda turn: {"customer_id": some[turn].customer_id}),
        ("site", lambda turn: {"site_id": some[turn].site_id}),
        ("asset", lambda turn: {"asset_id": some[turn].asset_id}),
        ("technician", lambda turn: {"technician_id": people[turn % len(people)]}),
        ("queue and not done", lambda _: {"queue": "lifts", "state": list(query.NOT_DONE)}),
        ("label", lambda _: {"label": ["night-work"]}),
        ("overdue", lambda _: {"overdue": True}),
        (
            "created within 1 to 20 weeks",
            lambda turn: {"created_from": at - timedelta(days=7 * (turn + 1)), "created_to": at},
        ),
        ("completed within 1 to 20 weeks", lambda turn: {"completed_from": at - timedelta(days=7 * (turn + 1))}),
        ("words zh, rare", lambda turn: {"q": some[turn].summary[:12]}),
        ("words zh, frequent: 水泵", lambda _: {"q": "水泵"}),
        ("words zh and a state: 异响", lambda _: {"q": "异响", "state": ["closed"]}),
        ("words en: bearing", lambda _: {"q": "bearing"}),
        ("number", lambda turn: {"q": some[turn].number}),
        ("customer's name and a word", lambda _: {"q": "浦江 困人"}),
    ]
    timed = [_timed(tenant_id, f"all, by {sort}", _forth(sort)) for sort in Sort]
    timed += [
        _timed(tenant_id, f"{name}, by {sort}", _page(wanted, sort))
        for name, wanted in several
        for sort in (Sort.CREATED_DOWN, Sort.DUE)
    ]
    timed.append(_timed(tenant_id, "count of all", lambda session, _: query.count(session, OrderFilter())))
    timed.append(_timed(tenant_id, "count of not done", lambda session, _: query.count(session, _NOT_DONE)))
    ids = [order.id for order in some]
    timed.append(
        _timed(tenant_id, "order page", lambda session, turn: views.order_view(session, ids[turn], role=Who.SUPERVISOR))
    )
    return timed


_NOT_DONE = OrderFilter.model_validate({"state": query.NOT_DONE})


def _page(wanted: Callable[[int], dict[str, Any]], sort: Sort) -> Callable[[Session, int], object]:
    return lambda session, turn: query.page(session, OrderFilter(**wanted(turn)), sort=sort, limit=50)


def _forth(sort: Sort) -> Callable[[Session, int], object]:
    """Return a walk to ever later pages."""
    cursors: list[str | None] = [None]

    def walk(session: Session, _: int) -> object:
        found = query.page(session, OrderFilter(), sort=sort, cursor=cursors[-1], limit=200)
        cursors.append(found.next_cursor)
        return found

    return walk


def _timed(tenant_id: UUID, name: str, ask: Callable[[Session, int], object]) -> Timed:
    spent = []
    for turn in range(TURNS):
        with Session(engine(Login.APP)) as session:
            bind_tenant(session, tenant_id)
            begun = time.perf_counter()
            ask(session, turn)
            spent.append((time.perf_counter() - begun) * 1000)
    timed = Timed(name, spent)
    print(f"  .. {timed.row()}", file=sys.stderr, flush=True)
    return timed


def _storm(tenant_id: UUID, *, turns: int) -> tuple[Tally, list[str]]:
    """Open new orders and let 32 clients loose on them."""
    with transaction(tenant_id=tenant_id) as session:
        offer(session, *LABELS)
        asset = session.scalars(select(Asset).limit(1)).one()
        technicians = session.scalars(select(Technician.id).limit(20)).all()
        opened = [
            orders.open_work_order(
                session,
                site_id=asset.site_id,
                asset_id=asset.id,
                summary="storm",
                work_type="inspection",
                priority=3,
                skill="rotating",
                source=OrderSource.API,
                at=clock.now(),
            ).id
            for _ in range(STORM_ORDERS)
        ]
    client = _client(tenant_id)
    client.get("/work-orders")
    tally = storm(lambda: client, opened, technicians, clients=32, turns=turns)
    with transaction(tenant_id=tenant_id) as session:
        return tally, faults(session, opened, tally)


def _client(tenant_id: UUID) -> TestClient:
    principal = Principal(
        user_id=new_id(),
        tenant_id=tenant_id,
        roles=frozenset({Role.SUPERVISOR}),
        device_id="benchmark",
        name="Benchmark",
        technician_id=None,
        expires_at=clock.now() + timedelta(hours=1),
    )
    headers = {"Authorization": f"Bearer {issue_access_token(principal)}"}
    return TestClient(create_app(), base_url="http://test/api/v1", headers=headers)


def _told(tally: Tally, wrong: list[str]) -> str:
    ordered = sorted(tally.seconds)
    done = sum(count for (_, status), count in tally.answers.items() if status in {200, 201})
    refused = sum(count for (_, status), count in tally.answers.items() if 400 <= status < 500)
    return (
        f"32 clients on {STORM_ORDERS} orders (edits of several at once, sent twice; planning; steps of visits and"
        f" orders): {len(ordered):,} requests, {done:,} done, {refused:,} refused by version or state,"
        f" {len(ordered) - done - refused} failed; {len(wrong)} lost, double or illegal. Median"
        f" {statistics.median(ordered) * 1000:.0f} ms, p95 {ordered[round(0.95 * (len(ordered) - 1))] * 1000:.0f} ms."
    )
