"""Use cases of figures: one, all, and what is behind one."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row
from sqlalchemy.orm import Session

from backend.customers import service as customers
from backend.figures import measures, repository
from backend.figures.errors import BadPeriod, FigureUnknown
from backend.figures.kpis import KPIS, OF_PEOPLE, Base, Kind, Kpi
from backend.figures.measures import SECOND, Figure, ratio, rounded
from backend.figures.scope import Filter
from backend.technicians import service as technicians
from backend.technicians.working_time import working_windows
from iot_gateway.precision import Figures as Foreseen
from iot_gateway.service import feedback

LONGEST = timedelta(days=1100)
YEAR = timedelta(days=365)
FROM_FACTS = frozenset({Kind.RATE, Kind.SCORE, Kind.SHARE, Kind.DURATION, Kind.TURNS})


class Bucket(StrEnum):
    """How long the stretches of a trend are."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, kw_only=True)
class Question:
    """A period of whole local days, what it is narrowed to, and as seen when."""

    first: date
    last: date
    narrowed: Filter = field(default_factory=Filter)
    bucket: Bucket = Bucket.WEEK
    as_of: datetime


@dataclass(frozen=True)
class Answer:
    """A figure, what it means, and which of the filters it could not be narrowed by."""

    kpi: Kpi
    figure: Figure
    not_applied: tuple[str, ...]


def get_kpi(name: str) -> Kpi:
    """Return a figure's row of the table.

    Raises:
        FigureUnknown: there is none of this name.
    """
    if name not in KPIS:
        raise FigureUnknown("No figure has this name.", name=name)
    return KPIS[name]


def _check(session: Session, narrowed: Filter) -> None:
    if narrowed.customer_id is not None:
        customers.get_customer(session, narrowed.customer_id)
    if narrowed.site_id is not None:
        customers.get_site(session, narrowed.site_id)
    for person in (narrowed.technician_id, narrowed.territory):
        if person is not None:
            technicians.get_technician(session, person)


class Asked:
    """One question, with what several figures need for it read once."""

    def __init__(self, session: Session, question: Question) -> None:
        """Find the instants of the period in the tenant's time zone.

        Raises:
            BadPeriod: it ends before it begins, or is too long.
            CustomerUnknown, SiteUnknown, TechnicianUnknown: it is narrowed to somebody who does not exist.
        """
        if question.last < question.first or question.last - question.first > LONGEST:
            raise BadPeriod(f"A period has from 1 to {LONGEST.days} days.", field="to")
        _check(session, question.narrowed)
        self.session, self.question = session, question
        self.zone = repository.time_zone(session)
        start, end = (
            datetime.combine(day, time(), tzinfo=ZoneInfo(self.zone)).astimezone(UTC)
            for day in (question.first, question.last + timedelta(days=1))
        )
        self.start, self.end = start, end
        self.values: dict[str, Any] = {
            "start": start,
            "end": end,
            "as_of": question.as_of,
            "zone": self.zone,
            "bucket": question.bucket,
        }
        self._windows: dict[str, list[Any]] | None = None
        self.tallies: dict[str, list[Any]] = defaultdict(list)
        self.durations: dict[str, list[Any]] = defaultdict(list)

    def read(self, kpis: Iterable[Kpi]) -> None:
        """Read the facts of figures; those of one base in one statement."""
        groups: dict[tuple[Base, frozenset[str]], list[Kpi]] = defaultdict(list)
        for kpi in kpis:
            if kpi.kind in FROM_FACTS:
                groups[kpi.base, kpi.takes].append(kpi)
        for group in groups.values():
            values = {name: value for kpi in group for name, value in self.values_for(kpi).items()}
            for row in repository.tallies(self.session, group, self.question.narrowed, values):
                self.tallies[row.name].append(row)
            if timed := [kpi for kpi in group if kpi.kind is Kind.DURATION]:
                for row in repository.durations(self.session, timed, self.question.narrowed, values):
                    self.durations[row.name].append(row)

    @cached_property
    def up(self) -> Row[Any]:
        """Return how long the assets ran and stood."""
        return repository.reliability(self.session, KPIS["mtbf"], self.question.narrowed, self.values)

    @cached_property
    def foreseen(self) -> Foreseen:
        """Return what the gateway tells of its cases."""
        return feedback.precision(self.session, start=self.start, end=self.end).total

    def values_for(self, kpi: Kpi) -> dict[str, Any]:
        """Return the values that a figure's statement binds."""
        if ":people" not in kpi.facts:
            return self.values
        if self._windows is None:
            self._windows = self._working(everybody=kpi.takes != OF_PEOPLE)
        return {**self.values, **self._windows}

    def _working(self, *, everybody: bool) -> dict[str, list[Any]]:
        chosen = self.question.narrowed.technician_id
        found = working_windows(
            self.session,
            first=self.question.first - timedelta(days=1),
            last=self.question.last,
            time_zone=self.zone,
            only=None if chosen is None or everybody else [chosen],
        )
        until = min(self.end, self.question.as_of)
        inside = [
            (person, max(opens, self.start), min(closes, until))
            for person, opens, closes in found
            if opens < until and closes > self.start
        ]
        return {
            "people": [person for person, _, _ in inside],
            "opens": [opens for _, opens, _ in inside],
            "closes": [closes for _, _, closes in inside],
        }


def answer(session: Session, name: str, question: Question) -> Answer:
    """Return one figure.

    Raises:
        FigureUnknown: there is none of this name.
        BadPeriod: the period ends before it begins, or is too long.
    """
    asked, kpi = Asked(session, question), get_kpi(name)
    asked.read([kpi])
    return _answer(asked, kpi)


def board(session: Session, question: Question) -> list[Answer]:
    """Return all figures.

    Raises:
        BadPeriod: the period ends before it begins, or is too long.
    """
    asked = Asked(session, question)
    asked.read(KPIS.values())
    return [_answer(asked, kpi) for kpi in KPIS.values()]


def _answer(asked: Asked, kpi: Kpi) -> Answer:
    figure = _MADE[kpi.kind](asked, kpi)
    return Answer(kpi, figure, tuple(name for name in asked.question.narrowed.given() if name not in kpi.takes))


def _tallied(asked: Asked, kpi: Kpi) -> Figure:
    return measures.of_tallies(kpi.kind, asked.tallies[kpi.name])


def _timed(asked: Asked, kpi: Kpi) -> Figure:
    excluded: dict[str, int] = defaultdict(int)
    for row in asked.tallies[kpi.name]:
        if not row.counted:
            excluded[row.reason or "other"] += row.n
    return measures.of_durations(asked.durations[kpi.name], dict(excluded))


def _reliable(asked: Asked, kpi: Kpi) -> Figure:
    row = asked.up
    up = row.watched_s - row.down_s
    between = up / row.failures if row.failures else None
    if kpi.name == "mtbf":
        value = between if between is not None else up if row.assets else None
        more = between is None and bool(row.assets)
        return Figure(value=rounded(value, SECOND), n=row.failures, numerator=rounded(up, SECOND), more_than=more)
    if kpi.name == "availability_operational":
        return Figure(
            value=ratio(up, row.watched_s),
            n=row.assets,
            numerator=rounded(up, SECOND),
            denominator=rounded(row.watched_s, SECOND),
        )
    repair = row.repair_s / row.repairs if row.repairs else None
    if between is None or repair is None:
        return Figure(value=None, n=row.failures)
    return Figure(value=ratio(between, between + repair), n=row.failures)


def _turned(asked: Asked, kpi: Kpi) -> Figure:
    rows = asked.tallies[kpi.name]
    issued = sum((row.value or Decimal(0) for row in rows), Decimal(0))
    opening, closing = repository.stock_levels(asked.session, asked.values)
    mean = (opening + closing) / 2
    yearly = issued * Decimal(YEAR / (asked.end - asked.start))
    n = sum(row.n for row in rows)
    return Figure(value=ratio(yearly, mean), n=n, numerator=rounded(issued, SECOND), denominator=rounded(mean, SECOND))


def _predicted(asked: Asked, kpi: Kpi) -> Figure:
    total = asked.foreseen
    if kpi.name == "prediction_lead":
        hours = total.lead_hours
        value = None if hours is None else rounded(Decimal(str(hours)) * 3600, SECOND)
        return Figure(value=value, n=total.confirmed)
    found = total.precision if kpi.name == "prediction_precision" else total.recall
    excluded = {"unknown": total.unlabelled, "other": total.other}
    excluded = {reason: n for reason, n in excluded.items() if n}
    if found is None:
        return Figure(value=None, hits=0, excluded=excluded)
    return Figure(**vars(measures.rate_point(total.confirmed, found.n)), hits=total.confirmed, excluded=excluded)


_MADE = {
    Kind.RATE: _tallied,
    Kind.SCORE: _tallied,
    Kind.SHARE: _tallied,
    Kind.DURATION: _timed,
    Kind.RELIABILITY: _reliable,
    Kind.TURNS: _turned,
    Kind.PREDICTION: _predicted,
}


def behind(
    session: Session,
    name: str,
    question: Question,
    *,
    only: str,
    reason: str | None = None,
    after: tuple[datetime, UUID] | None = None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Return the facts behind a figure with their orders, the latest first, behind a key.

    Raises:
        FigureUnknown: there is none of this name.
        BadPeriod: the period ends before it begins, or is too long.
    """
    kpi, asked = get_kpi(name), Asked(session, question)
    return repository.behind(
        session,
        kpi,
        question.narrowed,
        asked.values_for(kpi),
        only=only,
        reason=reason,
        after=after,
        limit=limit,
    )
