"""Where the detectors' state lies between two steps: here in banks, and in the checkpoint."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from iot_gateway.detect import catalogue, memory
from iot_gateway.detect.bank import Bank
from iot_gateway.detect.engine import Judged
from iot_gateway.detect.profile import MetricProfile
from iot_gateway.follow import FollowedDevice
from iot_gateway.models.detection import DetectorProfile, ScorerState
from iot_gateway.models.telemetry import TelemetryHour
from kernel.ids import new_id

SHELF_SIZE = 100_000
CHUNK = 1000
Profiles = dict[str, MetricProfile]


class Place(NamedTuple):
    """Where a device lies: its model, the bank, the row in it."""

    model: str
    bank: Bank
    row: int


class Shelf:
    """Banks at hand; what a step changed is written in the step's transaction."""

    def __init__(self) -> None:
        """Start empty; devices are read when first needed."""
        self._banks: dict[tuple[str, tuple[str, ...]], Bank] = {}
        self._places: dict[int, Place] = {}
        self._states: list[dict[str, Any]] = []
        self._hours: list[dict[str, Any]] = []
        self._profiles: list[dict[str, Any]] = []

    def clear(self) -> None:
        """Forget everything not committed, and the rest with it."""
        self._banks, self._places = {}, {}
        self._states, self._hours, self._profiles = [], [], []

    def find(self, session: Session, devices: Mapping[int, FollowedDevice]) -> dict[int, Place]:
        """Return the places of devices that have a state, with the newest fitted profiles in them."""
        if len(self._places) > SHELF_SIZE:
            self.clear()
        for number, device in devices.items():
            if number in self._places and self._places[number].model != device.model:
                del self._places[number]
        missing = {number: device for number, device in devices.items() if number not in self._places}
        there = {devices[number].id: self._places[number] for number in devices if number not in missing}
        self._take_newer_fits(session, there)
        rows = session.execute(
            select(ScorerState.device_number, ScorerState.body).where(ScorerState.device_number.in_(missing))
        )
        restored: dict[UUID, Place] = {}
        for number, body in rows:
            device, found = missing[number], memory.load(body)
            if found is not None and found.metrics == metrics_of(device.model, found.metrics):
                bank = self._bank(device.model, found.metrics)
                self._places[number] = restored[device.id] = Place(device.model, bank, bank.restore(number, found))
        self._read_profiles(session, restored)
        return {number: self._places[number] for number in devices if number in self._places}

    def add(self, session: Session, device: FollowedDevice, metrics: Sequence[str], *, hour: int) -> Place:
        """Return the place of a device without a state that can be read; profiles it has are taken up again."""
        bank = self._bank(device.model, tuple(metrics))
        place = Place(device.model, bank, bank.add(device.number, hour=hour))
        self._places[device.number] = place
        self._read_profiles(session, {device.id: place})
        return place

    def _bank(self, model: str, metrics: tuple[str, ...]) -> Bank:
        bank = self._banks.get((model, metrics))
        if bank is None:
            bank = self._banks[model, metrics] = Bank(catalogue.model(model, metrics), metrics)
        return bank

    def _take_newer_fits(self, session: Session, places: Mapping[UUID, Place]) -> None:
        newest = session.execute(
            select(DetectorProfile.device_id, func.max(DetectorProfile.fitted_at))
            .where(DetectorProfile.device_id.in_(places), DetectorProfile.provisional.is_(False))
            .group_by(DetectorProfile.device_id)
        )
        changed = {
            device_id: places[device_id]
            for device_id, at in newest
            if at.timestamp() > places[device_id].bank.memory(places[device_id].row).fitted_at
        }
        self._read_profiles(session, changed)

    def _read_profiles(self, session: Session, places: Mapping[UUID, Place]) -> None:
        """Put stored profiles in their places: the nightly ones if there are any, else those of the cold start."""
        if not places:
            return
        rows = session.execute(
            select(
                DetectorProfile.device_id,
                DetectorProfile.provisional,
                DetectorProfile.fitted_at,
                DetectorProfile.metric,
                DetectorProfile.body,
            ).where(DetectorProfile.device_id.in_(places))
        )
        kept: dict[UUID, dict[bool, tuple[float, Profiles]]] = {}
        for device_id, provisional, at, metric, body in rows:
            of_device = kept.setdefault(device_id, {})
            newest, found = of_device.get(provisional, (0.0, {}))
            found[metric] = msgspec.convert(body, MetricProfile)
            of_device[provisional] = (max(newest, at.timestamp()), found)
        for device_id, of_device in kept.items():
            _, bank, row = places[device_id]
            if False in of_device:
                fitted_at, profiles = of_device[False]
                bank.learn(row, profiles, fitted_at=fitted_at)
            else:
                bank.book.put(row, of_device[True][1])

    def keep(self, device: FollowedDevice) -> None:
        """Note that the state of a device has to be written."""
        place = self._places[device.number]
        at = datetime.fromtimestamp(place.bank.memory(place.row).last_ts / 1000, tz=UTC)
        key = {"device_number": device.number, "tenant_id": device.tenant_id}
        self._states.append({**key, "body": place.bank.dump(place.row), "at": at})

    def keep_hours(self, bank: Bank, judged: Judged, devices: Mapping[int, FollowedDevice]) -> None:
        """Note what hours have shown, and the first profiles that came of them."""
        for place, row in enumerate(judged.closed.rows.tolist()):
            device = devices[bank.numbers[row]]
            key = {"device_number": device.number, "tenant_id": device.tenant_id}
            self._hours.append({**key, **_hour_row(bank.metrics, judged, place)})
            at = datetime.fromtimestamp((int(judged.closed.hours[place]) + 1) * 3600, tz=UTC)
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
                for metric, found in judged.fitted.get(place, {}).items()
            ]

    def write(self, session: Session) -> None:
        """Write what the step changed."""
        for start in range(0, len(self._states), CHUNK):
            states = insert(ScorerState).values(self._states[start : start + CHUNK])
            new = {"body": states.excluded.body, "at": states.excluded.at}
            session.execute(states.on_conflict_do_update(index_elements=["device_number"], set_=new))
        for start in range(0, len(self._hours), CHUNK):
            session.execute(insert(TelemetryHour).on_conflict_do_nothing(), self._hours[start : start + CHUNK])
        for start in range(0, len(self._profiles), CHUNK):
            profiles = insert(DetectorProfile).values(self._profiles[start : start + CHUNK])
            new = {name: profiles.excluded[name] for name in ("provisional", "fitted_at", "body")}
            session.execute(profiles.on_conflict_do_update(index_elements=["device_id", "metric"], set_=new))
        self._states, self._hours, self._profiles = [], [], []


def metrics_of(model: str, metrics: Sequence[str]) -> tuple[str, ...]:
    """Return what a known model measures; of an unknown one, `metrics`."""
    known = catalogue.MODELS.get(model)
    return tuple(known.metrics if known else metrics)


def _hour_row(metrics: Sequence[str], judged: Judged, place: int) -> dict[str, Any]:
    closed, found = judged.closed, judged.found.get(place)
    rows = zip(
        metrics,
        closed.means[place].tolist(),
        judged.expected[place].tolist(),
        judged.scale[place].tolist(),
        strict=True,
    )
    means: dict[str, float] = {}
    expected: dict[str, list[float]] = {}
    for name, mean, middle, scale in rows:
        if mean == mean:  # noqa: PLR0124 - not NaN
            means[name] = round(mean, 6)
        if middle == middle:  # noqa: PLR0124 - not NaN
            expected[name] = [round(middle, 6), round(scale, 6)]
    return {
        "hour": datetime.fromtimestamp(int(closed.hours[place]) * 3600, tz=UTC),
        "sample_count": int(closed.counts[place].max()),
        "means": means,
        "expected": expected,
        "alarms": sorted(found.alarming) if found else [],
    }
