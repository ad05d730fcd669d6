"""The API's reference as one page of HTML, made from the OpenAPI document: no script, nothing from elsewhere."""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from html import escape
from typing import Any

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

from kernel.auth import Role
from kernel.examples import METHODS

Json = Mapping[str, Any]
STYLE = """
:root{color-scheme:light dark;--line:light-dark(#dfe4ea,#2a3542);--soft:light-dark(#4f5b69,#a3b0bf);
--raised:light-dark(#f7f9fb,#1d2632);--accent:light-dark(#1f5fbf,#7fb2ff)}
body{margin:0;display:grid;grid-template-columns:220px minmax(0,1fr);font:14px/1.5 system-ui,sans-serif}
nav{position:sticky;top:0;height:100vh;overflow:auto;box-sizing:border-box;padding:16px;
border-right:1px solid var(--line)}
nav a{display:block;padding:2px 0;color:inherit;text-decoration:none}nav a:hover{text-decoration:underline}
main{padding:16px 28px 64px;max-width:960px}a{color:var(--accent)}h2{margin:40px 0 8px;text-transform:capitalize}
article{margin:0 0 14px;border:1px solid var(--line);border-radius:6px}
summary{display:flex;flex-wrap:wrap;gap:4px 12px;padding:8px 12px;cursor:pointer}
summary b{width:52px;color:var(--accent)}
summary span{color:var(--soft)}article div{padding:0 12px 10px}pre{overflow:auto;padding:10px;background:var(--raised)}
table{width:100%;border-collapse:collapse}td,th{padding:3px 8px;border-bottom:1px solid var(--line);text-align:start;
vertical-align:top}code,pre{font:12px/1.5 ui-monospace,monospace}.soft{color:var(--soft)}
@media(max-width:700px){body{display:block}nav{position:static;height:auto;border:0}}
"""
LEAD = """<p>Every POST that makes something takes an <code>Idempotency-Key</code>; lists go on from
<code>cursor</code>; a refusal is a problem document (RFC 9457) whose <code>type</code> names it.</p>"""
POLICY = (
    f"default-src 'none'; style-src 'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def serve(app: FastAPI, *, path: str) -> None:
    """Show the reference of an application at `path`; it is made once."""

    @cache
    def made() -> str:
        return page(app.openapi(), app.state.access)

    @app.get(path, include_in_schema=False)
    def reference() -> HTMLResponse:
        return HTMLResponse(made(), headers={"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"})


def page(document: Json, access: Mapping[str, frozenset[Role]]) -> str:
    """Return the page of an OpenAPI document; `access` tells who may call an operation."""
    title = escape(document["info"]["title"])
    tags: dict[str, list[str]] = {}
    for path, methods in document["paths"].items():
        for method in METHODS:
            if operation := methods.get(method):
                shown = "".join(_operation(method, path, operation, access[operation["operationId"]]))
                tags.setdefault(operation["tags"][0], []).append(shown)
    links = "".join(f'<a href="#{escape(tag)}">{escape(tag)} ({len(tags[tag])})</a>' for tag in sorted(tags))
    parts = "".join(f'<h2 id="{escape(tag)}">{escape(tag)}</h2>{"".join(tags[tag])}' for tag in sorted(tags))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body>'
        f'<nav><strong>{title}</strong>{links}<p><a href="/openapi.json">openapi.json</a></p></nav>'
        f"<main><h1>{title}</h1>{LEAD}{parts}</main></body></html>"
    )


def _operation(method: str, path: str, operation: Json, roles: frozenset[Role]) -> Iterator[str]:
    yield f'<article id="{escape(operation["operationId"])}"><details><summary><b>{method.upper()}</b>'
    yield f"<code>{escape(path)}</code><span>{escape(operation.get('summary', ''))}</span></summary><div>"
    yield f"<p>{escape(operation.get('description', ''))}</p>"
    yield f'<p class="soft">{escape(", ".join(sorted(roles)) or "everybody")}</p>'
    if parameters := operation.get("parameters"):
        yield "<table><tr><th>parameter<th>in<th>type"
        for one in parameters:
            name = one["name"] + ("" if one.get("required") else "?")
            yield f"<tr><td><code>{escape(name)}</code><td>{one['in']}<td>{escape(_type(one['schema']))}"
        yield "</table>"
    body = operation.get("requestBody", {}).get("content", {})
    yield from _content("Body", body)
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            yield from _content(f"Answer {status}", answer.get("content", {}))
        elif answer.get("description"):
            yield f'<p><b>{status}</b> <span class="soft">{escape(answer["description"])}</span></p>'
    yield "</div></details></article>"


def _content(title: str, content: Json) -> Iterator[str]:
    for media, described in content.items():
        yield f'<p><b>{title}</b> <span class="soft">{escape(media)}</span></p>'
        if "example" in described:
            yield f"<pre>{escape(json.dumps(described['example'], indent=2, ensure_ascii=False))}</pre>"


def _type(schema: Json) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if choices := schema.get("anyOf"):
        return " | ".join(_type(one) for one in choices if one.get("type") != "null")
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    return " ".join(str(schema[name]) for name in ("type", "format") if name in schema) or "any"
