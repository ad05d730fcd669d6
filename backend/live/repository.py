"""The picture read across rooms, in SQL of its own; it reads and never writes.

Places come from the last fix or home of a technician, from the site of an order, from the asset of a device.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

MOST = 20_000
"""Rows of one kind in a snapshot."""

_TECHNICIANS = """
    SELECT t.id, t.name, ST_X(coalesce(p.position, t.home)) AS lon, ST_Y(coalesce(p.position, t.home)) AS lat,
        coalesce(
            (SELECT CASE WHEN v.state = 'travelling' THEN 'travelling' WHEN v.state = 'on_site' THEN 'on_site'
                    ELSE 'working' END
             FROM visit v JOIN visit_technician vt ON vt.visit_id = v.id
             WHERE vt.technician_id = t.id AND vt.released_at IS NULL
                AND v.state IN ('travelling', 'on_site', 'in_progress', 'on_hold')
             ORDER BY v.id DESC LIMIT 1),
            CASE WHEN p.at > now() - interval '30 minutes' THEN 'idle' ELSE 'off' END) AS state,
        extract(epoch FROM now() - p.at)::int AS age_s
    FROM technician t LEFT JOIN technician_position p ON p.technician_id = t.id
    WHERE t.active {only} ORDER BY t.id LIMIT :most
"""
_ORDERS = """
    SELECT o.id, o.number, ST_X(s.position) AS lon, ST_Y(s.position) AS lat, o.state, o.priority, o.due_at, o.summary
    FROM work_order o JOIN site s ON s.id = o.site_id
    WHERE {only} ORDER BY o.id LIMIT :most
"""
_DEVICE_HEALTH = """
    CASE WHEN EXISTS (SELECT 1 FROM device_case c
            WHERE c.device_id = d.id AND c.state IN ('open', 'verifying')) THEN 'alarm'
        WHEN l.device_number IS NULL THEN 'unknown' WHEN l.silent_at IS NOT NULL THEN 'silent' ELSE 'ok' END
"""
_DEVICES = f"""
    SELECT d.id, d.name, ST_X(coalesce(a.position, s.position)) AS lon, ST_Y(coalesce(a.position, s.position)) AS lat,
        {_DEVICE_HEALTH} AS health, d.model
    FROM device d JOIN asset a ON a.device_id = d.id JOIN site s ON s.id = a.site_id
        LEFT JOIN telemetry_last l ON l.device_number = d.number
    WHERE d.revoked_at IS NULL ORDER BY d.id LIMIT :most
"""
_HEALTH = f"""
    SELECT d.id, {_DEVICE_HEALTH} AS health
    FROM device d LEFT JOIN telemetry_last l ON l.device_number = d.number WHERE d.id = ANY(:ids)
"""


def time_zone(session: Session) -> str:
    """Return the tenant's time zone."""
    return str(session.scalars(text("SELECT time_zone FROM tenant")).one())


def technician_columns(session: Session) -> dict[str, list[Any]]:
    """Return the active technicians."""
    return _columns(session, _TECHNICIANS.format(only=""))


def order_columns(session: Session) -> dict[str, list[Any]]:
    """Return the orders that are not over."""
    return _columns(session, _ORDERS.format(only="o.state NOT IN ('closed', 'cancelled', 'draft')"))


def device_columns(session: Session) -> dict[str, list[Any]]:
    """Return the devices of assets."""
    return _columns(session, _DEVICES)


def technicians(session: Session, ids: Collection[str]) -> list[list[Any]]:
    """Return `[id, lon, lat, state, age_s]` of technicians."""
    rows = _rows(session, _TECHNICIANS.format(only="AND t.id = ANY(:ids)"), ids)
    return [[row["id"], row["lon"], row["lat"], row["state"], row["age_s"]] for row in rows]


def orders(session: Session, ids: Collection[str]) -> list[dict[str, Any]]:
    """Return orders as they stand, whatever their state."""
    return _rows(session, _ORDERS.format(only="o.id = ANY(:ids)"), ids)


def device_health(session: Session, ids: Collection[str]) -> list[list[Any]]:
    """Return `[id, health]` of devices."""
    return [[row["id"], row["health"]] for row in _rows(session, _HEALTH, ids)]


def cases(session: Session, ids: Collection[str]) -> list[dict[str, Any]]:
    """Return `{id, state}` of cases."""
    return _rows(session, "SELECT id, state FROM device_case WHERE id = ANY(:ids)", ids)


def tickets(session: Session, ids: Collection[str]) -> list[dict[str, Any]]:
    """Return `{id, state}` of tickets."""
    return _rows(session, "SELECT id, state FROM ticket WHERE id = ANY(:ids)", ids)


def _rows(session: Session, query: str, ids: Collection[str]) -> list[dict[str, Any]]:
    if not ids:
        return []
    found = session.execute(text(query.replace(":ids", "CAST(:ids AS uuid[])")), {"ids": list(ids), "most": MOST})
    return [dict(row) for row in found.mappings()]


def _columns(session: Session, query: str) -> dict[str, list[Any]]:
    result = session.execute(text(query), {"most": MOST})
    names = list(result.keys())
    rows = result.all()
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}
