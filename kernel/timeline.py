"""Timelines: lines from several rooms in one list, the latest first, page by page.

Each room returns its newest lines behind a place; the newest of all of them are the page. Lines of one instant stand in
the order of their ids, so that a page boundary between them neither loses nor repeats one.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from heapq import nlargest
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

Place = tuple[datetime, UUID]
Instant = InstrumentedAttribute[datetime]
Id = InstrumentedAttribute[UUID]
Query = TypeVar("Query", bound=Select[*tuple[Any, ...]])


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing that happened: when, of which kind, what, by whom, and a few values that say more."""

    id: UUID
    at: datetime
    """When it happened."""
    received_at: datetime
    """When it was heard of here."""
    kind: str
    """Which list it comes from, such as `visit`, `message`, `part`."""
    code: str
    """What happened, for the screen to put into words: `visit.arrive`."""
    text: str = ""
    actor: str = ""
    source: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    seq: int = 0
    """Its number in its own list; tells the order of steps that were written at one instant."""

    @property
    def place(self) -> Place:
        """Return where it stands."""
        return self.at, self.id


@dataclass(frozen=True, kw_only=True)
class Window:
    """How much of a timeline is wanted: so many lines, the latest first, behind a place."""

    before: Place | None = None
    limit: int

    def cut(self, query: Query, at: Instant, key: Id) -> Query:
        """Return a query of what lies in the window, the latest first."""
        if self.before is not None:
            query = query.where(tuple_(at, key) < self.before)
        return query.order_by(at.desc(), key.desc()).limit(self.limit)

    def holds(self, line: Line) -> bool:
        """Tell whether a line lies behind the place."""
        return self.before is None or line.place < self.before


def newest(lines: Iterable[Line], window: Window) -> list[Line]:
    """Return the newest lines of a window, the latest first."""
    return nlargest(window.limit, filter(window.holds, lines), key=lambda line: line.place)


def as_told(lines: Collection[Line]) -> list[Line]:
    """Return a page as it is read: of lines of one instant, the one that was written last comes first."""
    return sorted(lines, key=lambda line: (line.at, line.received_at, line.seq, line.id), reverse=True)
