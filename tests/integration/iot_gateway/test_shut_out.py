"""Rotation and revocation act on connections that are there."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from iot_gateway.service import certificates, devices
from kernel import pki
from kernel.db import Login, transaction
from tests.integration.iot_gateway.probe import Entrance, connect
from tests.integration.iot_gateway.world import scalar, wait_until


def let_in(broker, entrance, **who):
    """Connect as soon as the gateway has told the broker of the device."""
    found = []

    def tried() -> bool:
        found.append(connect(broker, entrance, **who))
        return found[-1].answer == 0

    wait_until(tried)
    return found[-1]


def certified(device, folder, *, replace=False, grace=timedelta(0)):
    """Sign a certificate for a device, whose key stays with it."""
    key, request = pki.new_request(device.name)
    with transaction(tenant_id=device.tenant_id) as session:
        signed = certificates.issue_certificate(
            session, device.id, request=request, at=datetime.now(UTC), replace=replace, grace=grace
        )
    files = folder / f"{signed.serial}.crt", folder / f"{signed.serial}.key"
    files[0].write_text(signed.certificate)
    files[1].write_bytes(key)
    return files


def in_force(device) -> bool:
    query = (
        "SELECT bool_and(enforced_at IS NOT NULL) FROM device_certificate WHERE device_id = :d AND revoked_at < now()"
    )
    return scalar(query, d=device.id) is True


def test_a_new_secret_ends_the_connection_of_the_old_one(make_device, gateway, broker) -> None:
    device, other = make_device(), make_device()
    live = [let_in(broker, kind, user=device.name, password=device.secret) for kind in (Entrance.TLS,)]
    bystander = let_in(broker, Entrance.TLS, user=other.name, password=other.secret)

    with transaction(tenant_id=device.tenant_id) as session:
        fresh = devices.rotate_secret(session, device.id, at=datetime.now(UTC))

    wait_until(lambda: not any(probe.alive for probe in live))
    assert connect(broker, Entrance.TLS, user=device.name, password=device.secret).answer != 0
    again = connect(broker, Entrance.TLS, user=device.name, password=fresh)
    assert again.alive
    assert bystander.alive
    for probe in (again, bystander):
        probe.close()


def test_a_revoked_certificate_ends_its_connection_and_opens_none(make_device, gateway, broker, tmp_path) -> None:
    device, other = make_device(), make_device()
    first, second = certified(device, tmp_path), certified(other, tmp_path)
    live = let_in(broker, Entrance.CERTIFICATE, certificate=first)
    bystander = let_in(broker, Entrance.CERTIFICATE, certificate=second)

    with transaction(tenant_id=device.tenant_id) as session:
        assert certificates.revoke_certificates(session, device.id, at=datetime.now(UTC)) == 1

    wait_until(lambda: not live.alive)
    wait_until(lambda: in_force(device))
    assert connect(broker, Entrance.CERTIFICATE, certificate=first).answer is None
    assert bystander.alive
    bystander.close()


def test_a_replaced_certificate_ends_and_the_new_one_serves(make_device, gateway, broker, tmp_path) -> None:
    device = make_device()
    first = certified(device, tmp_path)
    live = let_in(broker, Entrance.CERTIFICATE, certificate=first)

    second = certified(device, tmp_path, replace=True)

    wait_until(lambda: not live.alive)
    wait_until(lambda: in_force(device))
    assert connect(broker, Entrance.CERTIFICATE, certificate=first).answer is None
    fresh = connect(broker, Entrance.CERTIFICATE, certificate=second)
    assert fresh.alive
    fresh.close()


def test_a_replaced_certificate_serves_beside_the_new_one_until_its_grace_ends(
    make_device, gateway, broker, tmp_path
) -> None:
    device = make_device()
    first = certified(device, tmp_path)
    live = let_in(broker, Entrance.CERTIFICATE, certificate=first)
    second = certified(device, tmp_path, replace=True, grace=timedelta(hours=1))
    with transaction(tenant_id=device.tenant_id) as session:
        kept = [
            (row.revoked_at is not None, row.enforced_at) for row in certificates.list_certificates(session, device.id)
        ]
    live.close()
    again = let_in(broker, Entrance.CERTIFICATE, certificate=first)

    with transaction(Login.SYSTEM) as session:
        earlier = "UPDATE device_certificate SET revoked_at = now() WHERE revoked_at IS NOT NULL AND device_id = :d"
        session.execute(text(earlier), {"d": device.id})

    wait_until(lambda: not again.alive)
    wait_until(lambda: in_force(device))
    assert kept == [(False, None), (True, None)]
    assert connect(broker, Entrance.CERTIFICATE, certificate=first).answer is None
    fresh = connect(broker, Entrance.CERTIFICATE, certificate=second)
    assert fresh.alive
    fresh.close()


def test_within_its_grace_a_certificate_can_be_revoked_at_once(make_device, tmp_path) -> None:
    device = make_device()
    certified(device, tmp_path)
    certified(device, tmp_path, replace=True, grace=timedelta(hours=1))
    at = datetime.now(UTC)

    with transaction(tenant_id=device.tenant_id) as session:
        count = certificates.revoke_certificates(session, device.id, at=at)

    assert count == 2
    assert scalar("SELECT max(revoked_at) FROM device_certificate WHERE device_id = :d", d=device.id) == at


def test_a_revoked_device_is_out_on_every_listener(make_device, gateway, broker, tmp_path) -> None:
    device = make_device()
    own = {"user": device.name, "password": device.secret}
    files = certified(device, tmp_path)
    live = let_in(broker, Entrance.CERTIFICATE, certificate=files)

    with transaction(tenant_id=device.tenant_id) as session:
        devices.revoke_device(session, device.id, at=datetime.now(UTC))

    wait_until(lambda: not live.alive)
    wait_until(lambda: in_force(device))
    assert connect(broker, Entrance.CERTIFICATE, certificate=files).answer is None
    assert connect(broker, Entrance.TLS, **own).answer != 0
    assert connect(broker, Entrance.PLAIN, **own).answer != 0


def test_a_revocation_survives_a_gateway_that_dies(make_device, gateway, broker, tmp_path) -> None:
    device = make_device()
    files = certified(device, tmp_path)
    live = let_in(broker, Entrance.CERTIFICATE, certificate=files)
    gateway.kill()

    with transaction(tenant_id=device.tenant_id) as session:
        certificates.revoke_certificates(session, device.id, at=datetime.now(UTC))
    assert live.alive
    gateway.start()

    wait_until(lambda: not live.alive)
    wait_until(lambda: in_force(device))
