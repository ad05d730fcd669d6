"""Positions from the phone: a batch at a time, kept in shift only."""

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, Field

from backend.positions import service as positions
from backend.positions.service import Fix
from backend.technicians import service as technicians
from kernel import clock
from kernel.auth import Role
from kernel.db import Tenant
from kernel.geo import LonLat
from kernel.http import Db, Me, problems
from kernel.http import router as make_router
from mobile_api.day.errors import NoTechnician
from mobile_api.day.service import own
from mobile_api.sync.schemas import Position

router = make_router("positions")

ACCESS = {"record_positions": frozenset({Role.TECHNICIAN})}


class FixIn(Position):
    """One reading of the phone."""

    at: AwareDatetime


class FixesIn(BaseModel):
    """Readings, in any order; a second delivery changes nothing."""

    fixes: Annotated[list[FixIn], Field(max_length=200)]


class FixesOut(BaseModel):
    """What became of them."""

    accepted: int
    outside_shift: int
    implausible: int


@router.post("/positions", response_model=FixesOut, responses=problems(NoTechnician))
def record_positions(body: FixesIn, db: Db, me: Me) -> FixesOut:
    """Keep readings taken in shift; others are dropped, and counted."""
    technician_id, at = own(me), clock.now()
    zone = db.get_one(Tenant, me.tenant_id).time_zone
    shifts = technicians.shift_windows(db, technician_id, at=at, time_zone=zone)
    fixes = [Fix(at=fix.at, position=LonLat(fix.lon, fix.lat), accuracy_m=fix.accuracy_m) for fix in body.fixes]
    done = positions.record(db, technician_id, fixes, shifts=shifts, at=at)
    return FixesOut(accepted=done.accepted, outside_shift=done.outside_shift, implausible=done.implausible)
