"""The live picture: a snapshot, then what changes, to this tenant's office only."""

import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx
import pytest
from sqlalchemy import text

from backend.positions import service as positions
from backend.positions.service import Fix
from backend.technicians import service as technicians
from backend.work.lifecycle import VisitAction, VisitState
from backend.work.service import orders, scheduling
from kernel import clock
from kernel.auth import Role
from kernel.db import Login, transaction
from kernel.geo import LonLat
from kernel.ids import new_id
from tests.conftest import wait_for
from tests.integration.backend.live.server import Told, first_lines, serving, stream, token_of
from tests.integration.backend.work.scene import (
    HOUR,
    NOON,
    Scene,
    a_scene,
    a_visit,
    an_order,
    desk,
    do_visit,
    phone_of,
    step,
)


@pytest.fixture(scope="module")
def base(database: object) -> Iterator[str]:
    """Return the address of the application."""
    with serving() as address:
        yield address


@pytest.fixture
def scene(tenant: UUID) -> Scene:
    """Return a company that is committed."""
    with transaction(tenant_id=tenant) as session:
        return a_scene(session)


def snapshot(base: str, tenant: UUID, role: Role = Role.DISPATCHER) -> dict[str, Any]:
    answer = httpx.get(f"{base}/map/snapshot", headers=token_of(tenant, role))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def rows(columns: dict[str, list[Any]]) -> dict[str, dict[str, Any]]:
    """Return columns as rows by id; they are all of one length."""
    assert len({len(column) for column in columns.values()}) == 1
    names = list(columns)
    return {values[0]: dict(zip(names, values, strict=True)) for values in zip(*columns.values(), strict=True)}


def move(tenant: UUID, technician: UUID, place: LonLat) -> None:
    at = clock.now()
    with transaction(tenant_id=tenant) as session:
        fix = Fix(at=at, position=place, accuracy_m=5)
        positions.record(session, technician, [fix], shifts=[(at - HOUR, at + HOUR)], at=at)


def open_order(tenant: UUID, scene: Scene) -> UUID:
    with transaction(tenant_id=tenant) as session:
        return an_order(session, scene).id


def next_with(events: Iterator[Told], kind: str) -> Told:
    return next(event for event in islice(events, 20) if kind in event.data)


def test_the_snapshot_shows_who_and_what_is_where(base: str, tenant: UUID, scene: Scene) -> None:
    with transaction(tenant_id=tenant) as session:
        visit = a_visit(session, scene)
        do_visit(session, visit.id, phone_of(scene.chen), until=VisitAction.ARRIVE)
        order_id, number = visit.work_order_id, orders.repository.order(session, visit.work_order_id).number
    move(tenant, scene.chen, LonLat(121.5, 31.25))

    shown = snapshot(base, tenant)

    people = rows(shown["tech"])
    chen, gao = people[str(scene.chen)], people[str(scene.gao)]
    assert (chen["name"], chen["lon"], chen["lat"], chen["state"]) == ("chen", 121.5, 31.25, "on_site")
    assert 0 <= chen["age_s"] < 60
    assert (gao["lon"], gao["state"], gao["age_s"]) == (121.47, "off", None)
    work = rows(shown["order"])[str(order_id)]
    assert (work["number"], work["lon"], work["lat"]) == (number, 121.47, 31.23)
    assert (work["state"], work["priority"], work["summary"]) == ("in_progress", 2, "轴承异响")
    device = rows(shown["device"])[str(scene.device)]
    assert (device["health"], device["model"], device["lon"]) == ("unknown", "pump", 121.47)


@pytest.mark.parametrize(
    ("until", "state"),
    [
        (VisitAction.ACCEPT, "idle"),
        (VisitAction.TRAVEL, "travelling"),
        (VisitAction.ARRIVE, "on_site"),
        (VisitAction.START, "working"),
        (VisitAction.COMPLETE, "idle"),
    ],
)
def test_the_state_of_a_technician_follows_the_visit(
    base: str, tenant: UUID, scene: Scene, until: VisitAction, state: str
) -> None:
    with transaction(tenant_id=tenant) as session:
        do_visit(session, a_visit(session, scene).id, phone_of(scene.chen), until=until)
    move(tenant, scene.chen, LonLat(121.5, 31.25))

    assert rows(snapshot(base, tenant)["tech"])[str(scene.chen)]["state"] == state


def test_a_visit_given_away_says_nothing_about_its_former_technician(base: str, tenant: UUID, scene: Scene) -> None:
    with transaction(tenant_id=tenant) as session:
        visit = a_visit(session, scene)
        scheduling.reschedule_visit(
            session, visit.id, technician_ids=[scene.gao], start=NOON + HOUR, end=NOON + 2 * HOUR, at=NOON
        )
        scheduling.dispatch_visit(session, visit.id, at=NOON)
        do_visit(session, visit.id, phone_of(scene.gao), until=VisitAction.TRAVEL)

    states = {key: row["state"] for key, row in rows(snapshot(base, tenant)["tech"]).items()}

    assert states == {str(scene.chen): "off", str(scene.gao): "travelling"}


def test_orders_that_are_over_are_not_on_the_map(base: str, tenant: UUID, scene: Scene) -> None:
    order_id = open_order(tenant, scene)
    with transaction(tenant_id=tenant) as session:
        orders.act_on_order(session, order_id, orders.OrderAction.CANCEL, actor=desk(), reason="twice", at=NOON)

    assert snapshot(base, tenant)["order"]["id"] == []


@pytest.mark.parametrize(
    ("told", "health"),
    [((False, None), "ok"), ((True, None), "silent"), ((True, "open"), "alarm"), ((False, "closed"), "ok")],
)
def test_the_health_of_a_device(
    base: str, tenant: UUID, scene: Scene, told: tuple[bool, str | None], health: str
) -> None:
    silent, case = told
    with transaction(Login.SYSTEM) as session:
        at = clock.now()
        words = {"device": scene.device, "at": at, "silent": at if silent else None, "tenant": tenant}
        session.execute(
            text(
                "INSERT INTO telemetry_last (device_number, tenant_id, last_seen_at, silent_at)"
                " SELECT number, :tenant, :at, :silent FROM device WHERE id = :device"
            ),
            words,
        )
        if case is not None:
            session.execute(
                text(
                    "INSERT INTO device_case (id, tenant_id, device_id, failure_group, model, state, severity,"
                    " opened_at, started_at, low_confidence, summary) VALUES (:id, :tenant, :device, 'bearing', 'pump',"
                    " :state, 2, :at, :at, true, '{}')"
                ),
                {**words, "id": new_id(), "state": case},
            )

    assert rows(snapshot(base, tenant)["device"])[str(scene.device)]["health"] == health


def test_a_change_reaches_the_stream_within_two_seconds(base: str, tenant: UUID, scene: Scene) -> None:
    seq = snapshot(base, tenant)["seq"]
    with stream(base, token_of(tenant), seq) as events:
        order_id = open_order(tenant, scene)
        told = next_with(events, "order")
        move(tenant, scene.chen, LonLat(121.55, 31.2))
        moved = next_with(events, "tech")

    assert told.waited < 2 > moved.waited
    assert (told.event, told.data["seq"]) == ("delta", told.id)
    (work,) = told.data["order"]
    assert set(work) == {"id", "number", "lon", "lat", "state", "priority", "due_at", "summary"}
    assert (work["id"], work["state"]) == (str(order_id), "open")
    ((key, lon, lat, state, age),) = moved.data["tech"]
    assert (key, lon, lat, state) == (str(scene.chen), 121.55, 31.2, "idle")
    assert 0 <= age < 5


def test_the_stream_goes_on_where_it_was_left(base: str, tenant: UUID, scene: Scene) -> None:
    with stream(base, token_of(tenant), snapshot(base, tenant)["seq"]) as events:
        first = open_order(tenant, scene)
        told = next_with(events, "order")
    missed = open_order(tenant, scene)

    with stream(base, token_of(tenant), told.id) as events:
        again = next_with(events, "order")

    assert [work["id"] for work in told.data["order"]] == [str(first)]
    assert [work["id"] for work in again.data["order"]] == [str(missed)]


def test_the_steps_of_a_visit_are_told_with_order_and_technician(base: str, tenant: UUID, scene: Scene) -> None:
    with transaction(tenant_id=tenant) as session:
        visit = a_visit(session, scene)
        do_visit(session, visit.id, phone_of(scene.chen), until=VisitAction.TRAVEL)
    seq = snapshot(base, tenant)["seq"]
    with stream(base, token_of(tenant), seq) as events:
        with transaction(tenant_id=tenant) as session:
            step(session, visit.id, VisitAction.ARRIVE, phone_of(scene.chen), 30)
        told = next_with(events, "tech")

    assert told.data["tech"][0][3] == str(VisitState.ON_SITE)
    assert told.data["order"][0]["state"] == "in_progress"


@pytest.mark.parametrize(
    "last", [None, "nonsense", "99999999999999999999-0-0", f"{2**62}-{'0' * 32}-9", "5-" + "0" * 32]
)
def test_an_unknown_place_starts_anew(base: str, tenant: UUID, last: str | None) -> None:
    with first_lines(base, token_of(tenant), last) as events:
        told = next(events)

    assert (told.event, told.data["seq"]) == ("reset", told.id)


def test_a_known_place_is_not_reset(base: str, tenant: UUID, scene: Scene) -> None:
    with first_lines(base, token_of(tenant), snapshot(base, tenant)["seq"]) as events:
        open_order(tenant, scene)
        assert next(events).event == "delta"


def test_the_stream_ends_with_its_log_in(base: str, tenant: UUID) -> None:
    with stream(base, token_of(tenant, seconds=8), snapshot(base, tenant)["seq"]) as events:
        told = list(events)

    assert [event.event for event in told] == ["expired"]


def test_another_tenants_changes_stay_there(base: str, tenant: UUID, other_tenant: UUID, scene: Scene) -> None:
    with transaction(tenant_id=other_tenant) as session:
        elsewhere = a_scene(session)
    seq = snapshot(base, tenant)["seq"]
    with stream(base, token_of(tenant), seq) as events:
        open_order(other_tenant, elsewhere)
        move(other_tenant, elsewhere.chen, LonLat(121.5, 31.2))
        mine = open_order(tenant, scene)
        told = next(events)

    assert [work["id"] for work in told.data["order"]] == [str(mine)]
    assert "tech" not in told.data
    assert str(elsewhere.chen) not in snapshot(base, tenant)["tech"]["id"]


def test_technicians_and_strangers_do_not_watch(base: str, tenant: UUID) -> None:
    for path in ("map/snapshot", "live"):
        assert httpx.get(f"{base}/{path}", headers=token_of(tenant, Role.TECHNICIAN)).status_code == 403
        assert httpx.get(f"{base}/{path}").status_code == 401


def test_old_positions_count_as_off_duty(base: str, tenant: UUID, scene: Scene) -> None:
    move(tenant, scene.chen, LonLat(121.5, 31.25))
    with transaction(Login.SYSTEM) as session:
        session.execute(
            text("UPDATE technician_position SET at = :at WHERE technician_id = :id"),
            {"at": clock.now() - timedelta(minutes=31), "id": scene.chen},
        )

    assert rows(snapshot(base, tenant)["tech"])[str(scene.chen)]["state"] == "off"


def test_nothing_is_read_for_a_browser_that_went_away(base: str, tenant: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    from backend.live import routes

    read: list[UUID] = []
    told = routes._next
    monkeypatch.setattr(routes, "_next", lambda me, mark: (read.append(me.tenant_id), told(me, mark))[1])
    with stream(base, token_of(tenant), snapshot(base, tenant)["seq"]):
        wait_for(lambda: read.count(tenant) > 0, seconds=60)

    def stands_still() -> bool:
        before = read.count(tenant)
        time.sleep(2.2)
        return read.count(tenant) == before

    assert read.count(tenant) >= 1
    assert wait_for(stands_still, seconds=60)


def test_a_technician_in_a_shift_is_idle_even_when_the_phone_is_silent(base: str, tenant: UUID, scene: Scene) -> None:
    at = clock.now()
    with transaction(tenant_id=tenant) as session:
        day = at.astimezone(ZoneInfo("Asia/Shanghai")).date()
        technicians.set_shift(
            session, scene.gao, day=day, start=at - timedelta(hours=1), end=at + timedelta(hours=1), breaks=()
        )

    assert rows(snapshot(base, tenant)["tech"])[str(scene.gao)]["state"] == "idle"
