"""Who may do what, walked through every operation of both applications: roles, tenants, members not asked for."""

from copy import deepcopy
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from kernel.auth import EVERYONE, PUBLIC, Role
from kernel.db import Login, transaction
from kernel.ids import new_id
from kernel.schema import tenant_tables
from tests.contract.conftest import Answer, Door, token_of
from tests.contract.operations import Call, Operation, a_call, operations, routes_of
from tests.contract.worlds import World

UNLISTED = {"healthz", "readyz", "metrics", "page", "reference"}
"""Routes without a row: they tell nothing about a tenant."""
ENDLESS = {"live.stream"}
"""Streams: an answer has no end to wait for."""
LISTS_OF_A_SUBJECT = {"sla.list_clocks"}
"""Lists below an id whose owner stands in a room above: an unknown one has no lines."""
EMPTY = {
    "lists.count_work_orders": '"count":0,',
    "lists.export_work_orders": "工单号,状态,优先级,摘要,客户,站点,工程师,队列,截止时间,创建时间\r\n",
}
"""What those say who found nothing, where it is no empty list; a file ends with its head."""
OTHERS_BUSINESS = {("identity.create_user", "technician_id")}
"""Identity lies below technicians and cannot ask for them: such a user is nobody's technician in his own tenant."""
DOOR = {"door.login", "door.refresh", "door.logout", "identity.login", "identity.refresh", "identity.logout"}
RESULT_PER_ROW = {"assets.update_assets"}
"""They answer for each row whether it was changed."""
MEMBERS = {"id", "tenant_id", "role", "roles", "state", "created_at", "version", "user_id", "is_admin"}


def every(doors: dict[str, Door]) -> list[tuple[Door, Operation]]:
    return [(door, operation) for door in doors.values() for operation in operations(door.app)]


def test_every_route_has_a_row_of_the_access_table(doors: dict[str, Door]) -> None:
    for door in doors.values():
        documented = {operation.name for operation in operations(door.app)}
        routes = {name: route.name for name, route in routes_of(door.app).items()}

        assert documented == set(door.app.state.access)
        assert {name for key, name in routes.items() if key not in documented} <= UNLISTED
        assert all(roles <= EVERYONE for roles in door.app.state.access.values())


def test_public_operations_are_the_known_ones(doors: dict[str, Door]) -> None:
    public = {operation.name for _, operation in every(doors) if operation.roles == PUBLIC}

    assert public == DOOR | {
        "surveys.show_survey",
        "surveys.answer_survey",
        "quote-links.show_quote",
        "quote-links.answer_quote",
        "firmware.download_image",
        "telemetry.trade_claim",
    }


def test_nobody_gets_in_without_a_token(doors: dict[str, Door], ours: World) -> None:
    wrong = {}
    for door, operation in every(doors):
        for token in (None, "forged", "a.b.c"):
            if operation.roles != PUBLIC:
                answer = door.ask(a_call(operation, ours), token=token)
                check_refused(wrong, operation, token, answer, 401)

    assert wrong == {}


def test_every_role_outside_the_row_is_refused(doors: dict[str, Door], ours: World) -> None:
    wrong: dict[Any, Any] = {}
    asked = 0
    for door, operation in every(doors):
        for role in EVERYONE - operation.roles if operation.roles != PUBLIC else ():
            answer = door.ask(a_call(operation, ours), token=token_of(ours, role))
            check_refused(wrong, operation, role, answer, 403)
            asked += 1

    assert wrong == {}
    assert asked > 300


def test_a_token_without_roles_is_refused(doors: dict[str, Door], ours: World) -> None:
    wrong: dict[Any, Any] = {}
    for door, operation in every(doors):
        if operation.roles != PUBLIC:
            check_refused(wrong, operation, None, door.ask(a_call(operation, ours), token=token_of(ours)), 403)

    assert wrong == {}


def check_refused(wrong: dict[Any, Any], operation: Operation, who: object, answer: Answer, status: int) -> None:
    if answer.status != status or "problem+json" not in answer.media_type or "Traceback" in answer.text:
        wrong[operation.name, who] = (answer.status, answer.text[:200])


def test_ids_of_another_tenant_lead_nowhere(doors: dict[str, Door], ours: World, theirs: World) -> None:
    before = fingerprint(theirs.tenant_id)
    foreign = {str(ours[kind]): str(theirs[kind]) for kind in ours.ids}
    wrong, asked = {}, set()
    for door, operation in every(doors):
        for call in strangers(a_call(operation, ours), foreign):
            for role in sorted(operation.roles):
                answer = door.ask(call, token=token_of(ours, role))
                asked.add(operation.name)
                if not leads_nowhere(call, answer):
                    wrong[operation.name, role] = (call.url(), call.query, call.body, answer.status, answer.text[:300])

    assert wrong == {}
    assert len(asked) > 60
    assert fingerprint(theirs.tenant_id) == before


def test_nothing_read_names_a_row_of_another_tenant(doors: dict[str, Door], ours: World, theirs: World) -> None:
    wrong, found = {}, set()
    for door, operation in every(doors):
        if operation.method == "get" and operation.roles != PUBLIC and operation.name not in ENDLESS:
            answer = door.ask(a_call(operation, ours), token=token_of(ours, *operation.roles))
            found |= {kind for kind, key in ours.ids.items() if str(key) in answer.text}
            if seen := [kind for kind, key in theirs.ids.items() if str(key) in answer.text]:
                wrong[operation.name] = seen

    assert wrong == {}
    assert found >= set(ours.ids) - {"conflict", "survey", "absence", "batch"}


def strangers(call: Call, foreign: dict[str, str]) -> list[Call]:
    """Return the call with each single id exchanged, then with all of them."""
    places = [place for place in call.places() if (call.operation.name, place[-1]) not in OTHERS_BUSINESS]
    single = [call.with_ids(foreign, [place]) for place in places]
    return single + ([call.with_ids(foreign, places)] if len(places) > 1 else [])


def leads_nowhere(call: Call, answer: Answer) -> bool:
    """Tell whether an answer is the one to an id that nobody has."""
    if answer.status == 200 and call.operation.name in RESULT_PER_ROW:
        return '"changed":true' not in answer.text
    if answer.status == 200 and (call.query or call.operation.name in LISTS_OF_A_SUBJECT):
        nothing = EMPTY.get(call.operation.name, '"items":[]')
        return answer.text.endswith(nothing) if nothing.endswith("\n") else nothing in answer.text
    unknown_reference = answer.status == 422 and "urn:fieldhand:problem:invalid" not in answer.text
    return answer.status == 404 or (unknown_reference and call.body is not None)


def test_members_that_nobody_asked_for_change_nothing(doors: dict[str, Door], ours: World, theirs: World) -> None:
    before, mark = fingerprint(theirs.tenant_id), str(new_id())
    wrong, asked = {}, 0
    for door, operation in every(doors):
        call = a_call(operation, ours)
        for member, body in smuggled(call, theirs, mark):
            answer = door.ask(Call(operation, call.path, call.query, body), token=token_of(ours, *operation.roles))
            asked += 1
            if answer.status >= 500 or (answer.status < 400 and mark in answer.text):
                wrong[operation.name, member] = (answer.status, answer.text[:300])

    assert wrong == {}
    assert asked > 200
    assert fingerprint(theirs.tenant_id) == before
    assert rows_with(mark) == []


def smuggled(call: Call, theirs: World, mark: str) -> list[tuple[str, Any]]:
    """Return the body with one more member at a time, at its top and in the objects within."""
    if not isinstance(call.body, dict):
        return []
    schema = call.operation.body_schema() or {}
    known = set(call.operation.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]["properties"])
    values = {"tenant_id": str(theirs.tenant_id), "roles": ["admin"], "role": "admin", "state": "closed"}
    found = []
    for member in sorted(MEMBERS - known):
        body = deepcopy(call.body)
        body[member] = values.get(member, mark)
        found.append((member, body))
        for name, inner in call.body.items():
            if isinstance(inner, list) and inner and isinstance(inner[0], dict) and member not in inner[0]:
                body = deepcopy(call.body)
                body[name][0][member] = values.get(member, mark)
                found.append((f"{name}.{member}", body))
    return found


@pytest.mark.parametrize("application", ["staff", "mobile"])
def test_the_owner_gets_an_answer_to_the_same_requests(
    doors: dict[str, Door], ours: World, theirs: World, application: str
) -> None:
    """Without this, requests that fit nothing would pass for a wall."""
    wrong = {}
    asked = theirs if application == "staff" else ours
    door = doors[application]
    found = [item for item in operations(door.app) if item.roles != PUBLIC and item.name not in ENDLESS]
    for operation in sorted(found, key=lambda item: (item.method == "delete", item.method != "get")):
        role = Role.ADMIN if Role.ADMIN in operation.roles else Role.TECHNICIAN
        answer = door.ask(a_call(operation, asked), token=token_of(asked, role))
        if answer.status >= 400 and answer.status != 409:
            wrong[operation.name] = (answer.status, answer.text[:300])

    assert wrong == {}


def fingerprint(tenant_id: UUID) -> dict[str, str]:
    """Return a digest of everything that a tenant has, by table."""
    found = {}
    with transaction(Login.SYSTEM) as session:
        for table in tenant_tables():
            query = f"SELECT md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '')) FROM \"{table.name}\" t"
            found[table.name] = str(session.scalar(text(query + " WHERE tenant_id = :id"), {"id": tenant_id}))
    return found


def rows_with(mark: str) -> list[str]:
    """Return the tables that hold a value."""
    with transaction(Login.SYSTEM) as session:
        return [
            table.name
            for table in tenant_tables()
            if session.scalar(text(f'SELECT count(*) FROM "{table.name}" t WHERE t::text LIKE :m'), {"m": f"%{mark}%"})
        ]
