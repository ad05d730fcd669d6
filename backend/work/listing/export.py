"""A list of orders as a file, read and sent in pieces."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.work.service import lists as query
from backend.work.wanted import Column, OrderWish
from kernel import sheets
from kernel.db import Tenant, transaction
from kernel.sheets import Cell, Format

MOST_ROWS = 100_000
PIECE = 1000
HEADS: dict[Column, tuple[str, str]] = {
    Column.NUMBER: ("工单号", "Number"),
    Column.STATE: ("状态", "State"),
    Column.SUBSTATUS: ("子状态", "Substatus"),
    Column.PRIORITY: ("优先级", "Priority"),
    Column.SUMMARY: ("摘要", "Summary"),
    Column.WORK_TYPE: ("工作类型", "Work type"),
    Column.SOURCE: ("来源", "Source"),
    Column.CUSTOMER: ("客户", "Customer"),
    Column.SITE: ("站点", "Site"),
    Column.ASSET: ("设备", "Asset"),
    Column.TECHNICIAN: ("工程师", "Technician"),
    Column.PLANNED_START: ("计划开始", "Planned start"),
    Column.QUEUE: ("队列", "Queue"),
    Column.LABELS: ("标签", "Labels"),
    Column.SKILL: ("技能", "Skill"),
    Column.CREATED: ("创建时间", "Created"),
    Column.DUE: ("截止时间", "Due"),
    Column.COMPLETED: ("完成时间", "Completed"),
}


def check_size(session: Session, wish: OrderWish, *, only_of: UUID | None) -> None:
    """Refuse a list that is too long for a file.

    Raises:
        TooManyRows: it is; narrow the filter.
    """
    if query.reaches(session, wish, only_of=only_of, at_least=MOST_ROWS + 1):
        raise sheets.TooManyRows(f"The list has more than {MOST_ROWS} orders; narrow it.", limit=MOST_ROWS)


def pieces(
    tenant_id: UUID,
    wish: OrderWish,
    columns: Sequence[Column],
    *,
    written_as: Format,
    locale: str,
    only_of: UUID | None,
) -> Iterator[bytes]:
    """Yield the file; its rows are read a thousand at a time, each time in a short transaction of its own."""
    head = [HEADS[column][locale == "en"] for column in columns]
    return sheets.pieces(written_as, head, _cells(tenant_id, wish, columns, only_of=only_of))


def _cells(
    tenant_id: UUID, wish: OrderWish, columns: Sequence[Column], *, only_of: UUID | None
) -> Iterator[list[Cell]]:
    cursor, zone, sent = None, None, 0
    while sent < MOST_ROWS:
        with transaction(tenant_id=tenant_id) as session:
            zone = zone or ZoneInfo(session.scalars(select(Tenant.time_zone).where(Tenant.id == tenant_id)).one())
            found = query.page(session, wish, sort=wish.sort, only_of=only_of, cursor=cursor, limit=PIECE)
        for row in found.rows:
            yield [_cell(row[column], zone) for column in columns]
        sent, cursor = sent + len(found.rows), found.next_cursor
        if cursor is None:
            return


def _cell(value: Any, zone: ZoneInfo) -> Cell:
    """Return a value as a spreadsheet has it: instants as local time, which has no zone there."""
    if isinstance(value, list):
        return ", ".join(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).astimezone(zone).replace(tzinfo=None, microsecond=0)
    return None if value is None else value if isinstance(value, int) else str(value)
