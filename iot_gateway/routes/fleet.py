"""The fleet's figures over HTTP."""

from datetime import timedelta
from typing import Annotated

from fastapi import Query

from iot_gateway.schemas.fleet import BrokerOut, FleetOut
from iot_gateway.service import fleet
from kernel import clock
from kernel.auth import STAFF, Role
from kernel.http import Access, Db
from kernel.http import router as make_router

router = make_router("fleet")

ACCESS: Access = {
    "get_fleet": STAFF | {Role.INTEGRATOR},
    "get_broker": frozenset({Role.ADMIN, Role.SUPERVISOR}),
}


@router.get("/fleet")
def get_fleet(
    db: Db,
    minutes: Annotated[int, Query(ge=1, le=1440)] = 60,
    letter_hours: Annotated[int, Query(ge=1, le=24 * 30)] = 24,
) -> FleetOut:
    """Return how the devices are, what comes in minute by minute, and what was refused."""
    at = clock.now()
    since = at - timedelta(hours=letter_hours)
    found = fleet.summary(db, span=timedelta(minutes=minutes), letters_since=since, at=at)
    return FleetOut.of(found, since=since)


@router.get("/fleet/broker")
def get_broker(db: Db) -> BrokerOut:
    """Return the broker's figures; they are of the whole deployment and name nobody."""
    return BrokerOut.of(fleet.broker(db, at=clock.now()))
