"""How far healthy machines have moved from what they were calibrated to: told by night, never silently absorbed.

The scales are those of the profiles in force during the day, before the night's fit replaces them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import numpy as np
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from iot_gateway.detect.arrays import Floats
from iot_gateway.detect.catalogue import BAND_SCALES
from iot_gateway.models.forecasts import CalibrationDrift
from kernel.db import tenant_of
from kernel.ids import new_id

LEAST_HOURS = 6
LINES_MOST = 1000


class Day(NamedTuple):
    """One healthy series over the last day."""

    device_id: UUID
    model: str
    metric: str
    scale: float
    """Of its profile, in units."""
    shift: float
    """Mean residual in scales."""
    spread: float
    """Root mean square of the residuals in scales."""
    beyond: int
    """Hours outside of the expected band."""
    hours: int


@dataclass(frozen=True)
class Drift:
    """The series of one metric of a model over the last day."""

    model: str
    metric: str
    device_count: int
    shift: float
    spread: float
    beyond_share: float
    representative: UUID
    """The device whose scale is the middle one."""


def day_of(device_id: UUID, model: str, metric: str, *, scale: float, residuals: Floats) -> Day | None:
    """Return what a day's healthy residuals (n,) in scales amount to; None of too few hours."""
    known = residuals[~np.isnan(residuals)]
    if len(known) < LEAST_HOURS:
        return None
    spread = float(np.sqrt(np.mean(known**2)))
    beyond = int((np.abs(known) > BAND_SCALES).sum())
    return Day(device_id, model, metric, scale, float(known.mean()), spread, beyond, len(known))


def summarise(days: Iterable[Day]) -> list[Drift]:
    """Return the drift of each metric of each model, by their names."""
    kinds: dict[tuple[str, str], list[Day]] = {}
    for day in days:
        kinds.setdefault((day.model, day.metric), []).append(day)
    return [_drift(model, metric, own) for (model, metric), own in sorted(kinds.items())]


def _drift(model: str, metric: str, days: Sequence[Day]) -> Drift:
    by_scale = sorted(days, key=lambda day: (day.scale, day.device_id))
    return Drift(
        model=model,
        metric=metric,
        device_count=len(days),
        shift=float(np.median([day.shift for day in days])),
        spread=float(np.median([day.spread for day in days])),
        beyond_share=sum(day.beyond for day in days) / sum(day.hours for day in days),
        representative=by_scale[(len(days) - 1) // 2].device_id,
    )


def keep(
    session: Session, found: Sequence[Drift], wanders: Mapping[tuple[str, str], float | None], *, at: datetime
) -> None:
    """Store what a night has found, in the place of the night before; a metric nobody sends any more keeps its line."""
    for one in found:
        row = insert(CalibrationDrift).values(
            id=new_id(),
            tenant_id=tenant_of(session),
            model=one.model,
            metric=one.metric,
            at=at,
            device_count=one.device_count,
            shift=one.shift,
            spread=one.spread,
            beyond_share=one.beyond_share,
            representative_id=one.representative,
            wander=wanders.get((one.model, one.metric)),
        )
        names = ("at", "device_count", "shift", "spread", "beyond_share", "representative_id", "wander")
        new = {name: row.excluded[name] for name in names}
        session.execute(row.on_conflict_do_update(index_elements=["tenant_id", "model", "metric"], set_=new))


def lines(session: Session, *, model: str | None = None) -> Sequence[CalibrationDrift]:
    """Return the drift of each metric of the models, or of one model."""
    query = select(CalibrationDrift).order_by(CalibrationDrift.model, CalibrationDrift.metric).limit(LINES_MOST)
    return session.scalars(query if model is None else query.where(CalibrationDrift.model == model)).all()
