"""Keeps private services running for as long as another process lives: `python -m kernel.processes.hold VAR PID ...`.

The workers of a test run share one cluster this way; it is nobody's child among them and dies with the run.
"""

import argparse
import json
import signal
import threading
from pathlib import Path

from kernel.processes.children import process_identity
from kernel.processes.layout import write_private
from kernel.processes.resolve import Service
from kernel.processes.services import Durability, PrivateServices

POLL_SECONDS = 0.3


def read_arguments() -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(description="Run private services while another process lives.")
    parser.add_argument("var", type=Path, help="folder of the services")
    parser.add_argument("owner", type=int, help="process to outlive by a moment")
    parser.add_argument("services", nargs="+", choices=[str(service) for service in Service])
    return parser.parse_args()


def main() -> None:
    """Run the services, tell where they are in `environment.json`, end with the owner."""
    arguments = read_arguments()
    asked_to_end = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: asked_to_end.set())
    owner = process_identity(arguments.owner)
    wanted = tuple(Service(name) for name in arguments.services)
    with PrivateServices(arguments.var, wanted, durability=Durability.FORGET, ephemeral_ports=True) as services:
        told = {"environment": services.environment, "admin": services.cluster.url() if services.cluster else ""}
        write_private(services.layout.var / "environment.json", json.dumps(told))
        while not asked_to_end.wait(POLL_SECONDS):
            if process_identity(arguments.owner) != owner:
                return


if __name__ == "__main__":
    main()
