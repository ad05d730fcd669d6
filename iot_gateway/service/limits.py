"""Limits of single series: raised by a false case, once; lowered by a person, with a reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased

from iot_gateway.detect.fusion import SENSOR_GROUP
from iot_gateway.errors import DeviceNotFound, LimitNotLower
from iot_gateway.lifecycle import BY_LIMIT
from iot_gateway.models.detection import DeviceCase
from iot_gateway.models.devices import Device
from iot_gateway.models.feedback import SeriesLimit
from iot_gateway.precision import raised
from kernel.ids import new_id


@dataclass(frozen=True)
class LimitFilter:
    """How a list of changes is narrowed; `start` is included, `end` is not."""

    model: str | None = None
    failure_group: str | None = None
    device_id: UUID | None = None
    in_force: bool = False
    """Only the last change of each series, where it leaves the limit raised."""
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True)
class LimitLine:
    """One change of the limit of a series."""

    id: UUID
    device_id: UUID
    device_name: str
    model: str
    metric: str
    factor: float
    factor_before: float
    at: datetime
    case_id: UUID | None
    failure_group: str | None
    actor_id: UUID | None
    reason: str
    in_force: bool


def raise_limit(session: Session, case: DeviceCase, *, at: datetime) -> SeriesLimit | None:
    """Raise the limit of the series that led to a false case; once more for the same case changes nothing.

    A stuck sensor is told by its runs and not by a limit: such a case raises none. Nor does one of a limit that people
    set: theirs is to change.
    """
    metric = str(case.summary.get("metric") or "")
    if not metric or case.failure_group == SENSOR_GROUP or case.summary.get("how") == BY_LIMIT:
        return None
    last = _last(session, case.device_id, metric)
    if session.scalar(select(SeriesLimit.id).where(SeriesLimit.case_id == case.id)) is not None:
        return None
    before = last.factor if last else 1.0
    return _change(
        session, last, device_id=case.device_id, metric=metric, factor=raised(before), at=at,
        case_id=case.id, reason=case.finding_note or "",
    )  # fmt: skip


def lower_limit(
    session: Session, device_id: UUID, *, metric: str, factor: float, reason: str, by: UUID, at: datetime
) -> tuple[SeriesLimit, bool]:
    """Lower the limit of a series by hand; return it and whether this changed it.

    Raises:
        DeviceNotFound: there is none with this id.
        LimitNotLower: it is that low already, or was never raised.
    """
    last = _last(session, device_id, metric)
    if last is not None and last.factor == factor:
        return last, False
    if last is None or last.factor < factor:
        raise LimitNotLower("A limit is only lowered by hand.", factor=last.factor if last else 1.0)
    return _change(
        session, last, device_id=device_id, metric=metric, factor=factor, at=at, actor_id=by, reason=reason
    ), True  # fmt: skip


def _last(session: Session, device_id: UUID, metric: str) -> SeriesLimit | None:
    """Return the last change of a series and hold its device, so that two changes follow each other."""
    held = select(Device.id).where(Device.id == device_id).with_for_update(key_share=True)
    if session.scalar(held) is None:
        raise DeviceNotFound("No device has this id.", device_id=device_id)
    return session.scalar(
        select(SeriesLimit)
        .where(SeriesLimit.device_id == device_id, SeriesLimit.metric == metric)
        .order_by(SeriesLimit.change_no.desc())
        .limit(1)
    )


def _change(
    session: Session,
    last: SeriesLimit | None,
    *,
    device_id: UUID,
    metric: str,
    factor: float,
    at: datetime,
    reason: str,
    case_id: UUID | None = None,
    actor_id: UUID | None = None,
) -> SeriesLimit:
    row = SeriesLimit(
        id=new_id(),
        device_id=device_id,
        metric=metric,
        change_no=last.change_no + 1 if last else 1,
        factor=factor,
        factor_before=last.factor if last else 1.0,
        at=at,
        case_id=case_id,
        actor_id=actor_id,
        reason=reason,
    )
    session.add(row)
    session.flush()
    return row


def factors_of(session: Session, device_ids: Sequence[UUID]) -> Mapping[UUID, Mapping[str, float]]:
    """Return by device the factors in force of the series that have one other than 1."""
    rows = session.execute(
        select(SeriesLimit.device_id, SeriesLimit.metric, SeriesLimit.factor)
        .where(SeriesLimit.device_id.in_(device_ids))
        .ext(distinct_on(SeriesLimit.device_id, SeriesLimit.metric))
        .order_by(SeriesLimit.device_id, SeriesLimit.metric, SeriesLimit.change_no.desc())
    )
    found: dict[UUID, dict[str, float]] = {}
    for device_id, metric, factor in rows:
        found.setdefault(device_id, {})[metric] = factor
    return found


def list_limits(
    session: Session, narrowed: LimitFilter, *, before: tuple[datetime, UUID] | None, limit: int
) -> list[LimitLine]:
    """Return changes of limits, newest first, behind the key `before` (at, id)."""
    later = aliased(SeriesLimit)
    newest = (
        select(func.max(later.change_no))
        .where(later.device_id == SeriesLimit.device_id, later.metric == SeriesLimit.metric)
        .correlate(SeriesLimit)
        .scalar_subquery()
    )
    in_force = SeriesLimit.change_no == newest
    query = (
        select(SeriesLimit, Device.name, Device.model, DeviceCase.failure_group, in_force)
        .join(Device, Device.id == SeriesLimit.device_id)
        .outerjoin(DeviceCase, DeviceCase.id == SeriesLimit.case_id)
    )
    if narrowed.model is not None:
        query = query.where(Device.model == narrowed.model)
    if narrowed.failure_group is not None:
        query = query.where(DeviceCase.failure_group == narrowed.failure_group)
    if narrowed.device_id is not None:
        query = query.where(SeriesLimit.device_id == narrowed.device_id)
    if narrowed.in_force:
        query = query.where(in_force, SeriesLimit.factor > 1)
    if narrowed.start is not None:
        query = query.where(SeriesLimit.at >= narrowed.start)
    if narrowed.end is not None:
        query = query.where(SeriesLimit.at < narrowed.end)
    if before is not None:
        at, row_id = before
        query = query.where(func.row(SeriesLimit.at, SeriesLimit.id) < func.row(at, row_id))
    rows = session.execute(query.order_by(SeriesLimit.at.desc(), SeriesLimit.id.desc()).limit(limit))
    return [_line(*row) for row in rows]


def limit_line(session: Session, row: SeriesLimit) -> LimitLine:
    """Return a change just made, as lists show it."""
    device = session.get_one(Device, row.device_id)
    case = session.get(DeviceCase, row.case_id) if row.case_id else None
    return _line(row, device.name, device.model, case.failure_group if case else None, True)


def _line(row: SeriesLimit, name: str, model: str, group: str | None, in_force: bool) -> LimitLine:
    return LimitLine(
        id=row.id,
        device_id=row.device_id,
        device_name=name,
        model=model,
        metric=row.metric,
        factor=row.factor,
        factor_before=row.factor_before,
        at=row.at,
        case_id=row.case_id,
        failure_group=group,
        actor_id=row.actor_id,
        reason=row.reason,
        in_force=in_force,
    )
