"""The relay: waiting events become deliveries, deliveries become wake-ups of the worker."""

import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from kernel import clock, jobs
from kernel.db import Login, transaction
from kernel.ids import new_id
from kernel.log import get_logger
from kernel.outbox import DeliveryState, EventDelivery, OutboxEvent

Wake = Callable[[str, UUID, UUID], None]
"""Called with ("delivery" | "job", tenant id, row id), after the commit."""

BATCH = 200
LEASE = timedelta(seconds=30)
IDLE_SECONDS = 0.1
SWEEP_SECONDS = 1.0

log = get_logger()


def relay_once(session: Session, handlers: Mapping[str, Sequence[str]], *, at: datetime) -> list[tuple[UUID, UUID]]:
    """Turn waiting events into deliveries; return those to wake, as (tenant id, delivery id)."""
    events = session.scalars(
        select(OutboxEvent)
        .where(OutboxEvent.relayed_at.is_(None))
        .order_by(OutboxEvent.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    deliveries = [
        EventDelivery(id=new_id(), tenant_id=event.tenant_id, event_id=event.id, handler=handler, due_at=at + LEASE)
        for event in events
        for handler in handlers.get(event.topic, ())
    ]
    for event in events:
        event.relayed_at = at
    session.add_all(deliveries)
    return [(delivery.tenant_id, delivery.id) for delivery in deliveries]


def sweep_once(session: Session, *, at: datetime) -> list[tuple[UUID, UUID]]:
    """Lease deliveries whose wake-up got lost or whose handler failed; return them."""
    dropped = session.scalars(
        select(EventDelivery)
        .where(EventDelivery.state == DeliveryState.PENDING, EventDelivery.due_at <= at)
        .order_by(EventDelivery.due_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for delivery in dropped:
        delivery.due_at = at + LEASE
    return [(delivery.tenant_id, delivery.id) for delivery in dropped]


def run(handlers: Mapping[str, Sequence[str]], wake: Wake, *, stop: threading.Event | None = None) -> None:
    """Relay until told to stop; a database that is away is waited for."""
    stop = stop or _stop_on_signals()
    next_sweep = clock.now()
    while not stop.is_set():
        try:
            moved = _pass(handlers, wake)
            if clock.now() >= next_sweep:
                _sweep(wake)
                next_sweep = clock.now() + timedelta(seconds=SWEEP_SECONDS)
        except OperationalError as error:
            log.warning("relay_waits_for_database", error=str(error.orig))
            stop.wait(1.0)
            continue
        if not moved:
            stop.wait(IDLE_SECONDS)


def _pass(handlers: Mapping[str, Sequence[str]], wake: Wake) -> int:
    with transaction(Login.SYSTEM) as session:
        woken = relay_once(session, handlers, at=clock.now())
    for tenant_id, delivery_id in woken:
        wake("delivery", tenant_id, delivery_id)
    return len(woken)


def _sweep(wake: Wake) -> None:
    with transaction(Login.SYSTEM) as session:
        at = clock.now()
        deliveries, due_jobs = sweep_once(session, at=at), jobs.due(session, at=at)
    for tenant_id, delivery_id in deliveries:
        wake("delivery", tenant_id, delivery_id)
    for tenant_id, job_id in due_jobs:
        wake("job", tenant_id, job_id)


def _stop_on_signals() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
