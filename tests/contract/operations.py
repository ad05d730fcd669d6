"""The operations of an application as its OpenAPI document describes them, and a fitting request for each."""

import hashlib
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from fastapi import FastAPI
from fastapi.routing import APIRoute

from kernel import pki
from kernel.auth import Role
from kernel.ids import new_id
from tests.contract.operations_bodies import FILES, PICTURE, SHA256
from tests.contract.worlds import World

Json = dict[str, Any]
METHODS = ("get", "post", "put", "patch", "delete")
LATER = ("ends_at", "end", "ends", "closes", "to", "expires_at")
KINDS = {
    "site_id": "site",
    "customer_id": "customer",
    "into_id": "customer",
    "contact_id": "contact",
    "asset_id": "asset",
    "device_id": "device",
    "edge_id": "device",
    "technician_id": "technician",
    "technician_ids": "technician",
    "ticket_id": "ticket",
    "into_ticket_id": "ticket",
    "mentions": "user",
    "file_ids": "file",
    "work_order_id": "order",
    "visit_id": "visit",
    "subject_id": "order",
    "conflict_id": "conflict",
    "plan_id": "plan",
    "calendar_id": "calendar",
    "policy_id": "sla_policy",
    "ladder_id": "ladder",
    "template_id": "template",
    "absence_id": "absence",
    "pattern_id": "pattern",
    "shift_id": "shift",
    "crew_id": "crew",
    "notification_id": "notification",
    "user_id": "user",
    "case_id": "case",
    "command_id": "command",
    "letter_id": "dead_letter",
    "letter_ids": "dead_letter",
    "device_ids": "device",
    "release_id": "release",
    "campaign_id": "campaign",
    "claim_id": "claim",
    "incident_id": "incident",
    "playbook_id": "playbook",
    "trial_id": "trial",
    "threshold_id": "threshold",
    "maintenance_plan_id": "maintenance_plan",
    "preview_asset_id": "asset",
    "route_id": "route",
    "move_id": "move",
    "reservation_id": "reservation",
    "part_id": "part",
    "supersedes_id": "part",
    "location_id": "place",
    "from_location_id": "place",
    "to_location_id": "van",
    "van_location_id": "van",
    "parent_id": "node",
    "file_id": "file",
    "upload_id": "upload",
    "link_id": "link",
    "mail_id": "mail",
    "report_id": "report",
    "meter_id": "meter",
    "reading_id": "reading",
    "warranty_id": "warranty",
    "asset_ids": "asset",
    "price_list_id": "price_list",
    "outlet_id": "outlet",
    "contract_id": "contract",
    "quote_id": "quote",
    "cost_entry_id": "cost_entry",
    "settlement_id": "settlement",
    "site_ids": "site",
    "view_id": "view",
    "batch_id": "batch",
}
"""What the parameters and members that end in `id` name."""
OPAQUE = {"client_op_id", "demand_id", "ref_id"}
"""Ids that are made by the client, or name something that the operation cannot know."""
UPKEEP: Json = {
    "asset_id": "asset",
    "site_id": None,
    "route_id": None,
    "rule": "FREQ=MONTHLY",
    "levels": [{"name": "A", "parts": [{"part_id": "part", "quantity": "1"}]}],
}
STOPS = [{"asset_id": "asset", "location_id": None, "checklist_code": "oil"}]
WORDS = {"class_code": "pump", "work_type": "repair"}
"""Parameters and members that name something by a word that every world has."""
STEPS = [{"clock": "restore", "percent": 75, "action": "raise_priority"}]
SHARES = {"labour": 100, "parts": 100, "travel": 100, "consumables": 0}
OFFER = [{"kind": "parts", "quantity": "1", "unit_price": "5", "part_id": "part"}]
GIVEN: dict[str, Json] = {
    "assets.create_asset": {"class_code": "pump", "parent_id": "asset", "location_id": "node"},
    "assets.create_location": {"kind": "area", "site_id": None},
    "assets.set_state": {"state": "down", "at": None},
    "assets.update_asset": {"location_id": "node", "parent_id": None},
    "assets.update_assets": {"changes": {"criticality": "A"}},
    "asset_records.add_warranty": {"starts_on": "2026-01-01", "ends_on": "2028-01-01"},
    "asset_records.replace_bom": {"lines": [{"part_id": "part", "quantity": "1"}]},
    "catalogue.put_label": {"colour": "#aa3300"},
    "catalogue.mark_work_order": {"labels": []},
    "catalogue.put_template": {"priority": 2, "parts": [{"part_id": "part", "quantity": "1"}]},
    "checklists.create_version": {"items": [{"key": "a", "text_zh": "甲", "text_en": "a", "type": "bool"}]},
    "checklists.preview": {"items": [{"key": "a", "text_zh": "甲", "text_en": "a", "type": "bool"}]},
    "checklists.replace_draft": {"items": [{"key": "a", "text_zh": "甲", "text_en": "a", "type": "bool"}]},
    "contracts.create_contract": {"starts_on": "2026-01-01", "ends_on": "2026-12-31", "class_codes": ["pump"]},
    "contracts.grant_more": {"unit": "hour"},
    "contracts.override_coverage": {"basis": "=contract", "coverage": SHARES},
    "contracts.replace_contract": {"starts_on": "2026-01-01", "ends_on": "2036-12-31"},
    "costs.add_entry": {"entry": "distance", "kilometres": "3", "technician_id": "technician"},
    "costs.settle": {
        "party": "own",
        "customer_id": None,
        "outlet_id": None,
        "starts_on": "2026-01-01",
        "ends_on": "2026-02-01",
    },
    "costs.try_settlement": {
        "party": "own",
        "customer_id": None,
        "outlet_id": None,
        "starts_on": "2026-01-01",
        "ends_on": "2026-02-01",
    },
    "firmware.act_on_campaign": {"action": "pause"},
    "firmware.create_campaign": {"waves": [100]},
    "firmware.create_release": {"model": "pump", "version": "9", "content": "AA=="},
    "identity.create_user": {"password": "long-enough-phrase", "roles": ["agent"]},
    "identity.set_password": {"password": "long-enough-phrase"},
    "identity.revoke_device": {"device_id": "phone"},
    "conversations.write_message": {"mentions": ["user"]},
    "intake.convert_ticket": {
        "site_id": None,
        "skill": "rotating",
        "expected_parts": [{"part_id": "part", "quantity": "1"}],
    },
    "intake.open_ticket": {"customer_id": None, "site_id": None},
    "inventory.create_location": {"kind": "warehouse", "parent_id": "place"},
    "inventory.receive": {"unit_cost": "1", "currency": "CNY"},
    "inventory.adjust": {"quantity": "1"},
    "meters.create_meter": {"kind": "cumulative"},
    "meters.record_reading": {"at": "2026-09-02T07:00:00Z", "value": "6"},
    "meters.replace_counter": {"at": "2026-09-02T08:00:00Z", "old_final": "7", "new_first": "0"},
    "maintenance.create_plan": UPKEEP,
    "maintenance.replace_plan": UPKEEP | {"version": 2},
    "maintenance.preview_draft": UPKEEP,
    "maintenance.act_on_plan": {"action": "pause", "version": 2},
    "inspections.create_route": {"stops": STOPS},
    "inspections.replace_route": {"stops": STOPS},
    "planning.request_plan": {"mode": "draft"},
    "lists.change_many": {"action": {"kind": "set_queue", "queue": "east"}},
    "lists.keep_view": {"query": {"sort": "due"}, "columns": ["number"], "shared": False},
    "lists.change_view": {"query": {"sort": "due"}, "columns": ["number"]},
    "playbooks.create_playbook": {"model": "lift", "failure_group": "door", "command": "reset"},
    "playbooks.replace_playbook": {"model": "pump", "failure_group": "bearing", "command": "reset"},
    "playbooks.try_playbook": {"model": "pump", "failure_group": "bearing"},
    "reports.send_report": {"to": "wang@example.com"},
    "prices.create_price_list": {"parts": [{"part_id": "part", "unit_price": "1"}]},
    "prices.replace_price_list": {"parts": [{"part_id": "part", "unit_price": "1"}]},
    "quotes.act_on_quote": {"action": "withdraw"},
    "quotes.create_quote": {"lines": OFFER, "valid_until": "2036-01-01T00:00:00Z"},
    "quotes.replace_quote": {"lines": OFFER, "valid_until": "2036-01-01T00:00:00Z"},
    "sla.create_calendar": {"time_zone": "Asia/Shanghai"},
    "sla.create_ladder": {"steps": STEPS},
    "sla.create_policy": {"work_type": "inspection", "tier": None},
    "sla.import_days": {"text": "BEGIN:VCALENDAR\nEND:VCALENDAR"},
    "sla.replace_calendar": {"time_zone": "Asia/Shanghai"},
    "sla.replace_ladder": {"steps": STEPS},
    "sla.replace_policy": {"work_type": "repair", "tier": None},
    "sync.operations": {"device_id": "test", "operations": []},
    "telemetry.issue_certificate": {"csr": pki.new_request("pump")[1]},
    "telemetry.make_claim": {"model": "pump", "sampling_seconds": 60},
    "telemetry.request_command": {"command": "reset_after_repair"},
    "telemetry.create_threshold": {"kind": "below", "metric": "flow_m3h", "model": None},
    "telemetry.provision_device": {"name": "pump-new", "model": "pump", "sampling_seconds": 60},
    "tickets.act_on_ticket": {"action": "triage"},
    "work.act_on_work_order": {"action": "wait_parts", "reason": "parts"},
    "work.act_on_visit": {"action": "cancel", "reason": "changed"},
    "work.decide_conflict": {"action": "dismiss"},
    "timesheets.set_terms": {
        "version": 0,
        "overtime_percent": 150,
        "weekend_percent": 200,
        "holiday_percent": 300,
        "night_percent": 0,
    },
    "work.schedule_visit": {"crew_id": None, "reserve": [{"part_id": "part", "location_id": "place", "quantity": "1"}]},
}
"""Members that a schema alone cannot guess; words of `KINDS` stand for the id of the kind, unless `=` is before."""


@dataclass(frozen=True)
class Operation:
    """One operation of the contract."""

    name: str
    method: str
    path: str
    roles: frozenset[Role]
    document: Mapping[str, Any] = field(repr=False)
    description: Mapping[str, Any] = field(repr=False)

    def parameters(self, place: str) -> Iterator[Json]:
        """Yield the parameters of the path or the query."""
        return (item for item in self.description.get("parameters", ()) if item["in"] == place)

    def body_schema(self) -> Json | None:
        """Return the schema of the JSON body."""
        content = self.description.get("requestBody", {}).get("content", {})
        found: Json | None = content.get("application/json", {}).get("schema")
        return found


@dataclass
class Call:
    """A request to be: path and query parameters and the body, with the places where ids stand."""

    operation: Operation
    path: Json
    query: Json
    body: Any

    def url(self) -> str:
        """Return the path with its parameters filled in."""
        return self.operation.path.format(**self.path)

    def places(self) -> list[tuple[str | int, ...]]:
        """Return where ids of rows stand, as trails into `path`, `query` and `body`."""
        found: list[tuple[str | int, ...]] = [("path", name) for name in self.path if name in KINDS]
        found += [("query", *trail) for trail in _trails(self.query)]
        return found + [("body", *trail) for trail in _trails(self.body)]

    def with_ids(self, mapping: Mapping[Any, Any], places: list[tuple[str | int, ...]]) -> "Call":
        """Return the call with the ids at some places exchanged."""
        other = deepcopy(self)
        for first, *rest in places:
            target = getattr(other, str(first))
            for step in rest[:-1]:
                target = target[step]
            target[rest[-1]] = mapping[target[rest[-1]]]
        return other


def operations(app: FastAPI) -> list[Operation]:
    """Return every operation of an application's document with its row of the access table."""
    document = app.openapi()
    return [
        Operation(item["operationId"], method, path, app.state.access[item["operationId"]], document, item)
        for path, methods in document["paths"].items()
        for method, item in methods.items()
        if method in METHODS
    ]


def routes_of(app: FastAPI) -> dict[str, APIRoute]:
    """Return every route of an application by its operation, those of included routers too."""
    found: dict[str, APIRoute] = {}
    for route in app.routes:
        inner = getattr(route, "original_router", None)
        for one in inner.routes if inner is not None else [route]:
            if isinstance(one, APIRoute):
                found[one.unique_id] = one
    return found


def a_call(operation: Operation, world: World) -> Call:
    """Return a request that the owner of a world may make."""
    sampler = Sampler(operation.document, world)
    path = {item["name"]: sampler.value(item["name"], item["schema"]) for item in operation.parameters("path")}
    query = {
        item["name"]: sampler.value(item["name"], item["schema"])
        for item in operation.parameters("query")
        if item.get("required") or item["name"] in KINDS
    }
    schema, given = operation.body_schema(), GIVEN.get(operation.name, {})
    body = sampler.value("", schema, given) if schema is not None else FILES.get(operation.name)
    return Call(operation, path, query, body)


class Sampler:
    """Makes values that fit a schema: required members, and whatever names a row."""

    def __init__(self, document: Mapping[str, Any], world: World) -> None:
        """Take ids from a world."""
        self.schemas, self.world = document.get("components", {}).get("schemas", {}), world

    def value(self, name: str, schema: Json, given: Json | None = None) -> Any:
        """Return a value of a schema."""
        schema = self.resolved(schema)
        if "properties" in schema:
            return self.members(schema, given or {})
        if "enum" in schema:
            return schema["enum"][0]
        kind = schema.get("type")
        if kind == "array":
            return [self.value(name, schema["items"]) for _ in range(max(schema.get("minItems", 0), name in KINDS))]
        if kind == "string":
            return self.text(name, schema)
        return {"integer": 1, "number": 1, "boolean": True}.get(str(kind), {})

    def members(self, schema: Json, given: Json) -> Json:
        """Return an object."""
        made: Json = {}
        for member, described in schema["properties"].items():
            if member in given:
                made[member] = self.given(given[member])
            elif member in schema.get("required", ()) or self.names_a_row(member, described):
                made[member] = self.value(member, described)
        return {member: value for member, value in made.items() if value is not None}

    def given(self, value: Any) -> Any:
        """Return a given value, with the words of kinds replaced by ids."""
        if isinstance(value, list):
            return [self.given(item) for item in value]
        if isinstance(value, dict):
            return {name: self.given(item) for name, item in value.items()}
        if isinstance(value, str) and value.startswith("="):
            return value[1:]
        return str(self.world[value]) if isinstance(value, str) and value in self.world.ids else value

    def names_a_row(self, member: str, schema: Json) -> bool:
        """Tell whether a member holds the id of a row."""
        schema = self.resolved(schema)
        item = self.resolved(schema.get("items", schema))
        return member in KINDS and item.get("format") == "uuid"

    def text(self, name: str, schema: Json) -> str:
        """Return a string in the format that is asked for."""
        if schema.get("format") == "uuid":
            return str(self.world[KINDS[name]]) if name in KINDS else str(new_id())
        if name in WORDS:
            return WORDS[name]
        patterns = {"^[ABC]$": "A", SHA256: hashlib.sha256(PICTURE).hexdigest()}
        if schema.get("pattern") in patterns:
            return patterns[schema["pattern"]]
        samples = {
            "date-time": "2026-09-02T09:00:00Z" if name in LATER else "2026-09-02T06:00:00Z",
            "date": "2026-10-05",
            "time": "18:00" if name in LATER else "08:00",
        }
        return samples.get(schema.get("format", ""), "x" + new_id().hex[-12:])

    def resolved(self, schema: Json) -> Json:
        """Follow a reference, and take the first of several choices."""
        while "$ref" in schema or "anyOf" in schema:
            schema = schema["anyOf"][0] if "anyOf" in schema else self.schemas[schema["$ref"].rpartition("/")[2]]
        return schema


def _trails(value: Any, name: str = "") -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, dict):
        for member, item in value.items():
            yield from ((member, *trail) for trail in _trails(item, member))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from ((index, *trail) for trail in _trails(item, name))
    elif name in KINDS and _is_id(value):
        yield ()


def _is_id(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(UUID(value))
    except ValueError:
        return False
