"""The gateway process: link, writer, command sender, broker files."""

import gc
import sys
import threading
import time
from collections.abc import Callable

from sqlalchemy.exc import OperationalError

from iot_gateway import metrics
from iot_gateway.broker_files import BrokerFiles
from iot_gateway.caretaker import Account, Caretaker
from iot_gateway.client import Link
from iot_gateway.commander import expire_unanswered, send_commands, send_twins
from iot_gateway.ingest import Writer
from iot_gateway.pulse import Pulse
from iot_gateway.secret import share_group
from iot_gateway.shut_out import ShutOut
from iot_gateway.sparkplug import topics
from iot_gateway.sparkplug.sole import Sole
from kernel.log import get_logger
from kernel.settings import Settings, get_settings

TURN_SECONDS, FILE_SECONDS, EXPIRY_SECONDS = 0.25, 1.0, 5.0

PARCEL_SHARE, PARCEL_SECONDS = 20, 10.0
"""Looking for what is to be sent takes at most a twentieth of the time, however much waits for absent devices; but one
slow look, on a busy machine, holds up the next command no longer than this."""

SWITCH_SECONDS = 0.0005
"""A writer back from the database waits no longer than this for a reader that is busy; Python's own is 5 ms."""

log = get_logger()


class Gateway:
    """One replica: link, writer and the small jobs beside them."""

    def __init__(self, stop: threading.Event, retire: threading.Event) -> None:
        """Run until `stop`; once `retire` is set, until the session of this replica is empty."""
        settings = get_settings()
        self._stop, self._retire = stop, retire
        account, pulse = Account.of(settings), Pulse()
        group = share_group(settings.secret_key.get_secret_value())
        self._link = Link(**account._asdict(), group=group, more=topics.FILTERS, take_more=settings.sparkplug)
        self._files, self._shut_out = BrokerFiles(settings), ShutOut(settings)
        self._sole = Sole(stop) if settings.sparkplug else None
        writer = _writer(self._link, stop, pulse, settings)
        self._writer = threading.Thread(target=writer.run, name="writer", daemon=True)
        caretaker = Caretaker(account, self._link, pulse, stop)
        self._caretaker = threading.Thread(target=caretaker.run, name="caretaker", daemon=True)
        self._retiring = False
        self._due = {"files": time.monotonic() + FILE_SECONDS, "expiry": 0.0, "parcels": 0.0}
        metrics.HELD.set_function(self._link.backlog)
        metrics.OUTSTANDING.set_function(self._link.outstanding)

    def run(self) -> None:
        """Work until told to stop, or until retired.

        Raises:
            RuntimeError: the writer has died; the supervisor starts the process anew.
            SparkplugElsewhereError: another gateway takes Sparkplug.
        """
        if self._sole is not None:
            self._sole.claim()
        _chore(self._files.refresh)
        if self._retire.is_set():
            self._begin_to_retire()
        self._link.start()
        self._writer.start()
        self._caretaker.start()
        log.info("gateway_started", user=get_settings().gateway_user)
        while not self._stop.wait(TURN_SECONDS):
            if not self._writer.is_alive():
                raise RuntimeError("the writer has died")
            if self._retire.is_set() and self._is_retired():
                break
            self._do_chores()
        retired = not self._stop.is_set()
        self._stop.set()
        self._writer.join(timeout=10)
        self._caretaker.join(timeout=5)
        if self._sole is not None:
            self._sole.release()
        if retired:
            self._link.end()
        else:
            self._link.stop()
        log.info("gateway_retired" if retired else "gateway_stopped")

    def _begin_to_retire(self) -> None:
        self._retiring = True
        self._link.retire()
        log.info("gateway_retires", user=get_settings().gateway_user)

    def _is_retired(self) -> bool:
        if not self._retiring:
            self._begin_to_retire()
        return self._link.connected.is_set() and self._link.drained.is_set() and not self._link.outstanding()

    def _do_chores(self) -> None:
        now, due, link = time.monotonic(), self._due, self._link
        if now >= due["parcels"] and not self._retiring:
            _chore(lambda: send_commands(link))
            _chore(lambda: send_twins(link))
            due["parcels"] = now + rest_after(time.monotonic() - now)
        if now >= due["files"]:
            if self._sole is not None:
                self._sole.claim()
            _chore(self._files.refresh)
            _chore(self._shut_out.run)
            link.mend()
            due["files"] = now + FILE_SECONDS
        if now >= due["expiry"]:
            _chore(expire_unanswered)
            due["expiry"] = now + EXPIRY_SECONDS


def run(stop: threading.Event, retire: threading.Event) -> None:
    """Take telemetry in and send commands until told to stop or retired."""
    gc.freeze()
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.set_threshold(50_000, 20, 50)  # messages come and go by the thousand, and hold no cycles
    Gateway(stop, retire).run()


def rest_after(seconds: float) -> float:
    """Return after how long, from its beginning, a look for what is to be sent is followed by the next."""
    return max(seconds, min(PARCEL_SHARE * seconds, PARCEL_SECONDS))


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
