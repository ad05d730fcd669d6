"""What the demo prints: one topic per step, its time before it, further lines below."""

import sys
import time
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import typer

Say = Callable[..., None]
"""`say(topic, line, *more_lines)`"""

TOPIC = 10
ZONE = ZoneInfo("Asia/Shanghai")
"""Where the demo company is; the console shows the same times."""


class Steps:
    """Prints each step with the seconds since the start."""

    def __init__(self) -> None:
        """Start the clock."""
        self.begun = time.monotonic()

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return time.monotonic() - self.begun

    def say(self, topic: str, line: str, *more: str) -> None:
        """Tell a step and its particulars."""
        head = f"{self.seconds:6.1f} s  "
        typer.echo(f"{head}{topic:<{TOPIC}}  {line}")
        for one in more:
            typer.echo(f"{' ' * (len(head) + TOPIC)}  {one}")
        sys.stdout.flush()


def day(instant: str) -> str:
    """Return the calendar day of an instant where the company is."""
    return datetime.fromisoformat(instant).astimezone(ZONE).strftime("%d %b")


def moment(instant: str) -> str:
    """Return an instant as people there read it."""
    return datetime.fromisoformat(instant).astimezone(ZONE).strftime("%a %d %b %H:%M")
