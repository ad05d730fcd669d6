"""The night's lesson from failures: closed cases whose finding confirmed the fault, as lives from onset to failure.

One that was repaired before its deviation got to the level of failure is no failure, and nothing is learned from it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Protocol

import numpy as np
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from iot_gateway import repository
from iot_gateway.detect import catalogue, forecast, rul, stored
from iot_gateway.detect.arrays import Floats, Ints
from iot_gateway.detect.catalogue import Group
from iot_gateway.detect.lives import Life
from iot_gateway.lifecycle import CaseState, Finding
from iot_gateway.models.detection import DeviceCase
from iot_gateway.models.devices import Device
from iot_gateway.models.forecasts import LifeModel
from kernel.db import tenant_of
from kernel.ids import new_id

MOST_FAILURES = 60
LONGEST = timedelta(days=30)
"""Of a life its last so many days are learned from; its age is told in full."""


@dataclass(frozen=True)
class Lesson:
    """The lives of one kind of failure, and a fingerprint of the cases that they come from."""

    model: str
    group: Group
    lives: tuple[Life, ...]
    made_of: str


def kinds(session: Session) -> list[tuple[str, str]]:
    """Return (device model, failure group) of the cases that were confirmed and have a trend."""
    rows = session.execute(
        select(DeviceCase.model, DeviceCase.failure_group)
        .where(*_confirmed())
        .distinct()
        .order_by(DeviceCase.model, DeviceCase.failure_group)
    )
    return [(model, group) for model, group in rows]


def lesson(session: Session, model: str, failure_group: str) -> Lesson | None:
    """Return what there is to learn of a kind of failure; None where it was learned already, or nothing has failed."""
    cases = session.execute(
        select(DeviceCase, Device.number)
        .join(Device, Device.id == DeviceCase.device_id)
        .where(*_confirmed(), DeviceCase.model == model, DeviceCase.failure_group == failure_group)
        .order_by(DeviceCase.closed_at.desc(), DeviceCase.id)
        .limit(MOST_FAILURES)
    ).all()
    made_of = _fingerprint(case for case, _ in cases)
    learned = select(LifeModel.made_of).where(LifeModel.model == model, LifeModel.failure_group == failure_group)
    if session.scalar(learned) == made_of:
        return None
    found = [_life(session, case, number) for case, number in cases]
    lives = tuple(life for life in reversed(found) if life is not None)
    group = _group(model, failure_group, str(cases[0][0].summary.get("metric", ""))) if cases else None
    return Lesson(model, group, lives, made_of) if group is not None and lives else None


def keep(session: Session, learned: Lesson, forecaster: rul.Forecaster, *, at: datetime) -> None:
    """Store what was learned in the place of what was known before."""
    body, calibration = stored.to_plain(forecaster)
    row = insert(LifeModel).values(
        id=new_id(),
        tenant_id=tenant_of(session),
        model=learned.model,
        failure_group=learned.group.name,
        version=stored.VERSION,
        stage=forecaster.stage.value,
        failure_count=forecaster.failures,
        horizon=forecaster.horizon,
        body=body,
        calibration=calibration,
        made_of=learned.made_of,
        fitted_at=at,
    )
    names = ("version", "stage", "failure_count", "horizon", "body", "calibration", "made_of", "fitted_at")
    new = {name: row.excluded[name] for name in names}
    session.execute(row.on_conflict_do_update(index_elements=["tenant_id", "model", "failure_group"], set_=new))


def learn(known: Lesson) -> rul.Forecaster:
    """Learn from the lives of one kind of failure, in the stage that they allow."""
    return rul.learn(known.lives, fails_at=known.group.fails_at)


def _confirmed() -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of a case that is the label of a failure with a trend."""
    how = func.coalesce(DeviceCase.summary["how"].astext, "level")
    return DeviceCase.state == CaseState.CLOSED, DeviceCase.finding == Finding.CONFIRMED, how == "level"


def _fingerprint(cases: Iterable[DeviceCase]) -> str:
    told = ",".join(sorted(str(case.id) for case in cases))
    return sha256(f"{stored.VERSION}:{told}".encode()).hexdigest()


def _group(model: str, name: str, metric: str) -> Group | None:
    """Return a failure group that is told by level; of a model that nobody knows each metric is one."""
    groups = catalogue.model(model, (metric,)).groups
    return next((group for group in groups if group.name == name and forecast.told_by_level(group)), None)


def _life(session: Session, case: DeviceCase, number: int) -> Life | None:
    end = case.verify_from or case.closed_at or case.opened_at
    group = _group(case.model, case.failure_group, str(case.summary.get("metric", "")))
    if group is None:
        return None
    rows = repository.hours(session, number, start=max(case.started_at, end - LONGEST), end=end)
    metrics = tuple(lead.metric for lead in group.leads)
    hours, residuals = residuals_of(rows, metrics)
    started = int(case.started_at.timestamp()) // 3600
    life = forecast.life_of(str(case.id), group, metrics, hours, residuals, started=started)
    return forecast.until_failure(life, fails_at=group.fails_at) if life is not None else None


class HourRow(Protocol):
    """An hour as it was judged."""

    @property
    def hour(self) -> datetime:
        """Its start."""

    @property
    def means(self) -> Mapping[str, float]:
        """By metric."""

    @property
    def expected(self) -> Mapping[str, Sequence[float]]:
        """By metric: what was expected, and the scale."""


def residuals_of(rows: Sequence[HourRow], metrics: Sequence[str]) -> tuple[Ints, Floats]:
    """Return hours since the epoch (n,) and what was off in scales (n, metrics), NaN where nothing was expected."""
    found = np.full((len(rows), len(metrics)), np.nan)
    for place, row in enumerate(rows):
        for column, metric in enumerate(metrics):
            expected = row.expected.get(metric)
            if expected is not None and metric in row.means and expected[1] > 0:
                found[place, column] = (row.means[metric] - expected[0]) / expected[1]
    return np.array([int(row.hour.astimezone(UTC).timestamp()) // 3600 for row in rows], dtype=np.int64), found
