"""The one gateway of an installation that takes Sparkplug B: whoever holds an advisory lock in the database.

Numbers and aliases of Sparkplug have an order, and a shared subscription keeps none between gateways.
"""

import threading
import time

import psycopg

from iot_gateway import store
from kernel.log import get_logger

LOCK = "SELECT pg_try_advisory_lock(hashtext('fieldhand.sparkplug'))"
PATIENCE_SECONDS, PAUSE_SECONDS = 30.0, 0.5
"""A gateway that was killed may hold its lock until the database has noticed."""

log = get_logger()


class SparkplugElsewhereError(Exception):
    """Another gateway of this installation takes Sparkplug already."""


class Sole:
    """The lock, on a connection of its own; it ends with the connection."""

    def __init__(self, stop: threading.Event) -> None:
        """Hold nothing yet; `stop` ends the waiting."""
        self._stop = stop
        self._connection: store.Connection | None = None

    def claim(self, *, patience_seconds: float = PATIENCE_SECONDS) -> None:
        """Take the lock, unless it is held; a database that is away is waited for.

        Raises:
            SparkplugElsewhereError: another gateway has held it all the time.
        """
        deadline = time.monotonic() + patience_seconds
        while not self._stop.is_set():
            try:
                if self._holds():
                    return
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                self.release()
                log.warning("gateway_waits_for_database", error=str(error).partition("\n")[0])
                deadline = time.monotonic() + patience_seconds
            if time.monotonic() > deadline:
                raise SparkplugElsewhereError("another gateway takes Sparkplug B: set FIELDHAND_SPARKPLUG on one only")
            self._stop.wait(PAUSE_SECONDS)

    def release(self) -> None:
        """Give the lock back."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _holds(self) -> bool:
        """Tell whether the lock is ours, after trying for it where the connection is new."""
        if self._connection is not None:
            self._connection.execute("SELECT 1")
            return True
        connection = store.connect()
        connection.autocommit = True
        row = connection.execute(LOCK).fetchone()
        if row is None or not row[0]:
            connection.close()
            return False
        self._connection = connection
        return True
