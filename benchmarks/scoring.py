"""Detectors: values a second and core through the whole chain, bytes of state, and the nightly fit of a part.

The chain is the one of the scorer without its database: range and stuck checks, hourly means, expectation, CUSUM,
groups, cases. The peer does far less with the same values: one exponentially weighted z-score for each, in numpy.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from iot_gateway.detect import catalogue, engine, learning
from iot_gateway.detect.arrays import HOUR_MS, Floats, Ints
from iot_gateway.detect.bank import Bank

MODELS = ("pump", "chiller", "lift", "ev_charger")
TEMPLATES, FIT_HOURS, FITTED = 8, 672, 12
NOISE = 0.1
"""Deviation of an hourly mean from what explains it."""
START = 480_000 * HOUR_MS
PAGE = Path(__file__).parents[1] / "docs/benchmarks.md"
BEGIN, END = "<!-- scoring: written by the command -->\n", "<!-- end of scoring -->"


@dataclass(frozen=True)
class Speed:
    """One way of sampling: seconds of CPU of the chain and of the peer, and what passed."""

    every_seconds: int
    values: int
    hours: int
    """Device-hours judged."""
    seconds: float
    peer_seconds: float
    alarms: int


@dataclass(frozen=True)
class Fleet:
    """Devices of one model with daily load, each like one of a few templates; no fault among them."""

    bank: Bank
    seed: int

    @property
    def devices(self) -> int:
        """Return how many devices there are."""
        return len(self.bank.numbers)

    def values(self, ts: int, every_seconds: int, rng: np.random.Generator) -> Floats:
        """Return a sample (devices, metrics) of every device; hourly means have the noise of the fitted weeks."""
        template = np.arange(self.devices) % TEMPLATES
        spread = NOISE * float(np.sqrt(3600 / every_seconds))
        return signal(self.seed, np.full(self.devices, ts), template, self.bank.metrics, rng=rng, spread=spread)


def signal(
    seed: int, ts: Ints, template: Ints, metrics: Sequence[str], rng: np.random.Generator, *, spread: float
) -> Floats:
    """Return values (n, metrics) at instants (n,): explained by load and season, with noise of its own."""
    shapes = np.random.default_rng(seed).normal(size=(3, TEMPLATES, len(metrics)))
    day = 2 * np.pi * (ts % (24 * HOUR_MS)) / (24 * HOUR_MS)
    load = 50 + 25 * np.sin(day - 2 + 0.2 * template) + spread * rng.normal(size=len(ts))
    middle = 40 + 5 * shapes[0][template]
    slope = 0.2 * shapes[1][template] * (load[:, None] - 50)
    season = 0.5 * shapes[2][template] * np.cos(2 * day)[:, None]
    values = middle + slope + season + spread * rng.normal(size=middle.shape)
    if "load_pct" in metrics:
        values[:, list(metrics).index("load_pct")] = load
    return np.asarray(np.round(values, 3))


def a_fleet(model: str, devices: int, seed: int) -> Fleet:
    """Return fitted devices of one model."""
    known = catalogue.model(model)
    metrics = tuple(known.metrics)
    bank = Bank(known, metrics)
    profiles = [learning.fit_all(known, metrics, a_history(seed, one, metrics)) for one in range(TEMPLATES)]
    for number in range(devices):
        bank.learn(bank.add(number, hour=START // HOUR_MS), profiles[number % TEMPLATES], fitted_at=1.0)
    return Fleet(bank, seed)


def a_history(seed: int, template: int, metrics: Sequence[str]) -> learning.History:
    """Return the hourly means of four weeks, as the nightly fit reads them."""
    hours = START // HOUR_MS - FIT_HOURS + np.arange(FIT_HOURS)
    rng = np.random.default_rng([seed, template])
    middle = hours * HOUR_MS + HOUR_MS // 2
    means = signal(seed, middle, np.full(FIT_HOURS, template), metrics, rng=rng, spread=NOISE)
    none = np.full_like(means, np.nan)
    return learning.History(hours, hours % 168, means, none, np.zeros(len(metrics), dtype=np.int64))


def ticks(every_seconds: int, hours: float) -> Iterator[int]:
    """Yield the instants at which all devices send a sample, and one after the last hour."""
    return iter(range(START, START + int(hours * HOUR_MS) + every_seconds * 1000, every_seconds * 1000))


def measure(fleets: Sequence[Fleet], every_seconds: int, hours: float) -> Speed:
    """Score some hours of all devices; the making of the samples is not counted."""
    rng = np.random.default_rng(every_seconds)
    spent = peer = 0.0
    values = judged = alarms = 0
    for fleet in fleets:
        bank, rows = fleet.bank, np.arange(fleet.devices)
        calm = ZScores(fleet.devices, len(bank.metrics))
        bank.table["hour"] = START // HOUR_MS
        for ts in ticks(every_seconds, hours):
            sample = fleet.values(ts, every_seconds, rng)
            begun = process_time()
            calm.add(sample)
            peer += process_time() - begun
            begun = process_time()
            for turn in bank.take(rows, np.full(len(rows), ts), sample).rounds():
                free = np.zeros(len(turn), dtype=np.bool_)
                found = engine.advance(bank, turn, weeks=turn.hours % 168, masked=free, muted=free)
                judged, alarms = judged + len(turn), alarms + sum(len(r.opened) for r in found.found.values())
            spent += process_time() - begun
            values += sample.size
    return Speed(every_seconds, values, judged, spent, peer, alarms)


class ZScores:
    """The peer: exponentially weighted mean and variance of each series, and how far a value is from them."""

    def __init__(self, devices: int, metrics: int) -> None:
        """Begin at zero."""
        self._mean, self._variance = np.zeros((devices, metrics)), np.ones((devices, metrics))

    def add(self, sample: Floats) -> int:
        """Take in a value of each series; return how many are four deviations off."""
        z = np.clip((sample - self._mean) / np.sqrt(self._variance), -4.0, 4.0)
        self._mean += 0.05 * (sample - self._mean)
        self._variance += 0.05 * ((sample - self._mean) ** 2 - self._variance)
        return int((np.abs(z) >= 4.0).sum())


def bytes_of(fleets: Sequence[Fleet]) -> tuple[float, float, int]:
    """Return bytes in arrays and in notes, for each series, and how many devices have notes."""
    series = sum(fleet.devices * len(fleet.bank.metrics) for fleet in fleets)
    arrays = sum(fleet.bank.bytes_used() for fleet in fleets)
    notes = sum(_size(note) + 60 for fleet in fleets for note in fleet.bank.notes.values())
    return arrays / series, notes / series, sum(len(fleet.bank.notes) for fleet in fleets)


def _size(thing: Any) -> int:
    """Return the bytes of an object and of what it holds."""
    size = sys.getsizeof(thing)
    if isinstance(thing, dict):
        return size + sum(_size(key) + _size(value) for key, value in thing.items())
    if isinstance(thing, list):
        return size + sum(map(_size, thing))
    if hasattr(thing, "__struct_fields__"):
        return size + sum(_size(getattr(thing, name)) for name in thing.__struct_fields__)
    return size


def fit_seconds(count: int) -> tuple[int, float]:
    """Return how many series were fitted as in the night, and the seconds of CPU for each."""
    known = catalogue.model("pump")
    metrics = tuple(known.metrics)
    histories = [a_history(1, one, metrics) for one in range(TEMPLATES)]
    learning.fit_all(known, metrics, histories[0])
    begun, series = process_time(), 0
    for number in range(count):
        series += len(learning.fit_all(known, metrics, histories[number % TEMPLATES]))
    return series, (process_time() - begun) / series


def run(options: Sequence[str] = ()) -> int:
    """Print the figures; `--write` puts them into docs/benchmarks.md."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks scoring")
    parser.add_argument("--series", type=int, default=100_000)
    parser.add_argument("--hours", type=float, default=1.0, help="of the quick samples; eightfold of the slow ones")
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    chosen = parser.parse_args(options)
    sizes = [len(catalogue.MODELS[model].metrics) for model in MODELS]
    devices = chosen.series // sum(sizes)
    fleets = [a_fleet(model, devices, seed) for seed, model in enumerate(MODELS)]
    series = devices * sum(sizes)
    speeds = [measure(fleets, every, chosen.hours * scale) for every, scale in ((60, 1), (900, 8))]
    arrays, notes, noted = bytes_of(fleets)
    fitted, each = fit_seconds(FITTED)
    lines = [
        f"| {series:,} series of {4 * devices:,} devices | whole chain, a second and core | z-score alone | ratio |",
        "|---|---|---|---|",
        *(
            f"| a sample every {speed.every_seconds} s, {speed.values:,} values, {speed.hours:,} device-hours judged"
            f" | {speed.values / speed.seconds / 1e6:.2f} M | {speed.values / speed.peer_seconds / 1e6:.1f} M"
            f" | {speed.peer_seconds / speed.seconds:.3f} |"
            for speed in speeds
        ),
        "",
        "| what | figure |",
        "|---|---|",
        f"| state and profile in the arrays, a series | {arrays:.0f} bytes |",
        f"| notes of the {noted:,} devices that have some, spread over all series | {notes:.0f} bytes |",
        f"| cases opened on these healthy machines | {sum(speed.alarms for speed in speeds)} |",
        f"| nightly fit, {fitted} series of {FIT_HOURS} hours, a series | {each * 1e3:.1f} ms of CPU |",
        f"| so for 100,000 series on two cores (extrapolated) | {each * 100_000 / 120:.1f} min |",
        "",
        f"{os.cpu_count()} cores, load average {', '.join(f'{value:.1f}' for value in os.getloadavg())}; CPU time.",
    ]
    print("\n".join(lines))
    if chosen.write:
        page = PAGE.read_text()
        start, end = page.index(BEGIN) + len(BEGIN), page.index(END)
        PAGE.write_text(page[:start] + "\n".join(lines) + "\n" + page[end:])
    return 0
