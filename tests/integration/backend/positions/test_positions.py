"""Positions are kept in shift only, once each, and forgotten."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.positions import routes
from backend.positions import service as positions
from backend.positions.models import PositionFix
from backend.positions.service import Fix, Recorded
from kernel.auth import Role
from kernel.db import transaction
from kernel.geo import LonLat
from kernel.ids import new_id
from kernel.outbox import OutboxEvent
from tests.integration.backend.callers import a_client

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SHIFT = [(NOON - 60 * MINUTE, NOON + 60 * MINUTE)]


def a_fix(minute: int, lon: float = 121.4, accuracy_m: float = 10) -> Fix:
    return Fix(at=NOON + minute * MINUTE, position=LonLat(lon, 31.2), accuracy_m=accuracy_m)


def record(session: Session, person: UUID, *fixes: Fix) -> Recorded:
    return positions.record(session, person, fixes, shifts=SHIFT, at=NOON + 61 * MINUTE)


def test_off_duty_nobody_is_followed(session: Session) -> None:
    person = new_id()

    found = record(session, person, a_fix(-61), a_fix(0), a_fix(60))

    assert found == Recorded(accepted=1, outside_shift=2, implausible=0)
    assert [row.at for row in session.scalars(select(PositionFix))] == [NOON]


def test_what_cannot_be_is_dropped(session: Session) -> None:
    found = record(session, new_id(), a_fix(70), a_fix(1, accuracy_m=5000), a_fix(2))

    assert found == Recorded(accepted=1, outside_shift=0, implausible=2)


def test_a_second_delivery_changes_nothing(session: Session) -> None:
    person = new_id()
    record(session, person, a_fix(0), a_fix(1))

    again = record(session, person, a_fix(1), a_fix(0))

    assert again.accepted == 0
    assert len(session.scalars(select(PositionFix)).all()) == 2
    assert len(session.scalars(select(OutboxEvent)).all()) == 1


def test_the_last_position_is_the_latest_by_its_own_time(session: Session) -> None:
    person = new_id()
    record(session, person, a_fix(5, lon=121.5))
    record(session, person, a_fix(3, lon=121.3))

    (last,) = positions.latest(session)

    assert (last.technician_id, last.position.lon, last.at) == (person, 121.5, NOON + 5 * MINUTE)
    (event,) = session.scalars(select(OutboxEvent)).all()
    assert event.topic == "positions.moved.v1"
    assert event.body["lon"] == 121.5


def test_a_move_is_seen_by_a_session_that_read_before(session: Session) -> None:
    person = new_id()
    record(session, person, a_fix(1, lon=121.1))
    positions.latest(session)

    record(session, person, a_fix(2, lon=121.2))

    assert positions.latest(session, technicians=[person])[0].position.lon == 121.2
    assert positions.latest(session, technicians=[new_id()]) == []


def test_old_positions_are_forgotten(session: Session) -> None:
    person = new_id()
    record(session, person, a_fix(0), a_fix(10))

    gone = positions.forget(session, before=NOON + 5 * MINUTE)

    assert gone == 1
    assert positions.forget(session, before=NOON + 5 * MINUTE) == 0
    assert len(positions.latest(session)) == 1
    positions.forget(session, before=NOON + 30 * MINUTE)
    assert list(positions.latest(session)) == []


def test_over_http(tenant: UUID) -> None:
    person = new_id()
    with transaction(tenant_id=tenant) as session:
        record(session, person, a_fix(0), a_fix(10, lon=121.6))

    with a_client(tenant, Role.DISPATCHER, routes) as dispatcher:
        last = dispatcher.get("/positions").json()["items"]
        interval = {"from": "2026-09-01T11:00:00Z", "to": "2026-09-01T12:05:00Z"}
        track = dispatcher.get(f"/technicians/{person}/track", params=interval).json()["items"]

    assert [(item["technician_id"], item["lon"]) for item in last] == [(str(person), 121.6)]
    assert [item["lon"] for item in track] == [121.4]
    with a_client(tenant, Role.WAREHOUSE, routes) as keeper:
        assert keeper.get("/positions").status_code == 403
