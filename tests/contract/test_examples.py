"""Every body has an example in the OpenAPI document, and the code that takes the body takes the example."""

import warnings

import pytest
from fastapi import FastAPI
from pydantic import TypeAdapter, ValidationError

from backend.main import app as staff
from mobile_api import app as mobile
from tests.contract.operations import operations, routes_of
from tests.integration.backend.callers import TestClient


@pytest.mark.parametrize("make", [staff.create_app, mobile.create_app], ids=["staff", "mobile"])
def test_the_example_of_every_body_would_be_taken(make) -> None:
    app: FastAPI = make()
    routes = routes_of(app)
    refused, tried = {}, 0

    for operation in operations(app):
        media = operation.description.get("requestBody", {}).get("content", {}).get("application/json")
        if media is None:
            continue
        tried += 1
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            adapter = TypeAdapter(routes[operation.name].body_field.field_info.annotation)
        try:
            adapter.validate_python(media["example"])
        except ValidationError as error:
            refused[operation.name] = "; ".join(f"{item['loc']} {item['msg']}" for item in error.errors())

    assert tried > 5
    assert refused == {}, "\n".join(f"{name}: {why}" for name, why in refused.items())


def test_every_good_answer_has_an_example() -> None:
    without = [
        operation.name
        for operation in operations(staff.create_app())
        for status, answer in operation.description["responses"].items()
        if status.startswith("2") and "application/json" in answer.get("content", {})
        if "example" not in answer["content"]["application/json"]
    ]

    assert without == []


def test_the_reference_tells_every_operation_who_may_call_it_and_runs_nothing() -> None:
    app = staff.create_app()
    answer = TestClient(app).get("/api/docs")

    assert "script-src" not in answer.headers["content-security-policy"]
    assert "<script" not in answer.text
    assert all(f'id="{operation.name}"' in answer.text for operation in operations(app))
    assert "admin, asset_manager" in answer.text
