"""The Celery worker: deliveries, jobs and the nightly calendar."""
