"""Figures and the rows behind them, read across rooms in SQL of its own; it reads and never writes."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from backend.figures import scope
from backend.figures.facts import FAILURE
from backend.figures.kpis import OF_TICKETS, Base, Kpi
from backend.figures.scope import Filter

Values = Mapping[str, Any]
BUCKET = "date_trunc(:bucket, at AT TIME ZONE :zone)::date"


def time_zone(session: Session) -> str:
    """Return the tenant's time zone."""
    return str(session.scalars(text("SELECT time_zone FROM tenant")).one())


def _base(kpi: Kpi, narrowed: Filter) -> str:
    """Return the tables that the facts of a figure are made from."""
    given = [key for key in narrowed.given() if key in kpi.takes]
    if kpi.base is Base.NONE:
        return ""
    return (scope.tickets if kpi.base in OF_TICKETS else scope.orders)(kpi.base, given) + ","


def _with(kpi: Kpi, narrowed: Filter, *, name: str = "facts", body: str | None = None) -> str:
    return f"WITH {_base(kpi, narrowed)} {name} AS MATERIALIZED ({body or kpi.facts})"


def _with_all(kpis: Sequence[Kpi], narrowed: Filter) -> str:
    """Return the facts of several figures of one base, which is read once."""
    tables = ", ".join(f"facts_{place} AS ({kpi.facts})" for place, kpi in enumerate(kpis))
    columns = "fact_id, at, counted, hit, value, weight, reason"
    whole = " UNION ALL ".join(
        f"SELECT '{kpi.name}' AS name, {columns} FROM facts_{place}" for place, kpi in enumerate(kpis)
    )
    return f"WITH {_base(kpis[0], narrowed)} {tables}, facts AS MATERIALIZED ({whole})"


def _run(session: Session, sql: str, values: Values, narrowed: Filter) -> Sequence[Row[Any]]:
    return session.execute(text(sql), {**asdict(narrowed), **values}).all()


def tallies(session: Session, kpis: Sequence[Kpi], narrowed: Filter, values: Values) -> Sequence[Row[Any]]:
    """Return (name, bucket, counted, hit, reason, n, value, weight): facts put together, of figures of one base."""
    sql = f"""{_with_all(kpis, narrowed)}
SELECT name, {BUCKET} AS bucket, counted, hit, reason, count(fact_id) AS n, sum(value) AS value, sum(weight) AS weight
  FROM facts GROUP BY 1, 2, 3, 4, 5"""
    return _run(session, sql, values, narrowed)


_RANKS = """floor({n} / 2.0 - 0.979982 * sqrt({n}))"""
_ORDERED = f"""
       max(n) AS n, sum(value) AS total, avg(value) FILTER (WHERE r IN ((n + 1) / 2, (n + 2) / 2)) AS median,
       max(value) FILTER (WHERE r = (9 * n + 9) / 10) AS p90,
       max(value) FILTER (WHERE r = {_RANKS.format(n="n")}) AS low,
       max(value) FILTER (WHERE r = n + 1 - {_RANKS.format(n="n")}) AS high"""


def durations(session: Session, kpis: Sequence[Kpi], narrowed: Filter, values: Values) -> Sequence[Row[Any]]:
    """Return (name, bucket, n, total, median, p90, low, high) of what counts; a row without a bucket is the whole.

    The interval of the median is that between two order statistics (normal approximation of their ranks; Conover 1999).
    """
    sql = f"""{_with_all(kpis, narrowed)}, counts AS (
    SELECT name, {BUCKET} AS bucket, value FROM facts WHERE counted),
alike AS (SELECT name, NULL::date AS bucket, value FROM counts UNION ALL SELECT name, bucket, value FROM counts),
ranked AS (
    SELECT name, bucket, value, row_number() OVER (PARTITION BY name, bucket ORDER BY value) AS r,
           count(*) OVER (PARTITION BY name, bucket) AS n FROM alike)
SELECT name, bucket, {_ORDERED} FROM ranked GROUP BY name, bucket"""
    return _run(session, sql, values, narrowed)


_UP = """
, watched AS (
    SELECT a.id, GREATEST(:start, coalesce(a.installed_on::timestamp AT TIME ZONE :zone, :start)) AS since,
           LEAST(:end, :as_of) AS until
      FROM asset a WHERE a.state <> 'decommissioned' AND {filters}
), stood AS (
    SELECT w.id, range_agg(tstzrange(GREATEST(b.failed_at, w.since), LEAST(coalesce(b.restored_at, w.until), w.until)))
           AS spans
      FROM watched w JOIN failed b ON b.asset_id = w.id AND b.real
     WHERE GREATEST(b.failed_at, w.since) < LEAST(coalesce(b.restored_at, w.until), w.until) GROUP BY w.id
)
SELECT count(*) AS assets, coalesce(sum(extract(epoch FROM w.until - w.since)), 0) AS watched_s,
       (SELECT coalesce(sum(extract(epoch FROM upper(one) - lower(one))), 0)
          FROM stood s, unnest(s.spans) AS one) AS down_s,
       (SELECT count(*) FROM failed b WHERE b.real AND b.failed_at >= :start AND b.failed_at < LEAST(:end, :as_of))
           AS failures,
       (SELECT count(*) FROM failed b WHERE b.real AND b.failed_at >= :start AND b.failed_at < LEAST(:end, :as_of)
           AND b.restored_at IS NOT NULL) AS repairs,
       (SELECT coalesce(sum(b.work_s), 0) FROM failed b WHERE b.real AND b.failed_at >= :start
           AND b.failed_at < LEAST(:end, :as_of) AND b.restored_at IS NOT NULL) AS repair_s
  FROM watched w WHERE w.since < w.until
"""


def reliability(session: Session, kpi: Kpi, narrowed: Filter, values: Values) -> Row[Any]:
    """Return (assets, watched_s, down_s, failures, repairs, repair_s) of the assets that a filter lets through."""
    given = [key for key in narrowed.given() if key in kpi.takes]
    filters = scope.conditions(scope.ASSET_FILTERS, given)
    sql = _with(kpi, narrowed, name="failed", body=FAILURE) + _UP.format(filters=filters)
    return _run(session, sql, values, narrowed)[0]


def stock_levels(session: Session, values: Values) -> tuple[Any, Any]:
    """Return the units on the shelves at the start and at the end of the period."""
    sql = """
WITH net AS (
    SELECT m.moved_at, CASE WHEN g.virtual THEN m.quantity ELSE -m.quantity END AS gained
      FROM stock_move m JOIN stock_location f ON f.id = m.from_location_id
      JOIN stock_location g ON g.id = m.to_location_id
     WHERE m.moved_at >= :start AND f.virtual <> g.virtual)
SELECT (SELECT coalesce(sum(on_hand), 0) FROM stock_balance) + coalesce(sum(gained), 0) AS opening,
       (SELECT coalesce(sum(on_hand), 0) FROM stock_balance)
           + coalesce(sum(gained) FILTER (WHERE moved_at >= :end), 0) AS closing
  FROM net"""
    row = session.execute(text(sql), values).one()
    return row.opening, row.closing


def behind(
    session: Session,
    kpi: Kpi,
    narrowed: Filter,
    values: Values,
    *,
    only: str,
    reason: str | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Return the facts behind a figure with their orders, the latest first, behind a key; `only` is a key of `ONLY`."""
    conditions = ["x.fact_id IS NOT NULL", ONLY[only]]
    given = {**values, "limit": limit, "reason": reason}
    if reason is not None:
        conditions.append("x.reason = :reason")
    if after is not None:
        conditions.append("(x.at, x.fact_id) < (:after_at, :after_id)")
        given.update(after_at=after[0], after_id=after[1])
    sql = f"""{_with(kpi, narrowed)}
SELECT x.*, o.number, o.summary, o.state, c.name AS customer_name, t.number AS ticket_number
  FROM (SELECT * FROM facts x WHERE {" AND ".join(conditions)}
         ORDER BY x.at DESC, x.fact_id DESC LIMIT :limit) x
  LEFT JOIN work_order o ON o.id = x.order_id LEFT JOIN customer c ON c.id = o.customer_id
  LEFT JOIN ticket t ON t.id = x.ticket_id ORDER BY x.at DESC, x.fact_id DESC"""
    return _run(session, sql, given, narrowed)


ONLY = {
    "all": "true",
    "counted": "x.counted",
    "hit": "x.counted AND x.hit",
    "missed": "x.counted AND NOT x.hit",
    "excluded": "NOT x.counted",
}


_NAMES = {
    "class": "SELECT code, name_zh, name_en FROM asset_class",
    "model": "SELECT '' AS code, '' AS name_zh, '' AS name_en WHERE false",
}
_WORDS = (
    "SELECT code, min(name_zh) AS name_zh, min(name_en) AS name_en FROM failure_code WHERE kind = :kind GROUP BY code"
)


def names(session: Session, by: str) -> dict[str, dict[str, str]]:
    """Return what the keys of a Pareto chart are called, by language; of two classes' names for a word one is taken."""
    rows = session.execute(text(_NAMES.get(by, _WORDS)), {"kind": by})
    return {row.code: {"zh": row.name_zh, "en": row.name_en} for row in rows}
