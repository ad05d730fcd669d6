"""Lists of orders: every filter and order agrees with a loop over all rows, search finds what people type."""

import csv
import io
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from openpyxl import load_workbook
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from backend.customers import changes
from backend.customers.models import Customer
from backend.work import routes
from backend.work.listing import routes as lists
from backend.work.models import Visit, VisitTechnician, WorkOrder
from backend.work.service import lists as query
from backend.work.wanted import OrderFilter, Sort
from kernel import clock
from kernel.auth import Role
from kernel.db import transaction
from tests.conftest import Database, count_rows
from tests.integration.backend.callers import TestClient, a_client
from tests.integration.backend.work.crowd import ORDERS, a_crowd
from tests.integration.backend.work.scene import a_scene, a_visit, an_order

INFINITY = "9"
KEYS: dict[str, Callable[[WorkOrder], tuple[Any, ...]]] = {
    "created": lambda order: (order.created_at, order.id),
    "due": lambda order: (order.due_at.isoformat() if order.due_at else INFINITY, order.id),
    "number": lambda order: (order.number,),
    "priority": lambda order: (order.priority, order.created_at, order.id),
}


@pytest.fixture(scope="module")
def crowd(database: Database) -> UUID:
    """Return the tenant of many orders."""
    return a_crowd()


@pytest.fixture(scope="module")
def everything(crowd: UUID) -> list[WorkOrder]:
    """Return all its orders."""
    with transaction(tenant_id=crowd) as session:
        return list(session.scalars(select(WorkOrder)))


def numbers(tenant_id: UUID, **wanted: Any) -> list[str]:
    """Return the numbers of the orders that a filter fits."""
    with transaction(tenant_id=tenant_id) as session:
        return [row["number"] for row in query.page(session, OrderFilter(**wanted), limit=200).rows]


@pytest.mark.parametrize("sort", list(Sort))
def test_pages_forth_and_back_are_the_sorted_list(crowd: UUID, everything: list[WorkOrder], sort: Sort) -> None:
    wanted = OrderFilter(queue="east", priority=[1, 2])
    key, down = KEYS[sort.removeprefix("-")], sort.startswith("-")
    mine = [order for order in everything if order.queue == "east" and order.priority <= 2]
    expected = [order.id for order in sorted(mine, key=key, reverse=down)]
    assert len(expected) > 60

    forth, back = [], []
    with transaction(tenant_id=crowd) as session:
        found = query.page(session, wanted, sort=sort, limit=25)
        assert found.previous_cursor is None
        forth += found.rows
        while found.next_cursor:
            found = query.page(session, wanted, sort=sort, limit=25, cursor=found.next_cursor)
            forth += found.rows
        last = len(found.rows)
        while found.previous_cursor:
            found = query.page(session, wanted, sort=sort, limit=25, cursor=found.previous_cursor)
            back = found.rows + back

    assert [row["id"] for row in forth] == expected
    assert [row["id"] for row in back] == expected[:-last]


def test_each_filter_agrees_with_a_loop_over_all_orders(crowd: UUID, everything: list[WorkOrder]) -> None:
    visited = [order for order in everything if order.completed_at is not None]
    some = sorted(visited, key=lambda order: order.created_at)[-20]
    with transaction(tenant_id=crowd) as session:
        visit = session.scalars(select(Visit).where(Visit.work_order_id == some.id).limit(1)).one()
        person = session.scalars(
            select(VisitTechnician.technician_id).where(VisitTechnician.visit_id == visit.id).limit(1)
        ).one()
        theirs = set(
            session.scalars(
                select(Visit.work_order_id)
                .join(VisitTechnician, VisitTechnician.visit_id == Visit.id)
                .where(VisitTechnician.technician_id == person)
            )
        )
    label = next(order.labels[0] for order in everything if order.labels)
    done = {str(state) for state in query.DONE}
    now, present = max(order.created_at for order in everything), clock.now()
    cases: list[tuple[dict[str, Any], Callable[[WorkOrder], bool]]] = [
        ({"state": ["open", "scheduled"]}, lambda o: o.state in {"open", "scheduled"}),
        ({"substatus": "permit"}, lambda o: o.substatus == "permit"),
        ({"priority": [1]}, lambda o: o.priority == 1),
        ({"work_type": "installation"}, lambda o: o.work_type == "installation"),
        ({"source": "api"}, lambda o: o.source == "api"),
        ({"customer_id": some.customer_id}, lambda o: o.customer_id == some.customer_id),
        ({"site_id": some.site_id}, lambda o: o.site_id == some.site_id),
        ({"asset_id": some.asset_id}, lambda o: o.asset_id == some.asset_id),
        ({"technician_id": person}, lambda o: o.id in theirs),
        ({"technician_id": person, "priority": [2]}, lambda o: o.id in theirs and o.priority == 2),
        ({"queue": "lifts", "state": ["in_progress"]}, lambda o: o.queue == "lifts" and o.state == "in_progress"),
        ({"label": [label], "priority": [2]}, lambda o: label in o.labels and o.priority == 2),
        ({"created_from": some.created_at}, lambda o: o.created_at >= some.created_at),
        (
            {"due_from": now, "state": ["open"]},
            lambda o: o.due_at is not None and o.due_at >= now and o.state == "open",
        ),
        (
            {"completed_from": some.created_at, "completed_to": now},
            lambda o: o.completed_at is not None and some.created_at <= o.completed_at < now,
        ),
        ({"overdue": True}, lambda o: o.state not in done and o.due_at is not None and o.due_at < present),
    ]
    fitted = 0
    with transaction(tenant_id=crowd) as session:
        for wanted, fits in cases:
            expected = {order.id for order in everything if fits(order)}
            found, cursor = set(), None
            while True:
                page = query.page(session, OrderFilter(**wanted), limit=200, cursor=cursor)
                found |= {row["id"] for row in page.rows}
                if (cursor := page.next_cursor) is None:
                    break
            assert found == expected, wanted
            fitted += bool(expected)
            assert query.count(session, OrderFilter(**wanted)).count == len(expected)
        assert query.count(session, OrderFilter()).count == ORDERS
    assert fitted >= len(cases) - 3


def test_search_finds_what_people_type(session: Session) -> None:
    scene = a_scene(session)
    other = an_order(session, scene, summary="轴承异响")
    order = an_order(session, scene, summary="1# 冷水机组 高压报警", description="Compressor trips; 值班 O'Neil\\")
    order.labels = ["vip 客户", "it's"]
    session.flush()

    def found(**wanted: Any) -> set[str]:
        return {row["number"] for row in query.page(session, OrderFilter(**wanted), limit=50).rows}

    digits = order.number[-5:]
    for words in ("冷水", "高压 机组", "报", "COMPRESSOR", "compr", order.number, order.number.lower(), digits,
                  digits.lstrip("0"), "冷水机组　trips", "o'neil\\"):  # fmt: skip
        assert found(q=words) == {order.number}, words
    for words in ("循环泵 华东商场", "北门"):
        assert found(q=words) == {order.number, other.number}, words
    for words in ("压高", "tripod冷水", "& | !", "':*", order.number + "9"):
        assert found(q=words) == set(), words
    assert found(label=["vip 客户", "it's"]) == {order.number}
    assert found(label=["vip"]) == set()
    assert found(q="轴承", label=["it's"]) == set()


def test_search_follows_names_that_change(session: Session) -> None:
    scene = a_scene(session)
    order = an_order(session, scene)
    customer = session.get_one(Customer, scene.customer)

    changes.update_customer(session, customer.id, version=customer.version, changes={"name": "浦江冷链"})
    order.summary = "门机故障"
    session.flush()

    assert [row["id"] for row in query.page(session, OrderFilter(q="浦江 门机"), limit=5).rows] == [order.id]
    assert query.page(session, OrderFilter(q="华东商场"), limit=5).rows == []
    assert count_rows(session, "order_words") == 1


def test_search_sees_its_own_tenant_only(crowd: UUID, session: Session) -> None:
    assert session.execute(text("SELECT count(*) FROM orders_matching('水泵', '{}', 10)")).scalar_one() == 0
    assert numbers(crowd, q="水泵")


def test_a_technician_lists_and_counts_his_own(tenant: UUID) -> None:
    with transaction(tenant_id=tenant) as session:
        scene = a_scene(session)
        mine = a_visit(session, scene).work_order_id
        an_order(session, scene)
    client = a_client(tenant, Role.TECHNICIAN, routes, lists, technician_id=scene.chen)

    for wanted in ({}, {"q": "轴承"}, {"technician_id": str(scene.chen)}):
        assert [row["id"] for row in client.get("/work-orders", params=wanted).json()["items"]] == [str(mine)]
        assert client.get("/work-order-count", params=wanted).json()["count"] == 1
    assert client.get("/work-orders", params={"technician_id": str(scene.gao)}).json()["items"] == []


@pytest.fixture
def client(tenant: UUID) -> TestClient:
    """Return a supervisor's client."""
    return a_client(tenant, Role.SUPERVISOR, routes, lists)


def test_what_a_list_cannot_be_asked_is_refused(client: TestClient) -> None:
    cursor = "WyItZHVlIiwgIm5leHQiLCAieCIsICJ5Il0"
    for wanted in ({"colour": "red"}, {"priority": "9"}, {"state": "gone"}, {"sort": "luck"}, {"cursor": cursor},
                   {"cursor": cursor, "sort": "-due"}, {"created_from": "yesterday"}):  # fmt: skip
        assert client.get("/work-orders", params=wanted).status_code == 422, wanted


def test_a_file_holds_the_list_and_nothing_that_runs(tenant: UUID, client: TestClient) -> None:
    with transaction(tenant_id=tenant) as session:
        scene = a_scene(session)
        order = an_order(session, scene, summary="=HYPERLINK(1)")
        order.labels = ["a", "b"]
        an_order(session, scene, priority=1)
    columns = {"columns": ["number", "summary", "labels", "created_at"], "priority": "2", "locale": "en"}

    written = client.get("/work-order-export", params={**columns, "format": "csv"})
    book = client.get("/work-order-export", params={**columns, "format": "xlsx"})

    rows = list(csv.reader(io.StringIO(written.content.decode("utf-8-sig"))))
    assert rows[0] == ["Number", "Summary", "Labels", "Created"]
    assert [row[:3] for row in rows[1:]] == [[order.number, "'=HYPERLINK(1)", "a, b"]]
    sheet = load_workbook(io.BytesIO(book.content)).worksheets[0]
    assert [cell.value for cell in sheet[2]][:3] == [order.number, "'=HYPERLINK(1)", "a, b"]
    assert sheet.max_row == 2


def test_a_view_is_its_owners_or_everybodys(tenant: UUID, client: TestClient) -> None:
    agent, other = (a_client(tenant, Role.AGENT, routes, lists) for _ in range(2))
    view = {"name": "急", "query": {"priority": [1], "sort": "due"}, "columns": ["number", "due_at"]}

    mine = agent.post("/work-order-views", json=view)
    refused = agent.post("/work-order-views", json={**view, "shared": True})
    shared = client.post("/work-order-views", json={**view, "shared": True}).json()
    twice = agent.post("/work-order-views", json=view)
    changed = agent.patch(f"/work-order-views/{mine.json()['id']}", json={"version": 1, "name": "很急"})
    stale = agent.patch(f"/work-order-views/{mine.json()['id']}", json={"version": 1, "name": "x"})

    assert (mine.status_code, refused.status_code, twice.status_code) == (201, 403, 409)
    assert (changed.json()["name"], stale.status_code) == ("很急", 409)
    assert changed.json()["query"]["priority"] == [1]
    assert [row["name"] for row in agent.get("/work-order-views").json()] == ["很急", "急"]
    assert [row["id"] for row in other.get("/work-order-views").json()] == [shared["id"]]
    assert other.delete(f"/work-order-views/{mine.json()['id']}").status_code == 404
    assert other.delete(f"/work-order-views/{shared['id']}").status_code == 403
    assert client.delete(f"/work-order-views/{shared['id']}").status_code == 204
    for bad in ({"colour": 1}, {"sort": "luck"}, {"priority": [9]}):
        assert agent.post("/work-order-views", json={**view, "name": "b", "query": bad}).status_code == 422
