"""The program `fieldhand` with one more event, whose handler counts: run twice, it would leave two rows."""

import time
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy.orm import Session

from backend import subscriptions
from backend.cli.main import app
from kernel.audit import record
from kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class Counted(Event):
    """Something happened that is to be counted once."""

    topic: ClassVar[str] = "test.counted.v1"
    number: int


def count(session: Session, event: Counted) -> None:
    """Write one row, slowly enough to be killed in between."""
    record(session, action="counted", subject=str(event.number), subject_id=None)
    session.flush()
    time.sleep(0.005)


def register() -> None:
    """Let relay and worker know of the event."""
    subscriptions.EVENTS[Counted.topic] = Counted
    subscriptions.HANDLERS["test.count"] = count
    subscriptions.SUBSCRIPTIONS[Counted] = {"test.count": count}


if __name__ == "__main__":
    register()
    app()
