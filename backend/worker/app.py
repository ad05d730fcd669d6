"""Celery tasks: three lines around a service each."""

from typing import Any
from uuid import UUID

from celery.schedules import crontab
from celery.signals import worker_ready
from kombu.exceptions import OperationalError as BrokerAway

import backend.tables  # noqa: F401 - every table is known before the first query
from backend.worker import calendar, deliveries
from kernel.celery import make_celery
from kernel.log import announce, configure_logging, get_logger
from kernel.settings import get_settings

celery = make_celery(
    beat_schedule={
        "sweep": {"task": "fieldhand.sweep", "schedule": 10.0, "options": {"expires": 10}},
        "rollups": {"task": "fieldhand.rollups", "schedule": 20.0, "options": {"expires": 20}},
        "meters": {"task": "fieldhand.meters", "schedule": 600.0, "options": {"expires": 600}},
        "nightly": {"task": "fieldhand.nightly", "schedule": crontab(hour="18", minute="10")},
        "forecasts": {"task": "fieldhand.forecasts", "schedule": crontab(hour="19", minute="20")},
    }
)
log = get_logger()
configure_logging(level=get_settings().log_level, json=get_settings().log_json)


@celery.task(name="fieldhand.deliver")  # type: ignore[untyped-decorator]
def deliver(tenant_id: str, delivery_id: str) -> None:
    """Hand one event to one handler, in one transaction."""
    deliveries.deliver(UUID(tenant_id), UUID(delivery_id))


@celery.task(name="fieldhand.job")  # type: ignore[untyped-decorator]
def job(tenant_id: str, job_id: str) -> None:
    """Do one due job."""
    deliveries.run_job(UUID(tenant_id), UUID(job_id))


@celery.task(name="fieldhand.sweep")  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Do what has come due by the clock."""
    calendar.sweep()


@celery.task(name="fieldhand.rollups")  # type: ignore[untyped-decorator]
def rollups() -> None:
    """Keep the roll-ups of the telemetry up to date."""
    calendar.roll_up()


@celery.task(name="fieldhand.meters")  # type: ignore[untyped-decorator]
def read_meters() -> None:
    """Read the meters that devices feed."""
    calendar.read_meters()


@celery.task(name="fieldhand.nightly", time_limit=3600)  # type: ignore[untyped-decorator]
def nightly() -> None:
    """Fit profiles, make partitions, clear what is past its retention."""
    calendar.nightly()


@celery.task(name="fieldhand.forecasts", time_limit=3600)  # type: ignore[untyped-decorator]
def look_ahead() -> None:
    """Learn from failures and forecast open cases."""
    calendar.look_ahead()


@worker_ready.connect  # type: ignore[untyped-decorator]
def say_ready(**_: object) -> None:
    """Say that the pool is up: a worker that cannot make one ends again and again."""
    announce("worker_started")


TASKS: dict[str, Any] = {"delivery": deliver, "job": job}


def wake(kind: str, tenant_id: UUID, row_id: UUID) -> None:
    """Tell a worker of a row; a queue that is away is no loss, since the sweeper comes by."""
    try:
        TASKS[kind].apply_async((str(tenant_id), str(row_id)), retry=False)
    except BrokerAway as error:
        log.warning("queue_away", kind=kind, row_id=str(row_id), error=str(error))
