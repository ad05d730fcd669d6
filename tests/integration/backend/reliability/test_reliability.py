"""Reliability of an asset from its states, its meter and the order that cured it."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from backend.assets import meters, states
from backend.assets.meters import Read
from backend.assets.models import AssetState, MeterKind, ReadingSource
from backend.reliability import routes, service
from backend.reliability.errors import BadSpan
from backend.reliability.service import Basis
from backend.work.lifecycle import VisitAction
from kernel import clock
from kernel.auth import Role
from kernel.db import transaction
from tests.integration.backend.callers import a_client
from tests.integration.backend.work.scene import HOUR, MINUTE, NOON, Scene, a_scene, a_visit, phone_of, step

SINCE, UNTIL = NOON - 5 * HOUR, NOON + 5 * HOUR


def a_failure(session: Session, *, down: bool = True) -> Scene:
    """Fail half an hour before noon, work half an hour with a hold between, be up again 135 minutes later."""
    scene = a_scene(session)
    said = ((-600, AssetState.UP), (-30, AssetState.DOWN), (105, AssetState.UP))
    for minutes, state in said if down else said[:1]:
        states.set_state(session, scene.asset, state=state, at=NOON + minutes * MINUTE, now=clock.now())
    visit, chen = a_visit(session, scene), phone_of(scene.chen)
    steps = (
        (10, VisitAction.ACCEPT), (20, VisitAction.TRAVEL), (30, VisitAction.ARRIVE), (40, VisitAction.START),
        (50, VisitAction.HOLD), (80, VisitAction.RESUME), (100, VisitAction.COMPLETE),
    )  # fmt: skip
    for minutes, action in steps:
        step(session, visit.id, action, chen, minutes, reason="parts" if action is VisitAction.HOLD else None)
    return scene


def test_every_figure_of_one_failure(session: Session) -> None:
    scene = a_failure(session)

    found = service.reliability_of(session, scene.asset, since=SINCE, until=UNTIL, now=clock.now())

    assert (found.since, found.until) == (SINCE, UNTIL)
    assert (found.spent.up, found.spent.down_unplanned) == (timedelta(hours=7.75), timedelta(hours=2.25))
    assert (found.operating_hours, found.basis) == (7.75, Basis.CALENDAR)
    assert (found.between.hours, found.between.failures) == (7.75, 1)
    assert (found.repair.hours, found.restoration.hours) == (0.5, 2.25)
    assert found.inherent == pytest.approx(7.75 / 8.25)
    assert found.operational == 0.775
    assert [row.by_state for row in found.outages] == [True]


def test_without_a_time_down_the_order_tells_how_long_it_took(session: Session) -> None:
    scene = a_failure(session, down=False)

    found = service.reliability_of(session, scene.asset, since=SINCE, until=UNTIL, now=clock.now())

    assert found.restoration.hours == pytest.approx(100 / 60)
    assert found.operational == 1.0
    assert [row.by_state for row in found.outages] == [False]


def test_a_meter_of_hours_tells_the_operating_time(session: Session) -> None:
    scene = a_failure(session)
    meter = meters.create_meter(session, scene.asset, code="run_h", name="h", unit="h", kind=MeterKind.CUMULATIVE)
    for at, value in ((SINCE - HOUR, 99), (SINCE + HOUR, 101), (UNTIL, 105)):
        read = Read(value=Decimal(value), at=at, source=ReadingSource.MANUAL)
        meters.record_reading(session, meter.id, read, received_at=clock.now())

    found = service.reliability_of(session, scene.asset, since=SINCE, until=UNTIL, now=clock.now())

    assert (found.operating_hours, found.basis, found.between.hours) == (5.0, Basis.METER, 5.0)


def test_before_the_first_state_and_after_now_nothing_is_known(session: Session) -> None:
    scene = a_failure(session)

    early = service.reliability_of(session, scene.asset, since=NOON - 99 * HOUR, until=NOON - HOUR, now=clock.now())
    cut = service.reliability_of(session, scene.asset, since=SINCE, until=NOON + 999 * HOUR, now=NOON + MINUTE)

    assert (early.since, early.spent.up, early.between.above) == (NOON - 10 * HOUR, 9 * HOUR, True)
    assert (cut.until, cut.spent.down_unplanned, cut.outages) == (NOON + MINUTE, 31 * MINUTE, [])
    with pytest.raises(BadSpan):
        service.reliability_of(session, scene.asset, since=UNTIL, until=SINCE, now=clock.now())


def test_over_http(tenant: UUID) -> None:
    with transaction(tenant_id=tenant) as session:
        scene = a_failure(session)
    with a_client(tenant, Role.AUDITOR, routes) as auditor:
        span = {"since": SINCE.isoformat(), "until": UNTIL.isoformat()}
        found = auditor.get(f"/assets/{scene.asset}/reliability", params=span).json()

    assert found["mtbf"] == {"hours": 7.75, "above": False, "failures": 1}
    assert found["mttr"] == {"hours": 2.25, "count": 1}
    assert [(row["mode"], row["repair_hours"], row["former_at"]) for row in found["failures"]] == [
        ("bearing", 0.5, None)
    ]
    assert found["recurring_count"] == 0
