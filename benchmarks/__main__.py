"""`python -m benchmarks [NAME ...]`: run all measurements, or those named."""

import os
import sys
from importlib import import_module

NAMES = ("planning",)


def main(wanted: list[str]) -> int:
    """Run the measurements and print them under the machine's load."""
    unknown = sorted(set(wanted) - set(NAMES))
    if unknown:
        print(f"unknown: {', '.join(unknown)}; there are: {', '.join(NAMES)}", file=sys.stderr)
        return 2
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"{os.cpu_count()} cores, load average {load}")
    for name in wanted or NAMES:
        print(f"\n== {name}")
        import_module(f"benchmarks.{name}").run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
