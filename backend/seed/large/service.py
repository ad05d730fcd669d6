"""Writes a large tenant by COPY, a thousand orders to a transaction: what a run left undone the next one does."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time
from itertools import islice
from typing import Any, cast
from uuid import UUID

import psycopg
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from backend.assets.models import AssetClass
from backend.seed import world
from backend.seed.large import words
from backend.seed.large.arrivals import DAY, arrivals
from backend.seed.large.company import Company, Ids, Size, root
from backend.seed.large.rows import COLUMNS, Cell, Numbers, Writer, encode, stamp
from backend.technicians import service as technicians
from backend.work.lifecycle import OrderState
from backend.work.service import catalogue
from kernel import audit
from kernel.audit import AuditEntry
from kernel.db import Login, transaction
from kernel.ids import new_id
from kernel.numbers import reserve_numbers

CHUNK = 1000
NOTE = "seed.orders"
"""The action of the audit row that keeps what a run needs to go on with another one's work."""
WEEK = range(7)
Told = Callable[[int], None]


@dataclass(frozen=True)
class Plan:
    """What is to be written: kept from the first run on."""

    orders: int
    seed: int
    at: float
    """The present of the tenant, in seconds of the epoch."""
    first: dict[str, int]
    """The first number of each series, such as `WO-2026`."""


@dataclass(frozen=True)
class Report:
    """What a run found and what it did."""

    orders: int
    written: int


def fill(
    tenant_id: UUID, size: Size, *, seed: int, at: datetime, chunk: int = CHUNK, told: Told = lambda _: None
) -> Report:
    """Write the orders of a tenant that are not there yet; `told` hears how many there are after each `chunk`."""
    plan = _plan(tenant_id, size, seed=seed, at=at)
    ids = root(tenant_id, plan.seed)
    company = Company(Size(plan.orders), ids, seed=plan.seed, at=plan.at - (Size(plan.orders).days + 30) * DAY)
    _company(tenant_id, company, ids)
    written = 0
    numbered = _numbered(plan)
    while part := list(islice(numbered, chunk)):
        place, at_first, _ = part[0]
        writer = Writer(company, ids, tenant_id=str(tenant_id), seed=plan.seed, until=plan.at)
        with transaction(Login.SYSTEM, tenant_id=tenant_id) as session:
            if _there(session, "work_order", ids.of("order", place, at_first)):
                continue
            for one in part:
                writer.add(*one)
            for table, columns in COLUMNS.items():
                _copy(session, table, columns, writer.rows[table])
        written += len(part)
        told(place + len(part))
    if written:
        _analyze(tenant_id)
    return Report(plan.orders, written)


def _plan(tenant_id: UUID, size: Size, *, seed: int, at: datetime) -> Plan:
    """Return what the first run decided, or decide it; numbers are reserved so that the office goes on behind them."""
    with transaction(Login.SYSTEM, tenant_id=tenant_id) as session:
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": f"{NOTE}:{tenant_id}"})
        known = session.scalar(
            select(AuditEntry).where(
                AuditEntry.tenant_id == tenant_id, AuditEntry.subject_id == tenant_id, AuditEntry.action == NOTE
            )
        )
        if known is not None:
            return Plan(**known.detail)
        present = at.timestamp()
        years = Counter(_year(moment) for moment in arrivals(size.orders, int(present), days=size.days))
        first = {
            f"{prefix}-{year}": reserve_numbers(session, f"{prefix}-{year}", count)
            for year, count in sorted(years.items())
            for prefix in ("WO", "T")
        }
        plan = Plan(orders=size.orders, seed=seed, at=present, first=first)
        audit.record(session, action=NOTE, subject="tenant", subject_id=tenant_id, detail=vars(plan))
        return plan


def _numbered(plan: Plan) -> Iterator[tuple[int, float, Numbers]]:
    """Yield place, opening and numbers of every order."""
    counted: Counter[int] = Counter()
    for place, at in enumerate(arrivals(plan.orders, int(plan.at), days=Size(plan.orders).days)):
        year = _year(at)
        order, ticket = (plan.first[f"{prefix}-{year}"] + counted[year] for prefix in ("WO", "T"))
        counted[year] += 1
        yield place, at, Numbers(f"WO-{year}-{order:05d}", f"T-{year}-{ticket:05d}")


def _year(at: float) -> int:
    return datetime.fromtimestamp(at, UTC).year


def _company(tenant_id: UUID, company: Company, ids: Ids) -> None:
    """Write customers, sites, assets and technicians, unless they are there."""
    with transaction(Login.SYSTEM, tenant_id=tenant_id) as session:
        if _there(session, "customer", company.customers[0][0]):
            return
        classes = _classes(session, tenant_id)
        _marks(session)
        head = (str(tenant_id), stamp(company.at))
        people = [
            (person.id, *head, person.name, f"SRID=4326;POINT({person.lon} {person.lat})", "t")
            for person in company.people
        ]
        tables: dict[str, tuple[str, list[tuple[Cell, ...]]]] = {
            "customer": (
                "number,name,phone,tier",
                [
                    (key, *head, f"CL-{place:05d}", name, phone, "gold" if place % 15 == 0 else None)
                    for place, (key, name, phone) in enumerate(company.customers, 1)
                ],
            ),
            "site": (
                "customer_id,name,address,position",
                [
                    (
                        site.id, *head, company.customers[site.customer][0], site.name, site.address,
                        f"SRID=4326;POINT({site.lon} {site.lat})",
                    )
                    for site in company.sites
                ],
            ),
            "asset": (
                "asset_no,name,class_id,customer_id,site_id,maker,model,serial,criticality,state",
                [
                    (
                        machine.id, *head, f"AL-{place:06d}", machine.name, classes[machine.kind],
                        company.customers[company.sites[machine.site].customer][0], company.sites[machine.site].id,
                        machine.maker, machine.kind, machine.serial, machine.criticality, "up",
                    )
                    for place, machine in enumerate(company.machines, 1)
                ],
            ),
            "technician": ("name,home,active", cast("list[tuple[Cell, ...]]", people)),
            "technician_skill": (
                "technician_id,skill,level",
                [
                    (ids.of("skill", place, company.at), *head, person.id, words.SKILLS[person.kind], 3)
                    for place, person in enumerate(company.people)
                ],
            ),
        }  # fmt: skip
        for table, (columns, rows) in tables.items():
            _copy(session, table, f"id,tenant_id,created_at,{columns}", rows)
        for person in company.people:
            technicians.add_shift_pattern(session, UUID(person.id), weekdays=WEEK, starts=time(8), ends=time(18))


def _classes(session: Session, tenant_id: UUID) -> dict[str, str]:
    """Return the ids of the asset classes by code, made where they are missing."""
    rows = session.execute(select(AssetClass.code, AssetClass.id).where(AssetClass.tenant_id == tenant_id))
    found = {code: str(key) for code, key in rows}
    for code, (zh, en) in world.MODELS.items():
        if code not in found:
            row = AssetClass(id=new_id(), tenant_id=tenant_id, code=code, name_zh=zh, name_en=en)
            session.add(row)
            found[code] = str(row.id)
    session.flush()
    return found


def _marks(session: Session) -> None:
    """Offer the labels and substatuses that the orders bear."""
    for code, (zh, en, colour) in words.LABELS.items():
        catalogue.put_label(session, code, {"name_zh": zh, "name_en": en, "colour": colour})
    for (state, code), (zh, en) in words.SUBSTATUSES.items():
        catalogue.put_substatus(session, OrderState(state), code, {"name_zh": zh, "name_en": en})


def _there(session: Session, table: str, key: str) -> bool:
    return session.execute(text(f"SELECT 1 FROM {table} WHERE id = :id"), {"id": UUID(key)}).first() is not None


def _copy(session: Session, table: str, columns: str, rows: list[tuple[Cell, ...]]) -> None:
    connection = cast("psycopg.Connection[Any]", session.connection().connection.driver_connection)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN".encode()) as copy:
        copy.write(encode(rows))


def _analyze(tenant_id: UUID) -> None:
    """Let PostgreSQL count what is there, so that its plans fit."""
    with transaction(Login.SYSTEM, tenant_id=tenant_id) as session:
        session.execute(text("ANALYZE " + ", ".join(["customer", "site", "asset", "technician", *COLUMNS])))
