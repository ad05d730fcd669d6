"""What a run of the fleet bench is worth: cases against what was really wrong."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median

from iot_gateway.fleet_bench import DAY_MS, Case, Fault, Outcome

CASE, SILENCE = "case", "silence"


@dataclass
class Score:
    """Figures of one run, or of several taken together."""

    device_days: float = 0.0
    found: list[tuple[Fault, Case]] = field(default_factory=list)
    """Faults with a case between onset and functional failure, and the first one."""
    missed: list[Fault] = field(default_factory=list)
    late: list[Case] = field(default_factory=list)
    """Cases of a fault that had failed by then."""
    duplicates: list[Case] = field(default_factory=list)
    false: list[Case] = field(default_factory=list)
    silent: list[Fault] = field(default_factory=list)
    """Disturbed ways that were noticed as silence."""
    unheard: list[Fault] = field(default_factory=list)
    samples: int = 0
    seconds: float = 0.0

    @property
    def recall(self) -> float:
        """Share of the faults found in time."""
        return _share(len(self.found), len(self.found) + len(self.missed))

    @property
    def recall_of_visible(self) -> float:
        """The same, of those that stand out of the noise at all."""
        found = sum(fault.visible for fault, _ in self.found)
        return _share(found, found + sum(fault.visible for fault in self.missed))

    @property
    def precision(self) -> float:
        """Share of the cases behind which there was a fault."""
        real = len(self.found) + len(self.late)
        return _share(real, real + len(self.false) + len(self.duplicates))

    @property
    def false_per_1000(self) -> float:
        """False cases per thousand device-days."""
        return 1000.0 * _share(len(self.false), self.device_days)

    @property
    def leads(self) -> list[float]:
        """Days from case to functional failure."""
        return [(_ms(fault.functional_failure_at) - case.opened_at) / DAY_MS for fault, case in self.found]

    @property
    def right_group(self) -> float:
        """Share of the faults found whose case names their failure group."""
        return _share(sum(fault.failure_group == case.group for fault, case in self.found), len(self.found))


def score(outcomes: Sequence[Outcome]) -> Score:
    """Return the figures of these runs together."""
    total = Score()
    for outcome in outcomes:
        _add(total, outcome)
    return total


def _add(total: Score, outcome: Outcome) -> None:
    plan = outcome.plan
    total.device_days += plan.devices * (plan.days - plan.calm_days)
    total.samples += outcome.samples
    total.seconds += outcome.seconds
    real = [fault for fault in outcome.faults if fault.shows == CASE]
    first: dict[str, Case] = {}
    for case in sorted(outcome.cases, key=lambda case: case.opened_at):
        fault = next((fault for fault in real if _explains(fault, case)), None)
        if fault is None:
            total.false.append(case)
        elif case.device in first:
            total.duplicates.append(case)
        else:
            first[case.device] = case
    for fault in real:
        known = first.get(fault.device)
        if known is not None and known.opened_at <= _ms(fault.functional_failure_at):
            total.found.append((fault, known))
            continue
        total.missed.append(fault)
        if known is not None:
            total.late.append(known)
    for fault in outcome.faults:
        if fault.shows == SILENCE:
            heard = any(_within(fault, name, at) for name, at in outcome.silences)
            (total.silent if heard else total.unheard).append(fault)


def _explains(fault: Fault, case: Case) -> bool:
    """Tell whether a case opened while the fault was there; each device has one fault at most."""
    end = _ms(fault.closed_at) if fault.closed_at else float("inf")
    return fault.device == case.device and _ms(fault.onset) <= case.opened_at <= end


def _within(fault: Fault, device: str, at: int) -> bool:
    return fault.device == device and _ms(fault.onset) <= at <= _ms(fault.functional_failure_at)


def _ms(instant: str) -> float:
    return 1000.0 * datetime.fromisoformat(instant).timestamp()


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def lines(total: Score, *, details: bool = True) -> list[str]:
    """Return the figures as lines to print."""
    leads = total.leads
    rows = [
        f"faults       {len(total.found) + len(total.missed)}, found in time {len(total.found)}",
        f"recall       {total.recall:.2f}   of visible faults {total.recall_of_visible:.2f}",
        f"precision    {total.precision:.2f}",
        f"false        {len(total.false)}, {total.false_per_1000:.2f} per 1,000 device-days",
        f"duplicates   {len(total.duplicates)}",
        f"lead time    {median(leads) if leads else 0.0:.1f} days, median",
        f"right group  {total.right_group:.2f} of those found",
        f"after failure {len(total.late)}",
        f"lost links   {len(total.silent)} of {len(total.silent) + len(total.unheard)} missed as silent devices",
        f"samples      {total.samples}, {total.samples / max(total.seconds, 1e-9):,.0f}/s judged",
    ]
    return rows + _by_mode(total) if details else rows


def _by_mode(total: Score) -> list[str]:
    rows = ["", f"{'mode':<24}{'found':>8}{'visible':>9}{'lead, days':>12}"]
    faults = [fault for fault, _ in total.found] + total.missed
    for mode in sorted({fault.mode for fault in faults}):
        leads = [lead for (fault, _), lead in zip(total.found, total.leads, strict=True) if fault.mode == mode]
        of_mode = [fault for fault in faults if fault.mode == mode]
        visible = sum(fault.visible for fault in of_mode)
        lead = f"{median(leads):.1f}" if leads else "-"
        rows.append(f"{mode:<24}{f'{len(leads)}/{len(of_mode)}':>8}{f'{visible}/{len(of_mode)}':>9}{lead:>12}")
    return rows
