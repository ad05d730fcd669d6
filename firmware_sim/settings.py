"""The settings of a device: what the platform wants, what is in effect, what is reported."""

from collections.abc import Callable, Mapping
from typing import Any

from firmware_sim import protocol
from firmware_sim.memory import Memory

Document = Mapping[str, Any]
Apply = Callable[[Document], Document]
"""Takes the whole desired document, makes it so, and returns the values in effect, without what it does not know."""


class Settings:
    """Section 11 of the protocol: applies each version once, in order, and reports after each and at each connect."""

    def __init__(self, memory: Memory, apply: Apply) -> None:
        """Put into effect what flash remembers."""
        self._memory = memory
        self._apply = apply
        self._seq = 0
        self.state: Document = apply(memory.settings.desired) if memory.settings.version else {}

    def restart(self) -> None:
        """Count reports from 1 again: a new boot has begun."""
        self._seq = 0

    def take(self, payload: bytes, boot: int) -> bytes | None:
        """Apply a newer version; return the report to send, None when there is nothing to say."""
        wanted = protocol.read_desired(payload)
        if wanted is None:
            return None
        if wanted.version > self._memory.settings.version:
            self.state = self._apply(wanted.desired)
            self._memory.set_to(wanted)
        return self.report(boot)

    def report(self, boot: int) -> bytes | None:
        """Return what is in effect; None for a device that was never set."""
        version = self._memory.settings.version
        if version == 0:
            return None
        self._seq += 1
        return protocol.reported(boot, self._seq, version, self.state)
