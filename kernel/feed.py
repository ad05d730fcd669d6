"""The change feed: committed events in an order that skips no late commit.

A reader keeps a mark and asks for what lies behind it. The order is (xid, id): only events of transactions older than
every transaction still running are given out, so none can commit later in front of a mark.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

BATCH = 2000
KEPT = timedelta(days=7)
"""How long the feed keeps an event at least."""
MARGIN = timedelta(hours=1)
"""How far the clocks of database and worker may differ without a hole in the feed."""
XID_LIMIT = 1 << 63
WRITTEN = re.compile(r"(\d{1,19})-([0-9a-f]{32})-(\d{1,12})", re.ASCII)

_SINCE = text(
    """
    SELECT xid, id, topic, body, extract(epoch FROM created_at)::bigint AS at FROM outbox_event
    WHERE (xid, id) > (:xid, :id) AND xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
        AND (CAST(:topics AS text[]) IS NULL OR topic = ANY(CAST(:topics AS text[])))
    ORDER BY xid, id LIMIT :limit
    """
)
_HEAD = text(
    "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1 AS xid, extract(epoch FROM now())::bigint AS at"
)
_KNOWN = text(
    """
    SELECT :xid < pg_snapshot_xmax(pg_current_snapshot())::text::bigint
        AND :at > extract(epoch FROM now())::bigint - :kept
    """
)


@dataclass(frozen=True, order=True)
class Mark:
    """A place in the feed, behind one event."""

    xid: int
    id: UUID
    at: int
    """Seconds since the epoch: nothing behind the mark was committed before."""

    def __str__(self) -> str:
        """Return the form that a browser sends back as Last-Event-ID."""
        return f"{self.xid}-{self.id.hex}-{self.at}"


@dataclass(frozen=True)
class Change:
    """One event of the feed."""

    mark: Mark
    topic: str
    body: dict[str, Any]


def parse_mark(value: str) -> Mark | None:
    """Return the place that `str(mark)` named, or None if it is no such name."""
    written = WRITTEN.fullmatch(value)
    if written is None or int(written[1]) >= XID_LIMIT:
        return None
    return Mark(int(written[1]), UUID(hex=written[2]), int(written[3]))


def head(session: Session) -> Mark:
    """Return the place behind everything committed so far."""
    row = session.execute(_HEAD).one()
    return Mark(row.xid, UUID(int=(1 << 128) - 1), row.at)


def is_known(session: Session, mark: Mark) -> bool:
    """Tell whether the feed still holds all that lies behind a place.

    It does not when the place is older than what is kept, or ahead of this database: one restored from a backup.
    """
    kept = int((KEPT - MARGIN).total_seconds())
    return bool(session.scalar(_KNOWN, {"xid": mark.xid, "at": mark.at, "kept": kept}))


def since(session: Session, mark: Mark, *, topics: Collection[str] | None = None) -> list[Change]:
    """Return what was committed behind a place, of some topics if given; at most `BATCH` events."""
    wanted = None if topics is None else list(topics)
    rows = session.execute(_SINCE, {"xid": mark.xid, "id": mark.id, "topics": wanted, "limit": BATCH})
    return [Change(Mark(row.xid, row.id, row.at), row.topic, row.body) for row in rows]
