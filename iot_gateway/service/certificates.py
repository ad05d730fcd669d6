"""Client certificates of devices: signed on request, recorded, revoked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from iot_gateway.errors import BadSigningRequest, CertificatesOff, DeviceNotFound, DeviceRevoked
from iot_gateway.models.access import DeviceCertificate, in_force
from iot_gateway.models.devices import Device
from kernel import pki
from kernel.settings import get_settings

MOST = 100


@dataclass(frozen=True)
class Signed:
    """A certificate for a device, and the authority that it and the broker are trusted by."""

    name: str
    serial: str
    certificate: str
    ca: str
    expires_at: datetime


def issue_certificate(
    session: Session,
    device_id: UUID,
    *,
    request: str,
    at: datetime,
    replace: bool = False,
    grace: timedelta = timedelta(0),
) -> Signed:
    """Sign a device's request under its name; with `replace` its earlier certificates end after `grace`.

    Raises:
        DeviceNotFound: there is none.
        DeviceRevoked: it has been shut out for good.
        CertificatesOff: no authority is kept here.
        BadSigningRequest: the request cannot be signed.
    """
    device = session.get(Device, device_id, with_for_update=True)
    if device is None:
        raise DeviceNotFound("No device has this id.", device_id=device_id)
    if device.revoked_at is not None:
        raise DeviceRevoked("Provision it under another name.", revoked_at=device.revoked_at)
    folder = get_settings().ca_dir
    if folder is None:
        raise CertificatesOff("FIELDHAND_CA_DIR names no authority; use secrets.")
    try:
        authority = pki.load_authority(folder)
        issued = pki.sign_device(authority, request, name=device.name, at=at)
    except pki.NoAuthorityError as error:
        raise CertificatesOff("The folder of the authority is empty; `fieldhand ca init` makes one.") from error
    except pki.BadRequestError as error:
        raise BadSigningRequest(str(error)) from error
    if replace:
        revoke_certificates(session, device_id, at=at + grace)
    serial = f"{issued.serial:x}"
    session.add(DeviceCertificate(device_id=device_id, serial=serial, expires_at=issued.expires_at))
    session.flush()
    return Signed(device.name, serial, issued.pem, authority.pem, issued.expires_at)


def revoke_certificates(session: Session, device_id: UUID, *, at: datetime) -> int:
    """Revoke all certificates of a device from `at` on; a connection made with one then ends. Return how many."""
    revoked = session.scalars(
        update(DeviceCertificate)
        .where(DeviceCertificate.device_id == device_id, in_force(at))
        .values(revoked_at=at)
        .returning(DeviceCertificate.id)
    )
    return len(revoked.all())


def list_certificates(session: Session, device_id: UUID) -> Sequence[DeviceCertificate]:
    """Return the certificates of a device, the latest first, a hundred at most.

    Raises:
        DeviceNotFound: there is none.
    """
    if session.get(Device, device_id) is None:
        raise DeviceNotFound("No device has this id.", device_id=device_id)
    return session.scalars(
        select(DeviceCertificate)
        .where(DeviceCertificate.device_id == device_id)
        .order_by(DeviceCertificate.id.desc())
        .limit(MOST)
    ).all()
