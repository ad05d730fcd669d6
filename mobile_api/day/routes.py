"""The day of the technician who asks."""

from typing import Any

from kernel import clock
from kernel.auth import Role
from kernel.http import Db, Me, problems
from kernel.http import router as make_router
from mobile_api.day import service
from mobile_api.day.errors import NoTechnician
from mobile_api.day.schemas import Day

router = make_router("day")

ACCESS = {"day": frozenset({Role.TECHNICIAN})}


@router.get("/day", response_model=Day, responses=problems(NoTechnician))
def day(db: Db, me: Me) -> dict[str, Any]:
    """Return everything needed without a network: open visits, those just over, and the van's stock."""
    return service.bundle(db, me, at=clock.now())
