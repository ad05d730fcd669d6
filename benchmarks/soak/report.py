"""The result as a block of markdown and as JSON."""

import os
import statistics
from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.soak.alarms import Verdict
from benchmarks.soak.kills import Diary, Recovery
from benchmarks.soak.truth import Account

KILLED = "| killed | times | acknowledged again, p50 | recovery p50 | max |"


@dataclass(frozen=True)
class Result:
    """One soak."""

    command: str
    diary: Diary
    account: Account
    verdict: Verdict
    seconds: float
    asked_rate: float
    devices: int
    counts: dict[str, int]

    @property
    def good(self) -> bool:
        """Tell whether nothing was lost, doubled, missed or repeated, and every kill was recovered from."""
        return self.account.exact and self.verdict.exact and not self.diary.stuck

    def as_json(self) -> dict[str, Any]:
        """Return everything, for programs."""
        return {
            "good": self.good,
            "account": asdict(self.account),
            "verdict": asdict(self.verdict),
            "stuck": self.diary.stuck,
            "kills": [["+".join(kill.names), kill.recovery] for kill in self.diary.kills],
            "seconds": self.seconds,
            "counts": self.counts,
        }

    def as_markdown(self) -> str:
        """Return the block for `docs/benchmarks.md`."""
        measured = self.counts["measured"] / self.seconds
        load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
        single = self.counts["singles"] / max(1, self.counts["messages"])
        found, alarms = self.account, self.verdict
        run = (
            f"`{self.command}`: {self.devices} devices, {found.sent:,} records in {self.seconds:.0f} s"
            f" ({measured:,.0f}/s reached, {self.asked_rate:,.0f}/s asked), {self.counts['messages']:,} messages"
            f" ({single:.0%} of a single record), {self.counts['resent']:,} records sent again,"
            f" {self.counts['reboots']} reboots; {os.cpu_count()} cores, load average {load}."
        )
        alarm = (
            f"Of {alarms.planted} planted faults the undisturbed run makes {alarms.cases} cases, {alarms.expected}"
            " events, which those under the kills are compared with. Roll-ups: the figures of a metric in an hour, each"
            f" of {found.rollups:,} made anew from the rows. Acknowledged again: until every present device had a"
            " record acknowledged that is younger than the kill. Recovery: until the scorer had taken one in, too."
        )
        figures = {
            "lost": found.lost,
            "duplicate rows": found.duplicates,
            "rows never sent": found.foreign,
            "changed values": found.changed,
            "dead letters": found.letters,
            "false silences": found.silences,
            "alarms missed": alarms.missed,
            "repeated": alarms.repeated,
            "differing hours": alarms.different_hours,
            "differing roll-ups": found.different_rollups,
        }
        lines = [run, "", KILLED, "|---|---|---|---|---|", *self._kinds(), ""]
        lines += [f"| {' | '.join(figures)} |", "|---" * len(figures) + "|"]
        lines += [f"| {' | '.join(str(value) for value in figures.values())} |", "", alarm]
        return "\n".join(lines)

    def _kinds(self) -> list[str]:
        by_kind: dict[str, list[Recovery | None]] = defaultdict(list)
        for kill in self.diary.kills:
            by_kind["+".join(kill.names)].append(kill.recovery)
        by_kind["all"] = [kill.recovery for kill in self.diary.kills]
        rows = []
        for name, recoveries in by_kind.items():
            known = [value for value in recoveries if value is not None]
            heard, whole = ([kept[part] for kept in known] for part in (0, 1))
            figures = (
                f"{statistics.median(heard):.1f} s | {statistics.median(whole):.1f} s | {max(whole):.1f} s"
                if known
                else "- | - | -"
            )
            rows.append(f"| {name} | {len(recoveries)} | {figures} |")
        return rows
