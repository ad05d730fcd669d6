"""Where each service comes from: this machine, the system's package manager, or packages unpacked without root."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from kernel.processes import binaries, packages
from kernel.processes.binaries import PostgresPrograms, Program
from kernel.processes.layout import Layout
from kernel.processes.refusals import ServicesMissing

HELP = """\
Fieldhand needs {missing}, and this machine has neither them nor a package manager that could be asked.
  Debian or Ubuntu, as root:  apt-get install {packages}
  or with Docker:             docker compose --profile demo up
  or name servers elsewhere:  see `.env.example` ({variables})"""


class Service(StrEnum):
    """What Fieldhand needs besides itself."""

    POSTGRES = "postgres"
    MOSQUITTO = "mosquitto"
    REDIS = "redis"


TITLES = {
    Service.POSTGRES: f"PostgreSQL >= {binaries.OLDEST_POSTGRES} with PostGIS",
    Service.MOSQUITTO: "the MQTT broker Mosquitto",
    Service.REDIS: "Redis (or Valkey)",
}
VARIABLES = {
    Service.POSTGRES: "FIELDHAND_DATABASE_URL",
    Service.MOSQUITTO: "FIELDHAND_MQTT_HOST",
    Service.REDIS: "FIELDHAND_REDIS_URL",
}


@dataclass
class Found:
    """The server programs to run; none for a service that is not wanted or not found."""

    postgres: PostgresPrograms | None = None
    mosquitto: Program | None = None
    redis: Program | None = None

    def lacks(self, wanted: Iterable[Service]) -> tuple[Service, ...]:
        """Return the wanted services that were not found."""
        return tuple(service for service in wanted if getattr(self, service) is None)


def look(wanted: Iterable[Service], layout: Layout) -> Found:
    """Look for programs on this machine first, then among packages unpacked earlier."""
    found = Found()
    for root in (Path("/"), layout.packages):
        for service in found.lacks(wanted):
            if service is Service.POSTGRES:
                found.postgres = binaries.find_postgres(root)
            elif service is Service.MOSQUITTO:
                found.mosquitto = binaries.find_mosquitto(root)
            else:
                found.redis = binaries.find_redis(root)
    return found


def resolve(wanted: tuple[Service, ...], layout: Layout) -> Found:
    """Find the wanted services, fetching what is missing where that is possible.

    Raises:
        ServicesMissing: they cannot be had; the text names packages and alternatives.
    """
    found = look(wanted, layout)
    lacking = found.lacks(wanted)
    if not lacking:
        return found
    reason = packages.fetch(tuple(lacking), layout)
    found = look(wanted, layout)
    lacking = found.lacks(wanted)
    if lacking:
        raise ServicesMissing(explain(lacking, reason))
    return found


def explain(lacking: Iterable[Service], reason: str) -> str:
    """Say what is missing and the ways to mend it."""
    lacking = tuple(lacking)
    text = HELP.format(
        missing=" and ".join(TITLES[service] for service in lacking),
        packages=" ".join(packages.NAMES[service] for service in lacking),
        variables=", ".join(VARIABLES[service] for service in lacking),
    )
    return f"{text}\n{reason}" if reason else text
