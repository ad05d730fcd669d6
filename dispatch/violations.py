"""What can be wrong with a visit, a technician for a visit, or a plan: codes and figures."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dispatch.arrays import NONE


class Code(StrEnum):
    """A hard rule; texts are in `dispatch.texts`."""

    FORBIDDEN = "forbidden"
    """The technician must not be sent to this request."""
    LOCKED = "locked"
    """The request is locked to somebody else (`have` the technician asked, `need` the one it is locked to)."""
    OFF_DUTY = "off_duty"
    """The technician has no shift."""
    SKILL = "skill"
    """Level `have` of `need` in skill `item`."""
    TOOL = "tool"
    """Tool `item` is not in the van."""
    PART = "part"
    """`have` of `need` pieces of part `item` in the van, and no warehouse on the way has it."""
    PART_TOO_FAR = "part_too_far"
    """As PART, but a warehouse has it and none can be reached in time."""
    WINDOW = "window"
    """Service would begin at second `have`, the last window ends at `need`."""
    OTHER_WINDOW = "other_window"
    """As WINDOW, for request `item`, which the insertion would delay."""
    WAREHOUSE_CLOSED = "warehouse_closed"
    """The pick-up would begin at `have`, the warehouse closes at `need`."""
    SHIFT = "shift"
    """Home at second `have`, allowed until `need`."""
    WAREHOUSE_STOCK = "warehouse_stock"
    """All routes together take `need` pieces of part `item`, the warehouse has `have`."""
    TWICE = "twice"
    """The request is visited `have` times."""
    TIMES = "times"
    """The stated time `have` cannot be; the earliest possible is `need`."""
    UNSERVED = "unserved"
    """The list of unserved requests disagrees with the routes."""


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """One broken rule; figures that do not apply are NONE or 0."""

    code: Code
    technician: int = NONE
    request: int = NONE
    warehouse: int = NONE
    item: int = NONE
    """Index of the skill, tool, part or other request."""
    have: int = 0
    need: int = 0

    @property
    def excess(self) -> int:
        """By how much the figure misses; seconds for the rules about time."""
        return abs(self.have - self.need)
