"""The Celery application: a transport of wake-ups; what must happen is a row in PostgreSQL."""

from typing import Any

from celery import Celery

from kernel.settings import get_settings

VISIBILITY_SECONDS = 600
"""Longer than the longest task; a task of a killed worker comes back after it, or by the sweeper before."""


def make_celery(**options: Any) -> Celery:
    """Return an application bound to the configured Redis."""
    app = Celery("fieldhand", broker=get_settings().redis_url.get_secret_value())
    app.conf.update(
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        task_ignore_result=True,
        task_default_queue="fieldhand",
        task_serializer="json",
        accept_content=["json"],
        broker_transport_options={"visibility_timeout": VISIBILITY_SECONDS},
        broker_connection_retry_on_startup=True,
        worker_hijack_root_logger=False,
        timezone="UTC",
        **options,
    )
    return app
