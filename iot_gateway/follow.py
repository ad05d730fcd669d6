"""Reads committed batches in an order that never skips one that commits late.

A batch carries the id of its transaction. Everything below the oldest transaction still running is settled: no batch
can appear there any more. So batches are taken by (transaction, id), up to that horizon.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from iot_gateway.detect.arrays import Floats, Ints
from iot_gateway.models.detection import ScorerCheckpoint
from iot_gateway.models.devices import Device, DeviceContext
from iot_gateway.models.telemetry import DeviceEvent

ROWS_PER_STEP = 20_000
BATCHES_PER_STEP = 400
_values = msgspec.json.Decoder(dict[str, float])


class Position(NamedTuple):
    """The last batch taken in."""

    xid: str
    batch_id: int


START = Position("0", 0)


@dataclass(frozen=True)
class BatchHead:
    """One committed batch."""

    position: Position
    row_count: int
    min_ts: datetime
    max_ts: datetime
    at: datetime


@dataclass(frozen=True)
class Samples:
    """Samples of some devices: device numbers (n,), instants in epoch milliseconds (n,), and decoded values.

    Ordered by device, then by batch, and within a batch by time.
    """

    numbers: Ints
    ts: Ints
    values: Sequence[dict[str, float]]

    def __len__(self) -> int:
        """Return how many samples these are."""
        return len(self.ts)

    def matrix(self, places: Ints, metrics: Sequence[str]) -> Floats:
        """Return the values (places, metrics) of some samples, NaN for what was not sent."""
        rows = [[row.get(name, np.nan) for name in metrics] for row in map(self.values.__getitem__, places.tolist())]
        return np.array(rows, dtype=np.float64).reshape(len(places), len(metrics))


@dataclass(frozen=True)
class FollowedDevice:
    """What the scorer must know of a device."""

    number: int
    id: UUID
    tenant_id: UUID
    name: str
    model: str
    sampling_seconds: int
    zone: ZoneInfo
    mute_from: datetime | None
    mute_to: datetime | None


def lock_position(session: Session, name: str) -> Position | None:
    """Return where the scorer of this name stands, held for this transaction; None while another one holds it."""
    session.execute(
        text(
            "INSERT INTO scorer_checkpoint (name, xid, batch_id, at) VALUES (:name, '0', 0, now())"
            " ON CONFLICT DO NOTHING"
        ),
        {"name": name},
    )
    row = session.execute(
        select(ScorerCheckpoint.xid, ScorerCheckpoint.batch_id)
        .where(ScorerCheckpoint.name == name)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    return Position(str(row[0]), int(row[1])) if row is not None else None


def next_batches(session: Session, behind: Position) -> list[BatchHead]:
    """Return the next settled batches, at most a step's worth of rows."""
    rows = session.execute(
        text(
            "SELECT xid::text, id, row_count, min_ts, max_ts, at FROM telemetry_batch"
            " WHERE (xid, id) > (CAST(CAST(:xid AS text) AS xid8), CAST(:id AS bigint))"
            " AND xid < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY telemetry_batch.xid, id LIMIT :most"
        ),
        {"xid": behind.xid, "id": behind.batch_id, "most": BATCHES_PER_STEP},
    ).all()
    heads: list[BatchHead] = []
    total = 0
    for xid, batch_id, count, low, high, at in rows:
        if heads and total + count > ROWS_PER_STEP:
            break
        heads.append(BatchHead(Position(xid, batch_id), count, low, high, at))
        total += count
    return heads


def lag_seconds(session: Session, behind: Position) -> float:
    """Return the age of the oldest batch that is stored and not taken in, held back or not; 0 when there is none."""
    found = session.execute(
        text(
            "SELECT extract(epoch FROM clock_timestamp() - at) FROM telemetry_batch"
            " WHERE (xid, id) > (CAST(CAST(:xid AS text) AS xid8), CAST(:id AS bigint))"
            " ORDER BY telemetry_batch.xid, id LIMIT 1"
        ),
        {"xid": behind.xid, "id": behind.batch_id},
    ).scalar()
    return max(0.0, float(found)) if found is not None else 0.0


def waiting_batches(session: Session, name: str) -> int:
    """Return how many batches are stored and not taken in, 10,000 at most."""
    found = session.execute(
        text(
            "SELECT count(*) FROM (SELECT 1 FROM telemetry_batch t, scorer_checkpoint c"
            " WHERE c.name = :name AND (t.xid, t.id) > (c.xid, c.batch_id) LIMIT 10000) b"
        ),
        {"name": name},
    ).scalar_one()
    return int(found)


def read_samples(session: Session, heads: Sequence[BatchHead]) -> Samples:
    """Return the samples of the batches."""
    order = {head.position.batch_id: index for index, head in enumerate(heads)}
    rows: Sequence[Any] = session.execute(
        text(
            "SELECT batch_id, device_number, (extract(epoch FROM ts) * 1000)::bigint, vals::text FROM telemetry"
            " WHERE batch_id BETWEEN :low AND :high AND batch_id = ANY(:ids) AND ts BETWEEN :first AND :last"
        ),
        {
            "ids": list(order),
            "low": min(order),
            "high": max(order),
            "first": min(head.min_ts for head in heads),
            "last": max(head.max_ts for head in heads),
        },
    ).all()
    turns = np.array([order[row[0]] for row in rows], dtype=np.int64)
    numbers = np.array([row[1] for row in rows], dtype=np.int64)
    ts = np.array([row[2] for row in rows], dtype=np.int64)
    sorting = np.lexsort((ts, turns, numbers))
    values = [_values.decode(rows[place][3]) for place in sorting.tolist()]
    return Samples(numbers[sorting], ts[sorting], values)


def load_devices(session: Session, numbers: Sequence[int]) -> dict[int, FollowedDevice]:
    """Return the devices of these numbers with their mutes."""
    rows = session.execute(
        select(Device, DeviceContext.mute_from, DeviceContext.mute_to)
        .outerjoin(DeviceContext, DeviceContext.device_id == Device.id)
        .where(Device.number.in_(numbers))
    )
    return {
        device.number: FollowedDevice(
            device.number,
            device.id,
            device.tenant_id,
            device.name,
            device.model,
            device.sampling_seconds,
            ZoneInfo(device.time_zone),
            mute_from,
            mute_to,
        )
        for device, mute_from, mute_to in rows
    }


def load_events(session: Session, numbers: Sequence[int], *, start: datetime, end: datetime) -> list[DeviceEvent]:
    """Return what devices did on purpose between two instants of their own time."""
    return list(
        session.scalars(
            select(DeviceEvent)
            .where(DeviceEvent.device_number.in_(numbers), DeviceEvent.ts >= start, DeviceEvent.ts <= end)
            .order_by(DeviceEvent.ts)
        )
    )


def keep_position(session: Session, name: str, position: Position) -> None:
    """Move the checkpoint; in the transaction of what was made of the batches."""
    session.execute(
        text(
            "UPDATE scorer_checkpoint SET xid = CAST(CAST(:xid AS text) AS xid8), batch_id = :id, at = now()"
            " WHERE name = :name"
        ),
        {"xid": position.xid, "id": position.batch_id, "name": name},
    )
