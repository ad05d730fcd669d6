"""The scorer process: follows the stored telemetry and keeps cases.

Memory, checkpoint, cases and events of a step are one transaction. Killed at any instant, it starts again from the last
one that committed: nothing is missed, nothing said twice.
"""

import random
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from iot_gateway import casework, follow, metrics, purpose
from iot_gateway.detect.arrays import HOUR_MS, Flags
from iot_gateway.detect.learning import Allowance
from iot_gateway.follow import Samples
from iot_gateway.forecasts import Forecasts
from iot_gateway.purpose import Purpose
from iot_gateway.scoring import BankWork
from iot_gateway.service import limits, thresholds
from iot_gateway.shelf import Place, Shelf, metrics_of
from iot_gateway.silence import Hearing, publish_silences, publish_voices
from iot_gateway.step import Step
from kernel import clock
from kernel.db import Login, transaction
from kernel.log import announce, get_logger

IDLE_SECONDS, SILENCE_SECONDS = 0.5, 5.0
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0
"""Between tries at a database that is away."""
PURPOSE_REACH = timedelta(days=65)
UNKNOWN_METRICS = 32
FIRST_FITS = 32
"""Cold starts that end in one step; a fleet installed on one day would hold up everybody else's cases."""

log = get_logger()


class Scorer:
    """The detectors of all devices, one step of committed batches at a time."""

    def __init__(self, name: str = "scorer") -> None:
        """Continue the checkpoint of this name."""
        self._name = name
        self._position: follow.Position | None = None
        self._shelf = Shelf()
        self._forecasts = Forecasts()

    def step(self) -> int:
        """Take in the next settled batches; return how many samples."""
        try:
            with transaction(Login.INGEST) as session:
                taken = self._step(session)
        except BaseException:
            self._shelf.clear()
            self._position = None
            raise
        return taken

    def measure(self) -> None:
        """Tell how much is not taken in yet."""
        with transaction(Login.INGEST) as session:
            metrics.SCORER_WAITING.set(follow.waiting_batches(session, self._name))

    def _step(self, session: Session) -> int:
        position = follow.lock_position(session, self._name)
        if position is None:
            return 0
        if position != self._position:
            self._shelf.clear()
        self._position = position
        metrics.SCORER_LAG.set(follow.lag_seconds(session, position))
        heads = follow.next_batches(session, position)
        if not heads:
            return 0
        samples = follow.read_samples(session, heads)
        if len(samples):
            self._take_in(session, samples)
        self._position = heads[-1].position
        follow.keep_position(session, self._name, self._position)
        metrics.SCORED_SAMPLES.inc(len(samples))
        return len(samples)

    def _take_in(self, session: Session, samples: Samples) -> None:
        numbers, firsts, which = np.unique(samples.numbers, return_index=True, return_inverse=True)
        devices = follow.load_devices(session, numbers.tolist())
        places = self._shelf.find(session, devices)
        for number, first in zip(numbers.tolist(), firsts.tolist(), strict=True):
            if number in devices and number not in places:
                names = _measured(devices[number].model, samples, which == which[first])
                hour = int(samples.ts[first]) // HOUR_MS
                places[number] = self._shelf.add(session, devices[number], names, hour=hour)
        ids = [device.id for device in devices.values()]
        step = Step(
            session,
            devices,
            cases=casework.load_cases(session, ids, _believed(places)),
            raised=limits.factors_of(session, ids),
            purposes=_purposes(session, samples, sorted(places)),
            thresholds=thresholds.in_force(session, [(d.tenant_id, d.id, d.model) for d in devices.values()]),
            forecasts=self._forecasts,
            fits=Allowance(FIRST_FITS),
        )
        banks = {id(place.bank): place.bank for place in places.values()}
        none = (0, -1)
        where = np.array([(id(places[n].bank), places[n].row) if n in places else none for n in numbers.tolist()])
        for key, bank in banks.items():
            own = np.flatnonzero(where[which, 0] == key)
            BankWork(step, bank).run(self._shelf, where[which[own], 1], samples, own)
        self._shelf.write(session)


def _believed(places: Mapping[int, Place]) -> list[UUID]:
    """Return the cases that the detectors believe to be active."""
    notes = [place.bank.notes.get(place.row) for place in places.values()]
    return [UUID(case_id) for found in notes if found is not None for case_id in found.active.values()]


def _measured(model: str, samples: Samples, own: Flags) -> tuple[str, ...]:
    """Return the metrics of a device never heard of before."""
    sent = {name for place in np.flatnonzero(own).tolist() for name in samples.values[place]}
    return metrics_of(model, sorted(sent)[:UNKNOWN_METRICS])


def _purposes(session: Session, samples: Samples, numbers: Sequence[int]) -> dict[int, list[Purpose]]:
    start, end = _instant(int(samples.ts.min())) - PURPOSE_REACH, _instant(int(samples.ts.max()))
    found: dict[int, list[Purpose]] = {}
    for event in follow.load_events(session, numbers, start=start, end=end):
        ts = int(event.ts.timestamp() * 1000)
        found.setdefault(event.device_number, []).append(purpose.purpose_of(event.kind, ts, event.detail))
    return found


def _instant(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, tz=UTC)


def run(stop: threading.Event) -> None:
    """Follow the telemetry until told to stop; a database that is away is waited for."""
    scorer, hearing = Scorer(), Hearing()
    next_look, pause = time.monotonic() + SILENCE_SECONDS, FIRST_PAUSE
    announce("scorer_started")
    while not stop.is_set():
        try:
            taken = scorer.step()
            if time.monotonic() >= next_look:
                with transaction(Login.INGEST) as session:
                    at = clock.now()
                    since = hearing.look(session, at=at)
                    if since is not None:
                        publish_silences(session, at=at, heard_since=since)
                    publish_voices(session, at=at)
                scorer.measure()
                next_look = time.monotonic() + SILENCE_SECONDS
        except OperationalError as error:
            log.warning("scorer_waits_for_database", error=str(error.orig))
            stop.wait(pause * random.uniform(0.5, 1.5))  # noqa: S311 - jitter, not a secret
            pause = min(LONGEST_PAUSE, 2 * pause)
            continue
        pause = FIRST_PAUSE
        if not taken:
            stop.wait(IDLE_SECONDS)
    log.info("scorer_stopped")
