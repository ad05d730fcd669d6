"""What comes due by the clock: sweeps of seconds, work of the night."""

import time
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select

from backend.assets import meter_feed
from backend.contracts import allowances
from backend.contracts import service as contracts
from backend.identity import service as identity
from backend.intake import casework as intake
from backend.maintenance.service import enrolment as maintained
from backend.maintenance.service import generation as maintenance
from backend.planning import service as planner
from backend.playbooks import service as playbooks
from backend.positions import service as positions
from backend.quotes import service as quotes
from backend.sla.service import SWEEP
from backend.technicians import certificates
from backend.work.service import forecasts, promises
from inventory import service as stock
from iot_gateway import tasks as telemetry
from kernel import clock, feed
from kernel.db import Login, Tenant, transaction
from kernel.idempotency import StoredAnswer
from kernel.log import get_logger
from kernel.outbox import DeliveryState, EventDelivery, OutboxEvent

ANSWERS_KEPT = timedelta(days=2)
BATCH = 5000
PROMISES = (promises.recount, promises.mark_breaches, promises.climb, forecasts.look)
UPKEEP = (maintained.sweep, maintained.look_at_due, maintenance.open_due)
UPKEEP_AT_A_TIME = 50
MOST_ROUNDS = 20
"""Batches of one stage in one sweep; what is left waits for the next."""
FORECAST_SECONDS = 1800.0
"""Of a night: half of what the task may take, the rest is for what is learned from failures."""

log = get_logger()


def sweep() -> None:
    """Do what has come due: promises, reservations, commands, campaigns, plans, trials, reminders of certificates."""
    at = clock.now()
    telemetry.expire_commands()
    for tenant_id in tenants():
        keep_promises(tenant_id, at=at)
        keep_up(tenant_id, at=at)
        telemetry.advance_campaigns(tenant_id)
        with transaction(tenant_id=tenant_id) as session:
            stock.expire(session, at=at)
            quotes.expire(session, at=at)
            allowances.expire(session, today=contracts.local_day(session, at), at=at)
            planner.replan_what_waits(session, at=at)
            intake.release_waiting(session, at=at)
            playbooks.sweep(session, at=at)
            certificates.remind(session, at=at)


def keep_promises(tenant_id: UUID, *, at: datetime) -> None:
    """Count clocks anew, mark what is late, climb ladders, forecast: each batch in a transaction of its own.

    A sweeper that is killed leaves its batch undone for the next one; two at once skip each other's rows.
    """
    for stage in PROMISES:
        for _ in range(MOST_ROUNDS):
            with transaction(tenant_id=tenant_id) as session:
                done = stage(session, at=at)
            if done < SWEEP:
                break


def keep_up(tenant_id: UUID, *, at: datetime) -> None:
    """Take up the assets of plans, reckon what is due, open its orders: each batch in a transaction of its own."""
    for stage in UPKEEP:
        for _ in range(MOST_ROUNDS):
            with transaction(tenant_id=tenant_id) as session:
                done = stage(session, at=at, limit=UPKEEP_AT_A_TIME)
            if done < UPKEEP_AT_A_TIME:
                break


def roll_up() -> None:
    """Roll up the telemetry that has come in."""
    telemetry.roll_up()


def read_meters() -> None:
    """Read the meters that devices feed, some at a time."""
    at = clock.now()
    for tenant_id in tenants():
        after: UUID | None = None
        while True:
            with transaction(tenant_id=tenant_id) as session:
                after = meter_feed.read_devices(session, at=at, after=after)
            if after is None:
                break


def nightly() -> None:
    """Make partitions, fit profiles, check the ledger, forget what is past its retention."""
    at = clock.now()
    telemetry.maintain_partitions()
    telemetry.forget_telemetry()
    telemetry.forget_letters_and_figures(at)
    clear_feed(at)
    for tenant_id in tenants():
        telemetry.fit_profiles(tenant_id)
        with transaction(tenant_id=tenant_id) as session:
            identity.prune(session, before=at)
            while positions.forget(session, before=at - positions.RETENTION):
                pass
            for wrong in stock.check_balances(session):
                log.error("stock_balance_differs_from_moves", tenant_id=str(tenant_id), difference=str(wrong))


def look_ahead() -> None:
    """Learn remaining life from failures, and forecast the open cases; all tenants together have the time of one."""
    until = time.monotonic() + FORECAST_SECONDS
    for tenant_id in tenants():
        telemetry.learn_from_failures(tenant_id)
        telemetry.forecast_cases(tenant_id, seconds=until - time.monotonic())


def tenants() -> list[UUID]:
    """Return every tenant."""
    with transaction(Login.SYSTEM) as session:
        return list(session.scalars(select(Tenant.id).order_by(Tenant.id)))


def clear_feed(at: datetime) -> None:
    """Delete delivered events and stored answers past their retention, in batches."""
    waiting = select(EventDelivery.event_id).where(EventDelivery.state != DeliveryState.DONE)
    old = select(OutboxEvent.id).where(OutboxEvent.relayed_at < at - feed.KEPT, OutboxEvent.id.not_in(waiting))
    while True:
        with transaction(Login.SYSTEM) as session:
            ids = list(session.scalars(old.order_by(OutboxEvent.id).limit(BATCH)))
            session.execute(delete(EventDelivery).where(EventDelivery.event_id.in_(ids)))
            session.execute(delete(OutboxEvent).where(OutboxEvent.id.in_(ids)))
        if len(ids) < BATCH:
            break
    with transaction(Login.SYSTEM) as session:
        session.execute(delete(StoredAnswer).where(StoredAnswer.at < at - ANSWERS_KEPT))
