"""No list, search or order page must read a whole large table: the plans of the very statements, as the role `app`.

Row-level security takes indexes away whose operators are not leakproof. On two thousand orders PostgreSQL may rightly
read all of them, so it is told not to where an index serves: what is still read from end to end has none.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from backend.work.lifecycle import Who
from backend.work.models import VisitTechnician, WorkOrder
from backend.work.service import lists as query
from backend.work.service import views
from backend.work.wanted import OrderFilter, Sort
from kernel import db
from tests.conftest import Database
from tests.integration.backend.work.crowd import AT, a_crowd

LARGE = {
    "work_order", "work_order_event", "visit", "visit_event", "visit_technician", "sla_clock", "order_words", "ticket",
    "ticket_event",
}  # fmt: skip
Statement = tuple[str, Any]


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """Return a session of `app` in the tenant of many orders."""
    with Session(db.engine(db.Login.APP)) as open_session:
        db.bind_tenant(open_session, a_crowd())
        open_session.execute(text("SET LOCAL enable_seqscan = off"))
        yield open_session
        open_session.rollback()


@contextmanager
def heard(session: Session) -> Iterator[list[Statement]]:
    """Collect the statements that are sent."""
    said: list[Statement] = []
    connection = session.connection()

    def listen(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        said.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", listen)
    try:
        yield said
    finally:
        event.remove(connection, "before_cursor_execute", listen)


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the steps of a plan."""
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


def scanned(session: Session, statements: list[Statement]) -> set[str]:
    """Return the large tables that some statement reads from end to end."""
    found = set()
    for statement, parameters in statements:
        if not statement.lstrip().upper().startswith(("SELECT", "WITH")):  # EXPLAIN reads nothing
            continue
        cursor = session.connection().connection.cursor()
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
        told = cursor.fetchone()[0]
        plan = (told if isinstance(told, list) else json.loads(told))[0]["Plan"]
        found |= {node["Relation Name"] for node in nodes(plan) if node["Node Type"].endswith("Seq Scan")}
    return found & LARGE


def test_no_list_reads_a_whole_table(session: Session) -> None:
    some = session.scalars(select(WorkOrder).order_by(WorkOrder.created_at.desc()).limit(1)).one()
    person = session.scalars(select(VisitTechnician.technician_id).limit(1)).one()
    filters: list[dict[str, Any]] = [
        {}, {"state": ["open"]}, {"state": ["scheduled", "in_progress"]}, {"substatus": "permit"}, {"priority": [1]},
        {"work_type": "inspection"}, {"source": "api"}, {"customer_id": some.customer_id}, {"site_id": some.site_id},
        {"asset_id": some.asset_id}, {"technician_id": person}, {"queue": "lifts"}, {"label": ["vip"]}, {"q": "水泵"},
        {"q": some.number}, {"q": "bearing", "state": ["closed"]}, {"overdue": True}, {"created_from": AT},
        {"due_from": AT}, {"completed_from": AT}, {"queue": "lifts", "state": ["open"], "priority": [1]},
    ]  # fmt: skip
    for wanted in filters:
        for sort in Sort:
            with heard(session) as said:
                found = query.page(session, OrderFilter(**wanted), sort=sort, limit=50)
                if found.next_cursor:
                    query.page(session, OrderFilter(**wanted), sort=sort, limit=50, cursor=found.next_cursor)
            assert said
            assert scanned(session, said) == set(), (wanted, sort)


def test_no_order_page_reads_a_whole_table(session: Session) -> None:
    key = session.scalars(select(WorkOrder.id).order_by(WorkOrder.created_at.desc()).limit(1)).one()

    with heard(session) as said:
        views.order_view(session, key, role=Who.SUPERVISOR)

    assert len(said) > 5
    assert scanned(session, said) == set()


def test_words_are_looked_up_in_their_index(admin: Session) -> None:
    admin.execute(text("SET LOCAL enable_seqscan = off"))
    # Without the tenant, whose own key serves as well while the tenant is small.
    body = "EXPLAIN (FORMAT JSON) SELECT w.id FROM order_words w WHERE w.words @@ search_query(:said, NULL)"
    for said in ("困人报警", "sensor", "WO-2026-00042"):
        plan = admin.execute(text(body), {"said": said}).scalar_one()[0]["Plan"]
        assert "ix_order_words_words" in {node.get("Index Name") for node in nodes(plan)}, said
