"""What the live stream has said, and how a test cuts or ages it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.e2e.web.standin.world import Row, iso


@dataclass
class Live:
    """The stream's memory: what was said, who holds a valid token, whether the line is cut."""

    said: list[Row] = field(default_factory=list)
    forgotten: int = 0
    token: int = 0
    cut: bool = False
    connections: list[str | None] = field(default_factory=list)
    refreshes: int = 0

    @staticmethod
    def mark(seq: int) -> str:
        """Return a place in the stream, as the server writes it."""
        return f"{1000 + seq}-{'f' * 32}"

    def say(self, **changes: Any) -> None:
        """Send a delta to everybody."""
        self.said.append({"seq": self.mark(len(self.said) + 1), "ts": iso(datetime.now(UTC)), **changes})
