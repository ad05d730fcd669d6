"""`python -m benchmarks kpi`: every figure by the service and by the recomputation, compared to the digit."""

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text

from backend.figures import export, service
from backend.figures.kpis import KPIS
from backend.figures.measures import Figure
from backend.figures.service import Question
from benchmarks.kpi.books import Books
from benchmarks.kpi.histories import COLUMNS, FIRST, Row, histories
from benchmarks.kpi.recompute import recompute
from kernel import migrate
from kernel.db import Login, Tenant, transaction
from kernel.ids import new_id
from kernel.processes.resolve import Service
from kernel.processes.services import PrivateServices
from kernel.settings import get_settings

AS_OF = datetime(2026, 10, 20, 3, 17, tzinfo=UTC)
YEAR = date(2025, 10, 1), date(2026, 9, 30)
MONTH = date(2026, 3, 1), date(2026, 3, 31)
NOW = date(2026, 9, 15), date(2026, 10, 31)
"""The last of them lasts still."""


def a_tenant() -> UUID:
    """Make a tenant in the database of the settings."""
    tenant_id = new_id()
    with transaction(Login.SYSTEM) as session:
        session.add(Tenant(id=tenant_id, slug=f"kpi-{tenant_id.hex}", name="KPI", time_zone="Asia/Shanghai"))
    return tenant_id


def write(tenant_id: UUID, rows: Mapping[str, list[Row]]) -> None:
    """Copy the rows of a company into the database of the settings."""
    with transaction(Login.SYSTEM) as session:
        cursor = session.connection().connection.cursor()
        for table, columns in COLUMNS.items():
            names = ", ".join(f'"{name}"' for name in ("tenant_id", *columns.split()))
            with cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
                for row in rows.get(table, ()):
                    copy.write_row((tenant_id, *row))
    with transaction(Login.SYSTEM) as session:
        for table in COLUMNS:
            session.execute(text(f'ANALYZE "{table}"'))


def exported(tenant_id: UUID, folder: Path) -> None:
    """Write the files that `fieldhand export` writes."""
    for kind in export.TABLES:
        with (folder / f"{kind}.csv").open("wb") as file:
            file.writelines(export.written(tenant_id, kind, export.Format.CSV))


def shown(figure: Figure) -> dict[str, Any]:
    """Return a figure as the recomputation returns it."""
    return {**vars(figure), "excluded": dict(figure.excluded), "reasons": dict(figure.reasons)}


def differences(tenant_id: UUID, folder: Path, first: date, last: date, *, as_of: datetime = AS_OF) -> dict[str, str]:
    """Return what differs, by figure; the empty word stands for equal."""
    books = Books(folder, first=first, last=last, zone="Asia/Shanghai", as_of=as_of)
    again = recompute(books)
    question = Question(first=first, last=last, as_of=as_of)
    found = {}
    with transaction(tenant_id=tenant_id) as session:
        board = {one.kpi.name: shown(one.figure) for one in service.board(session, question)}
        for name, expected in again.items():
            told = board[name]
            unlike = [f"{key}: {told[key]} for {wanted}" for key, wanted in expected.items() if told[key] != wanted]
            found[name] = "; ".join(unlike)
    return found


def timings(tenant_id: UUID) -> tuple[float, dict[str, float]]:
    """Return the milliseconds of the board of one month, the second time, and of each figure."""
    question = Question(first=MONTH[0], last=MONTH[1], as_of=AS_OF)
    found = {}
    with transaction(tenant_id=tenant_id) as session:
        service.board(session, question)
        begun = time.perf_counter()
        service.board(session, question)
        whole = 1000 * (time.perf_counter() - begun)
        for name in KPIS:
            begun = time.perf_counter()
            service.answer(session, name, question)
            found[name] = 1000 * (time.perf_counter() - begun)
    return whole, found


@contextmanager
def private_database() -> Iterator[None]:
    """Run a private PostgreSQL with its production settings, make the schema, and point the settings at it."""
    for name in [name for name in os.environ if name.startswith("FIELDHAND_")]:
        del os.environ[name]
    folder = Path(tempfile.mkdtemp(prefix="fieldhand-bench-"))
    folder.chmod(0o711)
    try:
        with PrivateServices(folder / "var", (Service.POSTGRES,), ephemeral_ports=True) as services:
            os.environ.update(services.environment | {"FIELDHAND_REDIS_URL": "redis://127.0.0.1:1/0"})
            os.environ["FIELDHAND_LOG_LEVEL"] = "WARNING"
            get_settings.cache_clear()
            migrate.upgrade()
            yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(words: list[str]) -> int:
    """Make the histories, compare the figures of a year, a month and the days up to now, and print what it took."""
    options = argparse.ArgumentParser(prog="python -m benchmarks kpi")
    options.add_argument("--orders", type=int, default=10_000)
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args(words)
    with private_database(), tempfile.TemporaryDirectory() as name:
        tenant_id, folder, begun = a_tenant(), Path(name), time.perf_counter()
        rows = histories(orders=asked.orders, seed=asked.seed, first=FIRST)
        write(tenant_id, rows)
        exported(tenant_id, folder)
        events = len(rows["visit_event"]) + len(rows["work_order_event"])
        print(f"{asked.orders} orders, {events} events, made in {time.perf_counter() - begun:.0f} s", flush=True)
        whole, single = timings(tenant_id)
        slowest = sorted(single.items(), key=lambda pair: -pair[1])[:5]
        print(
            f"all {len(single)} figures of {MONTH[0]:%Y-%m}: {whole:.0f} ms; the slowest alone: "
            + ", ".join(f"{figure} {took:.0f} ms" for figure, took in slowest),
            flush=True,
        )
        unequal = 0
        for first, last in (YEAR, MONTH, NOW):
            found = differences(tenant_id, folder, first, last)
            bad = {figure: what for figure, what in found.items() if what}
            unequal += len(bad)
            print(f"{first} to {last}: {len(found) - len(bad)} of {len(found)} figures equal to the digit", flush=True)
            for figure, what in bad.items():
                print(f"  UNEQUAL {figure}: {what}")
    return int(bool(unequal))
