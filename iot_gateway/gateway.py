"""The gateway process: link, writer, command sender, broker files."""

import threading
import time
from collections.abc import Callable

from sqlalchemy.exc import OperationalError

from iot_gateway.broker_files import BrokerFiles
from iot_gateway.caretaker import Account, Caretaker
from iot_gateway.client import Link
from iot_gateway.commander import expire_unanswered, send_commands, send_twins
from iot_gateway.ingest import Writer
from iot_gateway.pulse import Pulse
from iot_gateway.secret import share_group
from iot_gateway.shut_out import ShutOut
from iot_gateway.sparkplug import topics
from kernel.log import get_logger
from kernel.settings import Settings, get_settings

COMMAND_SECONDS, FILE_SECONDS, EXPIRY_SECONDS = 0.25, 1.0, 5.0

PARCEL_SHARE = 20
"""Looking for what is to be sent takes at most a twentieth of the time, however much waits for absent devices."""

log = get_logger()


def run(stop: threading.Event) -> None:
    """Take telemetry in and send commands until told to stop.

    Raises:
        RuntimeError: the writer has died; the supervisor starts the process anew.
    """
    settings = get_settings()
    account = Account.of(settings)
    group = share_group(settings.secret_key.get_secret_value())
    link = Link(**account._asdict(), group=group, more=topics.FILTERS, take_more=settings.sparkplug)
    files, shut_out, pulse = BrokerFiles(settings), ShutOut(settings), Pulse()
    writer = threading.Thread(target=_writer(link, stop, pulse, settings).run, name="writer", daemon=True)
    caretaker = threading.Thread(target=Caretaker(account, link, pulse, stop).run, name="caretaker", daemon=True)
    _chore(files.refresh)
    link.start()
    writer.start()
    caretaker.start()
    log.info("gateway_started", user=settings.mqtt_gateway_user)
    due = {"files": time.monotonic() + FILE_SECONDS, "expiry": 0.0, "parcels": 0.0}
    while not stop.wait(COMMAND_SECONDS):
        if not writer.is_alive():
            raise RuntimeError("the writer has died")
        now = time.monotonic()
        if now >= due["parcels"]:
            _chore(lambda: send_commands(link))
            _chore(lambda: send_twins(link))
            due["parcels"] = now + PARCEL_SHARE * (time.monotonic() - now)
        if now >= due["files"]:
            _chore(files.refresh)
            _chore(shut_out.run)
            due["files"] = now + FILE_SECONDS
        if now >= due["expiry"]:
            _chore(expire_unanswered)
            due["expiry"] = now + EXPIRY_SECONDS
    writer.join(timeout=10)
    caretaker.join(timeout=5)
    link.stop()
    log.info("gateway_stopped")


def _writer(link: Link, stop: threading.Event, pulse: Pulse, settings: Settings) -> Writer:
    if not settings.sparkplug:
        return Writer(link, stop, pulse)
    from iot_gateway.sparkplug.intake import Sparkplug  # noqa: PLC0415 - loads protobuf, which few gateways need

    return Writer(link, stop, pulse, Sparkplug())


def _chore(work: Callable[[], object]) -> None:
    """Do one of the small jobs beside ingest; a database that is away is tried again later."""
    try:
        work()
    except OperationalError as error:
        log.warning("gateway_waits_for_database", error=str(error.orig))
