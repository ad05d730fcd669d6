"""Which orders, tickets and assets a figure is about, and what their events amount to: pieces of SQL, no values inside.

Everything here reads the events in the order in which they happened, not the columns that the rooms keep for their
lists: a report that comes in a day late moves the figures of the day to which it belongs.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from uuid import UUID

REPAIRS = "('corrective', 'predictive')"
"""Work types that mend something."""
FAILURES = "('corrective')"
"""Work types that follow a failure: what was mended before it failed is none."""
WINDOW_HOURS = 720
"""30 days: so long a repair has to hold."""
REMOTE_HOURS = 168
"""7 days: so long a remote remedy has to hold."""
ENDINGS = "('complete', 'incomplete', 'no_access', 'reject', 'expire', 'cancel')"


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What a figure is narrowed to; None: everything."""

    customer_id: UUID | None = None
    site_id: UUID | None = None
    asset_class: str | None = None
    model: str | None = None
    work_type: str | None = None
    priority: int | None = None
    technician_id: UUID | None = None
    territory: UUID | None = None
    """The technician in whose area the site lies."""

    def given(self) -> tuple[str, ...]:
        """Return the names of what is given."""
        return tuple(field.name for field in fields(self) if getattr(self, field.name) is not None)


_OF_CLASS = (
    "EXISTS (SELECT 1 FROM asset a JOIN asset_class k ON k.id = a.class_id"
    " WHERE a.id = {0}.asset_id AND k.code = :asset_class)"
)
_OF_MODEL = "EXISTS (SELECT 1 FROM asset a WHERE a.id = {0}.asset_id AND a.model = :model)"
_IN_TERRITORY = (
    "EXISTS (SELECT 1 FROM technician p JOIN site s ON s.id = {0}.site_id"
    " WHERE p.id = :territory AND ST_Covers(p.territory, s.position))"
)
_GOES = (
    "EXISTS (SELECT 1 FROM visit_technician m WHERE m.visit_id = {0} AND m.released_at IS NULL"
    " AND m.technician_id = :technician_id)"
)
_WENT = f"EXISTS (SELECT 1 FROM visit w WHERE w.work_order_id = o.id AND {_GOES.format('w.id')})"
_HAS_ORDER = "EXISTS (SELECT 1 FROM work_order o WHERE o.ticket_id = t.id AND {0})"

ORDER_FILTERS = {
    "customer_id": "o.customer_id = :customer_id",
    "site_id": "o.site_id = :site_id",
    "asset_class": _OF_CLASS.format("o"),
    "model": _OF_MODEL.format("o"),
    "work_type": "o.work_type = :work_type",
    "priority": "o.priority = :priority",
    "technician_id": _WENT,
    "territory": _IN_TERRITORY.format("o"),
}
TICKET_FILTERS = {
    "customer_id": "t.customer_id = :customer_id",
    "site_id": "t.site_id = :site_id",
    "asset_class": _OF_CLASS.format("t"),
    "model": _OF_MODEL.format("t"),
    "work_type": _HAS_ORDER.format("o.work_type = :work_type"),
    "priority": "t.priority = :priority",
    "technician_id": _HAS_ORDER.format(_WENT),
    "territory": _IN_TERRITORY.format("t"),
}
ASSET_FILTERS = {
    "customer_id": "a.customer_id = :customer_id",
    "site_id": "a.site_id = :site_id",
    "asset_class": "EXISTS (SELECT 1 FROM asset_class k WHERE k.id = a.class_id AND k.code = :asset_class)",
    "model": "a.model = :model",
    "territory": _IN_TERRITORY.format("a"),
}

PLACED = {
    "opened": """o.id IN (SELECT e.work_order_id FROM work_order_event e
        WHERE e.action = 'open' AND e.occurred_at >= :start AND e.occurred_at < :end)""",
    "visited": """o.id IN (SELECT v.work_order_id FROM visit_event e JOIN visit v ON v.id = e.visit_id
        WHERE e.occurred_at >= :start AND e.occurred_at < :end)""",
    "due": """o.id IN (SELECT c.subject_id FROM sla_clock c WHERE c.due_at >= :start AND c.due_at < :end)""",
    "planned": "o.source = 'plan' AND o.due_at >= :start AND o.due_at < :end",
    "failed": "o.opened_at < :end AND (o.completed_at IS NULL OR o.completed_at >= :start)"
    f" AND o.work_type IN {FAILURES}",
}
"""Which orders can have something to say about a period, by what is looked at."""


def conditions(table: dict[str, str], given: Iterable[str]) -> str:
    """Return the conditions of the filters that are given and known here."""
    return " AND ".join(["true", *(table[name] for name in given if name in table)])


_STEPS = """
scope AS (
    SELECT o.id AS order_id, o.ticket_id, o.asset_id, o.work_type, o.skill, o.skill_level, o.source, o.due_at
      FROM work_order o WHERE {placed} AND {filters}
), steps AS (
    SELECT o.order_id, e.visit_id, v.visit_no, e.action, e.role, e.reason, e.detail, e.occurred_at,
           lead(e.occurred_at) OVER story AS until
      FROM scope o JOIN visit v ON v.work_order_id = o.order_id JOIN visit_event e ON e.visit_id = v.id
    WINDOW story AS (PARTITION BY e.visit_id ORDER BY e.occurred_at, e.seq)
), trips AS (
    SELECT order_id, visit_id, min(visit_no) AS visit_no,
           min(occurred_at) FILTER (WHERE action = 'dispatch') AS dispatched_at,
           min(occurred_at) FILTER (WHERE action = 'dispatch' AND role = 'system') AS sent_by_system_at,
           min(occurred_at) FILTER (WHERE action = 'accept') AS accepted_at,
           min(occurred_at) FILTER (WHERE action = 'travel') AS set_out_at,
           min(occurred_at) FILTER (WHERE action = 'arrive') AS arrived_at,
           max(occurred_at) FILTER (WHERE action IN {endings}) AS ended_at,
           max(action) FILTER (WHERE action IN {endings}) AS ending,
           max(reason) FILTER (WHERE action IN {endings}) AS reason,
           coalesce(sum(extract(epoch FROM until - occurred_at)) FILTER (WHERE action = 'travel'), 0) AS travel_s,
           coalesce(sum(extract(epoch FROM until - occurred_at)) FILTER (WHERE action IN ('start', 'resume')), 0)
               AS work_s
      FROM steps GROUP BY order_id, visit_id
), mine AS (
    SELECT * FROM trips x WHERE {visits}
), found AS (
    SELECT DISTINCT ON (order_id) order_id, detail -> 'finding' ->> 'result' AS result,
           NULLIF(detail -> 'finding' ->> 'failure_mode', '') AS mode,
           NULLIF(detail -> 'finding' ->> 'cause', '') AS cause,
           NULLIF(detail -> 'finding' ->> 'mechanism', '') AS mechanism,
           NULLIF(detail -> 'finding' ->> 'activity', '') AS activity
      FROM steps WHERE action = 'complete' AND detail ? 'finding' ORDER BY order_id, occurred_at DESC
), steered AS (
    SELECT e.work_order_id AS order_id, min(e.occurred_at) FILTER (WHERE e.action = 'open') AS opened_at,
           min(e.occurred_at) FILTER (WHERE e.action = 'cancel') AS cancelled_at,
           count(*) FILTER (WHERE e.action = 'reject') AS rejections,
           (array_agg(e.action ORDER BY e.seq DESC) FILTER (WHERE e.action IN ('complete', 'reject')))[1] AS verdict
      FROM scope o JOIN work_order_event e ON e.work_order_id = o.order_id GROUP BY e.work_order_id
), done AS (
    SELECT x.order_id, max(x.ended_at) FILTER (WHERE x.ending = 'complete') AS completed_at, sum(x.work_s) AS work_s,
           count(x.set_out_at) AS trips, min(z.rejections) AS rejections
      FROM trips x JOIN steered z ON z.order_id = x.order_id AND z.verdict = 'complete'
     GROUP BY x.order_id HAVING bool_or(x.ending = 'complete')
)
"""


def orders(placed: str, given: Iterable[str]) -> str:
    """Return the tables that the facts about orders and visits are made from; `placed` is a key of `PLACED`."""
    names = tuple(given)
    visits = _GOES.format("x.visit_id") if "technician_id" in names else "true"
    return _STEPS.format(
        placed=PLACED[placed], filters=conditions(ORDER_FILTERS, names), visits=visits, endings=ENDINGS
    )


_TICKETS = """
asked AS (
    SELECT t.id AS ticket_id, t.channel, t.case_id, t.asset_id, e.occurred_at AS opened_at
      FROM ticket t JOIN ticket_event e ON e.ticket_id = t.id AND e.action = 'opened' WHERE {placed} AND {filters}
), served AS (
    SELECT q.ticket_id, (array_agg(o.id ORDER BY o.id))[1] AS order_id,
           min(e.occurred_at) FILTER (WHERE e.action = 'accept') AS accepted_at,
           array_agg(e.occurred_at) FILTER (WHERE e.action = 'arrive') AS arrivals
      FROM asked q JOIN work_order o ON o.ticket_id = q.ticket_id
      LEFT JOIN visit v ON v.work_order_id = o.id
      LEFT JOIN visit_event e ON e.visit_id = v.id AND e.action IN ('accept', 'arrive')
     GROUP BY q.ticket_id
)
"""
ASKED = {
    "asked": "e.occurred_at >= :start AND e.occurred_at < :end",
    "resolved": """t.id IN (SELECT r.ticket_id FROM ticket_event r
        WHERE r.action = 'resolve' AND r.occurred_at >= :start AND r.occurred_at < :end)""",
    "invited": """t.id IN (SELECT y.ticket_id FROM survey y
        WHERE y.invited_at >= :start AND y.invited_at < :end)""",
}
"""Which tickets can have something to say about a period."""


def tickets(placed: str, given: Iterable[str]) -> str:
    """Return the tables that the facts about tickets are made from; `placed` is a key of `ASKED`."""
    return _TICKETS.format(placed=ASKED[placed], filters=conditions(TICKET_FILTERS, given))
