"""Limits that people set, held against the samples of a step: from the first sample of a device on."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from iot_gateway import casework, limit_cases, purpose
from iot_gateway.detect import outlook, proof, thresholds
from iot_gateway.detect.arrays import HOUR_MS, Flags, Floats, Ints
from iot_gateway.detect.bank import Bank
from iot_gateway.detect.memory import Limit, Memory
from iot_gateway.detect.outlook import Outlook
from iot_gateway.detect.thresholds import NEVER, RATES, UPWARD, Rules, States, ThresholdKind
from iot_gateway.follow import FollowedDevice, Samples
from iot_gateway.lifecycle import ACTIVE, CaseState, silent_after_seconds
from iot_gateway.limit_cases import Broken
from iot_gateway.models.detection import DeviceCase
from iot_gateway.models.thresholds import Threshold
from iot_gateway.step import Step, muted
from kernel.db import bind_tenant

REST_MS = 48 * HOUR_MS
"""So long a case that has ended is not opened again while its limit stays broken: what was done may need its time."""
FORECAST_GAP_MS = 6 * HOUR_MS


@dataclass(frozen=True)
class Lane:
    """One device in this step: its samples' instants (n,), and the places of its limits among all."""

    device: FollowedDevice
    memory: Memory
    ts: Ints
    limits: range


@dataclass(frozen=True)
class Held:
    """One limit held against the samples (n,) of one device; NaN is no sample."""

    lane: Lane
    rule: Threshold
    state: Limit
    values: Floats


def watch(step: Step, bank: Bank, rows: Ints, samples: Samples, places: Ints) -> None:
    """Judge the samples at `places`, whose devices lie in `rows` of the bank, together by device; both (n,)."""
    starts = np.flatnonzero(np.diff(rows, prepend=-1))
    lanes: list[Lane] = []
    held: list[Held] = []
    for start, end in zip(starts.tolist(), [*starts[1:].tolist(), len(rows)], strict=True):
        row = int(rows[start])
        device = step.devices[bank.numbers[row]]
        rules = step.thresholds.get(device.id, ())
        if not rules and not _concerned(step, bank, row, device):
            continue
        own = places[start:end]
        lane = Lane(device, bank.memory(row), samples.ts[own], range(len(held), len(held) + len(rules)))
        lanes.append(lane)
        held += _held(step, bank, lane, rules, samples.matrix(own, [rule.metric for rule in rules]))
    if lanes:
        LimitWork(step, lanes, held).run()


def _concerned(step: Step, bank: Bank, row: int, device: FollowedDevice) -> bool:
    """Tell whether a device without limits still has what they left: a state, or a repair on trial."""
    notes = bank.notes.get(row)
    return notes is not None and (
        bool(notes.limits) or (bool(notes.proofs) and any(map(casework.by_limit, step.cases.get(device.id, ()))))
    )


def _held(step: Step, bank: Bank, lane: Lane, rules: Sequence[Threshold], values: Floats) -> list[Held]:
    announced = step.purposes.get(lane.device.number, ())
    hours = lane.ts // HOUR_MS
    for hour in np.unique(hours).tolist() if announced else ():
        if purpose.masks(announced, hour):
            values[hours == hour] = np.nan
    kept = lane.memory.notes.limits
    states = {str(rule.id): kept.get(str(rule.id)) for rule in rules}
    changed = purpose.relearns(announced, int(hours[-1])) if announced else None
    found = []
    for column, rule in enumerate(rules):
        key = str(rule.id)
        state = states[key]
        if state is None or state.version != rule.version:
            state = Limit(rule.version, outlook=Outlook() if rule.kind is ThresholdKind.FORECAST else None)
        if state.outlook is not None and changed is not None:
            outlook.forget(state.outlook, changed)
        own = values[:, column]
        if rule.metric in bank.metrics:
            place = bank.metrics.index(rule.metric)
            own = np.where((own < bank.low[place]) | (own > bank.high[place]), np.nan, own)
        found.append(Held(lane, rule, state, own))
    lane.memory.notes.limits = {str(item.rule.id): item.state for item in found}
    return found


def rules_of(held: Sequence[Held]) -> Rules:
    """Return the rules (n,) that limits stand for: a forecast alarms below its horizon, in hours."""
    direction = np.array([1 if item.rule.kind in UPWARD else -1 for item in held])
    limit = np.array([_limit(item.rule) for item in held])
    forecast = np.array([item.rule.kind is ThresholdKind.FORECAST for item in held])
    silent = np.array([1000 * silent_after_seconds(item.lane.device.sampling_seconds) for item in held])
    return Rules(
        direction,
        limit,
        limit - direction * np.array([item.rule.hysteresis for item in held]),
        np.array([1000 * item.rule.for_seconds for item in held]),
        np.array([1000 * item.rule.clear_seconds for item in held]),
        np.array([HOUR_MS if item.rule.kind in RATES else 0 for item in held]),
        np.where(forecast, np.maximum(silent, FORECAST_GAP_MS), silent),
    )


def _limit(rule: Threshold) -> float:
    if rule.kind is ThresholdKind.FORECAST:
        return float(rule.horizon_hours or 0)
    return -rule.value if rule.kind is ThresholdKind.RATE_DOWN else rule.value


class LimitWork:
    """The limits of the devices of one bank in one step, judged sample by sample, all devices at once."""

    def __init__(self, step: Step, lanes: Sequence[Lane], held: Sequence[Held]) -> None:
        """Work on limits that are numbered as the lanes say."""
        self._step, self._lanes, self._held = step, lanes, held
        self._cases: dict[tuple[UUID, str], DeviceCase | UUID] = {
            (device_id, case.failure_group): case
            for device_id, found in step.cases.items()
            for case in found
            if case.state in ACTIVE
        }
        self._beyond = [np.zeros(len(item.values), dtype=np.bool_) for item in held]
        """Samples at which a limit is not kept, for repairs on trial"""

    def run(self) -> None:
        """Judge all samples, keep where the limits stand, and weigh repairs on trial."""
        self._forget_before_repairs()
        if self._held:
            self._judge()
        for lane in self._lanes:
            self._prove(lane)

    def _trials(self, lane: Lane) -> list[DeviceCase]:
        return [
            case
            for case in self._step.cases.get(lane.device.id, ())
            if case.state is CaseState.VERIFYING and casework.by_limit(case) and str(case.id) in lane.memory.proofs
        ]

    def _forget_before_repairs(self) -> None:
        for lane in self._lanes:
            if not self._step.cases.get(lane.device.id):
                continue
            for case in self._trials(lane):
                repaired = -(-lane.memory.proofs[str(case.id)].since // HOUR_MS)
                for found in (self._held[place].state.outlook for place in lane.limits):
                    if found is not None:
                        outlook.forget(found, repaired)

    def _judge(self) -> None:
        held = self._held
        sizes = np.array([len(item.values) for item in held])
        order = np.argsort(-sizes, kind="stable")
        ranked = [held[place] for place in order.tolist()]
        starts = np.cumsum(sizes[order]) - sizes[order]
        ts = np.concatenate([item.lane.ts for item in ranked])
        values = np.concatenate([item.values for item in ranked])
        rules, states = rules_of(ranked), _states(ranked)
        told = np.array([item.state.told_hour for item in ranked])
        forecasts = [place for place, item in enumerate(ranked) if item.state.outlook is not None]
        by_rate = rules.per_ms > 0
        for turn in range(int(sizes.max())):
            count = int(np.count_nonzero(sizes > turn))
            at = starts[:count] + turn
            now, seen = ts[at], values[at]
            self._look_ahead(ranked, [place for place in forecasts if place < count], now, seen)
            before = states.first(count)
            after = thresholds.step(rules.first(count), before, now, seen)
            with np.errstate(invalid="ignore", divide="ignore"):
                rates = (after.value - before.value) * HOUR_MS / (after.ts - before.ts)
            observed = np.where(by_rate[:count], rates, after.value)
            fresh = (after.ts != before.ts) & ~np.isnan(seen)
            off = np.where(by_rate[:count], after.beyond_since != NEVER, after.back_since == NEVER) & fresh
            for place in np.flatnonzero(off).tolist():
                self._beyond[int(order[place])][turn] = True
            for place in np.flatnonzero(before.alarm & ~after.alarm).tolist():
                _end(ranked[place].state)
                told[place] = -1
            for place in np.flatnonzero(fresh & after.alarm & (now // HOUR_MS != told[:count])).tolist():
                since = min(int(after.beyond_since[place]), int(now[place]))
                if self._tell(ranked[place], int(now[place]), since, float(observed[place])):
                    told[place] = int(now[place]) // HOUR_MS
            states.put(after)
        for place, item in enumerate(ranked):
            state = item.state
            state.ts, state.value = int(states.ts[place]), float(states.value[place])
            state.beyond_since, state.back_since = int(states.beyond_since[place]), int(states.back_since[place])
            state.alarm, state.told_hour = bool(states.alarm[place]), int(told[place])

    def _look_ahead(self, ranked: Sequence[Held], forecasts: Sequence[int], now: Ints, seen: Floats) -> None:
        """Put in the place of forecasts' samples the hours left, at the end of an hour, and nothing otherwise."""
        for place in forecasts:
            state, value = ranked[place].state, float(seen[place])
            seen[place] = np.nan
            if state.outlook is None or np.isnan(value):
                continue
            ended = outlook.take_in(state.outlook, int(now[place]), value)
            if ended is not None and state.outlook.known:
                now[place] = ended
                seen[place] = outlook.hours_left(state.outlook, ranked[place].rule.value)

    def _tell(self, item: Held, ts: int, since: int, observed: float) -> bool:
        """Open the case of a broken limit or add to it; tell whether there is one."""
        device, rule, state = item.lane.device, item.rule, item.state
        key = (device.id, rule.failure_group)
        known = self._cases.get(key)
        if known is None and (muted(device, ts) or _rests(state, ts)):
            return False
        window = None
        if state.outlook is not None:
            observed, window = state.outlook.means[-1], outlook.window(state.outlook, rule.value)
        broken = Broken(rule, device, ts, since, observed, window)
        session = self._step.session
        bind_tenant(session, device.tenant_id)
        if known is None:
            known = self._cases[key] = limit_cases.open_case(session, broken)
        else:
            limit_cases.join_case(session, known if isinstance(known, UUID) else known.id, broken)
        state.case = str(known if isinstance(known, UUID) else known.id)
        state.rest_until = 0
        return True

    def _prove(self, lane: Lane) -> None:
        """Weigh the repairs of cases that limits have opened: the limits of the group have to be kept."""
        if not self._step.cases.get(lane.device.id):
            return
        for case in self._trials(lane):
            own = [place for place in lane.limits if self._held[place].rule.failure_group == case.failure_group]
            outlooks = [found for place in own if (found := self._held[place].state.outlook) is not None]
            if not all(found.known or not found.hour for found in outlooks):
                continue
            seen, beyond = self._heard(lane, own)
            outcome = proof.stay_clear(lane.memory.proofs[str(case.id)], lane.ts[seen], beyond[seen])
            if outcome is None:
                continue
            bind_tenant(self._step.session, lane.device.tenant_id)
            casework.act_on_proof(self._step.session, lane.memory, case, outcome)
            if outcome.verdict is proof.Verdict.PROVEN:
                for place in own:
                    state = self._held[place].state
                    state.alarm = state.alarm and state.back_since == NEVER
                    state.told_hour = -1
                    _end(state)

    def _heard(self, lane: Lane, own: Sequence[int]) -> tuple[Flags, Flags]:
        """Return at which samples (n,) the limits were held against something, and at which one was not kept.

        Where there is no limit any more, the device proves itself by being there.
        """
        seen = np.full(len(lane.ts), not own)
        beyond = np.zeros(len(lane.ts), dtype=np.bool_)
        for place in own:
            seen |= ~np.isnan(self._held[place].values)
            beyond |= self._beyond[place]
        return seen, beyond


def _states(held: Sequence[Held]) -> States:
    return States(
        np.array([item.state.ts for item in held]),
        np.array([item.state.value for item in held]),
        np.array([item.state.beyond_since for item in held]),
        np.array([item.state.back_since for item in held]),
        np.array([item.state.alarm for item in held]),
    )


def _end(state: Limit) -> None:
    """Be ready for the next case: the alarm is over."""
    state.case, state.rest_until = "", 0


def _rests(state: Limit, ts: int) -> bool:
    """Tell whether the case of this alarm has ended so short a time ago that there is no other one yet."""
    if not state.case:
        return False
    state.rest_until = state.rest_until or ts + REST_MS
    return ts < state.rest_until
