"""The forecasts that the scorer asks: by the model of past failures where the nights have made one, else by trend."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from iot_gateway.detect import forecast, fusion, stored
from iot_gateway.detect.memory import Memory
from iot_gateway.detect.rul import Forecaster, Stage
from iot_gateway.detect.suspicion import Suspected
from iot_gateway.follow import FollowedDevice
from iot_gateway.models.forecasts import LifeModel

Kind = tuple[UUID, str, str]
"""tenant, device model, failure group"""


class Forecasts:
    """Models of past failures at hand; a newer fit is taken up with the next alarm."""

    def __init__(self) -> None:
        """Start with none."""
        self._known: dict[Kind, tuple[datetime, Forecaster]] = {}

    def improve(self, session: Session, device: FollowedDevice, memory: Memory, found: Suspected) -> Suspected:
        """Return what is suspected with the window that failures of its kind allow, and the severity that follows."""
        if found.how != "level" or not forecast.told_by_level(found.group) or not memory.notes.trend:
            return found
        forecaster = self._forecaster(session, (device.tenant_id, device.model, found.group.name))
        if forecaster is None:
            return found
        life = forecast.life_of(
            device.name,
            found.group,
            memory.metrics,
            np.array(memory.notes.trend_hours),
            np.array(memory.notes.trend, dtype=np.float64),
            started=found.started_hour,
        )
        window = forecast.window_of(forecaster, life, cold=memory.provisional) if life is not None else None
        if life is None or window is None:
            return found
        deviation = float(np.mean(life.values[-forecast.LAST_HOURS :, 0]))
        severity = fusion.severity(deviation, window.p50_hours)
        return replace(found, window=window, severity=severity, low_confidence=window.low_confidence)

    def _forecaster(self, session: Session, kind: Kind) -> Forecaster | None:
        tenant_id, model, group = kind
        which = (
            LifeModel.tenant_id == tenant_id,
            LifeModel.model == model,
            LifeModel.failure_group == group,
            LifeModel.version == stored.VERSION,
        )
        fitted_at = session.scalar(select(LifeModel.fitted_at).where(*which))
        if fitted_at is None:
            self._known.pop(kind, None)
            return None
        if kind not in self._known or self._known[kind][0] != fitted_at:
            row = session.scalars(select(LifeModel).where(*which)).one()
            learned = stored.from_plain(
                Stage(row.stage),
                failures=row.failure_count,
                horizon=row.horizon,
                model=row.body,
                calibration=row.calibration,
            )
            self._known[kind] = row.fitted_at, learned
        return self._known[kind][1]
