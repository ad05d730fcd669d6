"""Whether a technician may serve a request at all, before any route is looked at."""

from __future__ import annotations

from dispatch.arrays import NONE
from dispatch.tables import Tables
from dispatch.violations import Code, Violation


def unfit(tables: Tables, technician: int, request: int) -> Violation | None:
    """The first rule that keeps the technician from the request wherever it stands in the day, or None."""
    code: Code | None = None
    if tables.shift_end[technician] <= tables.shift_start[technician]:
        code = Code.OFF_DUTY
    elif tables.forbidden[request][technician]:
        code = Code.FORBIDDEN
    if code is not None:
        return Violation(code, technician=technician, request=request)
    locked = tables.locked[request]
    if locked not in (NONE, technician):
        return Violation(Code.LOCKED, technician=technician, request=request, have=technician, need=locked)
    levels = tables.levels[technician]
    for skill, need in tables.needs_levels[request]:
        if levels[skill] < need:
            return Violation(Code.SKILL, technician, request, item=skill, have=levels[skill], need=need)
    return None


def fit_technicians(tables: Tables, request: int) -> list[int]:
    """Everybody who may serve the request as far as skills, locks and duty go."""
    return [t for t in range(len(tables.stock)) if unfit(tables, t, request) is None]
