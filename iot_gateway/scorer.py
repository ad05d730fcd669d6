"""The scorer process: follows the stored telemetry and keeps cases.

Memory, checkpoint, cases and events of a step are one transaction. Killed at any instant, it starts again from the last
one that committed: nothing is missed, nothing said twice.
"""

import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from iot_gateway import casework, follow, metrics, purpose
from iot_gateway.detect import catalogue, engine, hours, proof, quality
from iot_gateway.detect.arrays import HOUR_MS, Floats, Ints
from iot_gateway.detect.engine import HourResult
from iot_gateway.detect.hours import ClosedHour
from iot_gateway.detect.memory import Memory, new_memory
from iot_gateway.follow import FollowedDevice, Segment
from iot_gateway.models.detection import DeviceCase
from iot_gateway.purpose import Purpose
from iot_gateway.service import limits
from iot_gateway.shelf import Shelf
from iot_gateway.silence import Hearing, publish_silences, publish_voices
from kernel import clock
from kernel.db import Login, bind_tenant, transaction
from kernel.log import announce, get_logger

IDLE_SECONDS, SILENCE_SECONDS = 0.5, 5.0
PURPOSE_REACH = timedelta(days=8)
UNKNOWN_METRICS = 32
LEAST_SHARE = 0.25
"""An hour with less than this part of its samples is not judged."""

log = get_logger()


class Scorer:
    """The detectors of all devices, one step of committed batches at a time."""

    def __init__(self, name: str = "scorer") -> None:
        """Continue the checkpoint of this name."""
        self._name = name
        self._position: follow.Position | None = None
        self._shelf = Shelf()

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
        segments = follow.read_segments(session, heads)
        if segments:
            self._take_in(session, segments)
        self._position = heads[-1].position
        follow.keep_position(session, self._name, self._position)
        taken = sum(len(part.ts) for parts in segments.values() for part in parts)
        metrics.SCORED_SAMPLES.inc(taken)
        return taken

    def _take_in(self, session: Session, segments: dict[int, list[Segment]]) -> None:
        numbers = sorted(segments)
        devices = follow.load_devices(session, numbers)
        memories = self._shelf.take(session, devices)
        known = [case_id for memory in memories.values() for case_id in memory.active.values()]
        ids = [device.id for device in devices.values()]
        rows = casework.load_cases(session, ids, [UUID(case_id) for case_id in known])
        raised = limits.factors_of(session, ids)
        purposes = _purposes(session, segments)
        for number in numbers:
            device = devices.get(number)
            if device is None:
                continue
            bind_tenant(session, device.tenant_id)
            memory = memories.get(number) or _first_memory(device, segments[number][0])
            casework.learn_of_limits(memory, raised.get(device.id, {}))
            work = DeviceWork(session, device, memory, rows.get(device.id, []), purposes.get(number, []))
            work.run(segments[number])
            self._shelf.put(device, memory, work.results)
        self._shelf.write(session)


class DeviceWork:
    """One device in one step."""

    def __init__(
        self,
        session: Session,
        device: FollowedDevice,
        memory: Memory,
        cases: Sequence[DeviceCase],
        purposes: Sequence[Purpose],
    ) -> None:
        """Work on `memory` with the cases and announced changes of its device."""
        self._session, self._device, self._memory = session, device, memory
        self._cases, self._purposes = cases, purposes
        self._model = catalogue.model(device.model, memory.metrics)
        limits = [self._model.metrics.get(name) for name in memory.metrics]
        self._low = np.array([limit.low if limit else -np.inf for limit in limits])
        self._high = np.array([limit.high if limit else np.inf for limit in limits])
        self.results: list[HourResult] = []

    def run(self, segments: Sequence[Segment]) -> None:
        """Take in the samples of the device."""
        memory = self._memory
        casework.learn_of_cases(memory, self._model, self._cases, hour=memory.open_hour.hour)
        for segment in segments:
            values = segment.matrix(memory.metrics)
            values[quality.out_of_range(values, self._low, self._high)] = np.nan
            memory.runs, longest = quality.follow_runs(memory.runs, segment.ts, values)
            if not memory.profiles:
                memory.longest_runs = np.maximum(memory.longest_runs, longest)
            memory.last_ts = max(memory.last_ts, int(segment.ts[-1]))
            memory.samples += len(segment.ts)
            memory.open_hour, closed = hours.accumulate(memory.open_hour, segment.ts, values)
            for hour in closed:
                self._close(hour)
            self._prove(segment.ts, values)

    def _close(self, closed: ClosedHour) -> None:
        if closed.counts.max() < LEAST_SHARE * 3600 / self._device.sampling_seconds:
            return
        memory = self._memory
        changed = purpose.relearns(self._purposes, closed.hour)
        if changed is not None and memory.profiles and closed.hour <= changed + engine.RELEARN_HOURS:
            engine.relearn(memory, changed)
        result = engine.advance(
            memory,
            self._model,
            closed,
            hour_of_week=hours.hour_of_week(closed.hour, self._device.zone),
            masked=purpose.masks(self._purposes, closed.hour),
            muted=_muted(self._device, closed.hour),
        )
        self.results.append(result)
        casework.act_on_hour(self._session, self._device, memory, result)

    def _prove(self, ts: Ints, values: Floats) -> None:
        memory = self._memory
        for case in self._cases:
            trial = memory.proofs.get(str(case.id))
            if trial is None or ts[-1] <= trial.since:
                continue
            weeks = np.array([hours.hour_of_week(t // HOUR_MS, self._device.zone) for t in ts.tolist()])
            names = proof.metrics_of(self._model, case.failure_group, str(case.summary.get("metric")))
            outcome = proof.weigh(memory, trial, names, proof.Samples(ts, weeks, values))
            if outcome is not None:
                casework.act_on_proof(self._session, memory, self._model, case, outcome)


def _first_memory(device: FollowedDevice, segment: Segment) -> Memory:
    known = catalogue.MODELS.get(device.model)
    names = known.metrics if known else sorted({name for row in segment.values for name in row})[:UNKNOWN_METRICS]
    return new_memory(device.model, tuple(names), hour=int(segment.ts[0]) // HOUR_MS)


def _muted(device: FollowedDevice, hour: int) -> bool:
    at = datetime.fromtimestamp(hour * 3600, tz=UTC)
    if device.mute_from is None or at < device.mute_from:
        return False
    return device.mute_to is None or at < device.mute_to


def _purposes(session: Session, segments: dict[int, list[Segment]]) -> dict[int, list[Purpose]]:
    first = min(int(part.ts[0]) for parts in segments.values() for part in parts)
    last = max(int(part.ts[-1]) for parts in segments.values() for part in parts)
    start = datetime.fromtimestamp(first / 1000, tz=UTC) - PURPOSE_REACH
    found: dict[int, list[Purpose]] = {}
    for event in follow.load_events(session, sorted(segments), start=start, end=_instant(last)):
        ts = int(event.ts.timestamp() * 1000)
        found.setdefault(event.device_number, []).append(purpose.purpose_of(event.kind, ts, event.detail))
    return found


def _instant(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, tz=UTC)


def run(stop: threading.Event) -> None:
    """Follow the telemetry until told to stop; a database that is away is waited for."""
    scorer, hearing = Scorer(), Hearing()
    next_look = time.monotonic() + SILENCE_SECONDS
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
            stop.wait(1.0)
            continue
        if not taken:
            stop.wait(IDLE_SECONDS)
    log.info("scorer_stopped")
