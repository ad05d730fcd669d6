"""Deliveries and jobs: the row and its effect in one transaction, failures counted on the row."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update

from backend.subscriptions import EVENTS, HANDLERS, JOBS
from kernel import clock, jobs
from kernel.db import transaction
from kernel.jobs import Job, JobState
from kernel.log import get_logger
from kernel.outbox import DeliveryState, EventDelivery, OutboxEvent, decode

MAX_ATTEMPTS = 12
LONGEST_WAIT = timedelta(minutes=10)

log = get_logger()


def deliver(tenant_id: UUID, delivery_id: UUID) -> None:
    """Run the handler of a delivery; once done, or held by another worker, nothing happens."""
    try:
        with transaction(tenant_id=tenant_id) as session:
            delivery = session.scalar(
                select(EventDelivery)
                .where(EventDelivery.id == delivery_id, EventDelivery.state == DeliveryState.PENDING)
                .with_for_update(skip_locked=True)
            )
            if delivery is None:
                return
            event = session.scalars(select(OutboxEvent).where(OutboxEvent.id == delivery.event_id)).one()
            HANDLERS[delivery.handler](session, decode(EVENTS[event.topic], event.body))
            delivery.state, delivery.done_at = DeliveryState.DONE, clock.now()
    except Exception as error:
        log.warning("delivery_failed", delivery_id=str(delivery_id), exc_info=error)
        _delivery_failed(tenant_id, delivery_id, error)


def run_job(tenant_id: UUID, job_id: UUID) -> None:
    """Do a job; its handler opens its own transactions and may run twice."""
    with transaction(tenant_id=tenant_id) as session:
        found = session.scalar(
            select(Job).where(Job.id == job_id, Job.state == JobState.PENDING).with_for_update(skip_locked=True)
        )
        if found is None:
            return
        if found.attempts >= jobs.MAX_ATTEMPTS:
            found.state, found.done_at = JobState.FAILED, clock.now()
            found.error = found.error or "no try came to an end: the worker was lost each time"
            return
        kind, body = found.kind, found.body
        found.attempts += 1
        found.due_at = clock.now() + wait_after(found.attempts)
    try:
        JOBS[kind](tenant_id, body)
    except Exception as error:
        log.warning("job_failed", job_id=str(job_id), kind=kind, exc_info=error)
        _end_job(tenant_id, job_id, error=error)
        return
    _end_job(tenant_id, job_id, error=None)


def wait_after(attempts: int) -> timedelta:
    """Return how long to wait after so many tries: half a minute, doubled, at most ten minutes."""
    return min(timedelta(seconds=30 * 2.0 ** max(attempts - 1, 0)), LONGEST_WAIT)


def _delivery_failed(tenant_id: UUID, delivery_id: UUID, error: Exception) -> None:
    with transaction(tenant_id=tenant_id) as session:
        delivery = session.scalar(select(EventDelivery).where(EventDelivery.id == delivery_id).with_for_update())
        if delivery is None or delivery.state is not DeliveryState.PENDING:
            return
        delivery.attempts += 1
        delivery.error = repr(error)[:2000]
        delivery.due_at = clock.now() + _retry_wait(delivery.attempts)
        if delivery.attempts >= MAX_ATTEMPTS:
            delivery.state = DeliveryState.FAILED


def _retry_wait(attempts: int) -> timedelta:
    """Return a second at first: a handler that met a lock or a race succeeds when it comes back."""
    return min(timedelta(seconds=2.0 ** (attempts - 1)), LONGEST_WAIT)


def _end_job(tenant_id: UUID, job_id: UUID, *, error: Exception | None) -> None:
    at: datetime = clock.now()
    with transaction(tenant_id=tenant_id) as session:
        if error is None:
            session.execute(update(Job).where(Job.id == job_id).values(state=JobState.DONE, done_at=at, error=None))
            return
        session.execute(update(Job).where(Job.id == job_id).values(error=repr(error)[:2000]))
        session.execute(
            update(Job)
            .where(Job.id == job_id, Job.attempts >= jobs.MAX_ATTEMPTS)
            .values(state=JobState.FAILED, done_at=at)
        )
