"""Stock over HTTP: who may, what is answered, how two at once end."""

import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI

from inventory import routes
from kernel import clock
from kernel.auth import Principal, Role, issue_access_token
from kernel.db import transaction
from kernel.http import include
from kernel.ids import new_id
from kernel.web import make_app
from tests.integration.inventory.stock import World, a_world, receive

with warnings.catch_warnings():
    warnings.simplefilter("ignore", UserWarning)  # Starlette would rather have another HTTP client
    from fastapi.testclient import TestClient


@pytest.fixture
def app(tenant: UUID) -> FastAPI:
    app = make_app(name="test", title="Stock", version="1")
    include(app, routes.router, routes.ACCESS, prefix="/api/v1")
    return app


def a_client(app: FastAPI, tenant_id: UUID, role: Role) -> TestClient:
    principal = Principal(
        user_id=new_id(),
        tenant_id=tenant_id,
        roles=frozenset({role}),
        device_id="test",
        name="Test",
        technician_id=None,
        expires_at=clock.now() + timedelta(minutes=5),
    )
    headers = {"Authorization": f"Bearer {issue_access_token(principal)}"}
    return TestClient(app, base_url="http://test/api/v1", headers=headers)


@pytest.fixture
def keeper(app: FastAPI, tenant: UUID) -> Iterator[TestClient]:
    with a_client(app, tenant, Role.WAREHOUSE) as client:
        yield client


@pytest.fixture
def world(tenant: UUID) -> World:
    with transaction(tenant_id=tenant) as session:
        world = a_world(session)
        receive(session, world.van, world.filter, 1)
        receive(session, world.warehouse, world.fan, 2, serials=("K-1", "K-2"))
    return world


def test_of_two_reservations_of_the_last_piece_one_gets_201_and_one_409(keeper: TestClient, world: World) -> None:
    start = Barrier(2)

    def reserve(_: int) -> tuple[int, Any]:
        body = {"part_id": str(world.filter), "location_id": str(world.van), "quantity": "1"}
        start.wait()
        answer = keeper.post("/stock/reservations", json=body | {"demand_id": str(new_id())})
        return answer.status_code, answer.json()

    with ThreadPoolExecutor(2) as pool:
        (won, made), (lost, problem) = sorted(pool.map(reserve, range(2)), key=lambda answer: answer[0])

    assert (won, lost) == (201, 409)
    assert made["state"] == "held"
    assert problem["type"] == "urn:fieldhand:problem:insufficient-stock"
    assert problem["part_id"] == str(world.filter)
    assert float(problem["free"]) == 0
    released = keeper.delete(f"/stock/reservations/{made['id']}")
    assert released.json()["state"] == "released"
    assert keeper.delete(f"/stock/reservations/{new_id()}").status_code == 404


def test_stock_moves_and_is_seen(keeper: TestClient, world: World) -> None:
    receipt = {
        "part_id": str(world.gas),
        "location_id": str(world.warehouse),
        "quantity": "2.5",
        "lot": "A-1",
        "unit_cost": "12.30",
        "currency": "CNY",
    }
    handed = {
        "part_id": str(world.fan),
        "from_location_id": str(world.warehouse),
        "to_location_id": str(world.van),
        "quantity": 1,
        "serials": ["K-2"],
    }
    missing = {"part_id": str(world.filter), "location_id": str(world.van), "quantity": "-1", "reason": "count"}

    received = keeper.post("/stock/receipts", json=receipt)
    assert received.status_code == 201
    assert received.json()["moves"][0]["quantity"] == "2.5"
    assert len(keeper.post("/stock/transfers", json=handed).json()["moves"]) == 2
    adjusted = keeper.post("/stock/adjustments", json=missing).json()["moves"][0]
    assert keeper.get("/stock/balances", params={"part_id": str(world.filter)}).json()["items"] == []
    undone = keeper.post(f"/stock/moves/{adjusted['id']}/reversal", json={"reason": "found it"})

    assert undone.json()["moves"][0]["reverses"] == adjusted["id"]
    van = keeper.get("/stock/balances", params={"location_id": str(world.van)}).json()["items"]
    assert [(row["part_number"], row["free"]) for row in van] == [("FAN-120-24", "1"), ("FLT-0150", "1")]
    life = keeper.get("/stock/moves", params={"serial": "K-2"}).json()["items"]
    assert [(move["from_name"], move["to_name"]) for move in life] == [
        ("In transit", "Van"),
        ("Warehouse", "In transit"),
        ("Vendor", "Warehouse"),
    ]
    assert keeper.get("/stock/check").json()["items"] == []


@pytest.mark.parametrize(
    "path", ["/parts", "/stock/locations", "/stock/balances", "/stock/moves", "/stock/reservations"]
)
def test_pages_cover_a_list_without_gap_or_overlap(keeper: TestClient, world: World, path: str) -> None:
    for _ in range(2):
        body = {"part_id": str(world.fan), "location_id": str(world.warehouse), "quantity": 1}
        keeper.post("/stock/reservations", json=body | {"demand_id": str(new_id())})
    whole = keeper.get(path, params={"limit": 200}).json()["items"]
    found: list[Any] = []
    cursor: str | None = None
    while True:
        page = keeper.get(path, params={"limit": 1} | ({"cursor": cursor} if cursor else {})).json()
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert found == whole
    assert len(whole) >= 2
    assert keeper.get(path, params={"cursor": "bm9uc2Vuc2U"}).status_code == 422


def test_the_catalogue_grows_once_per_number(keeper: TestClient, world: World) -> None:
    part = {"number": "HX-GASKET", "name": "密封垫", "gtin": "06972451300821"}
    place = {"code": "W2", "name": "仓库", "kind": "warehouse", "lon": 121.5, "lat": 31.2}
    hours = [{"weekday": 1, "opens": "08:30", "closes": "18:00"}]

    assert keeper.post("/parts", json=part).status_code == 201
    assert keeper.post("/parts", json=part).status_code == 409
    assert keeper.post("/parts", json=part | {"tenant_id": str(new_id())}).status_code == 422
    made = keeper.post("/stock/locations", json=place | {"opening_hours": hours})
    assert (made.status_code, made.json()["lon"], made.json()["virtual"]) == (201, 121.5, False)
    assert keeper.post("/stock/locations", json=place).status_code == 409
    (found,) = keeper.get("/parts", params={"q": "密封"}).json()["items"]
    assert (found["number"], keeper.get(f"/parts/{found['id']}").json()) == ("HX-GASKET", found)
    assert keeper.get(f"/parts/{new_id()}").status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"quantity": "0"},
        {"quantity": "-1"},
        {"quantity": "0.00001"},
        {"quantity": "NaN"},
        {"serials": ["x"]},
        {"lot": "x"},
    ],
)
def test_impossible_receipts_are_refused(keeper: TestClient, world: World, wrong: dict[str, Any]) -> None:
    body = {"part_id": str(world.filter), "location_id": str(world.van), "quantity": "2"}

    assert keeper.post("/stock/receipts", json=body | wrong).status_code == 422


def test_a_technician_looks_but_does_not_touch(app: FastAPI, tenant: UUID, world: World) -> None:
    with a_client(app, tenant, Role.TECHNICIAN) as technician:
        assert technician.get("/stock/balances").status_code == 200
        body = {"part_id": str(world.filter), "location_id": str(world.van), "quantity": "2"}
        assert technician.post("/stock/receipts", json=body).status_code == 403


def test_ids_of_another_tenant_are_unknown(app: FastAPI, other_tenant: UUID, keeper: TestClient, world: World) -> None:
    move = keeper.get("/stock/moves").json()["items"][0]["id"]
    body = {"part_id": str(world.filter), "location_id": str(world.van), "quantity": "1", "demand_id": str(new_id())}
    held = keeper.post("/stock/reservations", json=body).json()["id"]
    with a_client(app, other_tenant, Role.ADMIN) as stranger:
        assert stranger.get("/stock/balances", params={"location_id": str(world.van)}).json()["items"] == []
        assert stranger.get("/stock/moves").json()["items"] == []
        assert stranger.post("/stock/reservations", json=body).status_code == 404
        assert stranger.delete(f"/stock/reservations/{held}").status_code == 404
        assert stranger.post(f"/stock/moves/{move}/reversal", json={"reason": "x"}).status_code == 404
