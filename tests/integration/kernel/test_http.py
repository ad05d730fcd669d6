"""What the edge of every process promises: one effect, one honest answer, nothing of ours in it."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from backend.customers.models import Customer, Site
from kernel.auth import Role
from kernel.db import Login, transaction
from kernel.geo import LonLat
from kernel.http import DEADLOCK_TRIES, include
from kernel.idempotency import StoredAnswer
from kernel.ids import new_id
from kernel.web import MAX_BODY_BYTES, make_app
from tests.conftest import settings_of
from tests.contract.conftest import token_for
from tests.integration.backend.callers import TestClient
from tests.integration.kernel import bench

OURS = ("Traceback", "psycopg", "sqlalchemy", "customer_", "SELECT", "INSERT", "/kernel/", ".py")
"""What no answer may show."""


def application() -> FastAPI:
    app = make_app(name="bench", title="Bench", version="1")
    include(app, bench.router, bench.ACCESS, prefix="")
    return app


@pytest.fixture
def client(tenant: UUID) -> Iterator[TestClient]:
    """Return a client of the room, logged in."""
    token = token_for(tenant, Role.DISPATCHER)
    headers = {"Authorization": f"Bearer {token}"}
    with TestClient(application(), headers=headers, raise_server_exceptions=False) as open_client:
        yield open_client


@pytest.fixture(autouse=True)
def _quiet_room() -> None:
    bench.hook.clear()
    bench.inside.clear()
    bench.may_go_on.clear()


def count(tenant: UUID, table: type[Customer | StoredAnswer] = Customer) -> int:
    with transaction(tenant_id=tenant) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def key(value: object = None) -> dict[str, str]:
    return {"Idempotency-Key": str(value or new_id())}


def problem(answer: object) -> str:
    assert answer.headers["content-type"] == "application/problem+json"  # type: ignore[attr-defined]
    body = answer.json()  # type: ignore[attr-defined]
    assert {"type", "title", "status"} <= set(body)
    assert body["status"] == answer.status_code  # type: ignore[attr-defined]
    assert not [word for word in OURS if word in answer.text]  # type: ignore[attr-defined]
    return str(body["type"]).rpartition(":")[2]


# Idempotency


def test_the_same_request_again_gives_the_same_answer_and_one_row(client: TestClient, tenant: UUID) -> None:
    sent = key()

    answers = [client.post("/things", json={"name": "once"}, headers=sent) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert len({answer.content for answer in answers}) == 1
    assert count(tenant) == 1


def test_a_stored_answer_opens_with_the_callers_key_only(client: TestClient, tenant: UUID) -> None:
    sent = key()
    answer = client.post("/things", json={"name": "a secret of the answer"}, headers=sent)

    with transaction(Login.SYSTEM) as session:
        row = session.execute(
            text("SELECT key, body, t::text AS line FROM idempotency_key t WHERE tenant_id = :t"), {"t": tenant}
        ).one()
    assert answer.status_code == 201
    assert answer.content not in bytes(row.body)
    assert sent["Idempotency-Key"] not in row.line
    assert answer.content.hex() not in row.line


@pytest.mark.parametrize("lost", [b"", b"x" * 40])
def test_an_answer_that_cannot_be_opened_is_not_done_again(client: TestClient, tenant: UUID, lost: bytes) -> None:
    """As after a change of the deployment's secret, or for the answers kept before they were sealed."""
    sent = key()
    client.post("/things", json={"name": "once"}, headers=sent)
    with transaction(Login.SYSTEM) as session:
        session.execute(text("UPDATE idempotency_key SET body = :b WHERE tenant_id = :t"), {"b": lost, "t": tenant})

    again = client.post("/things", json={"name": "once"}, headers=sent)

    assert (again.status_code, problem(again)) == (409, "idempotency-answer-lost")
    assert count(tenant) == 1


def test_a_key_does_not_serve_another_request(client: TestClient, tenant: UUID) -> None:
    sent = key()
    client.post("/things", json={"name": "one"}, headers=sent)

    other_body = client.post("/things", json={"name": "two", "number": "C-2"}, headers=sent)
    other_path = client.post("/late", json={"name": "one"}, headers=sent)

    assert (other_body.status_code, problem(other_body)) == (422, "idempotency-key-reused")
    assert other_path.status_code == 422
    assert count(tenant) == 1


def test_two_at_once_have_one_effect(client: TestClient, tenant: UUID) -> None:
    sent = key()

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(client.post, "/things", json={"name": "slow"}, headers=sent)
        assert bench.inside.wait(10)
        second = client.post("/things", json={"name": "slow"}, headers=sent)
        bench.may_go_on.set()

    assert (second.status_code, problem(second)) == (409, "idempotency-key-in-flight")
    assert first.result().status_code == 201
    assert client.post("/things", json={"name": "slow"}, headers=sent).content == first.result().content
    assert count(tenant) == 1


def test_many_at_once_have_one_effect(client: TestClient, tenant: UUID) -> None:
    sent = key()

    with ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(client.post, "/things", json={"name": "fast"}, headers=sent) for _ in range(24)]
        answers = [job.result() for job in jobs]

    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    assert count(tenant) == 1


def test_a_key_belongs_to_its_user_and_tenant(client: TestClient, tenant: UUID, other_tenant: UUID) -> None:
    sent = key()
    mine = client.post("/things", json={"name": "one"}, headers=sent)

    stranger = {"Authorization": f"Bearer {token_for(other_tenant, Role.DISPATCHER)}"}
    theirs = client.post("/things", json={"name": "two"}, headers=sent | stranger)

    assert theirs.status_code == 201
    assert theirs.json()["id"] != mine.json()["id"]
    assert (count(tenant), count(other_tenant)) == (1, 1)


def test_a_crash_before_the_commit_leaves_neither_effect_nor_answer(client: TestClient, tenant: UUID) -> None:
    sent = key()
    bench.hook.extend([cut_the_connection, lambda _: None])

    crashed = client.post("/run", headers=sent)
    between = (count(tenant), count(tenant, StoredAnswer))
    again = client.post("/run", headers=sent)

    assert crashed.status_code == 503
    assert between == (0, 0)
    assert again.status_code == 200
    assert (count(tenant), count(tenant, StoredAnswer)) == (1, 1)


def test_a_refusal_is_not_kept(client: TestClient, tenant: UUID) -> None:
    sent = key()
    client.post("/things", json={"name": "first"})
    refused = client.post("/things", json={"name": "second"}, headers=sent)
    with transaction(tenant_id=tenant) as session:
        session.execute(text("DELETE FROM customer"))

    again = client.post("/things", json={"name": "second"}, headers=sent)

    assert [refused.status_code, again.status_code] == [409, 201]


@pytest.mark.parametrize("value", ["short", "x" * 201])
def test_a_key_of_the_wrong_length_is_refused(client: TestClient, value: str) -> None:
    assert client.post("/things", json={"name": "one"}, headers=key(value)).status_code == 422


# What the database refuses


def cut_the_connection(db: Session) -> None:
    pid = db.scalar(text("SELECT pg_backend_pid()"))
    with transaction() as other:
        other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})


def test_a_commit_that_fails_does_not_answer_that_it_is_done(client: TestClient, tenant: UUID) -> None:
    first, second = (client.post("/late", json={"name": "late"}) for _ in range(2))

    assert first.status_code == 200
    assert (second.status_code, problem(second)) == (409, "already-exists")
    assert count(tenant) == 1


def test_a_connection_lost_at_the_commit_is_an_outage(client: TestClient, tenant: UUID) -> None:
    bench.hook.append(cut_the_connection)

    answer = client.post("/run")

    assert (answer.status_code, problem(answer)) == (503, "unavailable")
    assert answer.headers["retry-after"] == "2"
    assert count(tenant) == 0


def test_of_many_with_one_number_one_wins(client: TestClient, tenant: UUID) -> None:
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda name: client.post("/things", json={"name": f"n{name}"}), range(12)))

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 11
    assert {problem(answer) for answer in answers if answer.status_code == 409} == {"already-exists"}
    assert count(tenant) == 1


def test_what_others_refer_to_stays(client: TestClient, tenant: UUID) -> None:
    thing_id = client.post("/things", json={"name": "held"}).json()["id"]
    with transaction(tenant_id=tenant) as session:
        session.add(Site(customer_id=UUID(thing_id), name="N", address="x", position=LonLat(121.4, 31.2)))

    answer = client.delete(f"/things/{thing_id}")

    assert (answer.status_code, problem(answer)) == (409, "still-referenced")


def refer_to_nothing(db: Session) -> None:
    db.add(Site(customer_id=new_id(), name="N", address="x", position=LonLat(121.4, 31.2)))


def raise_state(state: str) -> object:
    return lambda db: db.execute(text(f"DO $$ BEGIN RAISE EXCEPTION 'secret' USING ERRCODE = '{state}'; END $$"))


def break_down(_: Session) -> None:
    raise RuntimeError("secret")


@pytest.mark.parametrize(
    ("does", "status", "slug"),
    [
        (refer_to_nothing, 422, "unknown-reference"),
        (raise_state("22003"), 422, "unstorable-value"),
        (raise_state("55P03"), 503, "came-between"),
        (raise_state("53300"), 503, "unavailable"),
        (raise_state("42P01"), 500, "internal"),
        (raise_state("23514"), 500, "internal"),
        (break_down, 500, "internal"),
    ],
)
def test_a_failure_is_told_for_what_it_is(
    client: TestClient, tenant: UUID, does: object, status: int, slug: str
) -> None:
    bench.hook.append(does)  # type: ignore[arg-type]

    answer = client.post("/run", headers=key())

    assert (answer.status_code, problem(answer)) == (status, slug)
    assert "secret" not in answer.text
    assert ("retry-after" in answer.headers) == (status == 503)
    assert (count(tenant), count(tenant, StoredAnswer)) == (0, 0)


@pytest.mark.parametrize("state", ["40001", "40P01"])
def test_a_request_that_lost_a_deadlock_is_handled_again_until_the_tries_are_spent(
    client: TestClient, tenant: UUID, state: str
) -> None:
    sent = key()
    bench.hook.extend([raise_state(state)] * DEADLOCK_TRIES)

    refused = client.post("/run", headers=sent)
    bench.hook.extend([raise_state(state)] * (DEADLOCK_TRIES - 1) + [lambda _: None])
    done = client.post("/run", headers=sent)

    assert (refused.status_code, problem(refused)) == (503, "came-between")
    assert refused.headers["retry-after"] == "2"
    assert done.status_code == 200
    assert not bench.hook
    assert (count(tenant), count(tenant, StoredAnswer)) == (1, 1)


# Bodies and paths


def test_a_body_that_says_it_is_too_long_is_not_read(client: TestClient) -> None:
    answer = client.post("/echo", content=b"x", headers={"Content-Length": str(MAX_BODY_BYTES + 1)})

    assert (answer.status_code, problem(answer)) == (413, "too-large")


@pytest.mark.parametrize("path", ["/echo", "/things"])
@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "long-enough-key"}])
def test_a_body_that_grows_too_long_is_cut_off(client: TestClient, path: str, headers: dict[str, str]) -> None:
    sent = 0

    def chunks() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(200):
            sent += 1
            yield b" " * 100_000

    answer = client.post(path, content=chunks(), headers=headers | {"Content-Type": "application/json"})

    assert (answer.status_code, problem(answer)) == (413, "too-large")
    assert answer.json()["limit"] == MAX_BODY_BYTES


def test_a_body_at_the_limit_is_taken(client: TestClient) -> None:
    assert client.post("/echo", content=b"x" * MAX_BODY_BYTES).json() == {"length": MAX_BODY_BYTES}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"null",
        b"[]",
        b'"x"',
        b"NaN",
        b'{"name": NaN}',
        b'{"name": 1e999}',
        b"[" * 100_000,
        b'{"name":' * 20_000 + b"1" + b"}" * 20_000,
        b'{"name": "a\\u0000b"}',
        b'{"name": "\\ud800"}',
        b'{"\\ud800": 1}',
        b'{"name": "a", "\\u0000": 1}',
        b'{"name": "a", "name": {"x": []}}',
        b'{"name": ' + b"9" * 10_000 + b"}",
        json.dumps({"name": "x" * 500_000}).encode(),
    ],
    ids=range(18),
)
@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "long-enough-key"}])
def test_a_body_that_fits_nothing_is_refused(client: TestClient, body: bytes, headers: dict[str, str]) -> None:
    answer = client.post("/things", content=body, headers=headers | {"Content-Type": "application/json"})

    assert answer.status_code == 422, answer.text
    assert problem(answer) == "invalid"


@pytest.mark.parametrize("path", ["/nowhere", "/things/", "/%00", "/things/%00", "/..%2f..%2fetc/passwd", "/\u20ac"])
def test_an_unknown_path_is_a_problem_too(client: TestClient, path: str) -> None:
    answer = client.get(path, follow_redirects=False)

    assert answer.status_code in {404, 405}
    problem(answer)


def test_a_wrong_method_is_a_problem_too(client: TestClient) -> None:
    answer = client.get("/echo")

    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"
    problem(answer)


@pytest.mark.parametrize(
    "header", [b"", b"Bearer", b"Bearer ", b"Basic eDp5", b"Bearer \xff\xfe", b"Bearer a.b.c", b"bearer " + b"x" * 9000]
)
def test_a_header_that_is_no_token_is_refused(client: TestClient, header: bytes) -> None:
    answer = client.post("/things", json={"name": "x"}, headers={b"Authorization": header})

    assert answer.status_code == 401
    problem(answer)


# Health


def test_health_and_figures(client: TestClient) -> None:
    client.post("/things", json={"name": "counted"})
    bench.hook.append(break_down)
    client.post("/run")

    figures = client.get("/metrics").text

    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ready"}
    assert 'fieldhand_http_requests_total{app="bench",operation="bench.make",status="201"}' in figures
    assert 'fieldhand_http_requests_total{app="bench",operation="bench.run",status="500"}' in figures
    assert client.get("/healthz").headers["x-content-type-options"] == "nosniff"


def test_without_its_database_a_process_lives_and_is_not_ready(tenant: UUID) -> None:
    token = token_for(tenant, Role.DISPATCHER)
    with settings_of({"FIELDHAND_DATABASE_URL": "postgresql://fieldhand_app@127.0.0.1:1/none"}):
        client = TestClient(application(), raise_server_exceptions=False)

        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").status_code == 503
        answer = client.post("/things", json={"name": "x"}, headers={"Authorization": f"Bearer {token}"})

    assert (answer.status_code, problem(answer)) == (503, "unavailable")
    assert answer.headers["retry-after"] == "2"
