"""Calendars and policies over HTTP."""

from uuid import UUID

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
        assert supervisor.put("/sla/policies", json=TARGETS | {"calendar_id": key}).status_code == 200
        assert supervisor.put("/sla/policies", json=TARGETS | {"criticality": "A"}).status_code == 200
        assert supervisor.put("/sla/policies", json=TARGETS | {"calendar_id": str(new_id())}).status_code == 404
        policies = supervisor.get("/sla/policies").json()["items"]
        assert [(item["criticality"], item["calendar_id"]) for item in policies] == [("A", None), (None, key)]


def test_the_clocks_of_a_subject(tenant: UUID) -> None:
    subject = new_id()
    with transaction(tenant_id=tenant) as session:
        sla.start_clocks(session, subject, priority=1, criticality=None, at=clock.now())

    with a_client(tenant, Role.TECHNICIAN, routes) as technician:
        items = technician.get(f"/sla/clocks/{subject}").json()["items"]
        assert [item["clock"] for item in items] == ["response", "on_site", "restore"]
        assert technician.put("/sla/policies", json=TARGETS).status_code == 403
