"""Whose people technicians are, over HTTP."""

from uuid import UUID

from backend.outlets.errors import OutletUnknown
from backend.technicians import service
from backend.technicians.errors import TechnicianUnknown
from backend.technicians.schemas import OutletMember, OutletOf
from kernel import http
from kernel.auth import OFFICE, Role
from kernel.http import Db, Me, problems
from kernel.paging import Page

router = http.router("outlet-people")

ACCESS = {"list_outlet_technicians": OFFICE, "set_outlet": frozenset({Role.SUPERVISOR, Role.ADMIN})}


@router.get("/outlets/{outlet_id}/technicians", responses=problems(OutletUnknown))
def list_outlet_technicians(outlet_id: UUID, db: Db) -> Page[OutletMember]:
    """Return the people of an outlet by name."""
    items = [OutletMember.model_validate(row) for row in service.technicians_of_outlet(db, outlet_id)]
    return Page(items=items, next_cursor=None)


@router.put("/technicians/{technician_id}/outlet", responses=problems(TechnicianUnknown, OutletUnknown))
def set_outlet(technician_id: UUID, body: OutletOf, db: Db, me: Me) -> OutletMember:
    """Say whose person a technician is: an outlet's, or the house's own."""
    row = service.set_outlet(db, technician_id, outlet_id=body.outlet_id, by=me.user_id)
    return OutletMember.model_validate(row)
