"""Bringing system packages here: by apt with root, or downloaded and unpacked without."""

from kernel.processes.layout import Layout

NAMES = {"postgres": "postgresql-postgis", "mosquitto": "mosquitto", "redis": "redis-server"}


def fetch(services: tuple[str, ...], layout: Layout) -> str:
    """Fetch."""
    return ""
