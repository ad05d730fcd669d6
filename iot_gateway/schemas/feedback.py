"""Precision, missed failures and raised limits, as HTTP shows them."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from iot_gateway.precision import Figures
from iot_gateway.schemas.devices import Out
from iot_gateway.service.feedback import Report
from kernel.fields import Body, Line


class RateOut(Out):
    """A share of n, with its 95 % interval (Wilson); with few cases it is wide."""

    value: float
    low: float
    high: float
    n: int


class FiguresOut(Out):
    """Cases by their findings; a rate is null where there is nothing to take it of."""

    confirmed: int
    false: int
    other: int
    unlabelled: int
    missed: int
    precision: RateOut | None
    recall: RateOut | None
    lead_hours: float | None
    device_days: int
    false_per_1000_device_days: float | None


class ModelFiguresOut(FiguresOut):
    """The figures of one model."""

    model: str


class GroupFiguresOut(ModelFiguresOut):
    """The figures of one failure group of a model."""

    failure_group: str


class PrecisionOut(Out):
    """How good the cases opened in a span were."""

    since: AwareDatetime
    until: AwareDatetime
    total: FiguresOut
    models: list[ModelFiguresOut]
    groups: list[GroupFiguresOut]

    @classmethod
    def of(cls, found: Report, *, since: AwareDatetime, until: AwareDatetime) -> "PrecisionOut":
        """Show a report."""
        return cls(
            since=since,
            until=until,
            total=FiguresOut.model_validate(_rounded(found.total)),
            models=[ModelFiguresOut.model_validate(_rounded(one)) for one in found.models],
            groups=[GroupFiguresOut.model_validate(_rounded(one)) for one in found.groups],
        )


def _rounded(one: Figures) -> dict[str, object]:
    false = one.false_per_1000_device_days
    return vars(one) | {
        "precision": one.precision,
        "recall": one.recall,
        "lead_hours": None if one.lead_hours is None else round(float(one.lead_hours), 2),
        "false_per_1000_device_days": None if false is None else round(false, 4),
    }


class DriftOut(Out):
    """One metric of a model over the last day that was healthy: in scales, as calibrated 0 and about 1."""

    model: str
    metric: str
    at: AwareDatetime
    device_count: int
    shift: float
    spread: float
    beyond_share: float
    representative_id: UUID
    wander: float | None
    """By how much the level of the representative device moves in a day; null where no fit converged"""


class FailureOut(Out):
    """A confirmed failure that no case foresaw."""

    id: UUID
    device_id: UUID
    device_name: str
    model: str
    failure_group: str
    occurred_at: AwareDatetime
    source_ref: str
    note: str


class LimitOut(Out):
    """One change of the limit of a series; `case_id` raised it, `actor_id` lowered it."""

    id: UUID
    device_id: UUID
    device_name: str
    model: str
    metric: str
    factor: float
    factor_before: float
    at: AwareDatetime
    case_id: UUID | None
    failure_group: str | None
    actor_id: UUID | None
    reason: str
    in_force: bool


class LowerIn(Body):
    """A limit to lower: by which factor it stays above the usual one, 1 for none, and why."""

    device_id: UUID
    metric: Line
    factor: Annotated[float, Field(ge=1, le=4, allow_inf_nan=False)]
    reason: Line
