"""Revoked certificates: put on the broker's list, and their live connections ended.

Mosquitto reads its revocation list again at SIGHUP, but lets those who are connected stay. Taking the session over
with the device's client id, on the gateways' listener, ends that connection.
"""

import time
from datetime import datetime
from uuid import UUID

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from sqlalchemy import func, select, update

from iot_gateway.broker_files import tell_broker
from iot_gateway.models.access import DeviceCertificate
from iot_gateway.models.devices import Device
from kernel import clock
from kernel.db import Login, transaction
from kernel.log import get_logger
from kernel.settings import Settings

SETTLE_SECONDS = 3.0
"""After a list was written the broker may need so long to read it; until then a device could come back."""
BATCH = 100
CONNECT_SECONDS = 5.0

log = get_logger()


class ShutOut:
    """Puts revocations in force."""

    def __init__(self, settings: Settings) -> None:
        """Serve the broker that the settings name."""
        self._settings = settings
        self._listed_at = 0.0

    def run(self) -> int:
        """Write the list where it changed and end the connections of revoked certificates; return how many ended.

        A connection is ended at once, and again until the broker has surely read the list; then the row is done.
        """
        revoked, waiting = self._revoked()
        if not waiting:
            return 0
        self._write(revoked)
        settled = time.monotonic() - self._listed_at >= SETTLE_SECONDS
        ended = [row for row, name in waiting if end_session(self._settings, name)]
        if settled and ended:
            with transaction(Login.INGEST) as session:
                done = update(DeviceCertificate).where(DeviceCertificate.id.in_(ended)).values(enforced_at=clock.now())
                session.execute(done)
            log.info("certificates_shut_out", count=len(ended))
        return len(ended)

    def _revoked(self) -> tuple[dict[int, datetime], list[tuple[UUID, str]]]:
        with transaction(Login.INGEST) as session:
            waiting = session.execute(
                select(DeviceCertificate.id, Device.name)
                .join(Device, Device.id == DeviceCertificate.device_id)
                .where(DeviceCertificate.revoked_at <= func.now(), DeviceCertificate.enforced_at.is_(None))
                .order_by(DeviceCertificate.revoked_at)
                .limit(BATCH)
            ).all()
            if not waiting:
                return {}, []
            listed = session.execute(
                select(DeviceCertificate.serial, DeviceCertificate.revoked_at).where(
                    DeviceCertificate.revoked_at <= func.now(), DeviceCertificate.expires_at > func.now()
                )
            ).all()
        return {int(row.serial, 16): row.revoked_at for row in listed}, [(row.id, row.name) for row in waiting]

    def _write(self, revoked: dict[int, datetime]) -> None:
        settings = self._settings
        if settings.ca_dir is None or settings.mqtt_crl_file is None:
            return
        from kernel import pki  # noqa: PLC0415 - loads 10 MB of cryptography, which most gateways never need

        authority = pki.load_authority(settings.ca_dir)
        if pki.write_revocations(authority, settings.mqtt_crl_file, revoked, at=clock.now()):
            self._listed_at = time.monotonic()
            log.info("revocations_written", count=len(revoked))
            if settings.mqtt_reload_pid_file is not None:
                tell_broker(settings.mqtt_reload_pid_file)


def end_session(settings: Settings, client_id: str) -> bool:
    """Take a client's session over and let it go, which ends its connection; tell whether the broker agreed."""
    client = mqtt.Client(
        CallbackAPIVersion.VERSION2,
        client_id=client_id,
        protocol=MQTTProtocolVersion.MQTTv5,
        reconnect_on_failure=False,
    )
    client.username_pw_set(settings.gateway_user, settings.mqtt_gateway_password.get_secret_value())
    if settings.mqtt_tls_ca is not None:
        client.tls_set(ca_certs=str(settings.mqtt_tls_ca))
    answers: list[bool] = []
    client.on_connect = lambda _c, _u, _f, reason, _p: answers.append(not reason.is_failure)
    deadline = time.monotonic() + CONNECT_SECONDS
    try:
        client.connect(settings.mqtt_host, settings.mqtt_gateway_port, clean_start=True)
        while not answers and time.monotonic() < deadline:
            client.loop(0.1)
        client.disconnect()
    except OSError as error:
        log.warning("session_not_ended", client_id=client_id, error=str(error))
        return False
    return answers == [True]
