"""Firmware updates of a device: download by HTTP, hash, answer, and what can go wrong on the way."""

import hashlib
import threading
import time
import urllib.request
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException
from typing import Annotated
from urllib.error import HTTPError

import msgspec

from firmware_sim.protocol import Answer, Command, Detail, Status

UPDATE = "update_firmware"
MAX_BYTES = 64 * 1024 * 1024
_TRIES = 5
_BLOCK = 16 * 1024
_TIMEOUT_SECONDS = 10.0
_GONE, _PARTIAL = range(400, 500), 206
Note = Callable[[str, int], None]


class Update(msgspec.Struct, frozen=True):
    """What is to be fetched, and how it is proved."""

    version: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    url: Annotated[str, msgspec.Meta(pattern="^https?://")]
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    size: Annotated[int, msgspec.Meta(ge=1, le=MAX_BYTES)]


@dataclass(frozen=True)
class Manner:
    """How updates go on this simulated fleet; which devices fail is the same for a seed."""

    failures: float = 0.0
    """Share of the updates that go wrong: half arrive damaged, half do not start and the old version comes back."""
    bytes_per_second: int = 0
    """0: as fast as it goes."""
    seed: int = 0

    def chance(self, device: str, version: str) -> float:
        """Return a number from 0 to 1, the same always for a device, version and seed."""
        digest = hashlib.sha256(f"{self.seed}/{device}/{version}".encode()).digest()
        return int.from_bytes(digest[:8], "big") / 2**64


DILIGENT = Manner()


@dataclass(frozen=True)
class Outcome:
    """The end of an update: the answer to its command, and what the next boot runs (empty: what ran before)."""

    answer: Answer
    firmware: str


def read_update(command: Command) -> Update:
    """Return what a command asks to be fetched.

    Raises:
        msgspec.ValidationError: something is missing or cannot be.
    """
    return msgspec.convert({name: msgspec.json.decode(raw) for name, raw in command.args.items()}, Update)


class Updater:
    """One update at a time, downloaded in a thread of its own; `notes` and `outcome` are asked by the event loop."""

    def __init__(self, device: str, manner: Manner = DILIGENT) -> None:
        """Update this device."""
        self._device = device
        self._manner = manner
        self._command = ""
        self._lock = threading.Lock()
        self._notes: deque[Detail] = deque()
        self._outcome: Outcome | None = None

    def begin(self, command: Command, firmware: str) -> Answer | None:
        """Start; the answer comes when the image is proved, so None, also when the same command comes again."""
        if self._command == command.id:
            return None
        if self._command:
            return Answer(command.id, Status.FAILED, "another update is under way")
        try:
            args = read_update(command)
        except msgspec.ValidationError as error:
            return Answer(command.id, Status.FAILED, str(error))
        self._command = command.id
        threading.Thread(target=self._run, args=(command.id, args, firmware), daemon=True).start()
        return None

    def abort(self) -> None:
        """Forget what is under way: a restart ends it, and its command comes again."""
        with self._lock:
            self._command, self._outcome = "", None
            self._notes.clear()

    def notes(self) -> list[Detail]:
        """Return what is to be reported, once."""
        with self._lock:
            found = list(self._notes)
            self._notes.clear()
        return found

    def outcome(self) -> Outcome | None:
        """Return the end of the update, once."""
        with self._lock:
            found, self._outcome = self._outcome, None
            if found is not None:
                self._command = ""
        return found

    def _run(self, command_id: str, args: Update, firmware: str) -> None:
        def note(status: str, percent: int) -> None:
            told: Detail = {
                "command": command_id,
                "status": status,
                "percent": percent,
                "from": firmware,
                "to": args.version,
            }
            with self._lock:
                if self._command == command_id:
                    self._notes.append(told)

        note("downloading", 0)
        image, why = self._download(command_id, args, note)
        chance = self._manner.chance(self._device, args.version)
        if image and chance < self._manner.failures / 2:
            image = image[:-1] + bytes([image[-1] ^ 1])
        if not why and hashlib.sha256(image).hexdigest() != args.sha256:
            why = "the image does not have the hash it should have"
        note("failed" if why else "verified", 100)
        answer = Answer(command_id, Status.FAILED if why else Status.ACKED, why or f"{args.version} starts next")
        with self._lock:
            if self._command == command_id:
                self._outcome = Outcome(answer, args.version if chance >= self._manner.failures else "")

    def _download(self, command_id: str, args: Update, note: Note) -> tuple[bytes, str]:
        """Return the image and "", or what came and why it is not all; a cut download goes on where it was cut."""
        image, why = bytearray(), ""
        for attempt in range(_TRIES):
            if attempt:
                time.sleep(min(10.0, 0.5 * 2.0**attempt))
            try:
                self._fetch(command_id, args, image, note)
                why = f"{len(image)} of {args.size} bytes"
            except HTTPError as error:
                error.close()
                why = f"the server answers {error.code}"
                if error.code in _GONE:
                    break
            except (OSError, HTTPException) as error:
                why = str(error)
            if len(image) >= args.size or self._command != command_id:
                break
        return bytes(image), "" if len(image) == args.size else why

    def _fetch(self, command_id: str, args: Update, image: bytearray, note: Note) -> None:
        """Add what is missing of the image, until it is whole, too large, cut off or no longer wanted."""
        request = urllib.request.Request(args.url, headers={"Range": f"bytes={len(image)}-"})  # noqa: S310
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as source:  # noqa: S310
            if source.status != _PARTIAL:
                image.clear()
            while self._command == command_id and len(image) <= args.size and (block := source.read(_BLOCK)):
                before, image[len(image) :] = len(image) * 4 // args.size, block
                quarters = len(image) * 4 // args.size
                if before < quarters < 4:
                    note("downloading", quarters * 25)
                if self._manner.bytes_per_second:
                    time.sleep(len(block) / self._manner.bytes_per_second)
