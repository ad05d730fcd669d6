"""Keeps the roll-ups: follows committed batches, notes the buckets they touch, and rolls those up again from the rows.

A bucket is always made anew from everything below it (minutes from samples, hours from minutes), so that late,
reordered and repeated deliveries come out the same, and a step that is killed is simply done again. Sums are decimals:
no order of adding changes them. The checkpoint row is the lock: one process at a time.
"""

import time
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from iot_gateway import follow, metrics
from kernel import clock
from kernel.db import Login, transaction

CHECKPOINT = "rollup"
MINUTE, HOUR = 60, 3600
SETTLE = {MINUTE: timedelta(seconds=30), HOUR: timedelta(minutes=5)}
"""How long after its first change a bucket is rolled up."""
FIRST_STEP, SMALLEST_STEP, LARGEST_STEP = 20, 2, 1000
"""Buckets of one transaction: as many as fit into `STEP_SECONDS`, by what the one before took."""
STEP_SECONDS = 0.3
"""A transaction that writes holds back the scorer: what is committed beside it is not settled before it ends."""
RUN_SECONDS = 20.0

_MARK = text(
    "INSERT INTO rollup_due (width, device_number, bucket, due_at)"
    " SELECT DISTINCT 60, device_number, date_trunc('minute', ts, 'UTC'), CAST(:due AS timestamptz) FROM telemetry"
    " WHERE batch_id BETWEEN :low AND :high AND batch_id = ANY(:ids) AND ts BETWEEN :first AND :last"
    " ON CONFLICT DO NOTHING"
)
_TAKE = text(
    "DELETE FROM rollup_due WHERE (width, device_number, bucket) IN ("
    "SELECT width, device_number, bucket FROM rollup_due WHERE width = :width AND due_at <= :at"
    " ORDER BY due_at, device_number, bucket LIMIT :most) RETURNING device_number, bucket"
)
_COMBINE = (
    "SELECT jsonb_object_agg(metric, jsonb_build_array(n, low, high, total, newest)) AS stats FROM ("
    "SELECT metric, sum(n) AS n, min(low) AS low, max(high) AS high, sum(total) AS total,"
    " (array_agg(newest ORDER BY at DESC, boot DESC, seq DESC))[1] AS newest FROM parts GROUP BY metric) AS metrics"
)
_MINUTES = text(
    "INSERT INTO rollup_minute AS r (tenant_id, device_number, bucket, sample_count, stats)"
    " SELECT made.tenant_id, due.number, due.bucket, made.sample_count, made.stats"
    " FROM unnest(CAST(:numbers AS int[]), CAST(:buckets AS timestamptz[])) AS due(number, bucket)"
    " CROSS JOIN LATERAL (WITH samples AS MATERIALIZED ("
    "SELECT tenant_id, ts, boot, seq, vals FROM telemetry WHERE device_number = due.number"
    " AND ts >= due.bucket AND ts < due.bucket + interval '1 minute'), parts AS ("
    "SELECT e.key AS metric, 1 AS n, v.figure AS low, v.figure AS high, v.figure AS total, v.figure AS newest,"
    " s.ts AS at, s.boot, s.seq FROM samples AS s CROSS JOIN LATERAL jsonb_each(s.vals) AS e"
    " CROSS JOIN LATERAL (SELECT CASE WHEN jsonb_typeof(e.value) = 'number' THEN (e.value)::numeric END AS figure) AS v"
    " WHERE v.figure IS NOT NULL)"
    f" SELECT (SELECT tenant_id FROM samples LIMIT 1) AS tenant_id, (SELECT count(*) FROM samples) AS sample_count,"
    f" coalesce(({_COMBINE}), '{{}}'::jsonb) AS stats) AS made WHERE made.tenant_id IS NOT NULL"
    " ON CONFLICT (device_number, bucket) DO UPDATE SET sample_count = excluded.sample_count, stats = excluded.stats"
    " WHERE (r.sample_count, r.stats) IS DISTINCT FROM (excluded.sample_count, excluded.stats)"
)
_HOURS = text(
    "INSERT INTO rollup_hour AS r (tenant_id, device_number, bucket, sample_count, stats)"
    " SELECT made.tenant_id, due.number, due.bucket, made.sample_count, made.stats"
    " FROM unnest(CAST(:numbers AS int[]), CAST(:buckets AS timestamptz[])) AS due(number, bucket)"
    " CROSS JOIN LATERAL (WITH minutes AS MATERIALIZED ("
    "SELECT tenant_id, bucket, sample_count, stats FROM rollup_minute WHERE device_number = due.number"
    " AND bucket >= due.bucket AND bucket < due.bucket + interval '1 hour'), parts AS ("
    "SELECT e.key AS metric, (e.value -> 0)::int AS n, (e.value -> 1)::numeric AS low, (e.value -> 2)::numeric AS high,"
    " (e.value -> 3)::numeric AS total, (e.value -> 4)::numeric AS newest, m.bucket AS at, 0 AS boot, 0 AS seq"
    " FROM minutes AS m CROSS JOIN LATERAL jsonb_each(m.stats) AS e)"
    f" SELECT (SELECT tenant_id FROM minutes LIMIT 1) AS tenant_id,"
    f" (SELECT sum(sample_count)::int FROM minutes) AS sample_count,"
    f" coalesce(({_COMBINE}), '{{}}'::jsonb) AS stats) AS made WHERE made.tenant_id IS NOT NULL"
    " ON CONFLICT (device_number, bucket) DO UPDATE SET sample_count = excluded.sample_count, stats = excluded.stats"
    " WHERE (r.sample_count, r.stats) IS DISTINCT FROM (excluded.sample_count, excluded.stats)"
)
_MARK_HOURS = text(
    "INSERT INTO rollup_due (width, device_number, bucket, due_at)"
    " SELECT DISTINCT 3600, due.number, date_trunc('hour', due.bucket, 'UTC'), CAST(:due AS timestamptz)"
    " FROM unnest(CAST(:numbers AS int[]), CAST(:buckets AS timestamptz[])) AS due(number, bucket)"
    " ON CONFLICT DO NOTHING"
)
_REBUILD = text(
    "INSERT INTO rollup_due (width, device_number, bucket, due_at)"
    " SELECT DISTINCT 60, device_number, date_trunc('minute', ts, 'UTC'), CAST(:due AS timestamptz) FROM telemetry"
    " WHERE ts >= :start AND ts < :end ON CONFLICT DO NOTHING"
)


def follow_step(session: Session, *, at: datetime) -> int:
    """Note the minutes that the next settled batches touch; return how many batches were taken in."""
    position = follow.lock_position(session, CHECKPOINT)
    heads = follow.next_batches(session, position) if position is not None else []
    if not heads:
        return 0
    ids = [head.position.batch_id for head in heads]
    session.execute(
        _MARK,
        {
            "due": at + SETTLE[MINUTE],
            "ids": ids,
            "low": min(ids),
            "high": max(ids),
            "first": min(head.min_ts for head in heads),
            "last": max(head.max_ts for head in heads),
        },
    )
    follow.keep_position(session, CHECKPOINT, heads[-1].position)
    metrics.ROLLUP_LAG.set((at - heads[-1].at).total_seconds())
    return len(heads)


def make_step(session: Session, width: int, *, at: datetime, most: int = LARGEST_STEP) -> int:
    """Roll up due buckets of one width (seconds), `most` at once; return how many."""
    if follow.lock_position(session, CHECKPOINT) is None:
        return 0
    rows = session.execute(_TAKE, {"width": width, "at": at, "most": most}).all()
    if not rows:
        return 0
    pairs = sorted((int(number), bucket) for number, bucket in rows)
    due = {"numbers": [number for number, _ in pairs], "buckets": [bucket for _, bucket in pairs]}
    session.execute(_MINUTES if width == MINUTE else _HOURS, due)
    if width == MINUTE:
        session.execute(_MARK_HOURS, {**due, "due": at + SETTLE[HOUR]})
    return len(rows)


def catch_up(*, at: datetime | None = None, seconds: float = RUN_SECONDS) -> int:
    """Follow and roll up what is due by `at` (now), for at most so many seconds; return the buckets made."""
    until, made, busy = time.monotonic() + seconds, 0, True
    most = dict.fromkeys((MINUTE, HOUR), FIRST_STEP)
    while busy and time.monotonic() < until:
        busy = False
        with transaction(Login.INGEST) as session:
            busy |= follow_step(session, at=clock.now()) > 0
        for width in (MINUTE, HOUR):
            begin = time.monotonic()
            with transaction(Login.INGEST) as session:
                count = make_step(session, width, at=at or clock.now(), most=most[width])
            most[width] = next_step(count, time.monotonic() - begin)
            made, busy = made + count, busy or count > 0
    return made


def next_step(count: int, took: float) -> int:
    """Return how many buckets to make next, when `count` took so many seconds."""
    fitting = int(count * STEP_SECONDS / max(took, 0.001))
    return max(SMALLEST_STEP, min(LARGEST_STEP, fitting, 4 * max(count, FIRST_STEP)))


def rebuild(*, start: datetime, end: datetime) -> int:
    """Note every minute between two instants as due, an hour per transaction; return how many were not due yet."""
    noted = 0
    while start < end:
        following = min(start + timedelta(hours=1), end)
        with transaction(Login.INGEST) as session:
            result = session.execute(_REBUILD, {"due": clock.now(), "start": start, "end": following})
            noted += getattr(result, "rowcount", 0)
        start = following
    return noted
