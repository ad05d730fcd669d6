"""The `.env` file: settings of this machine, read before anything is started."""

import os
from pathlib import Path

PREFIX = "FIELDHAND_"


def parse(text: str) -> dict[str, str]:
    """Return the names and values of a `.env` file; quotes around a value are taken off."""
    values = {}
    for raw in text.splitlines():
        line = raw.strip().removeprefix("export ")
        name, equals, value = line.partition("=")
        if line.startswith("#") or not equals:
            continue
        value = value.strip()
        if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
            value = value[1:-1]
        values[name.strip()] = value
    return values


def load(path: Path) -> dict[str, str]:
    """Add the Fieldhand settings of a `.env` file to the environment; what is already set there wins."""
    if not path.exists():
        return {}
    found = {name: value for name, value in parse(path.read_text()).items() if name.startswith(PREFIX) and value}
    for name, value in found.items():
        os.environ.setdefault(name, value)
    return found
