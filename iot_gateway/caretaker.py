"""What a gateway does beside ingest, in a thread of its own: replays, counts of minutes, the broker's figures.

If it dies, telemetry still flows; the row of `broker_status` gets old, and the fleet page says so.
"""

import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

import psycopg
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from iot_gateway import replay, store
from iot_gateway.broker_watch import BrokerFigures, BrokerWatch
from iot_gateway.client import Link
from iot_gateway.models.fleet import BrokerHistory, BrokerStatus
from iot_gateway.pulse import Pulse, add_to_table
from kernel import clock
from kernel.db import Login, transaction
from kernel.log import get_logger
from kernel.settings import Settings

REPLAY_SECONDS, PULSE_SECONDS, STATUS_SECONDS, HISTORY_SECONDS = 1.0, 5.0, 10.0, 60.0

log = get_logger()


class Account(NamedTuple):
    """Where the broker is, and as whom a gateway goes there."""

    host: str
    port: int
    user: str
    password: str
    tls_ca: str | None

    @classmethod
    def of(cls, settings: Settings) -> "Account":
        """Return the account of this gateway."""
        return cls(
            settings.mqtt_host,
            settings.mqtt_gateway_port,
            settings.gateway_user,
            settings.mqtt_gateway_password.get_secret_value(),
            str(settings.mqtt_tls_ca) if settings.mqtt_tls_ca else None,
        )


class Caretaker:
    """Does each of its jobs when it is due; a database that is away is tried again the next time."""

    def __init__(self, account: Account, link: Link, pulse: Pulse, stop: threading.Event) -> None:
        """Work for the gateway of `account` until `stop` is set."""
        self._user, self._link, self._pulse, self._stop = account.user, link, pulse, stop
        self._watch = BrokerWatch(**account._asdict())
        self._connection: store.Connection | None = None
        self._jobs: dict[Callable[[], None], float] = {
            self._replay: REPLAY_SECONDS,
            self._count: PULSE_SECONDS,
            self._status: STATUS_SECONDS,
            self._history: HISTORY_SECONDS,
        }

    def run(self) -> None:
        """Work until told to stop; what is counted by then is written."""
        self._watch.start()
        due = {job: time.monotonic() + seconds for job, seconds in self._jobs.items()}
        while not self._stop.wait(0.5):
            for job, at in due.items():
                if time.monotonic() >= at:
                    self._do(job)
                    due[job] = time.monotonic() + self._jobs[job]
        self._do(self._count)
        self._watch.stop()
        if self._connection is not None:
            self._connection.close()

    def _do(self, job: Callable[[], None]) -> None:
        try:
            job()
        except (OperationalError, psycopg.OperationalError, psycopg.InterfaceError) as error:
            log.warning("caretaker_waits_for_database", error=str(error).partition("\n")[0])
            if self._connection is not None:
                self._connection.close()

    def _replay(self) -> None:
        if self._connection is None or self._connection.closed:
            self._connection = store.connect()
        while replay.replay_requested(self._connection) == replay.PER_ROUND and not self._stop.is_set():
            pass

    def _count(self) -> None:
        taken = self._pulse.take()
        try:
            with transaction(Login.INGEST) as session:
                add_to_table(session, taken)
        except OperationalError:
            self._pulse.give_back(taken)
            raise

    def _status(self) -> None:
        with transaction(Login.INGEST) as session:
            keep_status(session, self._user, self._watch.figures(), backlog=self._link.backlog(), at=clock.now())

    def _history(self) -> None:
        with transaction(Login.INGEST) as session:
            keep_history(session, self._user, self._watch.figures(), at=clock.now())


def keep_status(session: Session, gateway: str, figures: BrokerFigures, *, backlog: int, at: datetime) -> None:
    """Replace what a gateway last said of its broker."""
    values = {
        "at": at,
        "heard_at": figures.heard_at,
        "version": figures.version,
        "messages_queued": figures.messages_queued,
        "backlog": backlog,
        "scorer_lag_seconds": scorer_lag(session),
    } | {
        name: figures.count(name)
        for name in (
            "uptime_seconds", "clients_connected", "sessions_abandoned", "bytes_held", "dropped_total",
            "received_total", "sent_total", "bytes_received_total", "bytes_sent_total",
        )
    }  # fmt: skip
    row = insert(BrokerStatus).values(gateway=gateway, **values)
    session.execute(row.on_conflict_do_update(index_elements=["gateway"], set_=values))


def keep_history(session: Session, gateway: str, figures: BrokerFigures, *, at: datetime) -> None:
    """Note the figures of this minute; a second time in the same minute changes nothing."""
    row = insert(BrokerHistory).values(
        gateway=gateway,
        at=at.replace(second=0, microsecond=0),
        clients_connected=figures.count("clients_connected"),
        sessions_abandoned=figures.count("sessions_abandoned"),
        messages_queued=figures.messages_queued,
        dropped_total=figures.count("dropped_total"),
    )
    session.execute(row.on_conflict_do_nothing())


def scorer_lag(session: Session) -> float | None:
    """Return the age in seconds of the oldest batch behind the slowest scorer, 0 without one, None without scorers."""
    found: float | None = session.scalar(
        text(
            "SELECT COALESCE((SELECT GREATEST(0, extract(epoch FROM now() - b.at)) FROM telemetry_batch b"
            " WHERE (b.xid, b.id) > (c.xid, c.batch_id) ORDER BY b.xid, b.id LIMIT 1), 0)::float8"
            " FROM (SELECT xid, batch_id FROM scorer_checkpoint ORDER BY xid, batch_id LIMIT 1) c"
        )
    )
    return found
