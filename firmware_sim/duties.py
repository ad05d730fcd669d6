"""What a device does on command, each id once, and the restart that some of it ends with."""

import time
from collections.abc import Callable, Iterator

from firmware_sim.memory import Memory
from firmware_sim.protocol import Answer, Command, Detail, Status
from firmware_sim.updates import UPDATE, Updater

Handler = Callable[[Command], Answer]
_RESTART_SECONDS = 0.5
"""Between the answer and the restart, so that the answer gets away."""


class Duties:
    """The commands of one device: known ids are answered as before, updates take their time."""

    def __init__(self, memory: Memory, handler: Handler, updater: Updater | None) -> None:
        """Leave what is not about restarts and updates to `handler`."""
        self._memory = memory
        self._handler = handler
        self._updater = updater
        self._restart_at: float | None = None
        self.next_firmware = ""
        """What the next boot runs; empty: what runs now."""
        self.done = 0
        """Commands that were no repetition."""

    def restarted(self) -> None:
        """Forget what a restart ends."""
        self._restart_at, self.next_firmware = None, ""
        if self._updater is not None:
            self._updater.abort()

    def must_restart(self, now: float) -> bool:
        """Tell whether it is time to boot again."""
        return self._restart_at is not None and now >= self._restart_at

    def obey(self, command: Command, *, boot: int, firmware: str) -> Answer | None:
        """Do a command and return the answer; None when it follows later."""
        known = self._memory.answered(command.id)
        if known is not None:
            return known
        if command.command == UPDATE and self._updater is not None:
            reply = self._updater.begin(command, firmware)
        elif command.command == "reboot":
            self._restart_at = time.monotonic() + _RESTART_SECONDS
            reply = Answer(command.id, Status.ACKED, f"boot {boot} ends")
        else:
            reply = self._handler(command)
        if reply is not None:
            self.done += 1
            self._memory.remember(reply)
        return reply

    def notes(self) -> Iterator[Detail]:
        """Yield what is to be reported of an update."""
        if self._updater is not None:
            yield from self._updater.notes()

    def late_answer(self, now: float) -> Answer | None:
        """Return the answer of an update that has come to its end; a good one is followed by a restart."""
        outcome = self._updater.outcome() if self._updater is not None else None
        if outcome is None:
            return None
        self.done += 1
        self._memory.remember(outcome.answer)
        if outcome.answer.status is Status.ACKED:
            self._restart_at, self.next_firmware = now + _RESTART_SECONDS, outcome.firmware
        return outcome.answer
