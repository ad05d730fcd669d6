"""A small question by hand: one technician with a van, one warehouse on the way."""

from datetime import UTC, datetime
from uuid import UUID

import numpy as np

from backend.planning.question import Question, Records
from backend.planning.standing import Bound, request_of
from backend.technicians.shifts import TechnicianDay
from backend.work.models import WorkOrder
from dispatch.build import Request, Technician, Warehouse
from kernel.geo import LonLat
from kernel.ids import new_id

ORIGIN = datetime(2026, 9, 1, tzinfo=UTC)
HOUR, STEP = 3600, 600
PLACES = ("home", "a", "b", "depot", "rest")
AT = {"home": 0, "a": 1, "b": 2, "depot": 3}
"""Places on a line, ten minutes apart."""
WHO = UUID(int=1)
VAN, DEPOT, PART = UUID(int=2), UUID(int=3), UUID(int=4)


def ways() -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
    """Return the travel times; a break costs nothing to go to, and the way from home back."""
    rows = [[abs(AT[x] - AT[y]) * STEP for y in AT] for x in AT]
    square = np.zeros((5, 5), dtype=np.int32)
    square[:4, :4] = rows
    square[4, :4] = rows[0]
    return square


def a_request(name: str, place: str, *, bearings: int = 0, until: int = 20 * HOUR) -> Request:
    """Return an order of an hour."""
    return Request(
        id=name, place=place, windows=[(0, until)], service=HOUR, skills={"any": 1}, parts={"B": bearings}, priority=2
    )


def a_question(
    *requests: Request,
    van: int = 0,
    depot: int = 0,
    bounds: tuple[Bound, ...] = (),
    closes: int = 20 * HOUR,
    shift_start: int = 0,
) -> Question:
    """Put it together."""
    who = str(WHO)
    records = Records(
        technicians=(
            Technician(
                id=who,
                start_place="home",
                end_place="home",
                shift_start=shift_start,
                shift_end=20 * HOUR,
                skills={"any": 1},
                stock={"B": van},
            ),
        ),
        requests=(*requests, *(request_of(bound, who) for bound in bounds)),
        warehouses=(Warehouse(id="W", place="depot", opens=0, closes=closes, handling=STEP, stock={"B": depot}),),
        places=PLACES,
        seconds=ways(),
        metres=ways(),
    )
    day = TechnicianDay(
        id=WHO, name="陈", skills={"any": 1}, home=LonLat(121.4, 31.2), van_location_id=VAN,
        shift=(ORIGIN, ORIGIN), breaks=(),
    )  # fmt: skip
    return Question(
        records=records,
        instance=records.instance(),
        origin=ORIGIN,
        orders={row.id: (WorkOrder(id=new_id(), version=1, duration_minutes=60), None) for row in requests},  # type: ignore[misc]
        bounds={who: list(bounds)},
        technicians={who: day},
        warehouses={"W": (DEPOT, "中心库")},
        part_ids={"B": PART},
        names={who: "陈", "W": "中心库", **{row.id: row.id.upper() for row in requests}},
    )
