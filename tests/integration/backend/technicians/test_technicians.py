"""Who works on a day, what may they do, and who lives near."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.technicians import absences, rota_routes, routes
from backend.technicians import service as technicians
from backend.technicians.errors import ShiftOverlaps, TechnicianUnknown, WrongInterval
from kernel.auth import Role
from kernel.db import transaction
from kernel.geo import LonLat
from kernel.ids import new_id
from tests.integration.backend.callers import a_client

TUESDAY = date(2026, 9, 1)
HOME = LonLat(121.47, 31.23)


def utc(hour: int, day: int = 1) -> datetime:
    return datetime(2026, 9, day, hour, tzinfo=UTC)


def somebody(session: Session, name: str = "陈工", home: LonLat = HOME) -> UUID:
    person = technicians.create_technician(session, name, home=home, skills={"refrigeration": 3})
    technicians.add_shift_pattern(
        session,
        person.id,
        weekdays=range(5),
        starts=time(8),
        ends=time(17),
        breaks=[(time(12), time(13))],
    )
    return person.id


def test_a_day_has_the_shift_and_the_skills_that_hold_on_it(session: Session) -> None:
    person = somebody(session)
    technicians.set_skill(session, person, skill="lift", level=2, certificate="TS-1", expires_on=date(2026, 8, 31))
    technicians.set_skill(session, person, skill="electrical", level=1, expires_on=TUESDAY)

    (day,) = technicians.technicians_on(session, TUESDAY, time_zone="Asia/Shanghai")

    assert (day.id, day.name, day.home) == (person, "陈工", HOME)
    assert day.skills == {"refrigeration": 3, "electrical": 1}
    assert (day.shift, day.breaks) == ((utc(0), utc(9)), ((utc(4), utc(5)),))


def test_nobody_works_on_sunday_and_no_former_technician_ever(session: Session) -> None:
    technicians.get_technician(session, somebody(session, "gone")).active = False
    somebody(session)
    session.flush()

    assert technicians.technicians_on(session, date(2026, 9, 6), time_zone="UTC") == []
    assert len(technicians.technicians_on(session, TUESDAY, time_zone="UTC")) == 1


def test_an_absence_goes_off_the_day_and_comes_back_when_it_is_removed(session: Session) -> None:
    person = somebody(session)
    absence = absences.add_absence(session, person, start=utc(0), end=utc(12), reason="培训", at=utc(0))

    (short,) = technicians.technicians_on(session, TUESDAY, time_zone="UTC")
    absences.remove_absence(session, absence.id)
    (whole,) = technicians.technicians_on(session, TUESDAY, time_zone="UTC")

    assert short.shift == (utc(13), utc(17))
    assert whole.shift == (utc(8), utc(17))


def test_an_own_shift_stands_in_place_of_the_pattern_and_overlaps_no_other(session: Session) -> None:
    person = somebody(session)
    technicians.set_shift(session, person, day=TUESDAY, start=utc(13), end=utc(20), breaks=[(utc(16), utc(17))])

    (day,) = technicians.technicians_on(session, TUESDAY, time_zone="UTC")

    assert (day.shift, day.breaks) == ((utc(13), utc(20)), ((utc(16), utc(17)),))
    with pytest.raises(ShiftOverlaps):
        technicians.set_shift(session, person, day=TUESDAY, start=utc(19), end=utc(21))
    with pytest.raises(WrongInterval):
        technicians.set_shift(session, person, day=TUESDAY, start=utc(23), end=utc(22))


def test_a_night_shift_is_found_from_both_days(session: Session) -> None:
    person = technicians.create_technician(session, "夜班", home=HOME).id
    technicians.add_shift_pattern(session, person, weekdays=[1], starts=time(22), ends=time(6))

    windows = technicians.shift_windows(session, person, at=utc(2, day=2), time_zone="UTC")

    assert windows == [(utc(22), utc(6, day=2))]


def test_the_nearest_come_first_and_only_the_own(session: Session, other_tenant: UUID) -> None:
    with transaction(tenant_id=other_tenant) as theirs:
        somebody(theirs)
    far = somebody(session, "far", LonLat(121.60, 31.23))
    near = somebody(session, "near", LonLat(121.48, 31.23))
    somebody(session, "in Beijing", LonLat(116.4, 39.9))

    found = technicians.near(session, *HOME, 10)

    assert [key for key, _ in found] == [near, far]
    assert found[0][1] == pytest.approx(953, abs=5)
    assert technicians.near(session, *HOME, 1) == found[:1]


def test_the_search_for_the_nearest_runs_as_its_owner_on_a_fixed_path(session: Session) -> None:
    function = session.execute(
        text("SELECT prosecdef, proconfig, proacl::text AS rights FROM pg_proc WHERE proname = 'technicians_near'")
    ).one()

    assert function.prosecdef
    assert function.proconfig == ["search_path=public, pg_temp"]
    assert "{=X" not in function.rights
    assert ",=X" not in function.rights


def test_without_a_tenant_nobody_is_near(session: Session) -> None:
    somebody(session)
    session.execute(text("SELECT set_config('app.tenant_id', '', true)"))

    assert technicians.near(session, *HOME, 10) == []


def test_unknown_people_are_refused(session: Session) -> None:
    with pytest.raises(TechnicianUnknown):
        technicians.set_skill(session, new_id(), skill="lift", level=1)


def test_over_http(tenant: UUID) -> None:
    with a_client(tenant, Role.SUPERVISOR, routes, rota_routes) as supervisor:
        skills = [{"skill": "lift", "level": 2, "certificate": "TS-1", "expires_on": "2027-01-01"}]
        made = supervisor.post("/technicians", json={"name": "高工", "lon": 121.4, "lat": 31.2, "skills": skills})
        key = made.json()["id"]
        url = f"/technicians/{key}"
        pattern = {"weekdays": [0, 1], "starts": "08:00", "ends": "17:00"}
        rest = {"starts_at": "2026-09-01T08:00:00+08:00", "ends_at": "2026-09-01T12:00:00+08:00", "reason": "病假"}

        assert made.status_code == 201
        assert made.json()["skills"] == skills
        assert supervisor.put(f"{url}/skills", json={"skill": "lift", "level": 4}).status_code == 422
        assert supervisor.put(f"{url}/skills", json={"skill": "lift", "level": 3}).json()["skills"][0]["level"] == 3
        assert supervisor.post(f"{url}/shift-patterns", json=pattern).status_code == 201
        backwards = {"valid_from": "2026-02-01", "valid_to": "2026-01-01"}
        assert supervisor.post(f"{url}/shift-patterns", json=pattern | backwards).status_code == 422
        assert len(supervisor.get(f"{url}/shift-patterns").json()["items"]) == 2
        absence = supervisor.post(f"{url}/absences", json=rest)
        (day,) = supervisor.get("/technicians-on", params={"day": "2026-09-01"}).json()["items"]
        assert day["shift"] == {"start": "2026-09-01T04:00:00Z", "end": "2026-09-01T09:00:00Z"}
        assert len(supervisor.get(f"{url}/absences", params={"since": "2026-09-01"}).json()["items"]) == 1
        assert supervisor.delete(f"/absences/{absence.json()['id']}").status_code == 204
        assert supervisor.delete(f"/absences/{absence.json()['id']}").status_code == 404
        near = supervisor.get("/technicians-near", params={"lon": 121.4, "lat": 31.2}).json()["items"]
        assert near == [{"technician_id": key, "name": "高工", "metres": 0.0}]
        assert supervisor.get("/technicians").json()["items"][0]["id"] == key
        assert supervisor.get("/technicians-on", params={"day": "9999-12-31"}).status_code == 422


def test_shifts_of_many_take_few_statements(session: Session) -> None:
    for number in range(30):
        somebody(session, f"p{number}")
    absences.add_absence(session, somebody(session, "away"), start=utc(0), end=utc(0) + timedelta(days=2), at=utc(0))

    assert len(technicians.technicians_on(session, TUESDAY, time_zone="UTC")) == 30
