"""What is counted for each figure: one row for each order, visit, ticket or part line, in SQL.

A row says where it belongs in time (`at`), whether it counts, whether it is a hit, how much it weighs, and why: the
`reason` of a miss, or of what is left out. The figure, its trend and the list behind it are all made from these rows.
Columns: `fact_id, order_id, ticket_id, at, counted, hit, value, weight, reason`.
"""

from backend.figures.scope import FAILURES, REMOTE_HOURS, REPAIRS, WINDOW_HOURS

_IN_PERIOD = "{0} >= :start AND {0} < :end"


def _clock(kind: str, met: str) -> str:
    return f"""
SELECT c.id AS fact_id, o.order_id, o.ticket_id, c.due_at AS at, c.stopped_at IS NULL
           AND (m.met_at IS NOT NULL OR (c.due_at <= :as_of AND c.paused_at IS NULL)) AS counted,
       coalesce(m.met_at <= c.due_at, false) AS hit, NULL::numeric AS value, NULL::numeric AS weight,
       CASE WHEN c.stopped_at IS NOT NULL THEN 'cancelled' WHEN m.met_at > c.due_at THEN 'late'
            WHEN m.met_at IS NOT NULL THEN NULL WHEN c.paused_at IS NOT NULL THEN 'paused'
            WHEN c.due_at > :as_of THEN 'running' ELSE 'overdue' END AS reason
  FROM scope o JOIN sla_clock c ON c.subject_id = o.order_id AND c.clock = '{kind}'
  LEFT JOIN ({met}) m ON m.order_id = o.order_id
 WHERE {_IN_PERIOD.format("c.due_at")}"""


_FIRST = "SELECT order_id, min({0}) AS met_at FROM trips GROUP BY order_id"

SLA_RESPONSE = _clock("response", _FIRST.format("accepted_at"))
SLA_ON_SITE = _clock("on_site", _FIRST.format("arrived_at"))
SLA_RESTORE = _clock("restore", "SELECT order_id, completed_at AS met_at FROM done")


def _until(column: str, missing: str) -> str:
    return f"""
SELECT o.order_id AS fact_id, o.order_id, o.ticket_id, z.opened_at AS at, m.at IS NOT NULL AS counted,
       NULL::boolean AS hit, extract(epoch FROM m.at - z.opened_at) AS value, NULL::numeric AS weight,
       CASE WHEN m.at IS NOT NULL THEN NULL WHEN z.cancelled_at IS NOT NULL THEN 'cancelled' ELSE '{missing}' END
           AS reason
  FROM scope o JOIN steered z ON z.order_id = o.order_id
  LEFT JOIN (SELECT order_id, min({column}) AS at FROM trips GROUP BY order_id) m ON m.order_id = o.order_id
 WHERE {_IN_PERIOD.format("z.opened_at")}"""


TIME_TO_ACCEPT = _until("accepted_at", "not_accepted")
TIME_TO_SITE = _until("arrived_at", "not_on_site")
AUTO_ASSIGNMENT = _until("sent_by_system_at", "not_sent_by_system")

TRAVEL_RATIO = f"""
SELECT x.visit_id AS fact_id, x.order_id, o.ticket_id, x.ended_at AS at, x.set_out_at IS NOT NULL AS counted,
       NULL::boolean AS hit, x.travel_s AS value,
       x.travel_s + coalesce(extract(epoch FROM x.ended_at - x.arrived_at), 0) AS weight,
       CASE WHEN x.set_out_at IS NULL THEN 'no_trip' END AS reason
  FROM mine x JOIN scope o ON o.order_id = x.order_id WHERE {_IN_PERIOD.format("x.ended_at")}"""

REPAIR_TIME = f"""
SELECT d.order_id AS fact_id, d.order_id, o.ticket_id, d.completed_at AS at, true AS counted, NULL::boolean AS hit,
       d.work_s AS value, NULL::numeric AS weight, NULL AS reason
  FROM done d JOIN scope o ON o.order_id = d.order_id
 WHERE o.work_type IN {REPAIRS} AND {_IN_PERIOD.format("d.completed_at")}"""

FAILED_AT = """LEAST(z.opened_at,
           (SELECT min(k.occurred_at) FROM ticket_event k WHERE k.ticket_id = o.ticket_id AND k.action = 'opened'),
           (SELECT min(i.happened_at) FROM case_intake i WHERE i.work_order_id = o.order_id))"""
"""When an asset failed, as far as anybody told: a device, the customer, or whoever opened the order."""

RESTORATION_TIME = f"""
SELECT d.order_id AS fact_id, d.order_id, o.ticket_id, d.completed_at AS at,
       f.result IS DISTINCT FROM 'no_fault_found' AS counted, NULL::boolean AS hit,
       extract(epoch FROM d.completed_at - {FAILED_AT}) AS value, NULL::numeric AS weight,
       CASE WHEN f.result = 'no_fault_found' THEN 'no_fault_found' END AS reason
  FROM done d JOIN scope o ON o.order_id = d.order_id JOIN steered z ON z.order_id = d.order_id
  LEFT JOIN found f ON f.order_id = d.order_id
 WHERE o.work_type IN {FAILURES} AND {_IN_PERIOD.format("d.completed_at")}"""

FIRST_TIME_FIX = f"""
SELECT j.order_id AS fact_id, j.order_id, j.ticket_id, j.completed_at AS at, j.closed AS counted,
       j.trips = 1 AND j.rejections = 0 AND NOT j.again AS hit, NULL::numeric AS value, NULL::numeric AS weight,
       CASE WHEN NOT j.closed THEN 'window_open' WHEN j.trips <> 1 THEN 'more_trips'
            WHEN j.rejections > 0 THEN 'work_rejected' WHEN j.again THEN 'failed_again' END AS reason
  FROM (SELECT d.*, o.ticket_id, d.completed_at + interval '{WINDOW_HOURS} hours' <= :as_of AS closed, EXISTS (
           SELECT 1 FROM work_order p JOIN work_order_event q ON q.work_order_id = p.id AND q.action = 'open'
             LEFT JOIN LATERAL (
                  SELECT NULLIF(e.detail -> 'finding' ->> 'failure_mode', '') AS mode
                    FROM visit w JOIN visit_event e ON e.visit_id = w.id
                   WHERE w.work_order_id = p.id AND e.action = 'complete' AND e.detail ? 'finding'
                   ORDER BY e.occurred_at DESC LIMIT 1) g ON true
            WHERE p.asset_id = o.asset_id AND p.id <> o.order_id AND p.work_type IN {REPAIRS}
              AND q.occurred_at > d.completed_at AND q.occurred_at <= d.completed_at + interval '{WINDOW_HOURS} hours'
              AND NOT EXISTS (SELECT 1 FROM work_order_event n WHERE n.work_order_id = p.id AND n.action = 'cancel')
              AND (g.mode IS NULL OR f.mode IS NULL OR g.mode = f.mode)) AS again
          FROM done d JOIN scope o ON o.order_id = d.order_id LEFT JOIN found f ON f.order_id = d.order_id
         WHERE o.work_type IN {REPAIRS} AND {_IN_PERIOD.format("d.completed_at")}) j"""

REPEAT_RATE = f"""
SELECT d.order_id AS fact_id, d.order_id, o.ticket_id, d.completed_at AS at, d.trips > 0 AS counted, d.trips > 1 AS hit,
       NULL::numeric AS value, NULL::numeric AS weight,
       CASE WHEN d.trips = 0 THEN 'no_trip' WHEN d.trips > 1 THEN coalesce(g.why, 'work_rejected') END AS reason
  FROM done d JOIN scope o ON o.order_id = d.order_id
  LEFT JOIN (SELECT DISTINCT ON (order_id) order_id, coalesce(reason, ending) AS why FROM trips
              WHERE set_out_at IS NOT NULL AND ending <> 'complete' ORDER BY order_id, ended_at, visit_no) g
    ON g.order_id = d.order_id
 WHERE {_IN_PERIOD.format("d.completed_at")}"""

REJECT_RATE = f"""
SELECT x.visit_id AS fact_id, x.order_id, o.ticket_id, x.dispatched_at AS at,
       x.ending IN ('reject', 'expire') OR x.accepted_at IS NOT NULL AS counted,
       coalesce(x.ending IN ('reject', 'expire'), false) AS hit, NULL::numeric AS value, NULL::numeric AS weight,
       CASE WHEN x.ending IN ('reject', 'expire') THEN coalesce(x.reason, x.ending)
            WHEN x.accepted_at IS NULL THEN coalesce(x.ending, 'unanswered') END AS reason
  FROM mine x JOIN scope o ON o.order_id = x.order_id WHERE {_IN_PERIOD.format("x.dispatched_at")}"""

NO_ACCESS_RATE = f"""
SELECT x.visit_id AS fact_id, x.order_id, o.ticket_id, x.ended_at AS at, true AS counted, x.ending = 'no_access' AS hit,
       NULL::numeric AS value, NULL::numeric AS weight,
       CASE WHEN x.ending = 'no_access' THEN coalesce(x.reason, 'no_access') END AS reason
  FROM mine x JOIN scope o ON o.order_id = x.order_id
 WHERE x.arrived_at IS NOT NULL AND {_IN_PERIOD.format("x.ended_at")}"""

PLAN_COMPLIANCE = """
SELECT o.order_id AS fact_id, o.order_id, o.ticket_id, o.due_at AS at,
       z.cancelled_at IS NULL AND (d.completed_at IS NOT NULL OR o.due_at <= :as_of) AS counted,
       coalesce(d.completed_at <= o.due_at, false) AS hit, NULL::numeric AS value, NULL::numeric AS weight,
       CASE WHEN z.cancelled_at IS NOT NULL THEN 'cancelled' WHEN d.completed_at > o.due_at THEN 'late'
            WHEN d.completed_at IS NOT NULL THEN NULL WHEN o.due_at > :as_of THEN 'running' ELSE 'overdue' END AS reason
  FROM scope o JOIN steered z ON z.order_id = o.order_id LEFT JOIN done d ON d.order_id = o.order_id"""

PARTS_FILL = f"""
SELECT md5(l.order_id::text || l.part_id::text)::uuid AS fact_id, l.order_id, l.ticket_id, l.completed_at AS at,
       true AS counted, l.filled >= l.needed AS hit, l.filled AS value, l.needed AS weight,
       CASE WHEN l.filled < l.needed THEN 'not_in_the_van' END AS reason
  FROM (SELECT d.order_id, o.ticket_id, d.completed_at, u.part_id, sum(u.quantity) AS needed,
               coalesce(sum(u.quantity) FILTER (WHERE g.kind = 'van' AND x.turn = 1), 0) AS filled
          FROM done d JOIN scope o ON o.order_id = d.order_id
          JOIN (SELECT order_id, visit_id,
                       CASE WHEN set_out_at IS NOT NULL
                            THEN row_number() OVER (PARTITION BY order_id ORDER BY set_out_at, visit_no) END AS turn
                  FROM trips) x ON x.order_id = d.order_id
          JOIN visit_part u ON u.visit_id = x.visit_id JOIN stock_move b ON b.id = u.move_id
          JOIN stock_location g ON g.id = b.from_location_id
         WHERE {_IN_PERIOD.format("d.completed_at")}
         GROUP BY d.order_id, o.ticket_id, d.completed_at, u.part_id) l"""

FIRST_RESPONSE = """
SELECT q.ticket_id AS fact_id, s.order_id, q.ticket_id, q.opened_at AS at, r.at IS NOT NULL AS counted,
       NULL::boolean AS hit, extract(epoch FROM r.at - q.opened_at) AS value, NULL::numeric AS weight,
       CASE WHEN r.at IS NULL THEN 'unanswered' END AS reason
  FROM asked q LEFT JOIN served s ON s.ticket_id = q.ticket_id
  CROSS JOIN LATERAL (SELECT LEAST(s.accepted_at, (
       SELECT min(e.occurred_at) FROM ticket_event e WHERE e.ticket_id = q.ticket_id AND e.actor_id IS NOT NULL
          AND e.action NOT IN ('opened', 'customer_answered'))) AS at) r
 WHERE q.channel <> 'device'"""

REMOTE_RESOLUTION = f"""
SELECT q.ticket_id AS fact_id, s.order_id, q.ticket_id, r.at,
       r.at + interval '{REMOTE_HOURS} hours' <= :as_of AS counted, r.remote AND NOT r.visited AS hit,
       NULL::numeric AS value, NULL::numeric AS weight,
       CASE WHEN r.at + interval '{REMOTE_HOURS} hours' > :as_of THEN 'window_open'
            WHEN NOT r.remote THEN 'by_people' WHEN r.visited THEN 'visited_after' END AS reason
  FROM asked q LEFT JOIN served s ON s.ticket_id = q.ticket_id
  JOIN LATERAL (
       SELECT e.at, EXISTS (SELECT 1 FROM playbook_trial p WHERE p.ticket_id = q.ticket_id AND p.state = 'succeeded')
                  AS remote,
              EXISTS (SELECT 1 FROM unnest(s.arrivals) AS a WHERE a <= e.at + interval '{REMOTE_HOURS} hours')
                  AS visited
         FROM (SELECT max(occurred_at) AS at FROM ticket_event
                WHERE ticket_id = q.ticket_id AND action = 'resolve') e) r ON true
 WHERE (q.case_id IS NOT NULL
        OR EXISTS (SELECT 1 FROM asset a WHERE a.id = q.asset_id AND a.device_id IS NOT NULL))
   AND {_IN_PERIOD.format("r.at")}"""


def _survey(counted: str, hit: str, reason: str) -> str:
    return f"""
SELECT y.id AS fact_id, s.order_id, q.ticket_id, y.invited_at AS at, {counted} AS counted, {hit} AS hit,
       NULL::numeric AS value, NULL::numeric AS weight, {reason} AS reason
  FROM asked q JOIN survey y ON y.ticket_id = q.ticket_id LEFT JOIN served s ON s.ticket_id = q.ticket_id
 WHERE {_IN_PERIOD.format("y.invited_at")}"""


_STARS = "CASE WHEN y.rating IS NULL THEN 'unanswered' WHEN y.rating < 4 THEN 'rated_' || y.rating END"
_NPS = """CASE WHEN y.nps IS NULL THEN 'unanswered' WHEN y.nps >= 9 THEN 'promoter' WHEN y.nps <= 6 THEN 'detractor'
            ELSE 'passive' END"""
_SENT = "y.answered_at IS NOT NULL OR y.expires_at <= :as_of"
CUSTOMER_SATISFACTION = _survey("y.rating IS NOT NULL", "coalesce(y.rating >= 4, false)", _STARS)
PROMOTERS = _survey("y.nps IS NOT NULL", "coalesce(y.nps >= 9, false)", _NPS)
SURVEY_RESPONSE = _survey(
    _SENT,
    "y.answered_at IS NOT NULL",
    f"CASE WHEN NOT ({_SENT}) THEN 'running' WHEN y.answered_at IS NULL THEN 'unanswered' END",
)

_WORKING = """unnest(CAST(:people AS uuid[]), CAST(:opens AS timestamptz[]), CAST(:closes AS timestamptz[]))
    AS w (technician_id, opens, closes)"""
_GONE = "LEAST(coalesce(t.until, :as_of), :end, :as_of) - GREATEST(t.occurred_at, :start)"


def _use_of_time(actions: str) -> str:
    return f"""
SELECT md5(t.visit_id::text || m.technician_id::text || t.occurred_at::text)::uuid AS fact_id, t.order_id, o.ticket_id,
       GREATEST(t.occurred_at, :start) AS at, true AS counted, NULL::boolean AS hit,
       extract(epoch FROM {_GONE}) AS value, 0 AS weight, t.action AS reason
  FROM steps t JOIN scope o ON o.order_id = t.order_id
  JOIN visit_technician m ON m.visit_id = t.visit_id AND m.released_at IS NULL
 WHERE t.action IN {actions} AND (CAST(:technician_id AS uuid) IS NULL OR m.technician_id = :technician_id)
   AND {_GONE} > interval '0'
UNION ALL
SELECT NULL, NULL, NULL, w.opens, true, NULL, 0, extract(epoch FROM w.closes - w.opens), NULL FROM {_WORKING}"""


UTILISATION = _use_of_time("('travel', 'start', 'resume')")
WRENCH_TIME = _use_of_time("('start', 'resume')")

DISPATCH_ACCURACY = f"""
SELECT j.visit_id AS fact_id, j.order_id, j.ticket_id, j.ended_at AS at, true AS counted,
       j.skilled AND j.on_shift AND j.equipped AS hit, NULL::numeric AS value, NULL::numeric AS weight,
       CASE WHEN NOT j.skilled THEN 'skill' WHEN NOT j.on_shift THEN 'shift' WHEN NOT j.equipped THEN 'parts' END
           AS reason
  FROM (SELECT x.visit_id, x.order_id, o.ticket_id, x.ended_at,
               EXISTS (SELECT 1 FROM technician_skill k WHERE k.technician_id = m.technician_id AND k.skill = o.skill
                   AND k.level >= o.skill_level AND (k.expires_on IS NULL
                   OR k.expires_on >= (x.arrived_at AT TIME ZONE :zone)::date)) AS skilled,
               x.visit_id IN (
                   SELECT y.visit_id FROM mine y JOIN visit p ON p.id = y.visit_id
                     JOIN visit_technician l ON l.visit_id = y.visit_id AND l.released_at IS NULL AND l.lead
                     JOIN {_WORKING} ON w.technician_id = l.technician_id
                      AND p.planned_start >= w.opens AND p.planned_start < w.closes) AS on_shift,
               NOT (x.ending = 'incomplete' AND x.reason = 'parts') AND NOT EXISTS (
                   SELECT 1 FROM visit_part u JOIN stock_move b ON b.id = u.move_id
                    WHERE u.visit_id = x.visit_id AND b.from_location_id IS DISTINCT FROM n.van_location_id) AS equipped
          FROM mine x JOIN scope o ON o.order_id = x.order_id
          JOIN visit_technician m ON m.visit_id = x.visit_id AND m.released_at IS NULL AND m.lead
          JOIN technician n ON n.id = m.technician_id
         WHERE x.arrived_at IS NOT NULL AND {_IN_PERIOD.format("x.ended_at")}) j"""

PREDICTION = f"""
SELECT d.order_id AS fact_id, d.order_id, o.ticket_id, d.completed_at AS at,
       coalesce(f.result IN ('confirmed', 'no_fault_found'), false) AS counted,
       coalesce(f.result = 'confirmed', false) AS hit, NULL::numeric AS value, NULL::numeric AS weight,
       CASE WHEN f.result = 'confirmed' THEN NULL ELSE coalesce(f.result, 'unknown') END AS reason
  FROM done d JOIN scope o ON o.order_id = d.order_id LEFT JOIN found f ON f.order_id = d.order_id
 WHERE EXISTS (SELECT 1 FROM case_intake i WHERE i.work_order_id = d.order_id)
   AND {_IN_PERIOD.format("d.completed_at")}"""

FAILURE = f"""
SELECT o.order_id AS fact_id, o.order_id, o.ticket_id, o.asset_id, {FAILED_AT} AS failed_at,
       d.completed_at AS restored_at, d.work_s,
       z.cancelled_at IS NULL AND f.result IS DISTINCT FROM 'no_fault_found' AS real,
       CASE WHEN z.cancelled_at IS NOT NULL THEN 'cancelled' WHEN f.result = 'no_fault_found' THEN 'no_fault_found' END
           AS reason
  FROM scope o JOIN steered z ON z.order_id = o.order_id LEFT JOIN done d ON d.order_id = o.order_id
  LEFT JOIN found f ON f.order_id = o.order_id
 WHERE o.asset_id IS NOT NULL AND o.work_type IN {FAILURES}"""
FAILURES_OF_ASSETS = f"""
SELECT b.fact_id, b.order_id, b.ticket_id, b.failed_at AS at, b.real AS counted, NULL::boolean AS hit,
       extract(epoch FROM b.restored_at - b.failed_at) AS value, NULL::numeric AS weight, b.reason
  FROM ({FAILURE}) b WHERE {_IN_PERIOD.format("b.failed_at")}"""

ISSUES = f"""
SELECT b.id AS fact_id, v.work_order_id AS order_id, NULL::uuid AS ticket_id, b.moved_at AS at, true AS counted,
       NULL::boolean AS hit, b.quantity AS value, NULL::numeric AS weight, p.number AS reason
  FROM stock_move b JOIN part p ON p.id = b.part_id LEFT JOIN visit v ON v.id = b.ref_id
 WHERE b.kind = 'issue' AND b.reverses_id IS NULL AND {_IN_PERIOD.format("b.moved_at")}
   AND NOT EXISTS (SELECT 1 FROM stock_move r WHERE r.reverses_id = b.id)"""
DEAD_STOCK = """
SELECT min(b.id::text)::uuid AS fact_id, NULL::uuid AS order_id, NULL::uuid AS ticket_id,
       LEAST(:as_of, :end) AS at, true AS counted,
       NOT EXISTS (SELECT 1 FROM stock_move m WHERE m.part_id = b.part_id
           AND (m.from_location_id = b.location_id OR m.to_location_id = b.location_id)
           AND m.moved_at > LEAST(:as_of, :end) - interval '4320 hours') AS hit,
       sum(b.on_hand) AS value, NULL::numeric AS weight, min(p.number) || ' @ ' || min(l.code) AS reason
  FROM stock_balance b JOIN part p ON p.id = b.part_id JOIN stock_location l ON l.id = b.location_id
 WHERE b.on_hand > 0 GROUP BY b.part_id, b.location_id"""


def _failures_by(key: str) -> str:
    return f"""
SELECT d.order_id AS fact_id, d.order_id, o.ticket_id, d.completed_at AS at,
       f.result IS DISTINCT FROM 'no_fault_found' AS counted, NULL::boolean AS hit,
       CASE WHEN o.work_type IN {FAILURES} THEN extract(epoch FROM d.completed_at - {FAILED_AT}) ELSE 0 END AS value,
       (SELECT sum(b.quantity * b.unit_cost) FROM trips x JOIN visit_part u ON u.visit_id = x.visit_id
          JOIN stock_move b ON b.id = u.move_id WHERE x.order_id = d.order_id) AS weight,
       CASE WHEN f.result = 'no_fault_found' THEN 'no_fault_found' ELSE coalesce({key}, 'unknown') END AS reason
  FROM done d JOIN scope o ON o.order_id = d.order_id JOIN steered z ON z.order_id = d.order_id
  LEFT JOIN found f ON f.order_id = d.order_id LEFT JOIN asset a ON a.id = o.asset_id
 WHERE o.work_type IN {REPAIRS} AND {_IN_PERIOD.format("d.completed_at")}"""


FAILURES_BY = {
    "mode": _failures_by("f.mode"),
    "mechanism": _failures_by("f.mechanism"),
    "cause": _failures_by("f.cause"),
    "activity": _failures_by("f.activity"),
    "class": _failures_by("(SELECT k.code FROM asset_class k WHERE k.id = a.class_id)"),
    "model": _failures_by("NULLIF(a.model, '')"),
}
"""Repairs by what failed; `value` is the time that the asset stood, `weight` what its parts cost, if that is known."""
