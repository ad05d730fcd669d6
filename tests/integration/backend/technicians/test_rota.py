"""Holidays, absences that are asked for, certificates that end, territories."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.identity import service as identity
from backend.notifications.models import Notification
from backend.sla import terms
from backend.technicians import absences, certificates, crew_routes, rota_routes, routes
from backend.technicians import service as technicians
from backend.technicians.errors import AbsenceOverlaps, AlreadyDecided
from backend.technicians.models import AbsenceKind, AbsenceState
from kernel.auth import Role
from kernel.geo import LonLat
from tests.integration.backend.callers import a_client

HOME = LonLat(121.47, 31.23)
AT = datetime(2026, 9, 1, 2, tzinfo=UTC)
SQUARE = [[121.0, 31.0], [122.0, 31.0], [122.0, 32.0], [121.0, 32.0], [121.0, 31.0]]


def somebody(session: Session, name: str = "陈工") -> UUID:
    person = technicians.create_technician(session, name, home=HOME)
    technicians.add_shift_pattern(session, person.id, weekdays=range(5), starts=time(8), ends=time(17))
    return person.id


def works_on(session: Session, day: date) -> bool:
    return bool(technicians.technicians_on(session, day, time_zone="UTC"))


def test_the_pattern_yields_to_the_holidays_of_the_calendar_and_a_single_shift_to_neither(session: Session) -> None:
    calendar = terms.create_calendar(
        session, "cn", name="国内", time_zone="Asia/Shanghai", weekly=[(0, time(8), time(17))]
    )
    terms.set_day(session, calendar.id, day=date(2026, 10, 1), works_as=None, name="国庆")
    terms.set_day(session, calendar.id, day=date(2026, 10, 10), works_as=3, name="调休")
    person = somebody(session)

    before = [works_on(session, date(2026, 10, day)) for day in (1, 2, 10)]
    technicians.update_technician(session, person, version=1, changes={"calendar_id": calendar.id})
    after = [works_on(session, date(2026, 10, day)) for day in (1, 2, 10)]
    start = datetime(2026, 10, 1, 9, tzinfo=UTC)
    technicians.set_shift(session, person, day=date(2026, 10, 1), start=start, end=start + timedelta(hours=4))

    assert before == [True, True, False]
    assert after == [False, True, True]
    assert works_on(session, date(2026, 10, 1))


def test_only_an_approved_absence_goes_off_the_shifts(session: Session) -> None:
    person, day = somebody(session), timedelta(days=1)
    asked = absences.add_absence(
        session, person, start=AT, end=AT + day, kind=AbsenceKind.VACATION, approved=False, at=AT
    )

    assert works_on(session, AT.date())
    with pytest.raises(AbsenceOverlaps):
        absences.add_absence(session, person, start=AT, end=AT + day, at=AT)
    absences.decide(session, asked.id, approve=True, at=AT)
    (left,) = technicians.technicians_on(session, AT.date(), time_zone="UTC") or (None,)
    assert left is None
    with pytest.raises(AlreadyDecided):
        absences.decide(session, asked.id, approve=False, at=AT)


def test_a_refused_absence_stands_in_nobodys_way_and_illness_asks_nobody(session: Session) -> None:
    person, day = somebody(session), timedelta(days=1)
    asked = absences.add_absence(session, person, start=AT, end=AT + day, approved=False, at=AT)
    absences.decide(session, asked.id, approve=False, note="忙", at=AT)

    ill = absences.add_absence(session, person, start=AT, end=AT + day, kind=AbsenceKind.SICK, approved=False, at=AT)

    assert (asked.state, asked.decision_note, ill.state) == (AbsenceState.REFUSED, "忙", AbsenceState.APPROVED)


def test_each_end_of_a_certificate_is_told_of_once_at_each_step(session: Session) -> None:
    identity.create_user(session, "boss", password="long-enough-phrase", display_name="Boss", roles={Role.SUPERVISOR})
    person = somebody(session)
    ends = AT.date() + timedelta(days=40)
    technicians.set_skill(session, person, skill="lift", level=2, certificate="TS-1", expires_on=ends)

    told = [certificates.remind(session, at=AT + timedelta(days=days)) for days in (0, 10, 10, 32, 33, 34, 41)]

    assert told == [0, 1, 0, 0, 1, 0, 0]
    rows = session.scalars(select(Notification).order_by(Notification.id)).all()
    assert [row.technician_id == person for row in rows] == [True, False] * 2
    assert all("TS-1" in row.body_zh and str(ends) in row.body_en for row in rows)


def test_a_certificate_noted_late_is_told_of_once_and_a_renewed_one_anew(session: Session) -> None:
    person = somebody(session)
    near = AT.date() + timedelta(days=5)
    technicians.set_skill(session, person, skill="lift", level=2, expires_on=near)
    assert [certificates.remind(session, at=AT) for _ in range(2)] == [1, 0]

    technicians.set_skill(session, person, skill="lift", level=2, expires_on=near + timedelta(days=365))
    later = AT + timedelta(days=345)

    assert [certificates.remind(session, at=later) for _ in range(2)] == [1, 0]


def test_a_technician_changes_by_version_and_a_territory_is_searched(tenant: UUID) -> None:
    with a_client(tenant, Role.SUPERVISOR, routes, rota_routes) as client:
        body = {"name": "高工", "number": "T-1", "lon": 121.4, "lat": 31.2}
        key = client.post("/technicians", json=body).json()["id"]
        url = f"/technicians/{key}"
        area = {"type": "Polygon", "coordinates": [SQUARE]}
        bow = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}

        changed = client.patch(url, json={"version": 1, "territory": area, "phone": "13800000001"}).json()

        assert (changed["territory"], changed["version"], changed["name"]) == (area, 2, "高工")
        assert client.patch(url, json={"version": 1, "name": "x"}).status_code == 409
        assert client.patch(url, json={"version": 2, "territory": bow}).status_code == 422
        assert client.post("/technicians", json=body).status_code == 409
        inside = client.get("/technicians-covering", params={"lon": 121.5, "lat": 31.5}).json()["items"]
        assert [item["id"] for item in inside] == [key]
        assert client.get("/technicians-covering", params={"lon": 120.5, "lat": 31.5}).json()["items"] == []
        assert client.get("/technicians", params={"q": "t-1"}).json()["items"][0]["id"] == key
        client.patch(url, json={"version": 2, "active": False})
        assert client.get("/technicians-covering", params={"lon": 121.5, "lat": 31.5}).json()["items"] == []


def test_people_and_skills_come_and_go_as_files(tenant: UUID) -> None:
    with a_client(tenant, Role.ADMIN, routes) as client:
        people = "number,name,phone,lon,lat\nT-1,高工,13800000001,121.4,31.2\nT-2,陈工,,121.5,31.3\n"
        skills = "technician,skill,level,certificate,expires_on\nT-1,lift,3,TS-1,2027-01-01\n陈工,lift,9,,\n"

        def send(kind: str, data: bytes, **query: bool) -> dict[str, object]:
            answer = client.post(f"/technicians-tables/{kind}", content=data, params=query)
            found: dict[str, object] = answer.json()
            return found

        assert send("technicians", people.encode(), dry_run=True)["created"] == 2
        assert client.get("/technicians").json()["items"] == []
        assert send("technicians", people.encode())["created"] == 2
        bad = send("skills", skills.encode())
        assert (bad["applied"], bad["failed"]) == (False, 1)
        assert send("skills", skills.replace("9", "2").encode())["created"] == 2
        for kind, rows in (("technicians", 2), ("skills", 2)):
            sent = client.get(f"/technicians-tables/{kind}", params={"format": "xlsx"}).content
            again = send(kind, sent)
            assert (again["unchanged"], again["applied"]) == (rows, True)
        (soon,) = client.get("/technicians-expiring", params={"days": 730}).json()["items"]
        assert (soon["technician_name"], soon["certificate"]) == ("高工", "TS-1")


def test_a_crew_is_who_belongs_to_it_on_the_day_and_knows_what_they_know(tenant: UUID) -> None:
    with a_client(tenant, Role.SUPERVISOR, routes, crew_routes) as client:
        ids = []
        for name, skills in (("A", {"lift": 1, "weld": 2}), ("B", {"lift": 3}), ("C", {"paint": 1})):
            rows = [{"skill": skill, "level": level} for skill, level in skills.items()]
            body = {"name": name, "lon": 121.4, "lat": 31.2, "skills": rows}
            ids.append(client.post("/technicians", json=body).json()["id"])
        stay = {"valid_from": "2026-01-01"}
        members = [
            {"technician_id": ids[0], "lead": True} | stay,
            {"technician_id": ids[1]} | stay,
            {"technician_id": ids[2], "valid_to": "2026-03-31"} | stay,
        ]

        crew = client.post("/crews", json={"name": "一班", "members": members}).json()
        url = f"/crews/{crew['id']}"

        assert client.get(url, params={"day": "2026-05-01"}).json()["skills"] == {"lift": 3, "weld": 2}
        assert client.get(url, params={"day": "2026-03-31"}).json()["skills"] == {"lift": 3, "paint": 1, "weld": 2}
        two = [member | {"lead": True} for member in members]
        assert client.patch(url, json={"version": 1, "members": two}).status_code == 422
        assert client.post("/crews", json={"name": "一班"}).status_code == 409
        assert client.patch(url, json={"version": 1, "name": "二班"}).json()["version"] == 2
        assert client.patch(url, json={"version": 1, "active": False}).status_code == 409
        assert [row["name"] for row in client.get("/crews").json()["items"]] == ["二班"]
