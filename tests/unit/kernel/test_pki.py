"""The authority signs what it should and nothing else."""

import ssl
import stat
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from kernel import clock, pki

NAMES = ["localhost", "127.0.0.1", "broker.example.org"]


@pytest.fixture
def authority(tmp_path):
    return pki.ensure(tmp_path / "ca", NAMES, at=clock.now())


def test_keys_are_their_owners_only(authority) -> None:
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in authority.folder.iterdir()}

    assert {name for name, mode in modes.items() if mode == 0o600} == {"ca.key", "server.key"}
    assert set(modes) == {"ca.key", "ca.crt", "server.key", "server.crt", "crl.pem"}


def test_nothing_is_overwritten_unless_asked_for(authority) -> None:
    before = {path.name: path.read_bytes() for path in authority.folder.iterdir()}

    with pytest.raises(pki.InTheWayError):
        pki.make_authority(authority.folder, name="again", at=clock.now())
    with pytest.raises(pki.InTheWayError):
        pki.make_server(authority, NAMES, at=clock.now())
    pki.ensure(authority.folder, NAMES[:1], at=clock.now())

    assert {path.name: path.read_bytes() for path in authority.folder.iterdir()} == before


@pytest.mark.parametrize("reason", ["another name", "it runs out", "lost key", "foreign"])
def test_a_server_certificate_that_does_not_serve_is_made_anew(authority, reason, tmp_path) -> None:
    before, at, names = (authority.folder / "server.crt").read_bytes(), clock.now(), NAMES
    if reason == "another name":
        names = [*NAMES, "10.0.0.7"]
    elif reason == "it runs out":
        at += pki.SERVER_LIFETIME - pki.RENEW_BEFORE
    elif reason == "lost key":
        (authority.folder / "server.key").unlink()
    else:
        other = pki.ensure(tmp_path / "other", NAMES, at=at)
        (authority.folder / "server.crt").write_bytes((other.folder / "server.crt").read_bytes())

    pki.ensure(authority.folder, names, at=at)

    assert (authority.folder / "server.crt").read_bytes() != before
    assert pki.server_serves(authority, names, at=at)
    assert (authority.folder / "ca.crt").read_text() == authority.pem


def test_a_device_certificate_says_what_we_say(authority) -> None:
    _, request = pki.new_request("somebody-else")

    issued = pki.sign_device(authority, request, name="pump-1", at=clock.now())

    found = x509.load_pem_x509_certificate(issued.pem.encode())
    found.verify_directly_issued_by(authority.certificate)
    assert [part.value for part in found.subject] == ["pump-1"]
    assert found.serial_number == issued.serial
    assert not found.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    usage = found.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [x509.oid.ExtendedKeyUsageOID.CLIENT_AUTH]
    assert issued.expires_at - clock.now() < pki.DEVICE_LIFETIME + timedelta(minutes=1)


def a_request(key, curve=None) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    return request.public_bytes(Encoding.PEM).decode()


def tampered() -> str:
    import base64

    head, *lines, tail = a_request(ec.generate_private_key(ec.SECP256R1())).strip().splitlines()
    raw = bytearray(base64.b64decode("".join(lines)))
    raw[-1] ^= 1
    return f"{head}\n{base64.encodebytes(bytes(raw)).decode()}{tail}\n"


@pytest.mark.parametrize(
    "request_pem",
    [
        "",
        "no request",
        "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n",
        "x" * 5000,
        a_request(rsa.generate_private_key(65537, 2048)),
        a_request(ec.generate_private_key(ec.SECP256K1())),
        tampered(),
    ],
)
def test_a_bad_request_is_refused(authority, request_pem) -> None:
    with pytest.raises(pki.BadRequestError):
        pki.sign_device(authority, request_pem, name="pump-1", at=clock.now())


def test_revocations_are_written_once_and_outlive_everything(authority) -> None:
    path, at = authority.folder / "crl.pem", clock.now()

    assert pki.write_revocations(authority, path, {5: at, 7: at}, at=at)
    assert not pki.write_revocations(authority, path, {7: at, 5: at}, at=at)

    assert pki.revoked_in(path, authority) == {5, 7}
    listed = x509.load_pem_x509_crl(path.read_bytes())
    assert listed.next_update_utc == authority.certificate.not_valid_after_utc
    assert pki.write_revocations(authority, path, {}, at=at)
    assert pki.revoked_in(path, authority) == set()


def test_the_list_of_another_authority_counts_for_nothing(authority, tmp_path) -> None:
    other = pki.ensure(tmp_path / "other", NAMES, at=clock.now())

    assert pki.revoked_in(other.folder / "crl.pem", authority) is None


def test_the_strictest_client_trusts_what_was_made(authority) -> None:
    context = ssl.create_default_context(cadata=authority.pem)
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_STRICT

    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(authority.folder / "server.crt", authority.folder / "server.key")
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(down, up, server_hostname="broker.example.org")
    answering = server.wrap_bio(up, down, server_side=True)
    done = set()
    while len(done) < 2:
        for name, side in (("client", client), ("server", answering)):
            try:
                side.do_handshake()
                done.add(name)
            except ssl.SSLWantReadError:
                pass

    assert client.getpeercert() is not None
