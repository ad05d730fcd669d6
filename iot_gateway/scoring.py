"""One step of the devices of one bank: samples in, cases out."""

from collections.abc import Sequence

import numpy as np

from iot_gateway import casework, limit_watch, purpose
from iot_gateway.detect import engine, hours, proof, quality, sudden
from iot_gateway.detect.arrays import HOUR_MS, Floats, Ints
from iot_gateway.detect.bank import Bank
from iot_gateway.detect.fast_chart import Chart
from iot_gateway.detect.hours import Closed
from iot_gateway.detect.memory import Watch
from iot_gateway.detect.proof import Verdict
from iot_gateway.follow import FollowedDevice, Samples
from iot_gateway.purpose import Purpose
from iot_gateway.shelf import Shelf
from iot_gateway.step import Step, muted
from kernel.db import bind_tenant


class BankWork:
    """The devices of one bank in one step."""

    def __init__(self, step: Step, bank: Bank) -> None:
        """Work on `bank` with what the step knows."""
        self._step, self._bank = step, bank

    def run(self, shelf: Shelf, rows: Ints, samples: Samples, places: Ints) -> None:
        """Take in the samples at `places`, whose devices lie in `rows`; both (n,)."""
        bank, step = self._bank, self._step
        mine = np.unique(rows).tolist()
        bank.table["limit_factor"][mine] = 1.0
        for row in mine:
            device, memory = self._device(row), bank.memory(row)
            if device.id in step.raised:
                casework.learn_of_limits(memory, step.raised[device.id])
            if device.id in step.cases or row in bank.notes:
                casework.learn_of_cases(memory, step.cases.get(device.id, []), hour=memory.hour)
        ts, values = samples.ts[places], samples.matrix(places, bank.metrics)
        closed = bank.take(rows, ts, values)
        sampling = np.array([self._device(row).sampling_seconds for row in closed.rows.tolist()], dtype=np.float64)
        for turn in closed.full_enough(sampling).rounds():
            self._close(shelf, turn)
        limit_watch.watch(step, bank, rows, samples, places)
        for row in mine:
            if row in bank.notes and bank.notes[row].proofs:
                own = rows == row
                self._prove(row, ts[own], values[own])
            if self._device(row).sampling_seconds <= sudden.FAST_SECONDS:
                own = rows == row
                self._watch(row, ts[own], values[own])
            shelf.keep(self._device(row))

    def _device(self, row: int) -> FollowedDevice:
        return self._step.devices[self._bank.numbers[row]]

    def _close(self, shelf: Shelf, closed: Closed) -> None:
        bank, size = self._bank, len(closed)
        masked, mute = np.zeros(size, dtype=np.bool_), np.zeros(size, dtype=np.bool_)
        weeks = np.zeros(size, dtype=np.int64)
        for place, (row, hour) in enumerate(zip(closed.rows.tolist(), closed.hours.tolist(), strict=True)):
            device = self._device(row)
            weeks[place] = hours.hour_of_week(hour, device.zone)
            mute[place] = muted(device, hour * HOUR_MS)
            announced = self._step.purposes.get(device.number)
            if announced:
                masked[place] = purpose.masks(announced, hour)
                self._relearn(row, announced, hour)
        judged = engine.advance(bank, closed, weeks=weeks, masked=masked, muted=mute, fits=self._step.fits)
        for place, result in judged.found.items():
            row = int(closed.rows[place])
            device = self._device(row)
            bind_tenant(self._step.session, device.tenant_id)
            casework.act_on_hour(self._step.session, device, bank.memory(row), result, self._step.forecasts)
        shelf.keep_hours(bank, judged, self._step.devices)

    def _relearn(self, row: int, announced: Sequence[Purpose], hour: int) -> None:
        changed = purpose.relearns(announced, hour)
        if changed is None or hour > changed + engine.RELEARN_HOURS:
            return
        if self._bank.book.fitted(np.array([row]))[0]:
            engine.relearn(self._bank.memory(row), changed)

    def _watch(self, row: int, ts: Ints, values: Floats) -> None:
        """Judge the samples of a device that reports every few seconds, an hour of the clock after the other."""
        bank, device = self._bank, self._device(row)
        if not bank.book.fitted(np.array([row]))[0]:
            return
        notes, announced = bank.memory(row).notes, self._step.purposes.get(device.number, ())
        for hour in np.unique(ts // HOUR_MS).tolist():
            if notes.active or hour <= bank.memory(row).relearn_until:
                notes.watch = None
            elif not (purpose.masks(announced, hour) or muted(device, hour * HOUR_MS)):
                own = ts // HOUR_MS == hour
                self._watch_hour(row, hour, ts[own], values[own])

    def _watch_hour(self, row: int, hour: int, ts: Ints, values: Floats) -> None:
        bank, device, memory = self._bank, self._device(row), self._bank.memory(row)
        state = memory.notes.watch = memory.notes.watch or Watch(Chart.blank(len(bank.metrics)))
        week = hours.hour_of_week(hour, device.zone)
        inside = np.where(quality.out_of_range(values, bank.low, bank.high), np.nan, values)
        residuals = proof.residuals(bank, row, np.full(len(ts), week), inside)
        quiet = engine.QUIET_FACTOR if hour <= memory.quiet_until else 1.0
        deviation = sudden.watch(state, ts, residuals, memory.limit_factor * quiet)
        if deviation is None:
            return
        last = inside[np.flatnonzero(ts == state.last_ts)[-1]]
        result = sudden.suspect(bank, row, week, last, deviation)
        if result is not None:
            bind_tenant(self._step.session, device.tenant_id)
            casework.act_on_sudden(self._step.session, device, memory, result, ts=state.last_ts)

    def _prove(self, row: int, ts: Ints, values: Floats) -> None:
        bank, device, memory = self._bank, self._device(row), self._bank.memory(row)
        for case in self._step.cases.get(device.id, []):
            trial = memory.proofs.get(str(case.id))
            later = ts > trial.since if trial is not None else np.zeros(len(ts), dtype=np.bool_)
            if trial is None or not later.any() or casework.by_limit(case):
                continue
            inside = np.where(quality.out_of_range(values, bank.low, bank.high), np.nan, values)[later]
            weeks = np.array([hours.hour_of_week(t // HOUR_MS, device.zone) for t in ts[later].tolist()])
            leading = str(case.summary.get("metric"))
            names = proof.metrics_of(bank.known, case.failure_group, leading)
            restless = proof.restless_metrics_of(bank.known, case.failure_group)
            outcome = proof.weigh(
                proof.trial_of(bank, row, trial, names, leading=leading, restless=restless),
                proof.Samples(ts[later], proof.residuals_after_repair(bank, row, weeks, inside)),
            )
            if outcome is not None:
                if outcome.verdict is Verdict.PROVEN:
                    proof.settle_levels(bank, row, weeks, inside)
                bind_tenant(self._step.session, device.tenant_id)
                casework.act_on_proof(self._step.session, memory, case, outcome)
