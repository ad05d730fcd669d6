"""Claims: traded once per hardware, by nobody else, within their time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from iot_gateway.errors import (
    BadSigningRequest,
    CertificatesOff,
    ClaimEnded,
    ClaimNotFound,
    DeviceRevoked,
    TooManyClaims,
)
from iot_gateway.routes import claims as routes
from iot_gateway.secret import matches
from iot_gateway.service import claims, devices
from kernel import pki
from kernel.auth import Role
from kernel.db import Login, transaction
from kernel.errors import Invalid
from kernel.ids import new_id
from tests.conftest import settings_of
from tests.integration.backend.callers import a_client
from tests.integration.iot_gateway.world import scalar

AT = datetime.now(UTC)
A_DAY = timedelta(days=1)


@pytest.fixture
def claim(tenant):
    def make(**more):
        with transaction(tenant_id=tenant) as session:
            given = {"model": "pump", "sampling_seconds": 60, "lifetime": 3 * A_DAY, "at": AT, **more}
            made, token = claims.make_claim(session, **given)
            return made.id, token

    return make


def trade(token, hardware="hw-1", *, request=None, at=AT, address=None):
    return claims.trade(token, hardware_id=hardware, request=request, address=address or str(new_id()), at=at)


def hash_of(name):
    return scalar("SELECT secret_hash FROM device WHERE name = :n", n=name)


def test_a_claim_becomes_a_device_of_its_tenant(claim, tenant) -> None:
    _, token = claim(name_prefix="site7")

    granted = trade(token)

    assert granted.name.startswith("site7-")
    assert granted.tenant == scalar("SELECT slug FROM tenant WHERE id = :t", t=tenant)
    assert scalar("SELECT tenant_id FROM device WHERE name = :n", n=granted.name) == tenant
    assert matches(granted.secret, hash_of(granted.name))
    assert granted.certificate is None


def test_the_same_hardware_is_the_same_device_with_a_fresh_secret(claim) -> None:
    _, token = claim()

    first, second = trade(token), trade(token)

    assert first.name == second.name
    assert matches(second.secret, hash_of(first.name))
    assert not matches(first.secret, hash_of(first.name))


def test_a_used_up_claim_is_refused_to_other_hardware_and_later_to_its_own(claim) -> None:
    _, token = claim(uses=2)
    trade(token, "hw-1")
    trade(token, "hw-2")

    with pytest.raises(ClaimEnded):
        trade(token, "hw-3")
    with pytest.raises(ClaimEnded):
        trade(token, "hw-1", at=AT + claims.REPEAT_WITHIN + timedelta(minutes=1))
    assert trade(token, "hw-2").name


def test_an_expired_or_cancelled_or_unknown_claim_is_refused(claim, tenant) -> None:
    claim_id, token = claim()

    with pytest.raises(ClaimEnded):
        trade(token, at=AT + 3 * A_DAY)
    with transaction(tenant_id=tenant) as session:
        claims.cancel_claim(session, claim_id, at=AT)
    with pytest.raises(ClaimEnded):
        trade(token)
    with pytest.raises(ClaimNotFound):
        trade("fhc_" + "x" * 43)


def test_a_revoked_device_does_not_come_back_by_its_claim(claim, tenant) -> None:
    _, token = claim()
    name = trade(token).name
    with transaction(tenant_id=tenant) as session:
        devices.revoke_device(session, devices.find_device(session, name).id, at=AT)

    with pytest.raises(DeviceRevoked):
        trade(token)


def test_many_at_once_get_no_more_devices_than_the_claim_allows(claim) -> None:
    claim_id, token = claim(uses=3)

    def one(number):
        try:
            return trade(token, f"hw-{number % 8}").name
        except ClaimEnded:
            return None

    with ThreadPoolExecutor(8) as pool:
        names = {name for name in pool.map(one, range(24)) if name}

    assert len(names) == 3
    assert scalar("SELECT count(*) FROM claimed_device WHERE claim_id = :c", c=claim_id) == 3
    assert scalar("SELECT uses FROM device_claim WHERE id = :c", c=claim_id) == 3


def test_an_address_may_not_try_without_end(claim) -> None:
    _, token = claim(uses=2)
    address, refusals = str(new_id()), set()

    for _ in range(3 * claims.ATTEMPTS_PER_MINUTE):
        with pytest.raises((ClaimNotFound, TooManyClaims)) as refused:
            trade("fhc_" + "y" * 43, address=address)
        refusals.add(refused.type)
        if refused.type is TooManyClaims:
            break

    assert refusals == {ClaimNotFound, TooManyClaims}
    with pytest.raises(TooManyClaims):
        trade(token, address=address)
    assert trade(token).name


def test_a_request_gets_a_certificate_and_no_secret(claim, tmp_path) -> None:
    authority = pki.ensure(tmp_path / "ca", ["localhost"], at=AT)
    _, token = claim()
    _, request = pki.new_request("whatever")
    with settings_of({"FIELDHAND_CA_DIR": str(authority.folder)}):
        first, second = trade(token, request=request), trade(token, request=request)

    assert first.secret is None
    assert first.ca == authority.pem
    assert first.certificate != second.certificate
    open_ones = "SELECT count(*) FROM device_certificate JOIN device d ON d.id = device_id WHERE d.name = :n"
    assert scalar(open_ones, n=first.name) == 2
    assert scalar(open_ones + " AND device_certificate.revoked_at IS NULL", n=first.name) == 1


def test_a_bad_request_uses_nothing_up(claim, tmp_path) -> None:
    authority = pki.ensure(tmp_path / "ca", ["localhost"], at=AT)
    claim_id, token = claim()

    with settings_of({"FIELDHAND_CA_DIR": str(tmp_path / "none")}), pytest.raises(CertificatesOff):
        trade(token, request="-----BEGIN CERTIFICATE REQUEST-----")
    with settings_of({"FIELDHAND_CA_DIR": str(authority.folder)}), pytest.raises(BadSigningRequest):
        trade(token, request="-----BEGIN CERTIFICATE REQUEST-----")

    assert scalar("SELECT uses FROM device_claim WHERE id = :c", c=claim_id) == 0
    assert trade(token).name


def test_neither_token_nor_secret_lies_in_the_database(claim, tenant) -> None:
    _, token = claim()
    secret = trade(token).secret

    for table in ("device_claim", "claimed_device", "device", "audit_entry", "outbox_event", "claim_attempt"):
        with transaction(Login.SYSTEM) as session:
            rows = session.scalars(text(f"SELECT t::text FROM {table} t")).all()
        assert not [row for row in rows if token in row or secret in row], table
    trades = "SELECT count(*) FROM audit_entry WHERE tenant_id = :t AND action = 'claim.trade'"
    assert scalar(trades, t=tenant) == 1


def test_a_batch_has_a_token_each_and_a_list_is_narrowed_by_state(claim, tenant) -> None:
    client = a_client(tenant, Role.ASSET_MANAGER, routes)
    wish = {"model": "pump", "sampling_seconds": 60, "count": 3}

    made = client.post("/device-claims/batch", json=wish).json()
    trade(made[0]["token"])
    client.post(f"/device-claims/{made[1]['claim']['id']}/cancel")
    expired, _ = claim(lifetime=timedelta(seconds=1), at=AT - A_DAY)

    assert len({one["token"] for one in made}) == 3
    assert all(one["token"] in one["payload"] for one in made)
    ids = [one["claim"]["id"] for one in made]
    for state, wanted in zip(("used", "cancelled", "open", "expired"), [*ids, str(expired)], strict=True):
        found = client.get("/device-claims", params={"state": state}).json()["items"]
        assert [(one["id"], one["state"]) for one in found] == [(wanted, state)]
    assert len(client.get("/device-claims").json()["items"]) == 4
    assert client.post("/device-claims/batch", json=wish | {"count": 201}).status_code == 422
    assert a_client(tenant, Role.DISPATCHER, routes).post("/device-claims/batch", json=wish).status_code == 403


def test_a_claim_may_say_what_its_device_reports_on(claim, tenant) -> None:
    asset, site = new_id(), new_id()
    _, of_asset = claim(asset_id=asset)
    _, of_site = claim(site_id=site, uses=2)

    names = [trade(of_asset).name, trade(of_site, "hw-1").name, trade(of_site, "hw-2").name]

    said = "SELECT coalesce(body ->> 'asset_id', body ->> 'site_id') FROM outbox_event WHERE body ->> 'name' = :n"
    assert [scalar(said, n=name) for name in names] == [str(asset), str(site), str(site)]


@pytest.mark.parametrize("more", [{"uses": 2}, {"site_id": new_id()}])
def test_a_claim_for_an_asset_is_for_one_device_and_names_no_site(claim, more) -> None:
    with pytest.raises(Invalid):
        claim(asset_id=new_id(), **more)
