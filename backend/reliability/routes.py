"""Reliability over HTTP."""

from uuid import UUID

from backend.assets import failures
from backend.assets.errors import AssetUnknown
from backend.reliability import service
from backend.reliability.errors import BadSpan
from backend.reliability.schemas import ReliabilityOut
from kernel import clock, http
from kernel.auth import STAFF, Role
from kernel.fields import Instant
from kernel.http import Db, problems

router = http.router("reliability")

ACCESS = {"get_reliability": STAFF | {Role.INTEGRATOR}}


@router.get("/assets/{asset_id}/reliability", responses=problems(AssetUnknown, BadSpan))
def get_reliability(
    asset_id: UUID, db: Db, *, since: Instant | None = None, until: Instant | None = None
) -> ReliabilityOut:
    """Return how reliable an asset was in a span, the last 365 days unless it is given."""
    now = clock.now()
    end = until or now
    found = service.reliability_of(db, asset_id, since=since or end - service.DEFAULT_SPAN, until=end, now=now)
    former = failures.former_failures(db, [outage.record for outage in found.outages])
    return ReliabilityOut.of(found, former)
