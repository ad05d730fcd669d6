"""Calendars and policies over HTTP."""

from uuid import UUID

import pytest

from backend.sla import routes
from backend.sla import service as sla
from kernel import clock
from kernel.auth import Role
from kernel.db import transaction
from kernel.ids import new_id
from tests.integration.backend.callers import a_client

WEEK = [{"weekday": 0, "starts": "09:00", "ends": "12:00"}, {"weekday": 0, "starts": "13:00", "ends": "00:00"}]
CALENDAR = {"code": "shop", "name": "门店", "time_zone": "Asia/Shanghai", "weekly": WEEK}
TARGETS = {"priority": 2, "response_minutes": 10, "on_site_minutes": 20, "restore_minutes": 30}


def test_a_calendar_and_a_policy_that_counts_by_it(tenant: UUID) -> None:
    with a_client(tenant, Role.SUPERVISOR, routes) as supervisor:
        made = supervisor.post("/sla/calendars", json=CALENDAR)
        key = made.json()["id"]
        day = f"/sla/calendars/{key}/days/2026-10-01"

        assert made.status_code == 201
        assert supervisor.post("/sla/calendars", json=CALENDAR).status_code == 409
        assert (
            supervisor.post("/sla/calendars", json=CALENDAR | {"code": "x", "time_zone": "No/Where"}).status_code == 422
        )
        assert supervisor.post("/sla/calendars", json=CALENDAR | {"code": "x", "weekly": []}).status_code == 422
        assert supervisor.put(day, json={"works_as": None, "name": "国庆"}).json()["day"] == "2026-10-01"
        assert supervisor.put(day, json={"works_as": 0}).json()["works_as"] == 0
        assert supervisor.get("/sla/calendars").json()["items"][0]["days"][0]["works_as"] == 0
        assert supervisor.delete(day).status_code == 204
        assert supervisor.put(f"/sla/calendars/{new_id()}/days/2026-10-01", json={"works_as": 0}).status_code == 404
        assert supervisor.post("/sla/policies", json=TARGETS | {"calendar_id": key}).status_code == 201
        assert supervisor.post("/sla/policies", json=TARGETS | {"calendar_id": key}).status_code == 409
        assert supervisor.post("/sla/policies", json=TARGETS | {"criticality": "A"}).status_code == 201
        assert supervisor.post("/sla/policies", json=TARGETS | {"calendar_id": str(new_id())}).status_code == 404
        assert supervisor.delete(f"/sla/calendars/{key}").json()["type"].endswith("calendar-in-use")
        policies = supervisor.get("/sla/policies").json()["items"]
        assert [(item["criticality"], item["calendar_id"]) for item in policies] == [("A", None), (None, key)]


def test_the_clocks_of_a_subject(tenant: UUID) -> None:
    subject = new_id()
    with transaction(tenant_id=tenant) as session:
        sla.start_clocks(session, subject, priority=1, criticality=None, at=clock.now())

    with a_client(tenant, Role.TECHNICIAN, routes) as technician:
        items = technician.get(f"/sla/clocks/{subject}").json()["items"]
        assert [item["clock"] for item in items] == ["response", "on_site", "restore"]
        assert technician.post("/sla/policies", json=TARGETS).status_code == 403
        assert items[0]["turns"][0]["what"] == "started"
        assert items[0]["policy"]["priority"] == 1


def test_a_week_is_replaced_under_its_version_and_a_calendar_goes_that_nothing_counts_by(tenant: UUID) -> None:
    with a_client(tenant, Role.ADMIN, routes) as admin:
        key = admin.post("/sla/calendars", json=CALENDAR).json()["id"]
        change = {"name": "b", "time_zone": "Europe/Berlin", "weekly": WEEK[:1], "version": 1}

        changed = admin.put(f"/sla/calendars/{key}", json=change)

        assert (changed.json()["version"], len(changed.json()["weekly"])) == (2, 1)
        assert admin.put(f"/sla/calendars/{key}", json=change).json()["type"].endswith("stale-terms")
        assert admin.get(f"/sla/calendars/{key}").json()["time_zone"] == "Europe/Berlin"
        assert admin.delete(f"/sla/calendars/{key}").status_code == 204
        assert admin.get(f"/sla/calendars/{key}").status_code == 404


def test_holidays_are_tried_before_they_are_taken(tenant: UUID) -> None:
    file = (
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261001\nDTEND;VALUE=DATE:20261003\nSUMMARY:国庆节\n"
        "END:VEVENT\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261010\nSUMMARY:国庆节 补班\nEND:VEVENT\nEND:VCALENDAR"
    )
    with a_client(tenant, Role.ADMIN, routes) as admin:
        key = admin.post("/sla/calendars", json=CALENDAR).json()["id"]
        admin.put(f"/sla/calendars/{key}/days/2026-10-02", json={"works_as": 0, "name": "x"})
        body = {"text": file, "first": "2026-01-01", "last": "2026-12-31"}
        path = f"/sla/calendars/{key}/import"

        tried = admin.post(path, json=body).json()
        untouched = admin.get(f"/sla/calendars/{key}").json()
        taken = admin.post(path, json=body | {"dry_run": False}).json()
        again = admin.post(path, json=body).json()

        assert [event["reading"] for event in tried["events"]] == ["holiday", "make_up"]
        assert [day["day"] for day in tried["added"]] == ["2026-10-01", "2026-10-10"]
        assert [(day["day"], day["works_as"]) for day in tried["changed"]] == [("2026-10-02", None)]
        assert len(untouched["days"]) == 1
        assert (taken["added"], taken["changed"]) == (tried["added"], tried["changed"])
        assert (again["added"], again["changed"], again["same"]) == ([], [], 3)
        assert admin.post(path, json=body | {"text": "x"}).json()["type"].endswith("not-a-calendar-file")
        assert admin.post(path, json=body | {"last": "2025-01-01"}).status_code == 422


def test_what_would_be_due_can_be_asked_before_it_is_promised(tenant: UUID) -> None:
    with a_client(tenant, Role.ADMIN, routes) as admin:
        key = admin.post("/sla/calendars", json=CALENDAR).json()["id"]
        admin.post("/sla/policies", json=TARGETS | {"calendar_id": key})
        monday, sunday = "2026-09-07T03:00:00Z", "2026-09-06T03:00:00Z"

        span = {"start": monday, "end": "2026-09-07T06:00:00Z"}
        worked = admin.get(f"/sla/calendars/{key}/working-time", params=span).json()
        due = admin.get(f"/sla/calendars/{key}/due", params={"start": sunday, "minutes": 90}).json()
        promise = admin.get("/sla/promise", params={"priority": 2, "at": sunday}).json()

        assert (worked["minutes"], len(worked["stretches"])) == (120, 2)
        assert due["due_at"] == "2026-09-07T02:30:00Z"
        assert promise["due_at"]["restore"] == "2026-09-07T01:30:00Z"
        assert admin.get("/sla/promise", params={"priority": 4, "at": sunday}).json()["policy"]["priority"] == 4
        late = {"start": monday, "end": "2099-01-01T00:00:00Z"}
        assert admin.get(f"/sla/calendars/{key}/working-time", params=late).json()["type"].endswith("span-too-long")


def test_policies_and_ladders_have_versions(tenant: UUID) -> None:
    steps = [
        {"clock": "restore", "percent": 75, "action": "notify_role", "role": "dispatcher"},
        {"clock": "restore", "minutes": 30, "action": "set_queue", "queue": "night", "in_service_hours": True},
    ]
    with a_client(tenant, Role.ADMIN, routes) as admin:
        ladder = admin.post("/sla/ladders", json={"name": "Standard", "steps": steps}).json()
        policy = admin.post(
            "/sla/policies", json=TARGETS | {"ladder_id": ladder["id"], "pauses": {"parts": ["restore"]}}
        )
        path = f"/sla/policies/{policy.json()['policy_id']}"
        changed = admin.put(path, json=TARGETS | {"restore_minutes": 99, "version": 1})

        assert [step["seq"] for step in ladder["steps"]] == [1, 2]
        assert policy.json()["pauses"] == {"parts": ["restore"]}
        assert (changed.json()["version"], changed.json()["restore_minutes"]) == (2, 99)
        assert admin.put(path, json=TARGETS | {"version": 1}).status_code == 409
        assert [row["version"] for row in admin.get(f"{path}/versions").json()["items"]] == [2, 1]
        assert admin.delete(path, params={"version": 2}).status_code == 204
        assert admin.delete(path, params={"version": 2}).status_code == 404
        again = {"name": "Standard", "steps": steps[:1], "version": 1}
        assert admin.put(f"/sla/ladders/{ladder['id']}", json=again).json()["version"] == 2
        assert admin.delete(f"/sla/ladders/{ladder['id']}").json()["type"].endswith("ladder-in-use")


@pytest.mark.parametrize(
    "step",
    [
        {"clock": "restore", "action": "raise_priority"},
        {"clock": "restore", "percent": 10, "minutes": 5, "action": "raise_priority"},
        {"clock": "restore", "percent": 10, "action": "notify_role"},
        {"clock": "restore", "percent": 10, "action": "notify_role", "role": "customer"},
        {"clock": "restore", "percent": 10, "action": "raise_priority", "queue": "x"},
        {"clock": "restore", "percent": 0, "action": "raise_priority"},
    ],
)
def test_a_step_that_makes_no_sense_is_refused(tenant: UUID, step: dict[str, object]) -> None:
    with a_client(tenant, Role.ADMIN, routes) as admin:
        assert admin.post("/sla/ladders", json={"name": "x", "steps": [step]}).status_code == 422
