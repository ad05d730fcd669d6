"""Push and pull."""

from typing import Annotated, Any

from fastapi import Query

from kernel import clock
from kernel.auth import Role
from kernel.http import Db, Me, problems
from kernel.http import router as make_router
from mobile_api.day.errors import NoTechnician
from mobile_api.day.service import own
from mobile_api.sync import service
from mobile_api.sync.errors import BatchTooLarge, OtherDevice
from mobile_api.sync.schemas import Batch, Pull, Results

router = make_router("sync", "/sync")

TECHNICIANS = frozenset({Role.TECHNICIAN})
ACCESS = {"pull": TECHNICIANS, "operations": TECHNICIANS}


@router.get("/pull", response_model=Pull, responses=problems(NoTechnician))
def pull(db: Db, me: Me, cursor: Annotated[str | None, Query(max_length=200)] = None) -> dict[str, Any]:
    """Return what changed behind the cursor; everything without one, or when it is too old."""
    return service.pull(db, me, cursor=cursor, at=clock.now())


@router.post("/operations", response_model=Results, responses=problems(NoTechnician, OtherDevice, BatchTooLarge))
def operations(body: Batch, me: Me) -> Results:
    """Take operations done on site; each has a transaction of its own and counts once, however often it comes."""
    own(me)
    return Results(results=service.push(me, body), server_time=clock.now())
