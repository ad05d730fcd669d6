"""A seeded city for dispatch measurements: technicians, visits with skills and parts, three warehouses."""

import numpy as np

from backend.planning import travel
from dispatch.build import Request, Technician, Warehouse, build
from dispatch.instance import Instance

SKILLS = ("refrigeration", "rotating", "lift", "electrical")
PARTS = tuple(f"part-{number}" for number in range(8))
CENTRE = (121.47, 31.23)
DAY = 8 * 3600


def city(technicians: int, visits: int, *, seed: int) -> Instance:
    """Return a day's problem; every second visit needs a part, every third has a window of two hours."""
    random = np.random.default_rng(seed)
    spots = random.normal(CENTRE, (0.09, 0.07), size=(technicians + visits + 3, 2))
    names = [f"p{index}" for index in range(len(spots))]
    seconds, metres = travel.matrix([(float(lon), float(lat)) for lon, lat in spots])
    people = [
        Technician(
            id=f"t{index}",
            start_place=names[index],
            end_place=names[index],
            shift_start=0,
            shift_end=DAY,
            max_overtime=3600,
            skills={skill: int(random.integers(1, 4)) for skill in random.choice(SKILLS, size=2, replace=False)},
            stock={part: int(random.integers(0, 3)) for part in PARTS},
        )
        for index in range(technicians)
    ]
    requests = [_request(index, names[technicians + index], random) for index in range(visits)]
    depots = [
        Warehouse(
            id=f"w{index}",
            place=names[technicians + visits + index],
            opens=0,
            closes=DAY,
            handling=600,
            stock=dict.fromkeys(PARTS, visits),
        )
        for index in range(3)
    ]
    return build(
        places=names,
        travel_seconds=seconds,
        travel_metres=metres,
        technicians=people,
        requests=requests,
        warehouses=depots,
    )


def _request(index: int, place: str, random: np.random.Generator) -> Request:
    start = int(random.integers(0, DAY - 7200)) if index % 3 == 0 else 0
    return Request(
        id=f"r{index}",
        place=place,
        windows=[(start, start + 7200 if index % 3 == 0 else DAY)],
        service=int(random.integers(20, 75)) * 60,
        skills={str(random.choice(SKILLS)): int(random.integers(1, 3))},
        parts={str(random.choice(PARTS)): 1} if index % 2 else {},
        priority=int(random.integers(1, 5)),
    )
