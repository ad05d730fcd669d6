"""The roll-up job of a soak, as often as the worker's calendar has it, in a process of its own that can be killed."""

import time

from sqlalchemy.exc import OperationalError

from iot_gateway.tasks import roll_up
from kernel.log import get_logger

EVERY_SECONDS = 20.0

log = get_logger()


def run() -> None:
    """Roll up until killed; a database that is away is tried again when the job is due the next time."""
    while True:
        try:
            roll_up()
        except OperationalError as error:
            log.warning("rollups_wait_for_database", error=str(error.orig))
        time.sleep(EVERY_SECONDS)


if __name__ == "__main__":
    run()
