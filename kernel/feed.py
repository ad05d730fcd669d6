"""The change feed: committed events in an order that skips no late commit."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

BATCH = 2000

_SINCE = text(
    """
    SELECT xid, id, topic, body FROM outbox_event
    WHERE (xid, id) > (:xid, :id) AND xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
    ORDER BY xid, id LIMIT :limit
    """
)
_HEAD = text(
    "SELECT coalesce(pg_snapshot_xmin(pg_current_snapshot())::text::bigint, 1) - 1 AS xid,"
    " '00000000-0000-0000-0000-000000000000'::uuid AS id"
)
_OLDEST = text("SELECT xid FROM outbox_event ORDER BY xid, id LIMIT 1")


@dataclass(frozen=True, order=True)
class Mark:
    """A place in the feed, behind one event."""

    xid: int
    id: UUID

    def __str__(self) -> str:
        """Return the form that a browser sends back as Last-Event-ID."""
        return f"{self.xid}-{self.id.hex}"


@dataclass(frozen=True)
class Change:
    """One event of the feed."""

    mark: Mark
    topic: str
    body: dict[str, Any]


def parse_mark(value: str) -> Mark | None:
    """Return the place that `str(mark)` named, or None if it is no such name."""
    xid, _, key = value.partition("-")
    try:
        return Mark(int(xid), UUID(hex=key))
    except ValueError:
        return None


def head(session: Session) -> Mark:
    """Return the place behind everything committed so far."""
    row = session.execute(_HEAD).one()
    return Mark(row.xid, UUID(int=(1 << 128) - 1))


def is_known(session: Session, mark: Mark) -> bool:
    """Tell whether the feed still reaches back to a place."""
    oldest = session.scalar(_OLDEST)
    return oldest is None or oldest <= mark.xid


def since(session: Session, mark: Mark) -> list[Change]:
    """Return what was committed behind a place, at most `BATCH` events."""
    rows = session.execute(_SINCE, {"xid": mark.xid, "id": mark.id, "limit": BATCH})
    return [Change(Mark(row.xid, row.id), row.topic, row.body) for row in rows]
