"""What the sync protocol takes: payloads in their types, whatever else is refused by name."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from kernel.errors import Problem
from kernel.ids import new_id
from mobile_api.sync import schemas
from mobile_api.sync.errors import BadPayload
from mobile_api.sync.operations import KINDS, read
from mobile_api.sync.schemas import Batch, Operation, Unreadable


def an_operation(**other: object) -> dict[str, Any]:
    return {
        "client_op_id": str(new_id()),
        "kind": "visit.accept",
        "subject": str(new_id()),
        "payload": {},
        "occurred_at": "2026-11-22T08:00:00+08:00",
        "seq": 1,
    } | other


def a_batch(*operations: dict[str, Any]) -> Batch:
    return Batch.model_validate({"device_id": "phone-1", "app_version": "1", "operations": list(operations)})


@pytest.mark.parametrize(
    ("value", "taken"),
    [(0, Decimal(0)), (1, Decimal(1)), (2.5, Decimal("2.5")), (True, True), (False, False), ("1", "1"), (" a ", "a")],
)
def test_an_answer_keeps_its_type(value: object, taken: object) -> None:
    answer = read(schemas.Answer, {"item": "x", "value": value})

    assert (answer.value, type(answer.value)) == (taken, type(taken))


@pytest.mark.parametrize("value", [None, [], {}, "", "  ", float("nan"), float("inf")])
def test_an_answer_that_is_none_is_refused(value: object) -> None:
    with pytest.raises(BadPayload) as refusal:
        read(schemas.Answer, {"item": "x", "value": value})

    assert refusal.value.members["errors"][0]["field"].startswith("value")


@pytest.mark.parametrize("quantity", ["0", "-1", "1.00001", "99999999999", "many", None])
def test_a_quantity_fits_the_ledger(quantity: object) -> None:
    with pytest.raises(BadPayload):
        read(schemas.PartUse, {"part_id": str(new_id()), "quantity": quantity})


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_no_kind_takes_members_that_nobody_knows(kind: str) -> None:
    with pytest.raises(Problem) as refusal:
        read(KINDS[kind][0], {"surprise": 1})

    assert "surprise" in {error["field"] for error in refusal.value.members["errors"]}


@pytest.mark.parametrize(
    "wrong", [{"occurred_at": "2026-11-22T08:00:00"}, {"seq": -1}, {"payload": []}, {"colour": "red"}]
)
def test_an_operation_that_cannot_be_read_leaves_the_others_readable(wrong: dict[str, Any]) -> None:
    batch = a_batch(an_operation(), an_operation(**wrong), an_operation())

    assert [type(operation) for operation in batch.operations] == [Operation, Unreadable, Operation]


def test_without_an_id_there_is_nothing_to_answer() -> None:
    with pytest.raises(ValidationError):
        a_batch({"kind": "visit.accept"})


def test_the_batch_has_a_description_of_its_operations() -> None:
    described = TypeAdapter(Batch).json_schema()

    assert {"Operation", "Unreadable"} <= set(described["$defs"])
