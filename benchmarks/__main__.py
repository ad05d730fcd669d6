"""`python -m benchmarks [NAME ...]`: run all measurements, or those named; `NAME --help` for the options of one."""

import os
import sys
from importlib import import_module

MODULES = {
    "planning": "benchmarks.planning",
    "ingest": "benchmarks.ingest.command",
    "ingest-devices": "benchmarks.ingest.connected",
    "kpi": "benchmarks.kpi.run",
    "labelled": "benchmarks.labelled.run",
    "lists": "benchmarks.lists.command",
    "rul": "benchmarks.rul",
    "scoring": "benchmarks.scoring",
    "soak": "benchmarks.soak.run",
}
USUAL = ("planning", "ingest", "scoring")
"""What runs when nothing is named; the others take as long as they are told."""


def main(words: list[str]) -> int:
    """Run the measurements and print them under the machine's load; options belong to a single name."""
    names = [word for word in words if word in MODULES]
    options = words[1:] if len(names) == 1 and words[0] in MODULES else []
    unknown = sorted(set(words) - set(names) - set(options))
    if unknown:
        print(f"unknown: {', '.join(unknown)}; there are: {', '.join(MODULES)}", file=sys.stderr)
        return 2
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"{os.cpu_count()} cores, load average {load}")
    failed = 0
    for name in names or USUAL:
        print(f"\n== {name}")
        failed |= import_module(MODULES[name]).run(options)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
