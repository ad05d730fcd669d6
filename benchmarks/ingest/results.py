"""What one run found, and how it reads: ratios within a round, medians over the rounds."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median

from benchmarks.ingest.phases import Backlog, Drained, Streamed
from benchmarks.ingest.watch import Counted


@dataclass(frozen=True, kw_only=True)
class Round:
    """The measurements that are put in relation to each other, taken right after one another; rates a second."""

    broker: float
    copy_text: float
    copy_binary: float
    drained: Drained
    streamed: Streamed

    @property
    def ceiling(self) -> float:
        """Return the faster of the two COPY forms."""
        return max(self.copy_text, self.copy_binary)


@dataclass(kw_only=True)
class Results:
    """Everything that was measured; what could not be is a sentence in `absent`."""

    command: str
    machine: str = "?"
    payload_bytes: int = 0
    fsync: tuple[float, float] = (0.0, 0.0)
    rounds: list[Round] = field(default_factory=list)
    paced: dict[int, Streamed] = field(default_factory=dict)
    scaled: list[dict[int, Drained]] = field(default_factory=list)
    """Each with drains by one gateway and by several, taken right after one another."""
    backlog: Backlog | None = None
    naive: Drained | None = None
    node_red: Drained | None = None
    absent: list[str] = field(default_factory=list)

    def counted(self) -> list[Counted]:
        """Return what each phase left in the tables."""
        found = [part for one in self.rounds for part in (one.drained.counted, one.streamed.counted)]
        found += [stream.counted for stream in self.paced.values()]
        found += [drained.counted for turn in self.scaled for drained in turn.values()]
        found += [drained.counted for drained in (self.naive, self.node_red) if drained]
        return found + ([self.backlog.counted] if self.backlog else [])


Row = tuple[str, str, str, str]
"""What, figure, ratio, goal."""


def markdown(results: Results) -> str:
    """Return the block for docs/benchmarks.md."""
    number = len(results.rounds)
    best, worst = results.fsync
    head = (
        f"`{results.command}`: {results.machine}; write of 8 KiB with fdatasync {best:.2f} ms, worst of 100"
        f" {worst:.1f} ms; JSON of {results.payload_bytes} bytes with five metrics; median of {number}"
        f" round{'' if number == 1 else 's'}, range in brackets, ratios within a round."
    )
    lines = [
        head,
        "",
        "| measured | figure | in relation | goal |",
        "|---|---|---|---|",
        *(f"| {' | '.join(row)} |" for row in rows(results)),
        "",
        _exactness(results),
    ]
    lines += [f"Not measured: {sentence}." for sentence in results.absent]
    return "\n".join(lines) + "\n"


def rows(results: Results) -> list[Row]:
    """Return the lines of the table."""
    found: list[Row] = []
    if results.rounds:
        found += _round_rows(results.rounds)
    for rate, stream in sorted(results.paced.items(), reverse=True):
        found += _paced_rows(rate, stream)
    found += _scaled_rows(results)
    if results.backlog is not None:
        found += _backlog_rows(results.backlog)
    return found + _peer_rows(results)


def _round_rows(rounds: Sequence[Round]) -> list[Row]:
    def of(read: Callable[[Round], float], form: str = ",.0f") -> str:
        return spread([read(one) for one in rounds], form)

    cores = os.cpu_count() or 1
    return [
        ("broker, QoS 1 both ways, 2 publishers, 1 subscriber", f"{of(lambda r: r.broker)} msg/s", "", ""),
        ("COPY with key, text", f"{of(lambda r: r.copy_text)} rows/s", "", ""),
        ("COPY with key, binary", f"{of(lambda r: r.copy_binary)} rows/s", "", ""),
        (
            "drain, one gateway",
            f"{of(lambda r: r.drained.rate)} rows/s",
            f"{of(lambda r: r.drained.rate / r.ceiling, '.2f')} of the faster COPY",
            "0.8",
        ),
        ("gateway CPU while draining", f"{of(lambda r: r.drained.cpu_us, '.1f')} us/msg", "", "8"),
        ("broker CPU while draining", f"{of(lambda r: r.drained.broker_us, '.1f')} us/msg", "", ""),
        (
            "PostgreSQL CPU while draining",
            f"{of(lambda r: r.drained.postgres_us, '.1f')} us/msg",
            f"{of(lambda r: cores / r.drained.whole_us * 1e6 / r.ceiling, '.2f')} of the faster COPY with no core idle",
            "",
        ),
        ("gateway memory, highest", f"{of(lambda r: r.drained.memory)} MB", "", ""),
        (
            "live, flat out",
            f"{of(lambda r: r.streamed.rate)} rows/s",
            f"{of(lambda r: r.streamed.rate / r.broker, '.2f')} of the broker",
            "0.8",
        ),
        (
            "published meanwhile",
            f"{of(lambda r: r.streamed.offered)} msg/s",
            f"{of(lambda r: r.streamed.offered / r.broker, '.2f')} of the broker",
            "",
        ),
        ("gateway CPU live, flat out", f"{of(lambda r: r.streamed.cpu_us, '.1f')} us/msg", "", "8"),
    ]


def _paced_rows(rate: int, stream: Streamed) -> list[Row]:
    middle, high, worst = stream.late or (0.0, 0.0, 0.0)
    kept = stream.rate / rate
    return [
        (
            f"live, {rate:,}/s: publish to visible commit, p50 / p99 / worst",
            f"{middle:.1f} / {high:.1f} / {worst:.1f} ms",
            f"{kept:.2f} of the rate kept",
            "p99 25 ms" if rate == 5000 else "",
        ),
        (f"gateway CPU at {rate:,}/s", f"{stream.cpu_us:.1f} us/msg", "", ""),
    ]


def _scaled_rows(results: Results) -> list[Row]:
    turns = results.scaled
    if not turns:
        return []
    found: list[Row] = []
    for number in turns[0]:
        rates = spread([turn[number].rate for turn in turns], ",.0f")
        each = spread([turn[number].cpu_us for turn in turns], ".1f")
        ratio = spread([turn[number].rate / turn[1].rate for turn in turns], ".2f")
        name = f"drain, {number} gateways on one share" if number > 1 else "drain, one gateway, beside several"
        found.append((name, f"{rates} rows/s, {each} us/msg", f"{ratio} of one" if number > 1 else "", ""))
    return found


def _backlog_rows(backlog: Backlog) -> list[Row]:
    each = (backlog.broker - backlog.broker_before) * 1e6 / backlog.queued
    return [
        (f"backlog of {backlog.queued:,}: gateway memory, highest", f"{backlog.gateway:.0f} MB", "", "110"),
        (
            f"backlog of {backlog.queued:,}: broker memory, highest",
            f"{backlog.broker:.0f} MB",
            f"{each:.0f} bytes a message",
            "",
        ),
    ]


def _peer_rows(results: Results) -> list[Row]:
    alone = median([one.drained.rate for one in results.rounds]) if results.rounds else None
    peers = (
        ("naive paho + SQLAlchemy, a commit per message", results.naive, "20"),
        ("Node-RED 4.1, MQTT to a pool of ten PostgreSQL connections", results.node_red, "3"),
    )
    return [
        (
            f"{name}, drain of {drained.counted.rows:,}",
            f"{drained.rate:,.0f} rows/s, {drained.cpu_us:.0f} us/msg",
            f"one gateway is {alone / drained.rate:.1f} times as fast" if alone else "",
            goal,
        )
        for name, drained, goal in peers
        if drained is not None
    ]


def _exactness(results: Results) -> str:
    counted = results.counted()
    lost, twice, dead = (
        sum(part.lost for part in counted),
        sum(part.duplicates for part in counted),
        sum(part.dead for part in counted),
    )
    total = sum(part.rows for part in counted)
    return f"{total:,} rows were counted one by one: {lost} lost, {twice} twice, {dead} dead letters."


def spread(found: Sequence[float], form: str) -> str:
    """Return the median, and the range where there is more than one."""
    middle = format(median(found), form)
    return middle if len(found) == 1 else f"{middle} ({format(min(found), form)}-{format(max(found), form)})"
