"""The demo company in one process: the real staff API with its console, and everything that follows its events.

Deliveries and jobs run where the relay wakes them, so that neither Redis nor a worker is needed.
"""

import sys
import threading
from pathlib import Path
from uuid import UUID

import uvicorn

from backend.main.app import create_app
from backend.seed.service import seed
from backend.subscriptions import handler_names
from backend.worker.deliveries import deliver, run_job
from kernel import relay

TENANT = "demo"


def wake(kind: str, tenant_id: UUID, row_id: UUID) -> None:
    """Do at once what a worker would do soon."""
    (deliver if kind == "delivery" else run_job)(tenant_id, row_id)


def main(port: int, ready: Path) -> None:
    """Seed the company, then serve it."""
    seed(TENANT)
    follower = threading.Thread(
        target=relay.run, args=(handler_names(), wake), kwargs={"stop": threading.Event()}, daemon=True
    )
    follower.start()
    app = create_app()
    ready.touch()
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error")


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
