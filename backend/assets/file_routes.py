"""Assets as tables and as labels: files in and out."""

from typing import Annotated
from uuid import UUID

from fastapi import Body as FileBody
from fastapi import Path, Query, Response
from pydantic import Field

from backend.assets import exchange, label_sheets
from backend.assets.errors import AssetUnknown, NoToken
from backend.assets.exchange import Kind
from backend.assets.labels import Size
from backend.assets.routes import WRITERS
from backend.customers.schemas import Locale
from kernel import audit, http, sheets
from kernel.auth import Role
from kernel.fields import Body
from kernel.http import Db, Me, problems
from kernel.imports import ImportReport, NoSuchColumn

router = http.router("asset_files")

IMPORTERS = frozenset({Role.ASSET_MANAGER, Role.SUPERVISOR, Role.ADMIN, Role.INTEGRATOR})
ACCESS = {
    "export_table": IMPORTERS | {Role.AUDITOR},
    "import_table": IMPORTERS,
    "print_labels": WRITERS,
}
PDF = "application/pdf"


class LabelsIn(Body):
    """Which labels to print on what sheet."""

    asset_ids: Annotated[list[UUID], Field(min_length=1, max_length=500)]
    size: Size = Size.MEDIUM
    locale: Locale = "zh"
    skip: Annotated[int, Field(ge=0, le=64, description="labels of the first sheet that are used up")] = 0


@router.get(
    "/assets/tables/{kind}",
    response_class=Response,
    responses={200: {"description": "The file.", "content": {media: {} for media in sheets.MEDIA.values()}}},
)
def export_table(
    db: Db,
    me: Me,
    kind: Annotated[Kind, Path()],
    *,
    written_as: Annotated[sheets.Format, Query(alias="format")] = sheets.Format.XLSX,
    locale: Locale = "zh",
) -> Response:
    """Send all assets or readings as a file that `import_table` takes."""
    audit.record(db, actor_id=me.user_id, action="assets.export", subject=kind, subject_id=None)
    headers = {"Content-Disposition": f'attachment; filename="{kind}.{written_as}"', "Cache-Control": "no-store"}
    content = exchange.export(db, kind, written_as, locale=locale)
    return Response(content, headers=headers, media_type=sheets.MEDIA[written_as])


@router.post("/assets/tables/{kind}", responses=problems(sheets.Unreadable, sheets.TooManyRows, NoSuchColumn))
def import_table(
    db: Db,
    me: Me,
    kind: Annotated[Kind, Path()],
    data: Annotated[
        bytes, FileBody(media_type="application/octet-stream", description="A CSV file or a workbook (XLSX).")
    ],
    *,
    dry_run: bool = False,
    take_good_rows: bool = False,
) -> ImportReport:
    """Make or change assets, or add readings, by the rows of a file; a dry run only tells what would happen.

    One bad row and nothing changes, unless `take_good_rows` is set. The same file twice changes nothing.
    """
    report = exchange.run_import(db, kind, data, dry_run=dry_run, take_good_rows=take_good_rows)
    if report.applied:
        counts = report.model_dump(include={"rows", "created", "updated", "failed"})
        audit.record(db, actor_id=me.user_id, action="assets.import", subject=kind, subject_id=None, detail=counts)
    return report


@router.post(
    "/assets/labels",
    response_class=Response,
    responses={**problems(AssetUnknown, NoToken), 200: {"description": "Sheets of A4.", "content": {PDF: {}}}},
)
def print_labels(body: LabelsIn, db: Db) -> Response:
    """Send sheets of labels for assets, in the order that is asked for."""
    content = label_sheets.labels_of(db, body.asset_ids, size=body.size, locale=body.locale, skip=body.skip)
    headers = {"Content-Disposition": 'inline; filename="labels.pdf"', "Cache-Control": "no-store"}
    return Response(content, headers=headers, media_type=PDF)
