"""One page of orders by any filter and order, and how many there are; nothing here reads a whole table.

Each page is chosen first, from `work_order` alone, and its names are read afterwards. Words and technicians are looked
up first and their orders fetched by id: a filter that fits few orders must not make PostgreSQL walk through all others.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.work.lifecycle import OrderState
from backend.work.wanted import OrderFilter, Sort
from kernel import clock
from kernel.paging import BadCursor, decode_cursor, encode_cursor

View = dict[str, Any]
MOST_HITS = 3000
"""Of the orders that have the words, the newest so many are looked through."""
MOST_COUNTED = 10_000
MOST_OF_SPAN = 50_000
"""So many orders of a span of time are sorted; of a longer one the pages are met on the way of the order."""
DONE = (OrderState.COMPLETED, OrderState.VERIFIED, OrderState.CLOSED, OrderState.CANCELLED)
NOT_DONE = tuple(str(state) for state in OrderState if state not in DONE)

_DUE = "COALESCE({o}.due_at, 'infinity'::timestamp with time zone)"
_KEYS: dict[str, tuple[tuple[str, str], ...]] = {
    "created": (("{o}.created_at", "timestamptz"), ("{o}.id", "uuid")),
    "due": ((_DUE, "timestamptz"), ("{o}.id", "uuid")),
    "number": (("{o}.number", "text"),),
    "priority": (("{o}.priority", "integer"), ("{o}.created_at", "timestamptz"), ("{o}.id", "uuid")),
}
"""What each order goes by, with the types; an index has the same columns."""
_FIELDS = {"created": ("created_at", "id"), "due": ("due_at", "id"), "number": ("number",)}
_FIELDS["priority"] = ("priority", "created_at", "id")

_CLAUSES: dict[str, str] = {
    "state": "o.state = ANY(:state)",
    "substatus": "o.substatus = :substatus",
    "priority": "o.priority = ANY(:priority)",
    "work_type": "o.work_type = :work_type",
    "source": "o.source = :source",
    "customer_id": "o.customer_id = :customer_id",
    "site_id": "o.site_id = :site_id",
    "asset_id": "o.asset_id = :asset_id",
    "ticket_id": "o.ticket_id = :ticket_id",
    "queue": "o.queue = :queue",
    "created_from": "o.created_at >= :created_from",
    "created_to": "o.created_at < :created_to",
    "due_from": f"{_DUE.format(o='o')} >= :due_from AND o.due_at IS NOT NULL",
    "due_to": f"{_DUE.format(o='o')} < :due_to",
    "completed_from": "o.completed_at >= :completed_from",
    "completed_to": "o.completed_at < :completed_to",
}
_OF_TECHNICIAN = (
    "EXISTS (SELECT 1 FROM visit x JOIN visit_technician y ON y.visit_id = x.id"
    " WHERE x.work_order_id = o.id AND y.technician_id = :{name})"
)
_BY_ID = " CROSS JOIN LATERAL (SELECT * FROM work_order w WHERE w.id = m.work_order_id OFFSET 0) o"
_ALL = "work_order o"
_BY_WORDS = f"orders_matching(:said, CAST(:labels AS text[]), {MOST_HITS + 1}) m{_BY_ID}"
_BY_TECHNICIAN = (
    "(SELECT DISTINCT x.work_order_id FROM visit_technician y"
    " CROSS JOIN LATERAL (SELECT w.work_order_id FROM visit w WHERE w.id = y.visit_id OFFSET 0) x"
    f" WHERE y.technician_id = :{{name}} OFFSET 0) m{_BY_ID}"
)
_LINES = """
WITH page AS MATERIALIZED (SELECT o.id FROM {source} WHERE {where} ORDER BY {order} LIMIT :limit)
SELECT o.id, o.number, o.state, o.substatus, o.priority, o.summary, o.work_type, o.labels, o.version, o.customer_id,
       c.name AS customer_name, s.name AS site_name, a.name AS asset_name,
       ST_X(COALESCE(a.position, s.position)) AS lon, ST_Y(COALESCE(a.position, s.position)) AS lat,
       o.skill, o.skill_level, o.due_at, o.created_at, o.completed_at, o.source, o.ticket_id, o.queue,
       v.technician_name, v.planned_start
  FROM page
  JOIN work_order o ON o.id = page.id
  JOIN customer c ON c.id = o.customer_id
  JOIN site s ON s.id = o.site_id
  LEFT JOIN asset a ON a.id = o.asset_id
  LEFT JOIN LATERAL (
       SELECT t.name AS technician_name, w.planned_start
         FROM visit w
         JOIN visit_technician m ON m.visit_id = w.id AND m.lead AND m.released_at IS NULL
         JOIN technician t ON t.id = m.technician_id
        WHERE w.work_order_id = o.id AND w.state NOT IN ('rejected', 'cancelled')
        ORDER BY w.visit_no DESC LIMIT 1) v ON true
 ORDER BY {final}
"""


@dataclass(frozen=True)
class Found:
    """One page, and the cursors of the pages before and behind it."""

    rows: list[View]
    next_cursor: str | None
    previous_cursor: str | None


@dataclass(frozen=True)
class Count:
    """How many orders a filter fits: exactly, or more than could be counted and probably so many."""

    count: int
    exact: bool
    estimate: int


@dataclass(frozen=True)
class _Chosen:
    """A filter in SQL."""

    source: str
    where: str
    values: dict[str, Any]


def page(
    session: Session,
    wanted: OrderFilter,
    *,
    sort: Sort = Sort.CREATED_DOWN,
    only_of: UUID | None = None,
    cursor: str | None = None,
    limit: int,
) -> Found:
    """Return a page of orders; `only_of`: the technician beyond whose orders nothing is listed.

    Raises:
        BadCursor: it was made by a list in another order.
    """
    back, after = _position(cursor, sort)
    name, down = sort.removeprefix("-"), sort.startswith("-")
    chosen = _within_span(session, _chosen(wanted, only_of), sorted_by=name)
    where, values = chosen.where, {**chosen.values, "limit": limit + 1}
    if after is not None:
        where += f" AND {_behind(name, smaller=down != back)}"
        values |= {f"k{place}": value for place, value in enumerate(after)}
    sql = _LINES.format(
        source=chosen.source, where=where, order=_order(name, down=down != back), final=_order(name, down=down != back)
    )
    rows = [dict(row) for row in session.execute(text(sql), values).mappings()]
    more, rows = len(rows) > limit, rows[:limit]
    if back:
        rows.reverse()
    has_next, has_previous = (True, more) if back else (more, cursor is not None)
    return Found(
        rows,
        _cursor(sort, "next", rows[-1]) if rows and has_next else None,
        _cursor(sort, "back", rows[0]) if rows and has_previous else None,
    )


def count(session: Session, wanted: OrderFilter, *, only_of: UUID | None = None) -> Count:
    """Return how many orders there are: counted up to a bound, beyond it estimated from PostgreSQL's statistics."""
    chosen = _chosen(wanted, only_of)
    bounded = f"SELECT count(*) FROM (SELECT 1 FROM {chosen.source} WHERE {chosen.where} LIMIT :limit) AS counted"
    counted: int = session.execute(text(bounded), {**chosen.values, "limit": MOST_COUNTED + 1}).scalar_one()
    if counted <= MOST_COUNTED:
        return Count(counted, exact=True, estimate=counted)
    return Count(MOST_COUNTED, exact=False, estimate=max(_estimate(session, chosen), MOST_COUNTED))


def _estimate(session: Session, chosen: _Chosen) -> int:
    """Return how many orders PostgreSQL expects, from its statistics."""
    sql = f"EXPLAIN (FORMAT JSON) SELECT 1 FROM {chosen.source} WHERE {chosen.where}"
    return int(session.execute(text(sql), chosen.values).scalar_one()[0]["Plan"]["Plan Rows"])


def _within_span(session: Session, chosen: _Chosen, *, sorted_by: str) -> _Chosen:
    """Read a span of time by its own index where that is less than walking by another one, which it goes along with."""
    spans = {name: value for name, value in chosen.values.items() if name.endswith(("_from", "_to"))}
    if chosen.source != _ALL or not spans or all(name.startswith(sorted_by) for name in spans):
        return chosen
    where = " AND ".join(_CLAUSES[name] for name in spans)
    if _estimate(session, _Chosen(_ALL, where, spans)) > MOST_OF_SPAN:
        return chosen
    return _Chosen(f"(SELECT * FROM work_order o WHERE {where} OFFSET 0) o", chosen.where, chosen.values)


def reaches(session: Session, wanted: OrderFilter, *, only_of: UUID | None, at_least: int) -> bool:
    """Tell whether there are so many orders."""
    chosen = _chosen(wanted, only_of)
    sql = f"SELECT 1 FROM {chosen.source} WHERE {chosen.where} OFFSET :skipped LIMIT 1"
    return session.execute(text(sql), {**chosen.values, "skipped": at_least - 1}).first() is not None


def line(session: Session, work_order_id: UUID) -> View:
    """Return an order as lists show it."""
    sql = _LINES.format(source=_ALL, where="o.id = :id", order="o.id", final="o.id")
    return dict(session.execute(text(sql), {"id": work_order_id, "limit": 1}).mappings().one())


def _chosen(wanted: OrderFilter, only_of: UUID | None) -> _Chosen:
    given = wanted.model_dump(exclude_defaults=True, include=set(_CLAUSES))
    values: dict[str, Any] = {name: _plain(value) for name, value in given.items()}
    where = [_CLAUSES[name] for name in values]
    if wanted.overdue:
        where += ["o.state = ANY(:not_done)", f"{_DUE.format(o='o')} < :now"]
        values |= {"not_done": list(NOT_DONE), "now": clock.now()}
    people = {"only_of": only_of, "technician": wanted.technician_id}
    people = {name: key for name, key in people.items() if key is not None}
    source = _ALL
    if wanted.q or wanted.label:
        source = _BY_WORDS
        values |= {"said": wanted.q or None, "labels": list(wanted.label)}
    elif people:
        source = _BY_TECHNICIAN.format(name=next(iter(people)))
    where += [_OF_TECHNICIAN.format(name=name) for name in (people if source == _BY_WORDS else list(people)[1:])]
    return _Chosen(source, " AND ".join(where) or "true", values | people)


def _plain(value: Any) -> Any:
    return [str(item) if isinstance(item, OrderState) else item for item in value] if isinstance(value, list) else value


def _order(name: str, *, down: bool) -> str:
    return ", ".join(f"{key.format(o='o')} {'DESC' if down else 'ASC'}" for key, _ in _KEYS[name])


def _behind(name: str, *, smaller: bool) -> str:
    keys = ", ".join(key.format(o="o") for key, _ in _KEYS[name])
    values = ", ".join(f"CAST(:k{place} AS {kind})" for place, (_, kind) in enumerate(_KEYS[name]))
    return f"({keys}) {'<' if smaller else '>'} ({values})"


def _cursor(sort: Sort, way: str, row: View) -> str:
    values = [row[field] for field in _FIELDS[sort.removeprefix("-")]]
    return encode_cursor(sort, way, *("infinity" if value is None else _told(value) for value in values))


def _told(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _position(cursor: str | None, sort: Sort) -> tuple[bool, Sequence[str] | None]:
    """Return whether a cursor leads back, and the key behind which its page begins."""
    if cursor is None:
        return False, None
    keys = _KEYS[sort.removeprefix("-")]
    made_by, way, *key = decode_cursor(cursor, parts=2 + len(keys))
    if made_by != sort or way not in {"next", "back"}:
        raise BadCursor("The cursor belongs to another list.")
    try:
        for value, (_, kind) in zip(key, keys, strict=True):
            _CHECKS[kind](value)
    except (ValueError, OverflowError) as error:
        raise BadCursor("The cursor belongs to another list.") from error
    return way == "back", key


def _instant(value: str) -> None:
    if value != "infinity" and datetime.fromisoformat(value).tzinfo is None:
        raise ValueError("an instant has a zone")


def _level(value: str) -> None:
    if value not in {"1", "2", "3", "4"}:
        raise ValueError("a priority is 1 to 4")


_CHECKS: dict[str, Callable[[str], object]] = {"timestamptz": _instant, "uuid": UUID, "text": str, "integer": _level}
