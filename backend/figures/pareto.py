"""Which failures are the most: repairs by what was written down of them, the greatest first, with their sums."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from backend.figures import repository
from backend.figures.facts import FAILURES_BY
from backend.figures.kpis import Base, Kind, Kpi
from backend.figures.service import Asked, Question
from backend.figures.words import Words

BARS_MOST = 50


class By(StrEnum):
    """What failures are put together by."""

    MODE = "mode"
    MECHANISM = "mechanism"
    CAUSE = "cause"
    ACTIVITY = "activity"
    CLASS = "class"
    MODEL = "model"


class Measure(StrEnum):
    """What a bar is long by."""

    COUNT = "count"
    DOWNTIME = "downtime"
    COST = "cost"


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One kind of failure."""

    key: str
    name: dict[str, str] | None
    """In the languages of the console; None: the key is a word of its own."""
    count: int
    downtime_seconds: Decimal
    cost: Decimal | None
    """Of the parts that it took; None: no move of them says what it cost."""
    cumulative: float | None
    """Share of this bar and all before it."""


@dataclass(frozen=True, kw_only=True)
class Pareto:
    """All bars, and what is left out."""

    bars: Sequence[Bar]
    more: int
    """Bars beyond those listed."""
    excluded: dict[str, int]


def _kpi(by: By) -> Kpi:
    words = Words("失效帕累托", "Failures", "", "")
    return Kpi(name=by, kind=Kind.SHARE, base=Base.VISITED, facts=FAILURES_BY[by], better="low", words=words)


def pareto(session: Session, question: Question, *, by: By, measure: Measure) -> Pareto:
    """Return the bars of the repairs that were done in a period.

    Raises:
        BadPeriod: the period ends before it begins, or is too long.
    """
    asked = Asked(session, question)
    found: dict[str, list[Any]] = {}
    excluded: dict[str, int] = {}
    for row in repository.tallies(session, [_kpi(by)], question.narrowed, asked.values):
        if not row.counted:
            excluded[row.reason] = excluded.get(row.reason, 0) + row.n
            continue
        sums = found.setdefault(row.reason, [0, Decimal(0), None])
        sums[0] += row.n
        sums[1] += row.value
        sums[2] = row.weight if sums[2] is None else sums[2] + (row.weight or 0)
    names = repository.names(session, by)
    return Pareto(bars=_bars(found, measure, names)[:BARS_MOST], more=max(0, len(found) - BARS_MOST), excluded=excluded)


def _bars(found: dict[str, list[Any]], measure: Measure, names: dict[str, dict[str, str]]) -> list[Bar]:
    place = list(Measure).index(measure)
    ordered = sorted(found.items(), key=lambda pair: (-(pair[1][place] or 0), -pair[1][0], pair[0]))
    whole = sum((sums[place] or 0 for _, sums in ordered), Decimal(0))
    bars, reached = [], Decimal(0)
    for key, (count, downtime, cost) in ordered:
        reached += (count, downtime, cost or Decimal(0))[place]
        share = round(float(reached / whole), 6) if whole else None
        name = names.get(key)
        bars.append(Bar(key=key, name=name, count=count, downtime_seconds=downtime, cost=cost, cumulative=share))
    return bars


def behind(
    session: Session, question: Question, *, by: By, key: str, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Row[Any]]:
    """Return the repairs of one bar, the latest first, behind a key.

    Raises:
        BadPeriod: the period ends before it begins, or is too long.
    """
    asked = Asked(session, question)
    return repository.behind(
        session, _kpi(by), question.narrowed, asked.values, only="counted", reason=key, after=after, limit=limit
    )
