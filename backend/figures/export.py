"""The events behind the figures, and what they are about, to take away: one file for each kind of row.

Each page is a short transaction of its own that goes on behind the last id, so that a slow reader holds nothing.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import text

from backend.figures.errors import EventsUnknown
from iot_gateway.files import safe, table_pieces
from kernel.db import transaction

PAGE_ROWS = 5_000
TABLES = {
    "orders": """o.id, o.number, o.ticket_id, o.asset_id, o.customer_id, o.site_id, o.work_type, o.priority, o.skill,
        o.skill_level, o.source, o.due_at FROM work_order o""",
    "order_events": """o.id, o.work_order_id, o.seq, o.action, o.from_state, o.to_state, o.actor_id, o.role, o.source,
        o.occurred_at, o.received_at, o.reason FROM work_order_event o""",
    "visits": "o.id, o.work_order_id, o.visit_no, o.planned_start, o.planned_end FROM visit o",
    "crews": "o.id, o.visit_id, o.technician_id, o.lead, o.released_at FROM visit_technician o",
    "visit_events": """o.id, o.visit_id, o.seq, o.action, o.from_state, o.to_state, o.actor_id, o.role, o.source,
        o.occurred_at, o.received_at, o.reason, o.flagged, o.detail -> 'finding' ->> 'result' AS result,
        o.detail -> 'finding' ->> 'failure_mode' AS mode, o.detail -> 'finding' ->> 'cause' AS cause
        FROM visit_event o""",
    "parts_used": """o.id, o.visit_id, o.part_id, o.quantity, m.from_location_id, l.kind AS from_kind, o.occurred_at
        FROM visit_part o LEFT JOIN stock_move m ON m.id = o.move_id
        LEFT JOIN stock_location l ON l.id = m.from_location_id""",
    "clocks": "o.id, o.subject_id, o.clock, o.started_at, o.due_at, o.paused_at, o.stopped_at FROM sla_clock o",
    "tickets": "o.id, o.number, o.channel, o.customer_id, o.site_id, o.asset_id, o.case_id, o.priority FROM ticket o",
    "ticket_events": """o.id, o.ticket_id, o.seq, o.action, o.from_state, o.to_state, o.actor_id, o.source,
        o.occurred_at, o.received_at, o.reason FROM ticket_event o""",
    "surveys": "o.id, o.ticket_id, o.invited_at, o.expires_at, o.answered_at, o.rating, o.nps FROM survey o",
    "trials": "o.id, o.ticket_id, o.case_id, o.state, o.begun_at, o.ended_at FROM playbook_trial o",
    "cases": "o.id, o.case_id, o.work_order_id, o.ticket_id, o.asset_id, o.happened_at FROM case_intake o",
    "assets": """o.id, o.asset_no, k.code AS class, o.model, o.customer_id, o.site_id, o.state, o.installed_on,
        o.device_id FROM asset o JOIN asset_class k ON k.id = o.class_id""",
    "technicians": "o.id, o.name, o.van_location_id, o.active FROM technician o",
    "skills": "o.id, o.technician_id, o.skill, o.level, o.expires_on FROM technician_skill o",
    "shift_patterns": """o.id, o.technician_id, o.weekday, o.starts, o.ends, o.breaks, o.valid_from, o.valid_to
        FROM shift_pattern o""",
    "shifts": "o.id, o.technician_id, o.day, o.starts_at, o.ends_at, o.breaks FROM shift o",
    "absences": "o.id, o.technician_id, o.starts_at, o.ends_at, o.reason FROM absence o",
    "stock_moves": """o.id, o.part_id, o.kind, o.quantity, o.from_location_id, o.to_location_id,
        f.virtual AS from_virtual, g.virtual AS to_virtual, o.moved_at, o.ref_id, o.reverses_id
        FROM stock_move o JOIN stock_location f ON f.id = o.from_location_id
        JOIN stock_location g ON g.id = o.to_location_id""",
    "stock": """o.id, o.part_id, o.location_id, o.condition, o.on_hand FROM stock_balance o""",
}
"""What may be taken away. No words that people wrote, and no names of customers."""


class Format(StrEnum):
    """How the rows are written."""

    CSV = "csv"
    PARQUET = "parquet"


Page = Sequence[Sequence[str | None]]


def columns(kind: str) -> list[str]:
    """Return the header of a kind."""
    chosen = re.split(r"\sFROM\s", TABLES[kind])[0]
    return [piece.split(" AS ")[-1].split(".")[-1].strip() for piece in chosen.split(",")]


def pages(tenant_id: UUID, kind: str) -> Iterator[Page]:
    """Yield the rows of a kind by id, at most `PAGE_ROWS` at once; instants as ISO 8601 in UTC."""
    behind = UUID(int=0)
    while True:
        with transaction(tenant_id=tenant_id) as session:
            rows = session.execute(
                text(f"SELECT {TABLES[kind]} WHERE o.id > :behind ORDER BY o.id LIMIT :most"),
                {"behind": behind, "most": PAGE_ROWS},
            ).all()
        if rows:
            yield [[_word(cell) for cell in row] for row in rows]
            behind = rows[-1][0]
        if len(rows) < PAGE_ROWS:
            return


def _word(cell: Any) -> str | None:
    if cell is None:
        return None
    return cell.astimezone(UTC).isoformat() if isinstance(cell, datetime) else str(cell)


def as_csv(header: Sequence[str], found: Iterable[Page]) -> Iterator[bytes]:
    """Yield a CSV file (RFC 4180); texts are made safe for spreadsheets."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(header)
    for page in found:
        writer.writerows([safe(cell or "") for cell in row] for row in page)
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue().encode()


def as_parquet(header: Sequence[str], found: Iterable[Page]) -> Iterator[bytes]:
    """Yield a Parquet file of text columns: a row group for each page."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only for this

    yield from table_pieces(pa.schema([(name, pa.string()) for name in header]), found)


WRITERS: dict[Format, Callable[[Sequence[str], Iterable[Page]], Iterator[bytes]]] = {
    Format.CSV: as_csv,
    Format.PARQUET: as_parquet,
}


def written(tenant_id: UUID, kind: str, form: Format) -> Iterator[bytes]:
    """Return the file of a kind, piece by piece.

    Raises:
        EventsUnknown: there is no such kind.
    """
    if kind not in TABLES:
        raise EventsUnknown("No rows of this kind can be taken away.", kinds=list(TABLES))
    return WRITERS[form](columns(kind), pages(tenant_id, kind))
