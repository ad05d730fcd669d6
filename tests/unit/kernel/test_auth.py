from datetime import timedelta
from uuid import uuid4

import jwt
import pytest

from kernel import clock
from kernel.auth import BadToken, Principal, Role, hash_password, issue_access_token, read_access_token, verify_password
from kernel.settings import get_settings


def a_principal(**changes: object) -> Principal:
    values: dict[str, object] = {
        "user_id": uuid4(),
        "tenant_id": uuid4(),
        "roles": frozenset({Role.DISPATCHER}),
        "device_id": "browser-1",
        "name": "Lin",
        "technician_id": None,
        "expires_at": (clock.now() + timedelta(minutes=5)).replace(microsecond=0),
    }
    return Principal(**{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.usefixtures("settings_of_a_test")
def test_a_token_gives_its_principal_back() -> None:
    principal = a_principal(technician_id=uuid4())

    assert read_access_token(issue_access_token(principal)) == principal


@pytest.mark.usefixtures("settings_of_a_test")
def test_an_expired_token_is_refused() -> None:
    token = issue_access_token(a_principal(expires_at=clock.now() - timedelta(seconds=1)))

    with pytest.raises(BadToken):
        read_access_token(token)


@pytest.mark.usefixtures("settings_of_a_test")
@pytest.mark.parametrize(
    ("key", "algorithm", "audience"),
    [
        ("x" * 40, "HS256", "fieldhand"),
        ("", "none", "fieldhand"),
        (None, "HS256", "other"),
        (None, "HS512", "fieldhand"),
    ],
)
def test_forged_tokens_are_refused(key: str | None, algorithm: str, audience: str) -> None:
    genuine = get_settings().secret_key.get_secret_value()
    claims = {"sub": str(uuid4()), "tid": str(uuid4()), "roles": ["admin"], "dev": "d", "name": "n", "tech": None}
    claims |= {"aud": audience, "exp": clock.now() + timedelta(minutes=5)}
    token = jwt.encode(claims, genuine if key is None else key or None, algorithm=algorithm)

    with pytest.raises(BadToken):
        read_access_token(token)


@pytest.mark.parametrize("token", ["", "a.b.c", "héllo", "." * 10])
@pytest.mark.usefixtures("settings_of_a_test")
def test_nonsense_is_refused(token: str) -> None:
    with pytest.raises(BadToken):
        read_access_token(token)


def test_a_password_fits_its_hash_only() -> None:
    kept = hash_password("correct horse")

    assert verify_password(kept, "correct horse")
    assert not verify_password(kept, "correct horsE")
    assert not verify_password("not a hash", "correct horse")
