"""What devices should be set to, over HTTP."""

from uuid import UUID

from iot_gateway.errors import DeviceNotFound, StaleTwin, UnfitTwin
from iot_gateway.schemas.twins import TwinOut, TwinPatch
from iot_gateway.service import twins
from kernel import audit, clock
from kernel.auth import STAFF, Role
from kernel.http import Access, Db, Me, problems
from kernel.http import router as make_router

router = make_router("twins")

ACCESS: Access = {
    "get_twin": STAFF | {Role.INTEGRATOR},
    "change_twin": frozenset({Role.ADMIN, Role.ASSET_MANAGER, Role.SUPERVISOR}),
}


@router.get("/devices/{device_id}/twin", responses=problems(DeviceNotFound))
def get_twin(device_id: UUID, db: Db) -> TwinOut:
    """Return what a device should be set to and what it says it is set to."""
    return TwinOut.model_validate(twins.twin_view(db, device_id))


@router.patch("/devices/{device_id}/twin", responses=problems(DeviceNotFound, StaleTwin, UnfitTwin))
def change_twin(device_id: UUID, body: TwinPatch, db: Db, me: Me) -> TwinOut:
    """Change what a device should be set to; it hears of it at once, or when it comes back."""
    found = twins.change_twin(db, device_id, body.desired, version=body.version, by=me.user_id, at=clock.now())
    detail = {"version": found.desired_version, "members": sorted(body.desired)[:50]}
    audit.record(
        db, actor_id=me.user_id, action="device.change_twin", subject="device", subject_id=device_id, detail=detail
    )
    return TwinOut.model_validate(found)
