"""Whether the books are right: what is kept as a sum against the fold of all moves."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True, kw_only=True)
class Discrepancy:
    """A figure of the books that differs from what the moves or reservations say."""

    kind: str
    """`balance`, `lot`, `held`, `serial` or `conservation`."""
    part_id: UUID
    location_id: UUID | None
    condition: str | None
    detail: str | None
    expected: Decimal
    found: Decimal


CHECK = text(
    """
    WITH entry AS (
        SELECT move.part_id, place.id AS location_id, place.virtual, condition, lot, serial,
               CASE place.id WHEN to_location_id THEN quantity ELSE -quantity END AS quantity
        FROM stock_move AS move JOIN stock_location AS place ON place.id IN (from_location_id, to_location_id)
    ), expected AS (
        SELECT 'balance' AS kind, part_id, location_id, condition, '' AS detail, sum(quantity) AS figure
        FROM entry WHERE NOT virtual GROUP BY part_id, location_id, condition
        UNION ALL
        SELECT 'lot', part_id, location_id, condition, lot, sum(quantity)
        FROM entry WHERE NOT virtual AND lot IS NOT NULL GROUP BY part_id, location_id, condition, lot
        UNION ALL
        SELECT 'serial', part_id, location_id, condition, serial, sum(quantity)
        FROM entry WHERE NOT virtual AND serial IS NOT NULL GROUP BY part_id, location_id, condition, serial
        UNION ALL
        SELECT 'held', part_id, location_id, 'good', '', sum(quantity - consumed)
        FROM reservation WHERE state = 'held' GROUP BY part_id, location_id
    ), outside AS (
        SELECT part_id, condition, -sum(quantity) AS figure FROM entry WHERE virtual GROUP BY part_id, condition
    ), inside AS (
        SELECT part_id, condition, sum(on_hand) AS figure FROM stock_balance GROUP BY part_id, condition
    ), found AS (
        SELECT 'balance' AS kind, part_id, location_id, condition, '' AS detail, on_hand AS figure FROM stock_balance
        UNION ALL
        SELECT 'lot', part_id, location_id, condition, lot, on_hand FROM stock_lot
        UNION ALL
        SELECT 'held', part_id, location_id, condition, '', held FROM stock_balance
        UNION ALL
        SELECT 'serial', piece.part_id, location_id, condition, serial, 1
        FROM stock_serial AS piece JOIN stock_location AS place ON place.id = location_id AND NOT place.virtual
    )
    SELECT kind, part_id, location_id, condition, detail,
           coalesce(expected.figure, 0) AS expected, coalesce(found.figure, 0) AS found
    FROM expected FULL JOIN found USING (kind, part_id, location_id, condition, detail)
    WHERE coalesce(expected.figure, 0) <> coalesce(found.figure, 0)
    UNION ALL
    SELECT 'conservation', part_id, NULL, condition, '', coalesce(outside.figure, 0), coalesce(inside.figure, 0)
    FROM outside FULL JOIN inside USING (part_id, condition)
    WHERE coalesce(outside.figure, 0) <> coalesce(inside.figure, 0)
    ORDER BY 1, 2, 3, 4, 5
    """
)


def check_balances(session: Session) -> list[Discrepancy]:
    """Compare the books of this tenant with the fold of all moves; an empty list means that they are right.

    Balances and lots against moves, holds against reservations, pieces with serial numbers against their moves, and all
    our shelves together against what has come in from outside and gone out again: the sum over all places is zero.
    """
    return [
        Discrepancy(
            kind=row.kind,
            part_id=row.part_id,
            location_id=row.location_id,
            condition=row.condition,
            detail=row.detail or None,
            expected=row.expected,
            found=row.found,
        )
        for row in session.execute(CHECK)
    ]
