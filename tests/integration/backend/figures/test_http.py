"""Figures over HTTP, from visits that were really made: late reports, filters, pages, bars, files."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from backend.figures import routes
from backend.figures.kpis import KPIS
from backend.work.lifecycle import VisitAction
from kernel import db
from kernel.auth import Role
from tests.conftest import Database, make_tenant
from tests.integration.backend.callers import TestClient, a_client
from tests.integration.backend.work.scene import HOUR, NOON, Scene, a_scene, a_visit, an_order, do_visit, phone_of, step

PERIOD = {"from": "2026-09-01", "to": "2026-09-01"}


@pytest.fixture(scope="module")
def company(database: Database) -> tuple[TestClient, Scene]:
    """Return a company with two repairs of one day: one in a single trip, one of two with a late report."""
    tenant_id = make_tenant()
    with db.transaction(tenant_id=tenant_id) as session:
        scene = a_scene(session)
        chen = phone_of(scene.chen)
        do_visit(session, a_visit(session, scene).id, chen)
        order = an_order(session, scene)
        first = a_visit(session, scene, order)
        do_visit(session, first.id, chen, until=VisitAction.START)
        step(session, first.id, VisitAction.INCOMPLETE, chen, 55, reason="parts")
        second = a_visit(session, scene, order, start=NOON + 2 * HOUR, end=NOON + 3 * HOUR)
        for place, action in enumerate(("accept", "travel", "arrive", "start")):
            step(session, second.id, VisitAction(action), chen, 70 + 10 * place)
        step(session, second.id, VisitAction.HOLD, chen, 103, reason="customer")
        two_days_later = {"received_at": NOON + timedelta(days=2)}
        step(session, second.id, VisitAction.COMPLETE, chen, 110, **two_days_later)
        step(session, second.id, VisitAction.RESUME, chen, 108, **two_days_later)
    return a_client(tenant_id, Role.SUPERVISOR, routes), scene


def test_the_board_tells_every_figure_with_n_interval_and_meaning(company: tuple[TestClient, Scene]) -> None:
    client, _ = company

    board = client.get("/kpi", params=PERIOD).json()

    figures = {item["name"]: item for item in board["items"]}
    assert set(figures) == set(KPIS)
    assert board["time_zone"] == "Asia/Shanghai"
    repeat = figures["repeat_rate"]
    assert (repeat["n"], repeat["hits"], repeat["value"], repeat["reasons"]) == (2, 1, 0.5, {"parts": 1})
    assert 0 < repeat["low"] < 0.5 < repeat["high"] < 1
    assert figures["first_time_fix"]["excluded"] in ({"window_open": 2}, {})


def test_a_late_report_moves_the_day_to_which_it_belongs(company: tuple[TestClient, Scene]) -> None:
    client, _ = company

    work = client.get("/kpi/repair_time", params=PERIOD).json()

    seconds = [item["value"] for item in client.get("/kpi/repair_time/orders", params=PERIOD).json()["items"]]
    assert sorted(seconds) == [600.0, 600.0 + 900.0 - 300.0]
    assert (work["n"], work["mean"]) == (2, 900.0)


def test_a_day_is_one_of_the_tenants_zone(company: tuple[TestClient, Scene]) -> None:
    client, _ = company

    before = client.get("/kpi/repair_time", params={"from": "2026-08-31", "to": "2026-08-31"}).json()
    answer = client.get("/kpi/repair_time", params={"from": "2026-09-02", "to": "2026-09-01"})

    assert before["n"] == 0
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:fieldhand:problem:bad-period")


def test_filters_narrow_and_pages_go_on(company: tuple[TestClient, Scene]) -> None:
    client, scene = company
    gao = client.get("/kpi/repeat_rate", params=PERIOD | {"technician_id": str(scene.gao)}).json()
    utilisation = client.get("/kpi/utilisation", params=PERIOD | {"priority": 2}).json()

    first = client.get("/kpi/repeat_rate/orders", params=PERIOD | {"limit": 1}).json()
    second = client.get("/kpi/repeat_rate/orders", params=PERIOD | {"limit": 1, "cursor": first["next_cursor"]}).json()
    missed = client.get("/kpi/repeat_rate/orders", params=PERIOD | {"only": "hit", "reason": "parts"}).json()

    assert gao["n"] == 0
    assert utilisation["not_applied"] == ["priority"]
    assert {first["items"][0]["order_id"], second["items"][0]["order_id"]} > {missed["items"][0]["order_id"]}
    assert second["next_cursor"] is None


def test_bars_add_up_and_open_their_orders(company: tuple[TestClient, Scene]) -> None:
    client, _ = company
    for by, key in (("mode", "bearing"), ("activity", "replace"), ("class", "pump"), ("model", "unknown")):
        answer = client.get("/failures/pareto", params=PERIOD | {"by": by}).json()
        assert [(bar["key"], bar["count"], bar["cumulative"]) for bar in answer["bars"]] == [(key, 2, 1.0)]

        orders = client.get("/failures/pareto/orders", params=PERIOD | {"by": by, "key": key}).json()["items"]
        assert len(orders) == 2


def test_events_are_a_file(company: tuple[TestClient, Scene]) -> None:
    client, _ = company

    lines = client.get("/kpi-events/visit_events").text.splitlines()
    parquet = client.get("/kpi-events/visits", params={"format": "parquet"}).content

    assert lines[0].startswith("id,visit_id,seq,action,")
    assert sum(",complete," in line for line in lines) == 2
    assert parquet[:4] == parquet[-4:] == b"PAR1"
    assert client.get("/kpi-events/nothing").status_code == 404


def test_another_tenant_counts_nothing(company: tuple[TestClient, Scene]) -> None:
    stranger = a_client(make_tenant(), Role.SUPERVISOR, routes)
    _, scene = company

    board = stranger.get("/kpi", params=PERIOD).json()

    assert all(item["n"] == 0 for item in board["items"])
    assert stranger.get("/kpi/repair_time", params=PERIOD | {"site_id": str(scene.site)}).status_code == 404
    with db.transaction() as session:
        assert session.scalar(text("SELECT count(*) FROM visit_event")) == 0
