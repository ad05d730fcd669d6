"""Telemetry as a download."""

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime

from iot_gateway.errors import BadExport, DeviceNotFound, ExportTooLarge
from iot_gateway.resolution import Resolution
from iot_gateway.routes.telemetry import MetricName
from iot_gateway.service import exports
from kernel import audit
from kernel.auth import Role
from kernel.http import Access, Db, Me, problems
from kernel.http import router as make_router

router = make_router("telemetry")

ACCESS: Access = {
    "export_telemetry": frozenset({Role.ADMIN, Role.ASSET_MANAGER, Role.SUPERVISOR, Role.AUDITOR, Role.INTEGRATOR}),
}


class Format(StrEnum):
    """How the rows are written."""

    CSV = "csv"
    PARQUET = "parquet"


MEDIA = {Format.CSV: "text/csv; charset=utf-8; header=present", Format.PARQUET: "application/vnd.apache.parquet"}
WRITERS: dict[Format, Callable[[exports.Export], Iterator[bytes]]] = {
    Format.CSV: exports.as_csv,
    Format.PARQUET: exports.as_parquet,
}


@router.get(
    "/telemetry/export",
    response_class=StreamingResponse,
    responses={
        200: {"description": "The file.", "content": {"text/csv": {}, "application/vnd.apache.parquet": {}}},
        **problems(DeviceNotFound, BadExport, ExportTooLarge),
    },
)
def export_telemetry(
    db: Db,
    me: Me,
    *,
    device_id: Annotated[list[UUID], Query(min_length=1, max_length=exports.MOST_DEVICES)],
    start: Annotated[AwareDatetime, Query(alias="from")],
    end: Annotated[AwareDatetime, Query(alias="to")],
    metric: Annotated[list[MetricName] | None, Query(max_length=exports.MOST_METRICS)] = None,
    resolution: Resolution = Resolution.RAW,
    written_as: Annotated[Format, Query(alias="format")] = Format.CSV,
) -> StreamingResponse:
    """Send samples or a roll-up of devices as a file, from `from` until before `to`; without metrics, all known."""
    export = exports.plan(db, device_ids=device_id, metrics=metric or [], start=start, end=end, resolution=resolution)
    audit.record(
        db,
        actor_id=me.user_id,
        action="telemetry.export",
        subject="telemetry",
        subject_id=None,
        detail={
            "device_ids": [str(one) for one in device_id],
            "from": start.isoformat(),
            "to": end.isoformat(),
            "metrics": list(export.metrics),
            "resolution": resolution,
            "format": written_as,
        },
    )
    name = f"telemetry-{resolution}-{start:%Y%m%d}-{end:%Y%m%d}.{written_as}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingResponse(WRITERS[written_as](export), media_type=MEDIA[written_as], headers=headers)
