"""Operations from the field: each counts once, whatever the network does; what does not fit is never lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text

from backend.assets import meters
from backend.assets.models import MeterKind, ReadingFault
from backend.sla import service as sla
from backend.work import repository
from backend.work.models import VisitEvent
from backend.work.service import conflicts, scheduling
from kernel import clock
from kernel.db import transaction
from kernel.ids import new_id
from tests.integration.mobile_api.field import Field, Json, Phone, a_field, effects, the_visit

STEPS = ["accept", "travel", "arrive", "start", "complete"]


def test_a_whole_visit_in_one_batch(field: Field, phone: Phone) -> None:
    visit = field.visit(reserve=True)

    results = phone.push(field.work(visit.id))

    assert [line["status"] for line in results] == ["applied"] * 10
    assert results[-1]["entity"]["state"] == "completed"
    done = effects(field, visit.id)
    assert (done["state"], done["order"], done["steps"]) == ("completed", "completed", STEPS)
    assert done["answers"] == {"vibration": "1.8", "guard": True}
    assert (done["parts"], done["notes"], done["inside"]) == (2, 1, ["NEW-1"])
    assert len(done["moves"]) == 3
    shown = the_visit(phone.day(), visit.id)
    assert shown["version"] == results[-1]["entity"]["version"]
    assert [line["text"] for line in shown["notes"]] == ["运行正常"]


def test_a_batch_that_comes_again_does_nothing_in_any_order_or_half(field: Field, phone: Phone) -> None:
    visit = field.visit(reserve=True)
    operations = field.work(visit.id)
    phone.push(operations)
    before = effects(field, visit.id)

    for again in (operations, operations[::-1], operations[3:7]):
        assert set(phone.statuses(again)) == {"duplicate"}

    assert effects(field, visit.id) == before


def test_batches_in_the_wrong_order_end_where_the_right_order_ends(field: Field, phone: Phone) -> None:
    first, second = field.visit(), field.visit(field.scene.gao)
    operations = field.work(first.id)
    statuses = [phone.statuses([operation])[0] for operation in operations[::-1]]

    assert set(statuses) == {"applied", "conflict"}
    done = effects(field, first.id)
    assert (done["state"], sorted(done["steps"]), done["conflicts"]) == ("completed", sorted(STEPS), [])
    assert (done["parts"], done["notes"], len(done["moves"])) == (2, 1, 3)
    assert set(phone.statuses(operations)) == {"duplicate"}
    assert effects(field, second.id)["state"] == "dispatched"


def test_the_same_batch_in_parallel_counts_once(field: Field, phone: Phone) -> None:
    visit = field.visit(reserve=True)
    operations = field.work(visit.id)
    phones = [phone, Phone(field.tenant), Phone(field.tenant)]
    for one in phones:
        one.day()

    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda one: one.statuses(operations), phones))

    for place in range(len(operations)):
        assert sorted(answer[place] for answer in answers) == ["applied", "duplicate", "duplicate"]
    done = effects(field, visit.id)
    assert (done["state"], done["parts"], done["notes"], len(done["moves"])) == ("completed", 2, 1, 3)


def test_work_on_a_visit_that_was_cancelled_is_kept_for_the_dispatcher(field: Field, phone: Phone) -> None:
    visit = field.visit(reserve=True)
    operations = field.work(visit.id)
    phone.push(operations[:1])
    with transaction(tenant_id=field.tenant) as session:
        scheduling.unschedule_visit(session, visit.id, reason="customer called", at=field.start + timedelta(minutes=7))

    results = phone.push(operations[1:])

    assert [line["status"] for line in results] == [
        *["conflict"] * 3, "applied", "applied", "conflict", "conflict", "applied", "conflict",
    ]  # fmt: skip
    done = effects(field, visit.id)
    assert (done["state"], len(done["conflicts"]), done["moves"]) == ("cancelled", 6, [])
    assert (done["notes"], len(done["answers"])) == (1, 2)
    assert [line["reason"] for line in phone.push(operations[1:2])] == ["illegal-transition"]


def test_a_meter_read_on_site_is_kept_even_where_it_does_not_fit(field: Field, phone: Phone) -> None:
    visit = field.visit()
    with transaction(tenant_id=field.tenant) as session:
        meter = meters.create_meter(
            session, field.scene.asset, code="run_hours", name="h", unit="h", kind=MeterKind.CUMULATIVE
        ).id
    said = [{"value": "80"}, {"value": "7"}, {"value": "90", "new_first": "0"}]
    operations = [
        field.operation(visit.id, "meter.read", {"meter_id": str(meter)} | payload, minutes=minutes)
        for payload, minutes in zip(said, (1, 9, 5), strict=True)
    ]

    first = phone.statuses(operations[:2])
    with transaction(tenant_id=field.tenant) as session:
        faults = [row.fault for row in meters.list_readings(session, meter, limit=9)]
    rest = phone.statuses(operations)

    assert (first, rest) == (["applied", "applied"], ["duplicate", "duplicate", "applied"])
    assert faults == [ReadingFault.FELL_BACK, None]
    with transaction(tenant_id=field.tenant) as session:
        assert [row.total for row in meters.list_readings(session, meter, limit=9)] == [97, 90, 80]


def test_a_conflict_that_was_set_aside_says_so(field: Field, phone: Phone) -> None:
    visit = field.visit()
    travel = field.operation(visit.id, "visit.travel")
    assert phone.statuses([travel]) == ["conflict"]
    with transaction(tenant_id=field.tenant) as session:
        (item,) = repository.open_conflicts(session, [visit.id])
        conflicts.dismiss(session, item.id, by=None, at=clock.now())

    (again,) = phone.push([travel])

    assert (again["status"], again["reason"]) == ("rejected", "dismissed")


def test_a_part_that_does_not_fit_never_stops_the_completion(field: Field, phone: Phone) -> None:
    visit = field.visit()
    operations = field.work(visit.id)
    operations[6]["payload"]["quantity"] = "99"
    operations[7]["payload"]["new_serial"] = "NOT-OURS"

    results = phone.push(operations)

    assert [line["status"] for line in results[6:]] == ["conflict", "conflict", "applied", "applied"]
    assert results[6]["reason"] == "insufficient-stock"
    assert results[6]["problem"]["type"] == "urn:fieldhand:problem:insufficient-stock"
    done = effects(field, visit.id)
    assert (done["state"], len(done["conflicts"]), done["moves"], done["inside"]) == ("completed", 2, [], ["OLD-1"])


def test_each_wrong_operation_has_its_own_answer_and_holds_up_no_other(field: Field, phone: Phone) -> None:
    mine, theirs = field.visit(), field.visit(field.scene.gao)
    accept = field.operation(mine.id, "visit.accept", seq=50)
    wrong: list[tuple[str, Json]] = [
        ("unknown-operation", field.operation(mine.id, "visit.teleport")),
        ("bad-payload", field.operation(mine.id, "parts.use", {"part_id": "x", "quantity": "-1"})),
        ("bad-payload", field.operation(mine.id, "visit.accept", {"colour": "red"})),
        ("not-your-visit", field.operation(theirs.id, "visit.accept")),
        ("not-your-visit", field.operation(theirs.id, "note.add", {"text": "hello"})),
        ("no-such-visit", field.operation(new_id(), "visit.accept")),
        ("bad-payload", field.operation(mine.id, "visit.reject", {"reason": " "})),
        ("answer-unfit", field.operation(mine.id, "checklist.answer", {"item": "guard", "value": 1})),
        ("bad-operation", {**field.operation(mine.id, "visit.accept"), "occurred_at": "yesterday"}),
        ("bad-operation", {**field.operation(mine.id, "visit.accept"), "occurred_at": "2026-11-22T08:00:00"}),
        ("bad-operation", {"client_op_id": str(new_id())}),
        ("unstorable-value", field.operation(mine.id, "note.add", {"text": "nul \u0000 byte"})),
        ("unstorable-value", field.operation(mine.id, "visit.accept", {"x": "\ud800"})),
        ("bad-operation", {**field.operation(mine.id, "visit.accept"), "seq": 2**70}),
    ]

    results = phone.push([operation for _, operation in wrong] + [accept])

    found = [line["reason"] for line in results]
    assert found == [reason for reason, _ in wrong] + [None]
    assert {line["status"] for line in results[:-1]} == {"rejected"}
    assert all(line["problem"]["status"] >= 400 for line in results[:-1])
    assert results[-1]["status"] == "applied"
    again = phone.push([operation for _, operation in wrong])
    assert [(line["status"], line["reason"], line["problem"]) for line in again] == [
        (line["status"], line["reason"], line["problem"]) for line in results[:-1]
    ]


def test_another_tenants_visit_is_not_there(field: Field, phone: Phone, other_tenant: UUID) -> None:
    elsewhere = a_field(other_tenant)
    visit = elsewhere.visit()

    results = phone.push(elsewhere.work(visit.id))

    assert {line["reason"] for line in results} == {"no-such-visit"}
    assert effects(elsewhere, visit.id)["state"] == "dispatched"


def test_a_batch_that_is_too_large_is_refused_whole_with_the_limit(field: Field, phone: Phone) -> None:
    visit = field.visit()
    operations = [field.operation(visit.id, "note.add", {"text": "x"}) for _ in range(201)]

    answer = phone.send(operations)

    assert answer.status_code == 413
    assert (answer.json()["type"], answer.json()["limit"]) == ("urn:fieldhand:problem:batch-too-large", 200)
    assert effects(field, visit.id)["notes"] == 0


def test_a_batch_of_another_device_is_refused(field: Field, phone: Phone) -> None:
    visit = field.visit()
    phone.device_id = "phone-2"

    answer = phone.send(field.work(visit.id))

    assert (answer.status_code, answer.json()["type"]) == (403, "urn:fieldhand:problem:other-device")


def test_an_operation_id_stands_for_one_operation(field: Field, phone: Phone) -> None:
    visit, other = field.visit(), field.visit(field.scene.gao)
    accept = field.operation(visit.id, "visit.accept")
    phone.push([accept])

    reused = phone.push([{**accept, "kind": "visit.travel"}])
    stolen = Phone(field.tenant, "gao", device_id="phone-g").push([{**accept, "subject": str(other.id)}])

    assert [line["reason"] for line in (*reused, *stolen)] == ["operation-id-reused"] * 2
    assert [line["entity"] for line in stolen] == [None]


def test_promises_are_met_by_the_time_on_site(field: Field, phone: Phone) -> None:
    visit = field.visit()
    with transaction(tenant_id=field.tenant) as session:
        sla.mark_breaches(session, at=clock.now() + timedelta(days=30))

    phone.push(field.work(visit.id))

    with transaction(tenant_id=field.tenant) as session:
        clocks = {str(row.clock): row for row in sla.clocks_of(session, visit.work_order_id)}
    met = {name: row.met_at.isoformat() if row.met_at else None for name, row in clocks.items()}
    assert met == {"response": field.at(5), "on_site": field.at(15), "restore": field.at(50)}
    assert [row.breached_at for row in clocks.values()] == [None] * 3


def test_a_clock_far_ahead_is_bounded_by_the_servers(field: Field, phone: Phone) -> None:
    visit = field.visit()
    ahead = {**field.operation(visit.id, "visit.accept"), "occurred_at": "9999-12-31T23:59:59-12:00"}
    late = {**field.operation(visit.id, "visit.accept"), "occurred_at": (clock.now() + timedelta(hours=5)).isoformat()}

    refused, applied = phone.push([ahead, late])

    assert refused["status"] == "rejected"
    assert applied["status"] == "applied"
    with transaction(tenant_id=field.tenant) as session:
        event = session.scalars(
            select(VisitEvent).where(VisitEvent.visit_id == visit.id, VisitEvent.client_op_id.is_not(None))
        ).one()
    assert event.flagged == "clock_ahead"
    assert event.occurred_at <= clock.now()
    assert datetime.fromisoformat(event.detail["claimed_at"]) > clock.now()


def test_sequence_numbers_may_be_milliseconds(field: Field, phone: Phone) -> None:
    visit = field.visit()

    assert phone.statuses([field.operation(visit.id, "visit.accept", seq=1_790_000_000_000)]) == ["applied"]


@pytest.mark.parametrize("value", [0, 1, "1", 2.5])
def test_a_number_stays_a_number(field: Field, phone: Phone, value: object) -> None:
    visit = field.visit()

    phone.push([field.operation(visit.id, "checklist.answer", {"item": "vibration", "value": value})])

    assert effects(field, visit.id)["answers"] == {"vibration": str(value)}


def test_a_command_goes_to_the_visits_own_device_and_only_now(field: Field, phone: Phone) -> None:
    visit, theirs = field.visit(), field.visit(field.scene.gao)
    command = {"device_id": str(field.scene.device), "command": "reset_after_repair"}
    now = (clock.now() - field.start) / timedelta(minutes=1)
    operations = [
        field.operation(visit.id, "device.command", command, minutes=now - 1, seq=1),
        field.operation(visit.id, "device.command", command, minutes=5, seq=2),
        field.operation(visit.id, "device.command", {**command, "device_id": str(new_id())}, minutes=now, seq=3),
        field.operation(theirs.id, "device.command", command, minutes=now, seq=4),
    ]

    results = phone.push(operations)

    assert [line["reason"] for line in results] == [
        None, "command-too-late", "not-the-visits-device", "not-your-visit",
    ]  # fmt: skip
    assert results[0]["entity"]["kind"] == "command"
    assert phone.statuses(operations[:1]) == ["duplicate"]
    with transaction(tenant_id=field.tenant) as session:
        assert session.scalar(text("SELECT count(*) FROM device_command")) == 1
