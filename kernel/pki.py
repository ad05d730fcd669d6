"""The installation's own certificate authority: ECDSA P-256, for the broker and for devices.

The folder of an authority holds `ca.key`, `ca.crt`, `crl.pem`, and the broker's `server.key` and `server.crt`.
Keys are readable by their owner only. Nothing is overwritten unless it is asked for.
"""

import ipaddress
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_LIFETIME = timedelta(days=20 * 365)
SERVER_LIFETIME = timedelta(days=397)
DEVICE_LIFETIME = timedelta(days=5 * 365)
"""Long, since a device in the field renews by a visit or a claim; what ends access early is revocation."""
RENEW_BEFORE = timedelta(days=60)
SKEW = timedelta(hours=1)
"""Certificates begin so much earlier: clocks of devices differ."""
CURVES = ("secp256r1", "secp384r1")
REQUEST_LIMIT_BYTES = 4096


class InTheWayError(FileExistsError):
    """A file is there already; `--force` replaces it."""


class NoAuthorityError(FileNotFoundError):
    """The folder holds no certificate authority."""


class BadRequestError(ValueError):
    """A certificate signing request that cannot be signed."""


@dataclass(frozen=True)
class Issued:
    """A certificate and what identifies it."""

    serial: int
    pem: str
    expires_at: datetime


@dataclass(frozen=True)
class Authority:
    """A certificate authority that lies in a folder."""

    folder: Path
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> str:
        """The certificate that devices and installers trust."""
        return self.certificate.public_bytes(Encoding.PEM).decode()


def make_authority(folder: Path, *, name: str, at: datetime, force: bool = False) -> Authority:
    """Make an authority with an empty revocation list.

    Raises:
        InTheWayError: there is one.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    builder = (
        _begun(subject, subject, key.public_key(), at=at, until=at + AUTHORITY_LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
    )
    certificate = builder.sign(key, hashes.SHA256())
    write_new(folder / "ca.key", _key_pem(key), mode=0o600, force=force)
    write_new(folder / "ca.crt", certificate.public_bytes(Encoding.PEM), mode=0o644, force=True)
    made = Authority(folder, key, certificate)
    write_revocations(made, folder / "crl.pem", {}, at=at)
    return made


def load_authority(folder: Path) -> Authority:
    """Return the authority of a folder.

    Raises:
        NoAuthorityError: there is none.
    """
    try:
        key = load_pem_private_key((folder / "ca.key").read_bytes(), password=None)
        certificate = x509.load_pem_x509_certificate((folder / "ca.crt").read_bytes())
    except FileNotFoundError as error:
        raise NoAuthorityError(f"{folder} holds no certificate authority; `fieldhand ca init` makes one") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise NoAuthorityError(f"{folder / 'ca.key'} is no key of `fieldhand ca init`")
    return Authority(folder, key, certificate)


def make_server(authority: Authority, names: Iterable[str], *, at: datetime, force: bool = False) -> Path:
    """Make key and certificate of the broker for its names and addresses; return the certificate's file.

    Raises:
        InTheWayError: there are some.
    """
    listed = list(dict.fromkeys(names))
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, listed[0][:64])])
    builder = _leaf(authority, subject, key.public_key(), at=at, until=at + SERVER_LIFETIME)
    builder = builder.add_extension(x509.SubjectAlternativeName([_general_name(name) for name in listed]), False)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    certificate = builder.sign(authority.key, hashes.SHA256())
    write_new(authority.folder / "server.key", _key_pem(key), mode=0o600, force=force)
    write_new(authority.folder / "server.crt", certificate.public_bytes(Encoding.PEM), mode=0o644, force=True)
    return authority.folder / "server.crt"


def server_serves(authority: Authority, names: Iterable[str], *, at: datetime) -> bool:
    """Tell whether the broker's certificate is ours, names all of these, and lasts for a while."""
    try:
        found = x509.load_pem_x509_certificate((authority.folder / "server.crt").read_bytes())
        found.verify_directly_issued_by(authority.certificate)
        listed = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (FileNotFoundError, ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    wanted = {_general_name(name) for name in names}
    there = (authority.folder / "server.key").exists()
    return there and wanted <= set(listed) and found.not_valid_after_utc - at > RENEW_BEFORE


def ensure(folder: Path, names: Iterable[str], *, at: datetime) -> Authority:
    """Return the authority of a folder with a broker's certificate that serves, making what is missing or runs out."""
    listed = list(names)
    try:
        authority = load_authority(folder)
    except NoAuthorityError:
        authority = make_authority(folder, name="Fieldhand devices", at=at)
    if not server_serves(authority, listed, at=at):
        make_server(authority, listed, at=at, force=True)
    if not (folder / "crl.pem").exists():
        write_revocations(authority, folder / "crl.pem", {}, at=at)
    return authority


def publish(authority: Authority, folder: Path) -> None:
    """Copy what a broker on other storage reads: certificates, its key, and the revocation list where there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, mode in (("ca.crt", 0o644), ("server.crt", 0o644), ("server.key", 0o600)):
        write_new(folder / name, (authority.folder / name).read_bytes(), mode=mode, force=True)
    if revoked_in(folder / "crl.pem", authority) is None:
        write_new(folder / "crl.pem", (authority.folder / "crl.pem").read_bytes(), mode=0o644, force=True)


def new_request(name: str) -> tuple[bytes, str]:
    """Return a fresh key and a signing request for it, both PEM; what a device does for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    return _key_pem(key), request.public_bytes(Encoding.PEM).decode()


def sign_device(authority: Authority, request_pem: str, *, name: str, at: datetime) -> Issued:
    """Sign a device's request; its subject is ours to say and is always the device name.

    Raises:
        BadRequestError: it cannot be read, proves no key, or the key is not on P-256 or P-384.
    """
    if len(request_pem) > REQUEST_LIMIT_BYTES:
        raise BadRequestError(f"A signing request has at most {REQUEST_LIMIT_BYTES} characters.")
    try:
        request = x509.load_pem_x509_csr(request_pem.encode())
        proven, key = request.is_signature_valid, request.public_key()
    except (ValueError, TypeError) as error:
        raise BadRequestError("This is no PEM certificate signing request.") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name not in CURVES:
        raise BadRequestError("The key must be an elliptic curve key on P-256 or P-384.")
    if not proven:
        raise BadRequestError("The request is not signed with its own key.")
    until = min(at + DEVICE_LIFETIME, authority.certificate.not_valid_after_utc)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = _leaf(authority, subject, key, at=at, until=until)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
    certificate = builder.sign(authority.key, hashes.SHA256())
    pem = certificate.public_bytes(Encoding.PEM).decode()
    return Issued(certificate.serial_number, pem, certificate.not_valid_after_utc)


def write_revocations(authority: Authority, path: Path, revoked: Mapping[int, datetime], *, at: datetime) -> bool:
    """Write the revocation list, unless it names just these serial numbers; tell whether it was written.

    It never runs out before the authority does: an expired list makes a TLS server refuse everybody.
    """
    if revoked_in(path, authority) == set(revoked):
        return False
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.certificate.subject)
        .last_update(at - SKEW)
        .next_update(authority.certificate.not_valid_after_utc)
        .add_extension(_issuer_of(authority), critical=False)
        .add_extension(x509.CRLNumber(int(at.timestamp() * 1000)), critical=False)
    )
    for serial, since in sorted(revoked.items()):
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(since).build()
        builder = builder.add_revoked_certificate(entry)
    listed = builder.sign(authority.key, hashes.SHA256())
    write_new(path, listed.public_bytes(Encoding.PEM), mode=0o644, force=True)
    return True


def revoked_in(path: Path, authority: Authority) -> set[int] | None:
    """Return the serial numbers of a revocation list; None if there is none of this authority."""
    try:
        listed = x509.load_pem_x509_crl(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    public = authority.certificate.public_key()
    if not isinstance(public, ec.EllipticCurvePublicKey) or not listed.is_signature_valid(public):
        return None
    return {entry.serial_number for entry in listed}


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, *, at: datetime, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - SKEW)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _leaf(
    authority: Authority, subject: x509.Name, key: ec.EllipticCurvePublicKey, *, at: datetime, until: datetime
) -> x509.CertificateBuilder:
    return (
        _begun(subject, authority.certificate.subject, key, at=at, until=until)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(_issuer_of(authority), critical=False)
    )


def _issuer_of(authority: Authority) -> x509.AuthorityKeyIdentifier:
    own = authority.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own)


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def write_new(path: Path, content: bytes, *, mode: int, force: bool) -> None:
    """Write all of a file or nothing of it.

    Raises:
        InTheWayError: it is there, and not to be replaced.
    """
    if path.exists() and not force:
        raise InTheWayError(f"{path} is there already; --force replaces it")
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    draft.replace(path)
