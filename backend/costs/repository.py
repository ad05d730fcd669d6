"""Queries of costs and settlements."""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Row, func, select, text
from sqlalchemy.orm import Session, aliased

from backend.costs.models import CostEntry, CostSheet, CostSheetLine, Party, Settlement, SettlementLine
from kernel.db import tenant_of


def entry(session: Session, entry_id: UUID) -> CostEntry | None:
    """Return an entry, locked."""
    return session.scalar(select(CostEntry).where(CostEntry.id == entry_id).with_for_update())


def entry_of_operation(session: Session, client_op_id: UUID) -> CostEntry | None:
    """Return the entry that an operation has made."""
    return session.scalar(select(CostEntry).where(CostEntry.client_op_id == client_op_id))


def entries(session: Session, work_order_id: UUID) -> Sequence[CostEntry]:
    """Return what was entered for an order and not taken back, as it was entered."""
    return session.scalars(
        select(CostEntry)
        .where(CostEntry.work_order_id == work_order_id, CostEntry.voided_at.is_(None))
        .order_by(CostEntry.id)
    ).all()


def sheet(session: Session, work_order_id: UUID) -> CostSheet | None:
    """Return the sheet of an order that holds."""
    return session.scalar(
        select(CostSheet).where(CostSheet.work_order_id == work_order_id).order_by(CostSheet.seq.desc()).limit(1)
    )


def sheet_lines(session: Session, sheet_id: UUID) -> Sequence[CostSheetLine]:
    """Return the lines of a sheet in their order."""
    return session.scalars(
        select(CostSheetLine).where(CostSheetLine.sheet_id == sheet_id).order_by(CostSheetLine.position)
    ).all()


def sheets_closed(
    session: Session,
    *,
    start: datetime,
    end: datetime,
    customer_id: UUID | None = None,
    asset_id: UUID | None = None,
    limit: int,
) -> Sequence[CostSheet]:
    """Return the sheets that hold of orders closed in a time, by closing."""
    newer = aliased(CostSheet)
    query = (
        select(CostSheet)
        .where(
            CostSheet.closed_at >= start,
            CostSheet.closed_at < end,
            ~select(newer.id).where(newer.work_order_id == CostSheet.work_order_id, newer.seq > CostSheet.seq).exists(),
        )
        .order_by(CostSheet.closed_at, CostSheet.work_order_id)
        .limit(limit)
    )
    if customer_id is not None:
        query = query.where(CostSheet.customer_id == customer_id)
    if asset_id is not None:
        query = query.where(CostSheet.asset_id == asset_id)
    return session.scalars(query).all()


def outlet_sums(
    session: Session, sheet_ids: Collection[UUID], outlet_id: UUID | None
) -> Sequence[Row[UUID, UUID, Decimal]]:
    """Return what sheets owe to outlets: sheet, outlet, amount."""
    query = (
        select(CostSheetLine.sheet_id, CostSheetLine.outlet_id, func.sum(CostSheetLine.cost))
        .where(CostSheetLine.sheet_id.in_(sheet_ids), CostSheetLine.outlet_id.is_not(None))
        .group_by(CostSheetLine.sheet_id, CostSheetLine.outlet_id)
        .order_by(CostSheetLine.sheet_id, CostSheetLine.outlet_id)
    )
    if outlet_id is not None:
        query = query.where(CostSheetLine.outlet_id == outlet_id)
    return session.execute(query).all()  # type: ignore[return-value]


def settled(
    session: Session, work_order_ids: Collection[UUID], party: Party, outlet_id: UUID | None
) -> dict[tuple[UUID, UUID | None], Decimal]:
    """Return what was settled with a sort of party so far, by order and outlet."""
    query = (
        select(SettlementLine.work_order_id, SettlementLine.outlet_id, func.sum(SettlementLine.amount))
        .where(SettlementLine.work_order_id.in_(work_order_ids), SettlementLine.party == party)
        .group_by(SettlementLine.work_order_id, SettlementLine.outlet_id)
    )
    if outlet_id is not None:
        query = query.where(SettlementLine.outlet_id == outlet_id)
    return {(row[0], row[1]): row[2] for row in session.execute(query)}


def one_at_a_time(session: Session) -> None:
    """Wait for other settlements of the tenant to end; held to the end of the transaction."""
    session.execute(
        text("SELECT pg_advisory_xact_lock(hashtext('settlement'), hashtext(:tenant))"),
        {"tenant": str(tenant_of(session))},
    )


def settlement(session: Session, settlement_id: UUID) -> Settlement | None:
    """Return a settlement."""
    return session.get(Settlement, settlement_id)


def settlements(session: Session, *, party: Party | None, after: UUID | None, limit: int) -> Sequence[Settlement]:
    """Return settlements, the latest first, behind one."""
    query = select(Settlement).order_by(Settlement.id.desc()).limit(limit)
    if party is not None:
        query = query.where(Settlement.party == party)
    if after is not None:
        query = query.where(Settlement.id < after)
    return session.scalars(query).all()


def settlement_lines(
    session: Session, settlement_id: UUID, *, after: UUID | None, limit: int
) -> Sequence[tuple[SettlementLine, CostSheet]]:
    """Return the lines of a settlement with the sheets that they follow from, behind one."""
    query = (
        select(SettlementLine, CostSheet)
        .join(CostSheet, CostSheet.id == SettlementLine.sheet_id)
        .where(SettlementLine.settlement_id == settlement_id)
        .order_by(SettlementLine.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(SettlementLine.id > after)
    return [(row[0], row[1]) for row in session.execute(query)]
