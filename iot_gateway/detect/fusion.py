"""From alarming metrics to suspected faults: at most one case per failure group, opened after some patience."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from iot_gateway.detect.catalogue import DeviceModel, Group, Lead

ALARM_HOURS, WITHIN_HOURS = 3, 6
SENSOR_GROUP = "sensor"
SEVERITY_STEPS = (4.0, 6.0, 9.0)
SOON_HOURS, IMMINENT_HOURS = 72.0, 24.0


@dataclass(frozen=True)
class MetricState:
    """One metric after an hour: residual in scales, upper and lower sum and restlessness in limits."""

    z: float
    high: float
    low: float
    rough: float = 0.0


@dataclass(frozen=True)
class GroupState:
    """How strongly the metrics of a group speak: the sum over its leads, and the part of each."""

    name: str
    alarming: bool
    score: float
    shares: Mapping[str, float]
    sure: bool = True
    """A metric speaks by itself; otherwise only the slow chart of the group does."""


def judge(group: Group, metrics: Mapping[str, MetricState], slow: float = 0.0) -> GroupState:
    """Return the state of a group; it alarms when its first lead is over its limit in the right direction.

    So it does when the slow chart of all its metrics is: `slow`, in limits.
    """
    strengths = {
        lead.metric: lead.weight * _strength(metrics[lead.metric], lead)
        for lead in group.leads
        if lead.metric in metrics
    }
    total = sum(strengths.values())
    first = group.leads[0].metric
    sure = first in strengths and strengths[first] >= group.leads[0].weight
    shares = {name: value / total for name, value in strengths.items() if value > 0} if total > 0 else {first: 1.0}
    return GroupState(group.name, sure or (slow >= 1.0 and first in metrics), max(total, slow), shares, sure)


def _strength(state: MetricState, lead: Lead) -> float:
    if lead.rough:
        return state.rough
    if lead.direction > 0:
        return state.high
    return state.low if lead.direction < 0 else max(state.high, state.low)


def ripe(alarm_hours: Sequence[int], hour: int) -> bool:
    """Tell whether enough of the last hours were in alarm."""
    return sum(1 for alarm in alarm_hours if hour - WITHIN_HOURS < alarm <= hour) >= ALARM_HOURS


def choose(known: DeviceModel, ripe_groups: Sequence[GroupState], active: Sequence[str]) -> list[GroupState]:
    """Return the groups to open a case for: strongest first, none that an open one explains.

    A group is explained by one that has a case already and moves one of its metrics. A suspected sensor is explained by
    any case, and so is what only a slow chart shows: somebody comes to the machine anyway.
    """
    groups = {group.name: group for group in known.groups}
    open_now = [groups[name] for name in active if name in groups]
    chosen: list[GroupState] = []
    for state in sorted(ripe_groups, key=lambda item: item.score, reverse=True):
        group = groups[state.name]
        explained = any(_explains(other, group, sure=state.sure) for other in open_now)
        if not explained and group not in open_now:
            chosen.append(state)
            open_now.append(group)
    return chosen


def _explains(other: Group, group: Group, *, sure: bool) -> bool:
    if group.name == SENSOR_GROUP or not sure:
        return True
    return bool({lead.metric for lead in other.leads} & {lead.metric for lead in group.leads})


def severity(deviation: float, likely_hours: float | None) -> int:
    """Return 1 (watch) to 4 (critical), from the deviation in scales and the time that is left."""
    found = 1 + sum(1 for step in SEVERITY_STEPS if deviation >= step)
    if likely_hours is not None:
        found = max(found, 4 if likely_hours < IMMINENT_HOURS else 3 if likely_hours < SOON_HOURS else 1)
    return min(found, 4)
