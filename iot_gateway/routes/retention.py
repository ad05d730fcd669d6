"""How long a tenant keeps its telemetry, over HTTP."""

from iot_gateway.schemas.retention import RetentionIn, RetentionOut
from iot_gateway.service import retention
from kernel import audit
from kernel.auth import Role
from kernel.http import Access, Db, Me
from kernel.http import router as make_router

router = make_router("telemetry")

ACCESS: Access = {
    "get_retention": frozenset({Role.ADMIN, Role.ASSET_MANAGER, Role.AUDITOR}),
    "set_retention": frozenset({Role.ADMIN}),
}


@router.get("/telemetry/retention")
def get_retention(db: Db) -> RetentionOut:
    """Return how long samples and roll-ups are kept."""
    return RetentionOut.model_validate(retention.retention(db))


@router.put("/telemetry/retention")
def set_retention(body: RetentionIn, db: Db, me: Me) -> RetentionOut:
    """Set how long samples and roll-ups are kept; what is past it goes in the night."""
    kept = retention.keep(db, raw_days=body.raw_days, minute_days=body.minute_days, hour_days=body.hour_days)
    audit.record(
        db,
        actor_id=me.user_id,
        action="telemetry.set_retention",
        subject="telemetry",
        subject_id=None,
        detail=body.model_dump(),
    )
    return RetentionOut.model_validate(kept)
