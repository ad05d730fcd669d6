"""What the findings say of the cases: precision, recall where known, lead time; and the failures nobody foresaw."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from iot_gateway.detect import catalogue
from iot_gateway.lifecycle import ACTIVE
from iot_gateway.models.detection import DeviceCase
from iot_gateway.models.devices import Device
from iot_gateway.models.feedback import DeviceFailure
from iot_gateway.precision import Figures
from iot_gateway.service.devices import get_device
from kernel.db import tenant_of
from kernel.ids import new_id

UNKNOWN_GROUP = "unknown"
LINES_MOST = 1000

_CASES = """
SELECT model, failure_group,
       count(*) FILTER (WHERE finding = 'confirmed') AS confirmed,
       count(*) FILTER (WHERE finding = 'no_fault_found') AS false,
       count(*) FILTER (WHERE finding = 'other') AS other,
       count(*) FILTER (WHERE finding IS NULL) AS unlabelled,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM COALESCE(verify_from, closed_at) - opened_at))
           FILTER (WHERE finding = 'confirmed') / 3600 AS lead_hours
  FROM device_case
 WHERE opened_at >= :start AND opened_at < :end
   AND (CAST(:model AS text) IS NULL OR model = :model) AND (CAST(:group AS text) IS NULL OR failure_group = :group)
 GROUP BY GROUPING SETS ((model, failure_group), (model), ()) LIMIT :most
"""
_MISSED = """
SELECT d.model, f.failure_group, count(*) AS missed
  FROM device_failure f JOIN device d ON d.id = f.device_id
 WHERE f.occurred_at >= :start AND f.occurred_at < :end
   AND (CAST(:model AS text) IS NULL OR d.model = :model) AND (CAST(:group AS text) IS NULL OR f.failure_group = :group)
 GROUP BY GROUPING SETS ((d.model, f.failure_group), (d.model), ()) LIMIT :most
"""
# One look into the key per device and day: with EXISTS the planner reads all hours, which takes ten times as long.
_DAYS = """
SELECT d.model, count(*) AS device_days
  FROM device d
 CROSS JOIN generate_series(date_trunc('day', CAST(:start AS timestamptz), 'UTC'), :end, interval '1 day') AS day
 CROSS JOIN LATERAL (SELECT 1 FROM telemetry_hour t
                      WHERE t.device_number = d.number AND t.hour >= greatest(day, :start)
                        AND t.hour < least(day + interval '1 day', :end)
                      ORDER BY t.hour LIMIT 1) heard
 WHERE CAST(:model AS text) IS NULL OR d.model = :model
 GROUP BY ROLLUP (d.model) LIMIT :most
"""


@dataclass(frozen=True)
class Narrowed:
    """Of which cases and failures to tell; `start` is included, `end` is not."""

    model: str | None = None
    failure_group: str | None = None
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True)
class Report:
    """Figures of all, by model, and by model and failure group."""

    total: Figures
    models: Sequence[Figures]
    groups: Sequence[Figures]


@dataclass(frozen=True)
class FailureLine:
    """A failure that no case foresaw."""

    id: UUID
    device_id: UUID
    device_name: str
    model: str
    failure_group: str
    occurred_at: datetime
    source_ref: str
    note: str


def precision(
    session: Session, *, start: datetime, end: datetime, model: str | None = None, failure_group: str | None = None
) -> Report:
    """Return how good the cases opened from `start` until before `end` were, by their findings so far.

    Device-days are days (UTC) on which a device was heard; they are a model's, whatever the failure group.
    """
    values = {"start": start, "end": end, "model": model, "group": failure_group, "most": LINES_MOST}
    cases = {(row.model, row.failure_group): row for row in session.execute(text(_CASES), values)}
    missed = {(row.model, row.failure_group): row.missed for row in session.execute(text(_MISSED), values)}
    days = {row.model: row.device_days for row in session.execute(text(_DAYS), values)}
    keys = {(None, None), *((name, None) for name in days), *cases, *missed}
    found = [_figures(key, cases.get(key), missed.get(key, 0), days.get(key[0], 0)) for key in keys]
    found.sort(key=lambda one: (one.model or "", one.failure_group or ""))
    return Report(
        total=next(one for one in found if one.model is None),
        models=[one for one in found if one.model is not None and one.failure_group is None],
        groups=[one for one in found if one.failure_group is not None],
    )


def _figures(key: tuple[str | None, str | None], row: object, missed: int, device_days: int) -> Figures:
    names = ("confirmed", "false", "other", "unlabelled", "lead_hours")
    counts = {name: getattr(row, name) for name in names} if row is not None else {}
    return Figures(*key, missed=missed, device_days=device_days, **counts)


def record_failure(
    session: Session, device_id: UUID, *, words: Iterable[str | None], occurred_at: datetime, source_ref: str, note: str
) -> bool:
    """Write down a confirmed failure, unless a case had foreseen it; the same source again changes nothing.

    The first of `words` that names a failure group of the device's model is its group.

    Raises:
        DeviceNotFound: there is none with this id.
    """
    device = get_device(session, device_id)
    known = {group.name for group in catalogue.model(device.model).groups}
    group = next((word for word in words if word in known), None)
    if _foreseen(session, device_id, group, occurred_at):
        return False
    made = session.scalar(
        insert(DeviceFailure)
        .values(
            id=new_id(),
            tenant_id=tenant_of(session),
            device_id=device_id,
            failure_group=group or UNKNOWN_GROUP,
            occurred_at=occurred_at,
            source_ref=source_ref,
            note=note,
        )
        .on_conflict_do_nothing(index_elements=["tenant_id", "source_ref"])
        .returning(DeviceFailure.id)
    )
    return made is not None


def _foreseen(session: Session, device_id: UUID, group: str | None, at: datetime) -> bool:
    """Tell whether a case of the group, or any where the group is not known, was active when it failed."""
    ended = func.coalesce(DeviceCase.recovered_at, DeviceCase.closed_at)
    query = select(DeviceCase.id).where(
        DeviceCase.device_id == device_id,
        DeviceCase.opened_at <= at,
        or_(DeviceCase.state.in_(ACTIVE), ended >= at),
    )
    if group is not None:
        query = query.where(DeviceCase.failure_group == group)
    return session.scalar(query.limit(1)) is not None


def list_failures(
    session: Session, narrowed: Narrowed, *, before: tuple[datetime, UUID] | None, limit: int
) -> list[FailureLine]:
    """Return failures that no case foresaw, newest first, behind the key `before` (occurred_at, id)."""
    query = select(DeviceFailure, Device.name, Device.model).join(Device, Device.id == DeviceFailure.device_id)
    if narrowed.model is not None:
        query = query.where(Device.model == narrowed.model)
    if narrowed.failure_group is not None:
        query = query.where(DeviceFailure.failure_group == narrowed.failure_group)
    if narrowed.start is not None:
        query = query.where(DeviceFailure.occurred_at >= narrowed.start)
    if narrowed.end is not None:
        query = query.where(DeviceFailure.occurred_at < narrowed.end)
    if before is not None:
        at, row_id = before
        query = query.where(func.row(DeviceFailure.occurred_at, DeviceFailure.id) < func.row(at, row_id))
    rows = session.execute(query.order_by(DeviceFailure.occurred_at.desc(), DeviceFailure.id.desc()).limit(limit))
    return [
        FailureLine(
            row.id, row.device_id, name, model, row.failure_group, row.occurred_at, row.source_ref, row.note
        )
        for row, name, model in rows
    ]  # fmt: skip
