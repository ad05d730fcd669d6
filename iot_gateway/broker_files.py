"""Password and access files of the broker, written from the device rows.

Every device has its own explicit lines: a pattern with a wildcard for the tenant would let it publish under
another one. Gateways have files of their own, since they have a listener of their own.
"""

import os
import signal
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from iot_gateway.models.devices import Device
from iot_gateway.models.sparkplug import SparkplugEdge
from iot_gateway.secret import hash_for_broker
from kernel.db import Login, transaction
from kernel.log import get_logger
from kernel.processes.rights import gateway_rights
from kernel.settings import Settings, get_settings

WRITES, READS = ("telemetry", "event", "state", "cmd/ack", "twin/reported"), ("cmd", "ack", "twin/desired")

log = get_logger()


@dataclass(frozen=True)
class Access:
    """A device that may log in."""

    name: str
    tenant_slug: str
    secret_hash: str
    edge: bool = False
    """Whether it is an edge node of Sparkplug B."""


def password_lines(devices: Iterable[Access]) -> str:
    """Return the password file of the devices."""
    return "".join(f"{device.name}:{device.secret_hash}\n" for device in devices)


def acl_lines(devices: Iterable[Access]) -> str:
    """Return the access file of the devices: to each its own topics."""
    lines: list[str] = []
    for device in devices:
        own = f"fieldhand/v1/{device.tenant_slug}/{device.name}"
        lines.append(f"user {device.name}")
        lines += [f"topic write {own}/{leaf}" for leaf in WRITES]
        lines += [f"topic read {own}/{leaf}" for leaf in READS]
        lines += _sparkplug_lines(device) if device.edge else []
        lines.append("")
    return "\n".join(lines) + "\n"


def _sparkplug_lines(device: Access) -> list[str]:
    """Return the lines of an edge node: itself and, one level below its own name, whatever it speaks for."""
    root, own = f"spBv1.0/{device.tenant_slug}", device.name
    written = [f"topic write {root}/{kind}/{own}" for kind in ("NBIRTH", "NDEATH", "NDATA")]
    written += [f"topic write {root}/{kind}/{own}/+" for kind in ("DBIRTH", "DDEATH", "DDATA")]
    return [*written, f"topic read {root}/NCMD/{own}", f"topic read {root}/DCMD/{own}/+", "topic read spBv1.0/STATE/+"]


class BrokerFiles:
    """Keeps the broker's files in step with the device rows."""

    def __init__(self, settings: Settings | None = None) -> None:
        """Write to the files that the settings name; without them there is nothing to do."""
        self._settings = settings or get_settings()
        self._written: object = None

    def refresh(self) -> bool:
        """Write the files and tell the broker when a device row changed; tell whether it did."""
        settings = self._settings
        if settings.mqtt_password_file is None or settings.mqtt_acl_file is None:
            return False
        with transaction(Login.INGEST) as session:
            fingerprint = _fingerprint(session)
            if fingerprint == self._written:
                return False
            devices = _allowed(session)
        self._write(settings.mqtt_password_file, settings.mqtt_acl_file, devices)
        self._written = fingerprint
        log.info("broker_files_written", devices=len(devices))
        return True

    def _write(self, password_file: Path, acl_file: Path, devices: list[Access]) -> None:
        changed = _replace(password_file, password_lines(devices))
        changed |= _replace(acl_file, acl_lines(devices))
        changed |= self._own_account()
        if changed and self._settings.mqtt_reload_pid_file is not None:
            tell_broker(self._settings.mqtt_reload_pid_file)

    def _own_account(self) -> bool:
        """Add this gateway's account where it is missing, as that of a new replica is."""
        settings = self._settings
        passwords, rights = settings.mqtt_gateway_password_file, settings.mqtt_gateway_acl_file
        if passwords is None or rights is None:
            return False
        user, password = settings.gateway_user, settings.mqtt_gateway_password.get_secret_value()
        known = passwords.read_text() if passwords.exists() else ""
        if any(line.startswith(f"{user}:") for line in known.splitlines()):
            return False
        allowed = rights.read_text() if rights.exists() else ""
        _replace(passwords, f"{known}{user}:{hash_for_broker(password)}\n")
        return _replace(rights, allowed + gateway_rights(user))


def _fingerprint(session: Session) -> tuple[object, ...]:
    digest = func.sum(func.hashtext(Device.name + Device.secret_hash + func.coalesce(text("revoked_at::text"), "")))
    edges = select(func.coalesce(func.sum(func.hashint4(SparkplugEdge.device_number)), 0)).scalar_subquery()
    return tuple(session.execute(select(func.count(), digest, edges)).one())


def _allowed(session: Session) -> list[Access]:
    rows = session.execute(
        select(Device.name, Device.tenant_slug, Device.secret_hash, SparkplugEdge.device_number.is_not(None))
        .outerjoin(SparkplugEdge, SparkplugEdge.device_number == Device.number)
        .where(Device.revoked_at.is_(None))
        .order_by(Device.name)
    )
    return [Access(*row) for row in rows]


def _replace(path: Path, content: str) -> bool:
    """Put new content in the place of a file in one step, keeping its owner and mode."""
    if path.exists() and path.read_text() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    fresh.touch(mode=0o640)
    fresh.write_text(content)
    if path.exists():
        old = path.stat()
        fresh.chmod(old.st_mode & 0o777)
        if (old.st_uid, old.st_gid) != (os.geteuid(), os.getegid()) and os.geteuid() == 0:
            os.chown(fresh, old.st_uid, old.st_gid)
    fresh.replace(path)
    return True


def tell_broker(pid_file: Path) -> None:
    """Have the broker read its files again."""
    try:
        os.kill(int(pid_file.read_text().strip()), signal.SIGHUP)
    except (FileNotFoundError, ProcessLookupError, ValueError) as error:
        log.warning("broker_not_told", error=str(error))
