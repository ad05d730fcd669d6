"""What a phone pushes reaches the visits of its own technician only."""

from typing import Any

import pytest

from kernel import clock
from kernel.auth import Role
from kernel.ids import new_id
from mobile_api.sync.operations import KINDS
from tests.contract.conftest import Door, token_of
from tests.contract.test_access import fingerprint
from tests.contract.worlds import World


def payload_of(kind: str, world: World) -> dict[str, Any]:
    """Return a payload that fits a kind of operation."""
    part, asset, device = (str(world[name]) for name in ("part", "asset", "device"))
    payloads: dict[str, dict[str, Any]] = {
        "visit.complete": {"finding": {"result": "confirmed"}},
        "checklist.answer": {"item": "oil", "value": True},
        "parts.use": {"part_id": part, "quantity": "1"},
        "asset.swap_serial": {"asset_id": asset, "part_id": part, "old_serial": "a", "new_serial": "b"},
        "note.add": {"text": "seen"},
        "file.attach": {"sha256": "0" * 64, "role": "photo"},
        "meter.read": {"meter_id": str(new_id()), "value": "1"},
        "device.command": {"device_id": device, "command": "reset_after_repair"},
    }
    reasoned = {"visit.reject", "visit.hold", "visit.incomplete", "visit.no_access"}
    return payloads.get(kind, {"reason": "sick"} if kind in reasoned else {})


def push(door: Door, world: World, kind: str, subject: object, payload: dict[str, Any]) -> dict[str, Any]:
    operation = {
        "client_op_id": str(new_id()),
        "kind": kind,
        "subject": str(subject),
        "payload": payload,
        "occurred_at": clock.now().isoformat(),
        "seq": 1,
    }
    answer = door.client.post(
        "/mobile/v1/sync/operations",
        json={"device_id": "test", "app_version": "1", "operations": [operation]},
        headers={"Authorization": f"Bearer {token_of(world, Role.TECHNICIAN)}"},
    )
    assert answer.status_code == 200, answer.text
    (result,) = answer.json()["results"]
    return dict(result)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_visit_of_another_tenant_is_not_there(doors: dict[str, Door], ours: World, theirs: World, kind: str) -> None:
    before = fingerprint(theirs.tenant_id)

    result = push(doors["mobile"], ours, kind, theirs["visit"], payload_of(kind, ours))

    assert (result["status"], result["problem"]["status"]) == ("rejected", 404), result
    assert result["entity"] is None
    assert fingerprint(theirs.tenant_id) == before


@pytest.mark.parametrize("kind", ["parts.use", "asset.swap_serial", "device.command"])
def test_things_of_another_tenant_are_not_there(doors: dict[str, Door], ours: World, theirs: World, kind: str) -> None:
    before = fingerprint(theirs.tenant_id)

    result = push(doors["mobile"], ours, kind, ours["visit"], payload_of(kind, theirs))

    assert result["status"] != "applied", result
    assert fingerprint(theirs.tenant_id) == before


def test_own_visits_are_reached(doors: dict[str, Door], ours: World) -> None:
    assert push(doors["mobile"], ours, "note.add", ours["visit"], {"text": "seen"})["status"] == "applied"


def test_what_a_phone_pulls_is_its_own(doors: dict[str, Door], ours: World, theirs: World) -> None:
    headers = {"Authorization": f"Bearer {token_of(ours, Role.TECHNICIAN)}"}

    pulled = doors["mobile"].client.get("/mobile/v1/sync/pull", headers=headers).text

    assert str(ours["visit"]) in pulled
    assert not [kind for kind, key in theirs.ids.items() if str(key) in pulled]
