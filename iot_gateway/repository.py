"""Queries of the gateway's rooms; the ingest path has its own in `iot_gateway.store`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, literal, or_, select, text
from sqlalchemy.orm import Session

from iot_gateway.lifecycle import ACTIVE, CaseState, Finding, FleetState, Health
from iot_gateway.models.detection import CaseEvidence, DeviceCase
from iot_gateway.models.devices import Device, DeviceContext
from iot_gateway.models.telemetry import TelemetryHour, TelemetryLast
from iot_gateway.resolution import TABLE, WIDTH_SECONDS, Resolution


class SampleKey(NamedTuple):
    """Where a page of samples ended; of a roll-up only the instant counts."""

    at: datetime
    boot: int
    seq: int


@dataclass(frozen=True)
class DeviceRow:
    """A device with its last values, context and health."""

    id: UUID
    name: str
    model: str
    sampling_seconds: int
    revoked_at: datetime | None
    asset_name: str | None
    site_name: str | None
    seen: datetime | None
    online: bool | None
    firmware: str | None
    vals: dict[str, Any] | None
    sampled: datetime | None
    health: str


@dataclass(frozen=True)
class DeviceFilter:
    """How a list of devices is narrowed; `text` is looked for in names of device, asset and site."""

    state: FleetState | None = None
    model: str | None = None
    text: str | None = None


def health_of_device() -> ColumnElement[str]:
    """Return the health of a device, in a query that joins `telemetry_last`; a revoked one counts as any other."""
    alarming = select(literal(1)).where(DeviceCase.device_id == Device.id, DeviceCase.state.in_(ACTIVE)).exists()
    silence = func.make_interval(0, 0, 0, 0, 0, 0, func.greatest(120, 5 * Device.sampling_seconds))
    return case(
        (TelemetryLast.last_seen_at.is_(None), Health.UNKNOWN.value),
        (TelemetryLast.last_seen_at < func.now() - silence, Health.SILENT.value),
        (alarming, Health.ALARM.value),
        else_=Health.OK.value,
    )


def device_rows(
    session: Session,
    *,
    device_id: UUID | None = None,
    after: str | None = None,
    limit: int | None = 50,
    narrowed: DeviceFilter | None = None,
) -> Sequence[DeviceRow]:
    """Return devices by name, with what is known of them now."""
    query = (
        select(
            Device.id,
            Device.name,
            Device.model,
            Device.sampling_seconds,
            Device.revoked_at,
            DeviceContext.asset_name,
            DeviceContext.site_name,
            TelemetryLast.last_seen_at,
            TelemetryLast.online,
            TelemetryLast.firmware,
            TelemetryLast.vals,
            TelemetryLast.ts,
            health_of_device(),
        )
        .outerjoin(TelemetryLast, TelemetryLast.device_number == Device.number)
        .outerjoin(DeviceContext, DeviceContext.device_id == Device.id)
        .order_by(Device.name)
    )
    if device_id is not None:
        query = query.where(Device.id == device_id)
    if after is not None:
        query = query.where(Device.name > after)
    if narrowed is not None:
        query = query.where(*_conditions(narrowed))
    if limit is not None:
        query = query.limit(limit)
    rows: Sequence[Any] = session.execute(query).all()
    return [DeviceRow(*row) for row in rows]


def _conditions(narrowed: DeviceFilter) -> Iterator[ColumnElement[bool]]:
    match narrowed.state:
        case None:
            pass
        case FleetState.REVOKED:
            yield Device.revoked_at.is_not(None)
        case FleetState.ONLINE:
            yield Device.revoked_at.is_(None)
            yield health_of_device().in_([Health.OK.value, Health.ALARM.value])
        case _:
            yield Device.revoked_at.is_(None)
            yield health_of_device() == narrowed.state.value
    if narrowed.model is not None:
        yield Device.model == narrowed.model
    if narrowed.text is not None:
        names = (Device.name, DeviceContext.asset_name, DeviceContext.site_name)
        yield or_(*(name.icontains(narrowed.text, autoescape=True) for name in names))


def raw_series(
    session: Session, device_number: int, metrics: Sequence[str], *, start: datetime, end: datetime, limit: int
) -> Sequence[Any]:
    """Return (ts in ms, value of each metric or None) of the newest samples that have any of them, newest first."""
    columns = "".join(f", (vals ->> :m{i})::float8" for i in range(len(metrics)))
    return session.execute(
        text(
            f"SELECT (extract(epoch FROM ts) * 1000)::bigint{columns} FROM telemetry"
            " WHERE device_number = :number AND ts >= :start AND ts <= :end AND vals ?| CAST(:metrics AS text[])"
            " ORDER BY ts DESC LIMIT :most"
        ),
        {
            **_named(metrics),
            "metrics": list(metrics),
            "number": device_number,
            "start": start,
            "end": end,
            "most": limit,
        },
    ).all()


def rolled_series(
    session: Session,
    device_number: int,
    metrics: Sequence[str],
    *,
    start: datetime,
    end: datetime,
    resolution: Resolution,
    step_seconds: int,
) -> Sequence[Any]:
    """Return (start of the step in ms, then min, max and mean of each metric), a row per step that has samples."""
    columns = "".join(
        f", min((stats -> :m{i} ->> 1)::float8), max((stats -> :m{i} ->> 2)::float8), {_mean(f':m{i}')}"
        for i in range(len(metrics))
    )
    return session.execute(
        text(
            f"SELECT floor(extract(epoch FROM bucket) / :step)::bigint * :step * 1000 AS at{columns}"
            f" FROM {TABLE[resolution]} WHERE device_number = :number AND bucket > :before AND bucket <= :end"
            " AND stats ?| CAST(:metrics AS text[]) GROUP BY at ORDER BY at"
        ),
        {
            **_named(metrics),
            "metrics": list(metrics),
            "number": device_number,
            "before": start - timedelta(seconds=WIDTH_SECONDS[resolution]),
            "end": end,
            "step": step_seconds,
        },
    ).all()


def export_page(
    session: Session,
    device_number: int,
    metrics: Sequence[str],
    *,
    start: datetime,
    end: datetime,
    resolution: Resolution,
    behind: SampleKey | None,
    limit: int,
) -> tuple[list[SampleKey], list[Sequence[Any]]]:
    """Return the keys and rows (instant, figures) that follow the key `behind`, from `start` until before `end`.

    Figures are the values of the metrics, or count, min, max and mean of each in a roll-up.
    """
    raw = resolution is Resolution.RAW
    figures = [f"(vals ->> :m{i})::float8" if raw else _rolled(f":m{i}") for i in range(len(metrics))]
    at, key = ("ts", "boot, seq") if raw else ("bucket", "0, 0")
    after = "(ts, boot, seq) > (:at, :boot, :seq)" if raw else "bucket > :at"
    table, column = ("telemetry", "vals") if raw else (TABLE[resolution], "stats")
    rows = session.execute(
        text(
            f"SELECT {', '.join([at, key, *figures])} FROM {table} WHERE device_number = :number"
            f" AND {at} >= :start AND {at} < :end AND {column} ?| CAST(:metrics AS text[])"
            f"{f' AND {after}' if behind else ''} ORDER BY {f'{at}, {key}' if raw else at} LIMIT :most"
        ),
        {
            **_named(metrics),
            "metrics": list(metrics),
            "number": device_number,
            "start": max(start, behind.at) if behind else start,
            "end": end,
            "most": limit,
            **(behind._asdict() if behind else {}),
        },
    ).all()
    return [SampleKey(*row[:3]) for row in rows], [(row[0], *row[3:]) for row in rows]


def _rolled(metric: str) -> str:
    total, count = f"(stats -> {metric} ->> 3)::numeric", f"(stats -> {metric} ->> 0)::int"
    mean = f"CASE WHEN abs({total} / {count}) < 1e-300 THEN 0 ELSE {total} / {count} END"
    return f"{count}::float8, (stats -> {metric} ->> 1)::float8, (stats -> {metric} ->> 2)::float8, ({mean})::float8"


def _named(metrics: Sequence[str]) -> dict[str, str]:
    return {f"m{i}": name for i, name in enumerate(metrics)}


def _mean(metric: str) -> str:
    """Return the mean from exact sums; one too small for a double is 0, which PostgreSQL would refuse to round."""
    mean = f"sum((stats -> {metric} ->> 3)::numeric) / sum((stats -> {metric} ->> 0)::int)"
    return f"(CASE WHEN abs({mean}) < 1e-300 THEN 0 ELSE {mean} END)::float8"


def hours(session: Session, device_number: int, *, start: datetime, end: datetime) -> Sequence[TelemetryHour]:
    """Return the hourly rows of a device, oldest first."""
    return session.scalars(
        select(TelemetryHour)
        .where(TelemetryHour.device_number == device_number, TelemetryHour.hour >= start, TelemetryHour.hour <= end)
        .order_by(TelemetryHour.hour)
    ).all()


def hour_rows(session: Session, device_number: int, *, start: datetime, end: datetime) -> Iterator[Sequence[Any]]:
    """Yield (hour, means, expected, alarms) of a device, oldest first: entities take three times as long to make."""
    query = (
        select(TelemetryHour.hour, TelemetryHour.means, TelemetryHour.expected, TelemetryHour.alarms)
        .where(TelemetryHour.device_number == device_number, TelemetryHour.hour >= start, TelemetryHour.hour <= end)
        .order_by(TelemetryHour.hour)
    )
    yield from session.execute(query)


def last_hour(session: Session, device_number: int) -> datetime | None:
    """Return the last hour that is known of a device."""
    query = select(func.max(TelemetryHour.hour)).where(TelemetryHour.device_number == device_number)
    return session.scalar(query)


@dataclass(frozen=True)
class CaseFilter:
    """How a list of cases is narrowed, by when they were opened too; `start` is included, `end` is not."""

    state: CaseState | None = None
    finding: Finding | None = None
    labelled: bool | None = None
    """Whether it has a finding."""
    model: str | None = None
    failure_group: str | None = None
    device_id: UUID | None = None
    start: datetime | None = None
    end: datetime | None = None


def case_rows(
    session: Session, narrowed: CaseFilter, *, before: tuple[datetime, UUID] | None, limit: int
) -> Sequence[tuple[DeviceCase, str]]:
    """Return cases with the names of their devices, newest first."""
    query = select(DeviceCase, Device.name).join(Device, Device.id == DeviceCase.device_id)
    for name in ("state", "finding", "model", "failure_group", "device_id"):
        wanted = getattr(narrowed, name)
        if wanted is not None:
            query = query.where(getattr(DeviceCase, name) == wanted)
    if narrowed.labelled is not None:
        query = query.where(DeviceCase.finding.is_not(None) == narrowed.labelled)
    if narrowed.start is not None:
        query = query.where(DeviceCase.opened_at >= narrowed.start)
    if narrowed.end is not None:
        query = query.where(DeviceCase.opened_at < narrowed.end)
    if before is not None:
        at, case_id = before
        query = query.where(func.row(DeviceCase.opened_at, DeviceCase.id) < func.row(at, case_id))
    rows = session.execute(query.order_by(DeviceCase.opened_at.desc(), DeviceCase.id.desc()).limit(limit))
    return [(row[0], row[1]) for row in rows]


def evidence_of(session: Session, case_id: UUID, *, limit: int = 500) -> Sequence[CaseEvidence]:
    """Return the evidence of a case, newest first."""
    return session.scalars(
        select(CaseEvidence)
        .where(CaseEvidence.case_id == case_id)
        .order_by(CaseEvidence.at.desc(), CaseEvidence.share.desc())
        .limit(limit)
    ).all()
