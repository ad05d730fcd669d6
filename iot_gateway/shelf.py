"""Where the memories of the devices lie between two steps: here, and in the checkpoint."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from iot_gateway.detect.engine import HourResult
from iot_gateway.detect.memory import Memory, dump, load
from iot_gateway.detect.profile import MetricProfile
from iot_gateway.follow import FollowedDevice
from iot_gateway.models.detection import DetectorProfile, ScorerState
from iot_gateway.models.telemetry import TelemetryHour
from kernel.ids import new_id

SHELF_SIZE = 20_000
CHUNK = 1000


class Shelf:
    """Memories at hand; what a step changed is written in the step's transaction."""

    def __init__(self) -> None:
        """Start empty; memories are read when first needed."""
        self._memories: dict[int, Memory] = {}
        self._states: list[dict[str, Any]] = []
        self._hours: list[dict[str, Any]] = []
        self._profiles: list[dict[str, Any]] = []

    def clear(self) -> None:
        """Forget everything not committed, and the rest with it."""
        self._memories, self._states, self._hours, self._profiles = {}, [], [], []

    def take(self, session: Session, devices: Mapping[int, FollowedDevice]) -> dict[int, Memory]:
        """Return the memories of devices that have one, with the newest fitted profiles in them."""
        if len(self._memories) > SHELF_SIZE:
            self._memories.clear()
        missing = [number for number in devices if number not in self._memories]
        if missing:
            rows = session.execute(
                select(ScorerState.device_number, ScorerState.body).where(ScorerState.device_number.in_(missing))
            )
            self._memories.update({number: load(body) for number, body in rows})
        self._refresh(session, devices)
        return {number: self._memories[number] for number in devices if number in self._memories}

    def _refresh(self, session: Session, devices: Mapping[int, FollowedDevice]) -> None:
        """Put newer nightly fits in the place of older profiles."""
        numbers = {device.id: number for number, device in devices.items() if number in self._memories}
        rows = session.execute(
            select(DetectorProfile.device_id, DetectorProfile.fitted_at, DetectorProfile.metric, DetectorProfile.body)
            .where(DetectorProfile.device_id.in_(numbers), DetectorProfile.provisional.is_(False))
            .order_by(DetectorProfile.device_id)
        )
        fitted: dict[UUID, tuple[float, dict[str, MetricProfile]]] = {}
        for device_id, at, metric, body in rows:
            newest, found = fitted.get(device_id, (0.0, {}))
            found[metric] = msgspec.convert(body, MetricProfile)
            fitted[device_id] = (max(newest, at.timestamp()), found)
        for device_id, (fitted_at, profiles) in fitted.items():
            memory = self._memories[numbers[device_id]]
            if fitted_at > memory.fitted_at:
                memory.profiles, memory.fitted_at, memory.provisional = profiles, fitted_at, False
                memory.level[:] = 0.0
                memory.learned_hours, memory.learned_weeks = [], []
                memory.learned_means, memory.learned_spreads = [], []

    def put(self, device: FollowedDevice, memory: Memory, results: Sequence[HourResult]) -> None:
        """Keep a memory and note what has to be written of it."""
        self._memories[device.number] = memory
        key = {"device_number": device.number, "tenant_id": device.tenant_id}
        at = datetime.fromtimestamp(memory.last_ts / 1000, tz=UTC)
        self._states.append({**key, "body": dump(memory), "at": at})
        self._hours += [{**key, **_hour_row(result)} for result in results]
        if any(result.fitted for result in results):
            self._profiles += [
                {
                    "id": new_id(),
                    "tenant_id": device.tenant_id,
                    "device_id": device.id,
                    "metric": metric,
                    "provisional": True,
                    "fitted_at": at,
                    "body": msgspec.to_builtins(found),
                }
                for metric, found in memory.profiles.items()
            ]

    def write(self, session: Session) -> None:
        """Write what the step changed."""
        for start in range(0, len(self._states), CHUNK):
            states = insert(ScorerState).values(self._states[start : start + CHUNK])
            new = {"body": states.excluded.body, "at": states.excluded.at}
            session.execute(states.on_conflict_do_update(index_elements=["device_number"], set_=new))
        for start in range(0, len(self._hours), CHUNK):
            session.execute(insert(TelemetryHour).on_conflict_do_nothing(), self._hours[start : start + CHUNK])
        if self._profiles:
            profiles = insert(DetectorProfile).values(self._profiles)
            session.execute(profiles.on_conflict_do_nothing(index_elements=["device_id", "metric"]))
        self._states, self._hours, self._profiles = [], [], []


def _hour_row(result: HourResult) -> dict[str, Any]:
    return {
        "hour": datetime.fromtimestamp(result.hour * 3600, tz=UTC),
        "sample_count": result.count,
        "means": {name: round(value, 6) for name, value in result.means.items()},
        "expected": {
            name: [round(reading.expected, 6), round(reading.scale, 6)] for name, reading in result.readings.items()
        },
        "alarms": sorted(result.alarming),
    }
