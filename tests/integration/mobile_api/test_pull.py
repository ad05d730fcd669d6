"""The day and what changes in it: whole at first, then only what is new; nothing is skipped, nothing is shown twice."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.work.lifecycle import VisitAction
from backend.work.service import acting, scheduling
from inventory import service as stock
from kernel import clock, feed
from kernel.auth import Role
from kernel.db import Login, bind_tenant, engine, transaction
from kernel.ids import new_id
from kernel.outbox import OutboxEvent
from tests.integration.backend.callers import TestClient
from tests.integration.backend.work.scene import HOUR, desk, fill
from tests.integration.mobile_api.field import ONE, PASSWORD, Field, Json, Phone, a_field, the_visit


def ids(page: Json) -> list[str]:
    return [visit["id"] for visit in page["upserts"]["visits"]]


def test_a_log_in_is_bound_to_its_device(field: Field, phone: Phone) -> None:
    token = phone.tokens["refresh_token"]

    moved = phone.client.post("/auth/refresh", json={"refresh_token": token, "device_id": "another"})
    me = phone.client.get("/me").json()

    assert moved.status_code == 401
    assert (me["username"], me["technician_id"]) == ("chen", str(field.scene.chen))
    assert TestClient(phone.client.app, base_url="http://test/mobile/v1").get("/day").status_code == 401


def test_who_is_no_technician_has_no_day(field: Field, phone: Phone) -> None:
    from backend.identity import service as identity

    with transaction(tenant_id=field.tenant) as session:
        for name, role in (("office", Role.DISPATCHER), ("loose", Role.TECHNICIAN)):
            identity.create_user(session, name, password=PASSWORD, display_name=name, roles=[role])

    answers = [Phone(field.tenant, name).client.get("/day").json()["type"] for name in ("office", "loose")]

    assert answers == ["urn:fieldhand:problem:forbidden", "urn:fieldhand:problem:no-technician"]


def test_the_day_holds_all_that_a_visit_needs(field: Field, phone: Phone) -> None:
    visit = field.visit(reserve=True)

    answer = phone.client.get("/day")
    shown = the_visit(answer.json(), visit.id)

    assert answer.headers["content-encoding"] == "gzip"
    assert (shown["state"], shown["lead"], shown["version"]) == ("dispatched", True, visit.version)
    assert shown["order"]["summary"] == "轴承异响"
    assert shown["site"]["lon"] == pytest.approx(121.47)
    assert shown["customer"]["phone"] == "021-5555"
    assert shown["asset"]["path"] == ["北门", "循环泵 1"]
    assert shown["asset"]["device_id"] == str(field.scene.device)
    assert [(line["serial"], line["place"]) for line in shown["asset"]["components"]] == [("OLD-1", "head")]
    assert [item["key"] for item in shown["checklist"]["items"]] == ["vibration", "guard"]
    assert [(line["part_number"], line["state"]) for line in shown["reservations"]] == [("BRG-6205", "held")]
    van = {line["part_number"]: line for line in answer.json()["van_stock"]}
    assert (van["BRG-6205"]["on_hand"], van["BRG-6205"]["free"]) == ("3.0000", "2.0000")
    assert van["FAN-120-24"]["serials"] == ["NEW-1"]


def test_what_failed_before_is_on_the_phone(field: Field, phone: Phone) -> None:
    phone.push(field.work(field.visit().id))
    again = field.visit()

    history = the_visit(phone.day(), again.id)["asset"]["history"]

    assert [(line["mode"], line["cause"]) for line in history] == [("bearing", "wear")]


def test_the_day_shows_a_technicians_own_visits_only(field: Field, phone: Phone) -> None:
    mine, theirs = field.visit(), field.visit(field.scene.gao)

    assert [visit["id"] for visit in phone.day()["visits"]] == [str(mine.id)]
    assert [visit["id"] for visit in Phone(field.tenant, "gao").day()["visits"]] == [str(theirs.id)]


def test_the_first_pull_is_full_and_the_next_one_empty(field: Field, phone: Phone) -> None:
    visit = field.visit()

    first = phone.pull()
    second = phone.pull(first["cursor"])

    assert (first["full"], ids(first), len(first["upserts"]["van_stock"])) == (True, [str(visit.id)], 2)
    assert (second["full"], ids(second), second["upserts"]["van_stock"]) == (False, [], None)
    assert (second["deletes"], second["has_more"]) == ({"visits": []}, False)


def test_a_pull_brings_only_what_changed(field: Field, phone: Phone) -> None:
    changed, same = field.visit(), field.visit()
    cursor = phone.pull()["cursor"]
    phone.push([field.operation(changed.id, "visit.accept")])
    theirs = field.visit(field.scene.gao)
    Phone(field.tenant, "gao", device_id="phone-g").push([field.operation(theirs.id, "visit.accept")])

    page = phone.pull(cursor)

    assert (ids(page), page["full"], page["deletes"]["visits"]) == ([str(changed.id)], False, [])
    assert the_visit(page, changed.id)["state"] == "accepted"
    assert str(same.id) not in ids(page)
    assert page["upserts"]["van_stock"] is None


@pytest.mark.parametrize(
    ("kind", "payload", "member"),
    [
        ("note.add", {"text": "hello"}, "notes"),
        ("checklist.answer", {"item": "guard", "value": True}, "answers"),
    ],
)
def test_what_one_of_a_crew_reports_reaches_the_other(
    field: Field, phone: Phone, kind: str, payload: Json, member: str
) -> None:
    visit = field.visit(crew=(field.scene.gao,))
    other = Phone(field.tenant, "gao", device_id="phone-g")
    cursor = other.pull()["cursor"]

    phone.push([field.operation(visit.id, kind, payload)])

    shown = the_visit(other.pull(cursor), visit.id)
    assert len(shown[member]) == 1
    assert shown["lead"] is False


def test_a_visit_given_to_somebody_else_goes_from_the_phone(field: Field, phone: Phone) -> None:
    visit = field.visit()
    other = Phone(field.tenant, "gao", device_id="phone-g")
    mine, theirs = phone.pull()["cursor"], other.pull()["cursor"]
    with transaction(tenant_id=field.tenant) as session:
        scheduling.reschedule_visit(
            session,
            visit.id,
            technician_ids=[field.scene.gao],
            start=field.start + HOUR,
            end=field.start + 2 * HOUR,
            at=field.start,
        )
        scheduling.dispatch_visit(session, visit.id, at=field.start)

    gone, new = phone.pull(mine), other.pull(theirs)

    assert (gone["deletes"]["visits"], ids(gone)) == ([str(visit.id)], [])
    assert (new["deletes"]["visits"], ids(new)) == ([], [str(visit.id)])


def test_a_cancelled_visit_goes_from_the_phone(field: Field, phone: Phone) -> None:
    visit = field.visit()
    cursor = phone.pull()["cursor"]
    with transaction(tenant_id=field.tenant) as session:
        scheduling.unschedule_visit(session, visit.id, at=field.start)

    assert phone.pull(cursor)["deletes"]["visits"] == [str(visit.id)]
    assert phone.day()["visits"] == []


def test_nobody_hears_of_the_visits_of_others(field: Field, phone: Phone) -> None:
    cursor = phone.pull()["cursor"]
    visit = field.visit(field.scene.gao)
    with transaction(tenant_id=field.tenant) as session:
        scheduling.unschedule_visit(session, visit.id, at=field.start)

    page = phone.pull(cursor)

    assert (ids(page), page["deletes"]["visits"]) == ([], [])


def test_a_change_that_commits_late_is_not_skipped(field: Field, phone: Phone) -> None:
    slow_visit, fast_visit = field.visit(), field.visit()
    cursor = phone.pull()["cursor"]
    seen: list[str] = []
    with Session(engine(Login.APP)) as slow:
        bind_tenant(slow, field.tenant)
        acting.act(
            slow,
            slow_visit.id,
            VisitAction.CANCEL,
            actor=desk(),
            occurred_at=field.start,
            received_at=clock.now(),
            reason="slow",
        )
        slow.flush()
        phone.push([field.operation(fast_visit.id, "visit.accept")])
        for _ in range(2):
            page = phone.pull(cursor)
            seen += [*ids(page), *page["deletes"]["visits"]]
            cursor = page["cursor"]
        slow.commit()

    page = phone.pull(cursor)
    seen += [*ids(page), *page["deletes"]["visits"]]

    assert set(seen) == {str(slow_visit.id), str(fast_visit.id)}
    assert page["deletes"]["visits"] == [str(slow_visit.id)]
    assert ids(phone.pull(page["cursor"])) == []


def test_the_stock_of_the_van_comes_whole_when_it_changed(field: Field, phone: Phone) -> None:
    cursor = phone.pull()["cursor"]
    with transaction(tenant_id=field.tenant) as session:
        fill(session, field.scene.vans[field.scene.gao], field.scene.bearing, 5)
    elsewhere = phone.pull(cursor)
    with transaction(tenant_id=field.tenant) as session:
        fill(session, field.scene.vans[field.scene.chen], field.scene.bearing, 5)
    here = phone.pull(elsewhere["cursor"])

    assert elsewhere["upserts"]["van_stock"] is None
    van = {line["part_number"]: line["on_hand"] for line in here["upserts"]["van_stock"]}
    assert van == {"BRG-6205": "8.0000", "FAN-120-24": "1.0000"}


def test_a_move_that_is_reversed_reaches_the_van(field: Field, phone: Phone) -> None:
    operation = new_id()
    with transaction(tenant_id=field.tenant) as session:
        stock.transfer(
            session,
            from_location_id=field.scene.vans[field.scene.chen],
            to_location_id=field.scene.vans[field.scene.gao],
            part_id=field.scene.bearing,
            quantity=ONE,
            at=clock.now(),
            client_op_id=operation,
            actor_id=None,
        )
    cursor = phone.pull()["cursor"]
    with transaction(tenant_id=field.tenant) as session:
        move_id = session.scalar(
            text("SELECT id FROM stock_move WHERE client_op_id = :id ORDER BY line LIMIT 1"), {"id": operation}
        )
        assert move_id is not None
        stock.reverse(session, move_id, reason="wrong van", at=clock.now(), client_op_id=new_id(), actor_id=None)

    van = {line["part_number"]: line["on_hand"] for line in phone.pull(cursor)["upserts"]["van_stock"]}

    assert van["BRG-6205"] == "3.0000"


@pytest.mark.parametrize("cursor", ["nonsense", "99999999999999999999-0-0", "1-" + "0" * 32 + "-1", "-" * 100])
def test_an_unknown_cursor_is_answered_with_everything(field: Field, phone: Phone, cursor: str) -> None:
    visit = field.visit()

    page = phone.pull(cursor)

    assert (page["full"], ids(page)) == (True, [str(visit.id)])


def test_many_changes_come_in_pages(field: Field, phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    visits = [field.visit() for _ in range(3)]
    cursor = phone.pull()["cursor"]
    for visit in visits:
        phone.push([field.operation(visit.id, "visit.accept")])
    monkeypatch.setattr(feed, "BATCH", 2)

    seen, pages, more = set(), 0, True
    while more:
        page = phone.pull(cursor)
        seen |= set(ids(page))
        cursor, more, pages = page["cursor"], page["has_more"], pages + 1

    assert seen == {str(visit.id) for visit in visits}
    assert pages > 1
    assert ids(phone.pull(cursor)) == []


def test_other_news_is_not_read_again_and_again(field: Field, phone: Phone) -> None:
    cursor = phone.pull()["cursor"]
    with transaction(tenant_id=field.tenant) as session:
        session.add_all(OutboxEvent(topic="positions.moved.v1", body={}) for _ in range(feed.BATCH + 1))

    page = phone.pull(cursor)

    assert page["has_more"] is False
    assert page["cursor"] != cursor


def test_another_tenant_is_out_of_sight(field: Field, phone: Phone, other_tenant: UUID) -> None:
    cursor = phone.pull()["cursor"]
    elsewhere = a_field(other_tenant)
    elsewhere.visit(reserve=True)

    page = phone.pull(cursor)

    assert (ids(page), page["deletes"]["visits"], page["upserts"]["van_stock"]) == ([], [], None)


def test_positions_are_kept_in_shift_only(field: Field, phone: Phone) -> None:
    at = clock.now()
    with transaction(tenant_id=field.tenant) as session:
        from backend.technicians import service as technicians

        technicians.set_shift(
            session, field.scene.chen, day=at.date(), start=at - timedelta(hours=1), end=at + timedelta(hours=1)
        )
    fixes = [
        {"at": (at - timedelta(minutes=minutes)).isoformat(), "lon": 121.4, "lat": 31.2, "accuracy_m": 8}
        for minutes in (1, 2, 120)
    ]

    first = phone.client.post("/positions", json={"fixes": fixes}).json()
    again = phone.client.post("/positions", json={"fixes": fixes}).json()

    assert first == {"accepted": 2, "outside_shift": 1, "implausible": 0}
    assert again["accepted"] == 0
    wrong = phone.client.post("/positions", json={"fixes": [{**fixes[0], "lat": 91}]})
    assert wrong.status_code == 422
