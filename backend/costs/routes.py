"""Cost sheets and settlements over HTTP."""

from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Response
from sqlalchemy.orm import Session

from backend.assets import service as assets
from backend.assets.errors import AssetUnknown
from backend.costs import service, settling
from backend.costs.errors import EntryUnknown, NotClosed, NothingToSettle, PeriodTooLong, SettlementUnknown, WrongParty
from backend.costs.models import Party, SettledAs
from backend.costs.schemas import (
    AssetCostOut,
    DueOut,
    EntryIn,
    EntryOut,
    PeriodIn,
    SettlementLineOut,
    SettlementOut,
    SheetOut,
    TrialOut,
)
from backend.customers.errors import CustomerUnknown
from backend.outlets import service as outlets
from backend.outlets.errors import OutletUnknown
from backend.prices import service as prices
from backend.technicians import service as technicians
from backend.technicians.errors import TechnicianUnknown
from backend.work.errors import NoSuchWorkOrder
from kernel import audit, clock, http, sheets
from kernel.auth import OFFICE, Role
from kernel.fields import Day
from kernel.http import Db, Me, problems
from kernel.paging import DEFAULT_LIMIT, BadCursor, Cursor, Limit, Page, cut, decode_id_cursor, encode_cursor

router = http.router("costs")

ENTERERS = frozenset({Role.AGENT, Role.DISPATCHER, Role.SUPERVISOR, Role.ADMIN})
SETTLERS = frozenset({Role.SUPERVISOR, Role.ADMIN})
READERS = SETTLERS | {Role.AUDITOR}
ACCESS = {
    "get_cost_sheet": OFFICE,
    "recount": SETTLERS,
    "add_entry": ENTERERS,
    "void_entry": ENTERERS,
    "cost_of_asset": OFFICE,
    "try_settlement": READERS,
    "settle": SETTLERS,
    "list_settlements": READERS,
    "get_settlement": READERS,
    "list_settlement_lines": READERS,
    "export_settlement": READERS,
}
SHOWN = 100
"""Lines that a trial of a settlement shows."""


def _sheet(db: Session, work_order_id: UUID) -> SheetOut:
    sheet = service.sheet_of(db, work_order_id, at=clock.now())
    people = technicians.technicians_by_id(db, {line.technician_id for line in sheet.lines if line.technician_id})
    partners = outlets.outlets_by_id(db, {line.outlet_id for line in sheet.lines if line.outlet_id})
    return SheetOut.of(
        sheet,
        people={key: row.name for key, row in people.items()},
        partners={key: row.name for key, row in partners.items()},
    )


@router.get("/work-orders/{work_order_id}/cost-sheet", responses=problems(NoSuchWorkOrder))
def get_cost_sheet(work_order_id: UUID, db: Db) -> SheetOut:
    """Return what an order costs and who pays: as it was kept when it closed, else as it stands."""
    return _sheet(db, work_order_id)


@router.post("/work-orders/{work_order_id}/cost-sheet", responses=problems(NoSuchWorkOrder, NotClosed))
def recount(work_order_id: UUID, db: Db, me: Me) -> SheetOut:
    """Count a closed order anew; what was settled of it is corrected by the next settlement of its period."""
    service.recount(db, work_order_id, by=me.user_id, at=clock.now())
    return _sheet(db, work_order_id)


@router.post(
    "/work-orders/{work_order_id}/cost-entries",
    status_code=201,
    responses=problems(NoSuchWorkOrder, TechnicianUnknown),
)
def add_entry(work_order_id: UUID, body: EntryIn, db: Db, me: Me) -> EntryOut:
    """Enter an outside service or kilometres; the same operation again changes nothing."""
    row = service.add_entry(
        db, work_order_id, body.draft(), client_op_id=body.client_op_id, by=me.user_id, at=clock.now()
    )
    return EntryOut.model_validate(row)


@router.delete("/cost-entries/{cost_entry_id}", status_code=204, responses=problems(EntryUnknown))
def void_entry(cost_entry_id: UUID, db: Db, me: Me) -> None:
    """Take an entry back."""
    service.void_entry(db, cost_entry_id, by=me.user_id, at=clock.now())


@router.get("/assets/{asset_id}/costs", responses=problems(AssetUnknown))
def cost_of_asset(asset_id: UUID, db: Db, since: Day, until: Day) -> AssetCostOut:
    """Return what the orders of an asset have cost that were closed from one day to another."""
    assets.get_asset(db, asset_id)
    return AssetCostOut.of(service.cost_of_asset(db, asset_id, since=since, until=until))


@router.post("/settlement-trials", responses=problems(CustomerUnknown, OutletUnknown, WrongParty, PeriodTooLong))
def try_settlement(body: PeriodIn, db: Db) -> TrialOut:
    """Return what a settlement would hold; it settles nothing."""
    lines = settling.due(db, body.period())
    return TrialOut(
        currency=prices.currency_of(db),
        total=sum((line.amount for line in lines), Decimal(0)),
        line_count=len(lines),
        adjustment_count=sum(line.settled_as is SettledAs.ADJUSTMENT for line in lines),
        first=[DueOut.of(line) for line in lines[:SHOWN]],
    )


@router.post(
    "/settlements",
    status_code=201,
    responses=problems(NothingToSettle, CustomerUnknown, OutletUnknown, WrongParty, PeriodTooLong),
)
def settle(body: PeriodIn, db: Db, me: Me) -> SettlementOut:
    """Settle a period: each order once, and what has changed since as adjustments."""
    return SettlementOut.model_validate(settling.settle(db, body.period(), by=me.user_id, at=clock.now()))


@router.get("/settlements", responses=problems(BadCursor))
def list_settlements(
    db: Db, party: Party | None = None, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[SettlementOut]:
    """Return settlements, the latest first."""
    after = decode_id_cursor(cursor) if cursor else None
    rows, more = cut(settling.list_settlements(db, party=party, after=after, limit=limit + 1), limit)
    items = [SettlementOut.model_validate(row) for row in rows]
    return Page(items=items, next_cursor=encode_cursor(rows[-1].id) if more else None)


@router.get("/settlements/{settlement_id}", responses=problems(SettlementUnknown))
def get_settlement(settlement_id: UUID, db: Db) -> SettlementOut:
    """Return a settlement."""
    return SettlementOut.model_validate(settling.get_settlement(db, settlement_id))


@router.get("/settlements/{settlement_id}/lines", responses=problems(SettlementUnknown, BadCursor))
def list_settlement_lines(
    settlement_id: UUID, db: Db, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[SettlementLineOut]:
    """Return the lines of a settlement."""
    after = decode_id_cursor(cursor) if cursor else None
    rows, more = cut(settling.lines_of(db, settlement_id, after=after, limit=limit + 1), limit)
    items = [SettlementLineOut.model_validate(row) for row in rows]
    return Page(items=items, next_cursor=encode_cursor(rows[-1].id) if more else None)


@router.get(
    "/settlements/{settlement_id}/export",
    response_class=Response,
    responses=problems(SettlementUnknown)
    | {200: {"description": "A file.", "content": {media.partition(";")[0]: {} for media in sheets.MEDIA.values()}}},
)
def export_settlement(
    settlement_id: UUID,
    db: Db,
    me: Me,
    *,
    written_as: Annotated[sheets.Format, Query(alias="format")] = sheets.Format.XLSX,
    locale: Literal["zh", "en"] = "zh",
) -> Response:
    """Send a settlement as a file."""
    content = settling.export(db, settlement_id, written_as, locale=locale)
    row = settling.get_settlement(db, settlement_id)
    audit.record(db, actor_id=me.user_id, action="settlement.export", subject="settlement", subject_id=row.id)
    headers = {"Content-Disposition": f'attachment; filename="{row.number}.{written_as}"', "Cache-Control": "no-store"}
    return Response(content, headers=headers, media_type=sheets.MEDIA[written_as])
