"""Examples in the OpenAPI document: a value of each body and answer, made from its schema and the names of its members.

A schema that knows better says so in `examples`; a test has every body validated by the code that would take it.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

Json = dict[str, Any]
DEEPEST = 6
METHODS = ("get", "post", "put", "patch", "delete")

BY_NAME: Mapping[str, Any] = {
    "name": "Riverside pumping station",
    "name_zh": "江畔泵站",
    "name_en": "Riverside pumping station",
    "summary": "Chiller trips on high pressure",
    "description": "It starts, runs for a minute and stops; the display shows E07.",
    "text": "The contactor is worn, a new one is on its way.",
    "text_zh": "外观是否完好？",
    "text_en": "Is it undamaged?",
    "note": "Ring twice at the gate.",
    "reason": "customer",
    "address": "18 Riverside Road, Hangzhou",
    "access_notes": "Ask for the key at the gate.",
    "phone": "+86 571 8888 6666",
    "email": "ops@example.com",
    "lon": 120.155,
    "lat": 30.274,
    "priority": 2,
    "locale": "zh",
    "time_zone": "Asia/Shanghai",
    "currency": "CNY",
    "unit_cost": "86.50",
    "quantity": "2",
    "skill": "refrigeration",
    "work_type": "repair",
    "maker": "Midea",
    "model": "chiller",
    "serial": "F-3390",
    "failure_group": "bearing",
    "metric": "flow_m3h",
    "queue": "north",
    "version": 1,
    "ends_at": "2026-04-16T10:30:00Z",
    "ends": "17:30:00",
    "closes": "18:00:00",
    "expires_at": "2026-04-30T00:00:00Z",
    "end": "2026-04-16T10:30:00Z",
    "to": "2026-04-16T10:30:00Z",
    "valid_to": "2026-12-31",
    "rrule": "FREQ=MONTHLY;BYMONTHDAY=1",
}
BY_FORMAT: Mapping[str, str] = {
    "uuid": "019a3c52-7b1e-7cc4-9d0f-3f6a4d2b8e10",
    "date-time": "2026-04-16T08:50:00Z",
    "date": "2026-04-16",
    "time": "08:30:00",
    "duration": "PT1H",
    "uri": "https://example.com/hook",
    "email": "ops@example.com",
    "password": "long-enough-phrase",
    "binary": "",
}
WORDS = (
    "chiller-01",
    "chiller",
    "chiller_01",
    "A",
    "zh",
    "CNY",
    "1.0",
    "2",
    "+86 571 8888 6666",
    "ops@example.com",
    "Asia/Shanghai",
    "#1f5fbf",
    "apply",
    "a" * 64,
    "20260416085000",
    "-----BEGIN CERTIFICATE REQUEST-----",
)
"""Tried in turn where a pattern is asked for."""


def add_examples(document: Json) -> Json:
    """Give every JSON body and every good JSON answer of an OpenAPI document an example, where it has none."""
    schemas = document.get("components", {}).get("schemas", {})
    for methods in document["paths"].values():
        for operation in (methods[name] for name in METHODS if name in methods):
            answers = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
            for part in (operation.get("requestBody", {}), *answers):
                media = part.get("content", {}).get("application/json")
                if media and "schema" in media and not {"example", "examples"} & set(media):
                    media["example"] = example_of(media["schema"], schemas)
    return document


def example_of(schema: Json, schemas: Mapping[str, Json], name: str = "", depth: int = 0) -> Any:
    """Return a value that fits a schema; below `DEEPEST` nothing is filled in any more."""
    schema = _resolved(schema, schemas)
    given = [schema[word] for word in ("example", "const") if word in schema]
    given += [choice for word in ("examples", "enum") for choice in schema.get(word, ())[:1]]
    if given:
        return _completed(given[0], schema, schemas, depth)
    kind = schema.get("type")
    if kind == "object" or "properties" in schema:
        return _object(schema, schemas, depth)
    if kind == "array":
        return _array(schema, schemas, name, depth)
    known = BY_NAME.get(name)
    if known is not None and _fits(known, schema):
        return known
    make = PLAIN.get(str(kind))
    return make(schema) if make else schema.get("default")


def _completed(given: Any, schema: Json, schemas: Mapping[str, Json], depth: int) -> Any:
    """Return a given example with the members that must be there; one that may be null was left out because it is."""
    if not isinstance(given, dict):
        return given
    members = schema.get("properties", {})
    missing = [name for name in schema.get("required", ()) if name not in given and name in members]
    nullable = {name for name in missing if {"type": "null"} in members[name].get("anyOf", ())}
    return given | {
        name: None if name in nullable else example_of(members[name], schemas, name, depth + 1) for name in missing
    }


def _resolved(schema: Json, schemas: Mapping[str, Json]) -> Json:
    while True:
        if "$ref" in schema:
            schema = schemas[schema["$ref"].rpartition("/")[2]]
        elif choices := schema.get("anyOf") or schema.get("oneOf"):
            outer = {key: schema[key] for key in ("example", "examples") if key in schema}
            schema = next((one for one in choices if one.get("type") != "null"), choices[0]) | outer
        elif len(schema.get("allOf", ())) == 1:
            schema = schema["allOf"][0]
        else:
            return schema


def _object(schema: Json, schemas: Mapping[str, Json], depth: int) -> Json:
    members = schema.get("properties", {})
    if depth < DEEPEST:
        return {name: example_of(member, schemas, name, depth + 1) for name, member in members.items()}
    return {name: example_of(members[name], schemas, name, depth + 1) for name in schema.get("required", ())}


def _array(schema: Json, schemas: Mapping[str, Json], name: str, depth: int) -> list[Any]:
    least = schema.get("minItems", 0)
    if "prefixItems" in schema:
        return [example_of(item, schemas, name, depth + 1) for item in schema["prefixItems"]]
    if depth >= DEEPEST and not least:
        return []
    return [example_of(schema.get("items", {}), schemas, name, depth + 1) for _ in range(max(least, 1))]


def _fits(value: Any, schema: Json) -> bool:
    kind = schema.get("type")
    if isinstance(value, str):
        if kind != "string" or ("format" in schema and BY_FORMAT.get(schema["format"], "")[4:5] != value[4:5]):
            return False
        return len(value) <= schema.get("maxLength", len(value)) and bool(re.search(schema.get("pattern", ""), value))
    if kind not in {"integer", "number"} or (kind == "integer" and not isinstance(value, int)):
        return False
    return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))


def _text(schema: Json) -> str:
    if "format" in schema and schema["format"] in BY_FORMAT:
        return BY_FORMAT[schema["format"]]
    least, most = schema.get("minLength", 0), schema.get("maxLength", 1000)
    fitting = (word for word in WORDS if least <= len(word) <= most and re.search(schema.get("pattern", ""), word))
    return next(fitting, "x" * least)


def _number(schema: Json) -> float:
    low = schema.get("minimum", schema.get("exclusiveMinimum", 0) + ("exclusiveMinimum" in schema))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    value = schema.get("default")
    if not isinstance(value, int | float):
        value = max(low, 1)
    return value if high is None else min(value, high)


PLAIN: Mapping[str, Callable[[Json], Any]] = {
    "string": _text,
    "integer": _number,
    "number": _number,
    "boolean": lambda schema: schema.get("default", False),
}
