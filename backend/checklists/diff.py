"""What changed from one version of a checklist to another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Change:
    """One member of an item that differs."""

    member: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Difference:
    """Keys of items added and removed, changes by key, and whether the common items stand in another order."""

    added: list[str]
    removed: list[str]
    changed: dict[str, list[Change]]
    reordered: bool


def compare(before: Sequence[dict[str, Any]], after: Sequence[dict[str, Any]]) -> Difference:
    """Return the difference of two lists of items as they are stored."""
    old, new = ({item["key"]: item for item in items} for items in (before, after))
    common = [key for key in old if key in new]
    changed = {
        key: [
            Change(member, old[key].get(member), new[key].get(member))
            for member in new[key]
            if old[key].get(member) != new[key].get(member)
        ]
        for key in common
    }
    return Difference(
        added=[key for key in new if key not in old],
        removed=[key for key in old if key not in new],
        changed={key: found for key, found in changed.items() if found},
        reordered=common != [key for key in new if key in old],
    )
