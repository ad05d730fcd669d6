"""Which devices speak Sparkplug B, over HTTP."""

from uuid import UUID

from iot_gateway.errors import DeviceNotFound, EdgeNodeInUse, NotSparkplug
from iot_gateway.schemas.sparkplug import SparkplugIn, SparkplugOut
from iot_gateway.service import sparkplug
from kernel import audit
from kernel.auth import STAFF, Role
from kernel.http import Access, Db, Me, problems
from kernel.http import router as make_router

router = make_router("sparkplug")

OWNERS = frozenset({Role.ADMIN, Role.ASSET_MANAGER})
ACCESS: Access = {
    "get_sparkplug": STAFF | {Role.INTEGRATOR},
    "set_sparkplug": OWNERS,
    "end_sparkplug": OWNERS,
}


@router.get("/devices/{device_id}/sparkplug", responses=problems(DeviceNotFound, NotSparkplug))
def get_sparkplug(device_id: UUID, db: Db) -> SparkplugOut:
    """Return how a device speaks Sparkplug B."""
    return SparkplugOut.model_validate(sparkplug.view(db, device_id))


@router.put("/devices/{device_id}/sparkplug", responses=problems(DeviceNotFound, NotSparkplug, EdgeNodeInUse))
def set_sparkplug(device_id: UUID, body: SparkplugIn, db: Db, me: Me) -> SparkplugOut:
    """Make a device an edge node of Sparkplug B, or one that an edge node speaks for."""
    if body.edge_id is None:
        sparkplug.mark_edge(db, device_id)
    else:
        sparkplug.bind_part(db, device_id, edge_id=body.edge_id)
    detail = {"edge_id": str(body.edge_id or "")}
    audit.record(
        db, actor_id=me.user_id, action="device.set_sparkplug", subject="device", subject_id=device_id, detail=detail
    )
    return SparkplugOut.model_validate(sparkplug.view(db, device_id))


@router.delete("/devices/{device_id}/sparkplug", status_code=204, responses=problems(DeviceNotFound, EdgeNodeInUse))
def end_sparkplug(device_id: UUID, db: Db, me: Me) -> None:
    """Take a device's topics of Sparkplug B away."""
    sparkplug.unmark(db, device_id)
    audit.record(
        db, actor_id=me.user_id, action="device.end_sparkplug", subject="device", subject_id=device_id, detail={}
    )
