"""What a clock with pauses shows: when it is due, whether it stands still, when a step of a ladder is reached."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from backend.sla.calendar import Calendar, add, between


@dataclass(frozen=True, order=True)
class Pause:
    """A stretch in which time does not count; without an end it lasts."""

    start: datetime
    end: datetime | None


@dataclass(frozen=True)
class Reading:
    """How a clock stands."""

    due_at: datetime
    """While it stands still: as if it ran on at once."""
    paused_at: datetime | None
    """Since when it stands still."""
    paused: timedelta
    """Counted time that fell into pauses that are over."""


def merged(pauses: Iterable[Pause]) -> list[Pause]:
    """Return the same pauses without overlaps, in order; one that ends where it starts is none."""
    found: list[Pause] = []
    for pause in sorted(pauses, key=lambda item: item.start):
        if pause.end is not None and pause.end <= pause.start:
            continue
        if not found or (found[-1].end is not None and found[-1].end < pause.start):
            found.append(pause)
        elif (last := found[-1]).end is not None:
            found[-1] = Pause(last.start, None if pause.end is None else max(pause.end, last.end))
    return found


def read(calendar: Calendar | None, start: datetime, target: timedelta, pauses: Iterable[Pause]) -> Reading:
    """Return when so much working time outside the pauses is over; a pause that begins at that time comes too late.

    Raises:
        NeverWorksError: the calendar has too little working time.
    """
    since, left, lost = start.astimezone(UTC), target, timedelta()
    for pause in merged(pauses):
        if pause.end is not None and pause.end <= since:
            continue
        begins = max(pause.start.astimezone(UTC), since)
        counted = between(calendar, since, begins)
        if counted >= left:
            break
        left -= counted
        if pause.end is None:
            return Reading(add(calendar, begins, left), begins, lost)
        since = pause.end.astimezone(UTC)
        lost += between(calendar, begins, since)
    return Reading(add(calendar, since, left), None, lost)


@dataclass(frozen=True)
class Step:
    """Where a step of a ladder stands on its clock: at a share of the time, or so many minutes before or after due."""

    percent: int | None = None
    minutes: int | None = None


def step_at(
    calendar: Calendar | None, start: datetime, target: timedelta, pauses: Iterable[Pause], step: Step
) -> datetime | None:
    """Return when a step is reached, counted in the time of its clock; None: not while the clock stands still.

    Raises:
        NeverWorksError: the calendar has too little working time.
    """
    pauses = list(pauses)
    wanted = target * step.percent / 100 if step.percent is not None else target + timedelta(minutes=step.minutes or 0)
    if wanted > target:
        reading = read(calendar, start, target, pauses)
        return None if reading.paused_at else add(calendar, reading.due_at, wanted - target)
    if wanted <= timedelta():
        return start.astimezone(UTC)
    reading = read(calendar, start, wanted, pauses)
    return None if reading.paused_at else reading.due_at
