"""Who gets in, who does not, and what a copied token is worth."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from backend.identity import service
from backend.identity.errors import LockedOut
from kernel import clock
from kernel.db import transaction
from tests.integration.backend.callers import TestClient
from tests.integration.backend.identity.conftest import Someone

LOGIN, REFRESH, LOGOUT, ME = "/api/v1/auth/login", "/api/v1/auth/refresh", "/api/v1/auth/logout", "/api/v1/me"


def log_in(client: TestClient, someone: Someone, **other: object) -> dict[str, object]:
    answer = client.post(LOGIN, json=someone.words(**other))
    assert answer.status_code == 200, answer.text
    body: dict[str, object] = answer.json()
    return body


def bearer(body: dict[str, object]) -> dict[str, str]:
    return {"Authorization": f"Bearer {body['access_token']}"}


def test_a_log_in_answers_who_it_is_and_opens_the_rest(client: TestClient, someone: Someone) -> None:
    body = log_in(client, someone, username="  CHEN ")

    me = client.get(ME, headers=bearer(body))

    assert me.status_code == 200
    assert me.json() == body["user"]
    assert me.json()["roles"] == ["admin", "technician"]
    assert me.json()["tenant"]["slug"] == someone.tenant
    assert body["expires_in"] == 600


@pytest.mark.parametrize("wrong", [{"tenant": "nowhere"}, {"username": "nobody"}, {"password": "wrong"}])
def test_every_wrong_word_is_answered_alike(client: TestClient, someone: Someone, wrong: dict[str, str]) -> None:
    answer = client.post(LOGIN, json=someone.words(**wrong))

    assert answer.status_code == 401
    assert answer.json()["type"] == "urn:fieldhand:problem:bad-credentials"
    assert answer.json()["detail"] == "The tenant, the user name or the password is wrong."


def test_too_many_failures_lock_the_name_for_this_address_whether_it_exists_or_not(
    client: TestClient, someone: Someone
) -> None:
    for name in ("chen", "nobody"):
        words = someone.words(username=name, password="wrong")
        answers = [client.post(LOGIN, json=words).status_code for _ in range(service.FAILURES_ALLOWED + 1)]
        assert answers == [401] * service.FAILURES_ALLOWED + [429]

    assert client.post(LOGIN, json=someone.words()).status_code == 429


def test_many_guesses_at_once_are_all_counted(client: TestClient, someone: Someone) -> None:
    words = someone.words(password="wrong")

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: client.post(LOGIN, json=words).status_code, range(14)))

    assert answers.count(401) == service.FAILURES_ALLOWED
    assert answers.count(429) == 14 - service.FAILURES_ALLOWED


def test_a_lock_ends_and_a_success_starts_the_count_afresh(someone: Someone) -> None:
    at = clock.now()
    with transaction(tenant_id=someone.tenant_id) as session:
        for _ in range(service.FAILURES_ALLOWED):
            service.count_attempt(session, "chen", address="a", at=at)
        service.count_attempt(session, "chen", address="b", at=at)
        with pytest.raises(LockedOut):
            service.count_attempt(session, "chen", address="a", at=at + timedelta(minutes=14))
        service.count_attempt(session, "chen", address="a", at=at + timedelta(minutes=16))
        service.count_attempt(session, "chen", address="a", at=at + timedelta(minutes=16))


def test_each_refresh_token_is_good_once_and_a_copy_ends_the_session(client: TestClient, someone: Someone) -> None:
    first = log_in(client, someone)
    second = client.post(REFRESH, json={"refresh_token": first["refresh_token"], "device_id": "phone-1"}).json()

    copied = client.post(REFRESH, json={"refresh_token": first["refresh_token"], "device_id": "phone-1"})
    after = client.post(REFRESH, json={"refresh_token": second["refresh_token"], "device_id": "phone-1"})

    assert second["refresh_token"] != first["refresh_token"]
    assert (copied.status_code, after.status_code) == (401, 401)
    assert copied.json()["type"] == "urn:fieldhand:problem:session-ended"


def test_a_refresh_token_is_worth_nothing_on_another_device(client: TestClient, someone: Someone) -> None:
    body = log_in(client, someone)

    stolen = client.post(REFRESH, json={"refresh_token": body["refresh_token"], "device_id": "phone-2"})
    own = client.post(REFRESH, json={"refresh_token": body["refresh_token"], "device_id": "phone-1"})

    assert (stolen.status_code, own.status_code) == (401, 401)


@pytest.mark.parametrize("token", ["", "nonsense", "00000000-0000-7000-8000-000000000000.x", "a.b.c"])
def test_a_token_that_is_none_is_refused(client: TestClient, someone: Someone, token: str) -> None:
    answer = client.post(REFRESH, json={"refresh_token": token, "device_id": "phone-1"})

    assert answer.status_code == 401


def test_logging_out_ends_the_session(client: TestClient, someone: Someone) -> None:
    body = log_in(client, someone)

    out = client.post(LOGOUT, json={"refresh_token": body["refresh_token"]})
    after = client.post(REFRESH, json={"refresh_token": body["refresh_token"], "device_id": "phone-1"})

    assert (out.status_code, after.status_code) == (204, 401)


def test_a_browser_holds_its_tokens_where_no_script_reads_them(client: TestClient, someone: Someone) -> None:
    answer = client.post(LOGIN, json=someone.words(browser=True))

    cookies = {line.split("=")[0]: line for line in answer.headers.get_list("set-cookie")}
    assert answer.json()["refresh_token"] is None
    assert set(cookies) == {"fh_access", "fh_refresh", "fh_csrf"}
    assert all("samesite=strict" in line.lower() for line in cookies.values())
    assert "httponly" in cookies["fh_access"].lower()
    assert "httponly" in cookies["fh_refresh"].lower()
    assert "path=/api/v1/auth" in cookies["fh_refresh"].lower()
    assert "httponly" not in cookies["fh_csrf"].lower()


def test_a_browser_writes_only_with_the_token_of_its_own_page(client: TestClient, someone: Someone) -> None:
    client.post(LOGIN, json=someone.words(browser=True))
    csrf = {"X-CSRF-Token": client.cookies["fh_csrf"]}
    device = {"device_id": "phone-1"}

    assert client.get(ME).status_code == 200
    assert client.post(REFRESH, json=device).status_code == 403
    assert client.post(REFRESH, json=device, headers={"X-CSRF-Token": "guess"}).status_code == 403
    assert client.post(REFRESH, json=device, headers=csrf).status_code == 200
    csrf = {"X-CSRF-Token": client.cookies["fh_csrf"]}
    assert client.post(LOGOUT, json={}, headers=csrf).status_code == 204
    assert client.get(ME).status_code == 401


def test_the_app_has_a_door_of_its_own(client: TestClient, someone: Someone) -> None:
    body = client.post("/mobile/v1/auth/login", json=someone.words()).json()

    assert client.get("/mobile/v1/me", headers=bearer(body)).json()["username"] == "chen"


def test_a_short_name_within_a_long_password_does_no_harm(client: TestClient, someone: Someone) -> None:
    headers = bearer(log_in(client, someone))
    new = {"username": "li", "password": "k7li-Qx93liZw0p", "display_name": "李工", "roles": ["technician"]}

    assert client.post("/api/v1/users", json=new, headers=headers).status_code == 201


def test_administration_of_users(client: TestClient, someone: Someone) -> None:
    headers = bearer(log_in(client, someone))
    new = {"username": "Gao", "password": "a long enough one", "display_name": "高工", "roles": ["technician"]}

    made = client.post("/api/v1/users", json=new, headers=headers)
    again = client.post("/api/v1/users", json=new, headers=headers)
    weak = client.post("/api/v1/users", json=new | {"username": "li", "password": "short"}, headers=headers)
    named = client.post("/api/v1/users", json=new | {"username": "li", "password": "li-li-li-li-li"}, headers=headers)
    listed = client.get("/api/v1/users?limit=1", headers=headers).json()
    rest = client.get(f"/api/v1/users?limit=1&cursor={listed['next_cursor']}", headers=headers).json()

    assert (made.status_code, again.status_code, weak.status_code, named.status_code) == (201, 409, 422, 422)
    assert made.json()["username"] == "gao"
    assert "password" not in made.text
    assert [item["username"] for item in listed["items"] + rest["items"]] == ["chen", "gao"]
    assert rest["next_cursor"] is None


def test_a_technician_does_not_administer(client: TestClient, someone: Someone) -> None:
    headers = bearer(log_in(client, someone))
    new = {"username": "gao", "password": "a long enough one", "display_name": "高工", "roles": ["technician"]}
    client.post("/api/v1/users", json=new, headers=headers)

    gao = log_in(client, someone, username="gao", password="a long enough one")

    assert client.get("/api/v1/users", headers=bearer(gao)).status_code == 403
    assert client.post("/api/v1/users", json=new, headers=bearer(gao)).status_code == 403


def test_a_disabled_user_stays_out(client: TestClient, someone: Someone) -> None:
    headers = bearer(log_in(client, someone))
    new = {"username": "gao", "password": "a long enough one", "display_name": "高工", "roles": ["technician"]}
    user_id = client.post("/api/v1/users", json=new, headers=headers).json()["id"]
    gao = log_in(client, someone, username="gao", password="a long enough one", device_id="phone-9")

    disabled = client.post(f"/api/v1/users/{user_id}/disable", headers=headers)
    own = client.post(f"/api/v1/users/{someone.user_id}/disable", headers=headers)

    assert disabled.json()["disabled_at"] is not None
    assert own.status_code == 409
    refreshed = client.post(REFRESH, json={"refresh_token": gao["refresh_token"], "device_id": "phone-9"})
    words = someone.words(username="gao", password="a long enough one")
    assert (refreshed.status_code, client.post(LOGIN, json=words).status_code) == (401, 401)


def test_a_new_password_and_a_lost_phone_end_sessions(client: TestClient, someone: Someone) -> None:
    body = log_in(client, someone)
    headers, user = bearer(body), f"/api/v1/users/{someone.user_id}"

    revoked = client.post(f"{user}/revoke-device", json={"device_id": "phone-1"}, headers=headers)
    after = client.post(REFRESH, json={"refresh_token": body["refresh_token"], "device_id": "phone-1"})
    changed = client.put(f"{user}/password", json={"password": "another good one"}, headers=headers)

    assert (revoked.status_code, after.status_code, changed.status_code) == (204, 401, 204)
    assert client.post(LOGIN, json=someone.words()).status_code == 401
    assert client.post(LOGIN, json=someone.words(password="another good one")).status_code == 200


def test_tokens_and_passwords_are_not_kept_readable(client: TestClient, someone: Someone) -> None:
    body = log_in(client, someone)
    secret = str(body["refresh_token"]).partition(".")[2]

    with transaction(tenant_id=someone.tenant_id) as session:
        rows = [
            *session.execute(text("SELECT * FROM session_family")),
            *session.execute(text("SELECT * FROM app_user")),
        ]

    kept = " ".join(str(value) for row in rows for value in row)
    assert secret not in kept
    assert someone.password not in kept
