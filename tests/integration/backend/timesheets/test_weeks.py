"""A week as visits and shifts tell it, and as it is paid."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from backend.technicians import absences
from backend.technicians import service as technicians
from backend.timesheets import routes, service
from backend.timesheets.errors import NoMonday
from backend.timesheets.pay import PayClass
from backend.timesheets.service import Activity
from backend.work.lifecycle import VisitAction
from kernel import sheets
from kernel.auth import Role
from kernel.db import transaction
from tests.integration.backend.callers import a_client
from tests.integration.backend.work.scene import HOUR, NOON, Scene, a_scene, a_visit, an_order, phone_of, step

MONDAY, TUESDAY = date(2026, 8, 31), 1
LATE = datetime(2026, 10, 1, tzinfo=UTC)


def a_week(session: Session) -> tuple[Scene, UUID]:
    """Have chen, on duty from 8 to 17 with lunch at 12, do a visit after lunch; it waits a while for parts."""
    scene = a_scene(session)
    technicians.add_shift_pattern(
        session, scene.chen, weekdays=range(5), starts=time(8), ends=time(17), breaks=[(time(12), time(13))]
    )
    visit, phone = a_visit(session, scene), phone_of(scene.chen)
    for action, minutes in (
        (VisitAction.ACCEPT, 5),
        (VisitAction.TRAVEL, 60),
        (VisitAction.ARRIVE, 90),
        (VisitAction.START, 100),
        (VisitAction.HOLD, 160),
        (VisitAction.RESUME, 190),
        (VisitAction.COMPLETE, 390),
    ):
        reason = "parts" if action is VisitAction.HOLD else None
        step(session, visit.id, action, phone, minutes, received_at=NOON + 12 * HOUR, reason=reason)
    session.flush()
    return scene, visit.id


def test_minutes_go_to_travel_work_break_and_idle_and_beyond_the_shift_it_is_overtime(session: Session) -> None:
    scene, visit_id = a_week(session)

    week = service.week(session, scene.chen, MONDAY, at=LATE)

    day = week.days[TUESDAY]
    spent = {kind: service.minutes(span) for kind, span in day.spent.items()}
    # 8 to 12 idle; lunch; travel 13:00-13:30; work to 14:40; half an hour on hold; work from 15:10 to 18:30.
    assert spent == {Activity.TRAVEL: 30, Activity.WORK: 270, Activity.BREAK: 60, Activity.IDLE: 270}
    assert service.paid_minutes(day.paid) == {"normal": 480, "overtime": 90, "weekend": 0, "holiday": 0, "night": 0}
    assert [(one.visit_id, one.number != "") for one in week.visits] == [(visit_id, True)]
    assert service.minutes(week.weighted) == 5 * 480 + 135
    assert [service.minutes(one.spent[Activity.IDLE]) for one in week.days] == [480, 270, 480, 480, 480, 0, 0]


def test_the_future_is_not_paid_and_neither_is_an_absence(session: Session) -> None:
    scene, _ = a_week(session)
    start = datetime(2026, 8, 31, 0, tzinfo=UTC)
    absences.add_absence(session, scene.chen, start=start, end=start + 4 * HOUR, at=start)

    week = service.week(session, scene.chen, MONDAY, at=NOON - 3 * HOUR)

    paid = [service.paid_minutes(one.paid)["normal"] for one in week.days]
    assert paid == [240, 60, 0, 0, 0, 0, 0]
    assert [one.technician_id for one in week.absences] == [scene.chen]


def test_a_shift_over_midnight_counts_on_both_its_days(session: Session) -> None:
    scene = a_scene(session)
    technicians.add_shift_pattern(session, scene.gao, weekdays=[6, 4], starts=time(20), ends=time(4))

    week = service.week(session, scene.gao, MONDAY, at=LATE)

    found = [service.paid_minutes(one.paid) for one in week.days]
    assert [row[PayClass.NORMAL] for row in found] == [240, 0, 0, 0, 240, 0, 0]
    assert [row[PayClass.WEEKEND] for row in found] == [0, 0, 0, 0, 0, 240, 240]
    assert [row["night"] for row in found] == [240, 0, 0, 0, 120, 240, 120]


def test_a_week_begins_on_a_monday(session: Session) -> None:
    with pytest.raises(NoMonday):
        service.week(session, a_scene(session).chen, MONDAY + timedelta(days=1), at=LATE)


def test_over_http(tenant: UUID) -> None:
    with transaction(tenant_id=tenant) as session:
        scene, _ = a_week(session)
        other = a_visit(session, scene, an_order(session, scene), technician_ids=[scene.gao]).id
        away = [
            absences.add_absence(session, person, start=NOON, end=NOON + 9 * HOUR, approved=False, at=NOON).id
            for person in (scene.gao, scene.chen)
        ]
    with a_client(tenant, Role.SUPERVISOR, routes) as client:
        week = client.get(f"/technicians/{scene.chen}/weeks/{MONDAY}").json()
        terms = client.get("/pay-terms").json()

        assert week["days"][TUESDAY]["spent"]["work"] == 270
        assert [row["state"] for row in week["done"]] == [
            "travelling", "on_site", "in_progress", "on_hold", "in_progress",
        ]  # fmt: skip
        assert client.get(f"/technicians/{scene.chen}/weeks/2026-09-01").status_code == 422
        hits = [client.get(f"/absences/{key}/visits").json()["items"] for key in away]
        assert [[hit["visit_id"] for hit in found] for found in hits] == [[str(other)], []]
        assert (terms["version"], terms["overtime_percent"]) == (0, 150)
        changed = client.put("/pay-terms", json=terms | {"overtime_percent": 200}).json()
        assert (changed["version"], changed["overtime_percent"]) == (1, 200)
        assert client.put("/pay-terms", json=terms).status_code == 409
        sent = client.get(f"/timesheets/{MONDAY}", params={"format": "csv", "locale": "en"}).content
        sheet = sheets.read(sent)
        assert sheet.header[:4] == ("Number", "Name", "Day", "Travel (min)")
        rows = {(row.cells[1], row.cells[2]): row.cells[3:] for row in sheet.rows}
        assert len(rows) == 14
        assert rows["chen", "2026-09-01"] == ("30", "270", "60", "270", "480", "90", "0", "0", "0", "660")
