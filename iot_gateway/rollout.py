"""Rules of a firmware campaign: who comes when, what became of a device, when to go on and when to stop."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from uuid import UUID

from iot_gateway.lifecycle import CommandState


class CampaignState(StrEnum):
    """Where a campaign stands; a stopped one can be resumed by hand, a done one is over."""

    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    DONE = "done"


class CampaignAction(StrEnum):
    """What people do with a campaign."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"


CAMPAIGN_STEPS: dict[tuple[CampaignState, CampaignAction], CampaignState] = {
    (CampaignState.DRAFT, CampaignAction.START): CampaignState.RUNNING,
    (CampaignState.RUNNING, CampaignAction.PAUSE): CampaignState.PAUSED,
    (CampaignState.RUNNING, CampaignAction.STOP): CampaignState.STOPPED,
    (CampaignState.PAUSED, CampaignAction.RESUME): CampaignState.RUNNING,
    (CampaignState.PAUSED, CampaignAction.STOP): CampaignState.STOPPED,
    (CampaignState.STOPPED, CampaignAction.RESUME): CampaignState.RUNNING,
}


class UpdateState(StrEnum):
    """Where one device of a campaign stands."""

    PENDING = "pending"
    SENT = "sent"
    DOWNLOADING = "downloading"
    INSTALLED = "installed"
    FAILED = "failed"
    SKIPPED = "skipped"


AT_WORK = (UpdateState.SENT, UpdateState.DOWNLOADING)
OPEN = (UpdateState.PENDING, *AT_WORK)


@dataclass(frozen=True)
class Limits:
    """How a campaign goes on; `waves` are rising shares of all devices in percent, the last one 100."""

    waves: tuple[int, ...]
    pause: timedelta
    max_failed_count: int | None
    max_failed_percent: float | None


@dataclass(frozen=True)
class Progress:
    """A campaign up to and with its present wave."""

    wave: int
    released: int
    """Devices of this and the earlier waves."""
    open: int
    """Those of them that are not finished."""
    failed: int
    """Failures that nobody has forgiven by resuming."""
    quiet_since: datetime
    """Begin of the wave, or the last time that one of its devices was finished."""


class Verdict(StrEnum):
    """What to do with a running campaign."""

    WAIT = "wait"
    NEXT = "next"
    STOP = "stop"
    DONE = "done"


@dataclass(frozen=True)
class Facts:
    """What is known of one device of a campaign."""

    state: UpdateState
    wanted: str
    firmware: str | None
    """By the last birth."""
    boot: int | None
    boot_before: int | None
    boot_acked: int | None
    """The boot at which the device was first seen to have answered."""
    command: CommandState | None
    attempts: int
    answer: str | None
    progress: str | None
    """What its last event of this update says."""
    restart_overdue: bool
    """It has answered, and should be back by now."""


def order_of(campaign_id: UUID, device_id: UUID) -> bytes:
    """Return the sort key of a device: the same for a campaign always, another one in each campaign."""
    return hashlib.sha256(campaign_id.bytes + device_id.bytes).digest()


def wave_ends(count: int, waves: Sequence[int]) -> list[int]:
    """Return how many of `count` devices are released by each wave, rounded up."""
    return [-(-count * percent // 100) for percent in waves]


def wave_of(position: int, ends: Sequence[int]) -> int:
    """Return the wave of the device at a position, from 0."""
    return next(index for index, end in enumerate(ends) if position < end)


def fault_of_waves(waves: Sequence[int]) -> str | None:
    """Return why shares are no waves, None if they are."""
    rising = all(one < other for one, other in pairwise(waves))
    if not waves or not rising or waves[0] < 1 or waves[-1] != 100:
        return "waves rise from at least 1 to 100 percent"
    return None


def judge(limits: Limits, progress: Progress, *, at: datetime) -> Verdict:
    """Say how a running campaign goes on: failures stop it, the next wave waits until this one held for a time."""
    if too_many_failed(limits, progress):
        return Verdict.STOP
    if progress.open:
        return Verdict.WAIT
    if progress.wave + 1 >= len(limits.waves):
        return Verdict.DONE
    return Verdict.NEXT if at >= progress.quiet_since + limits.pause else Verdict.WAIT


def too_many_failed(limits: Limits, progress: Progress) -> bool:
    """Tell whether failures exceed the count, or the share of the released devices."""
    count, percent = limits.max_failed_count, limits.max_failed_percent
    return (count is not None and progress.failed > count) or (
        percent is not None and progress.failed * 100 > percent * progress.released
    )


def observe(facts: Facts) -> tuple[UpdateState, str | None]:
    """Return where a device stands, and why if that is new and bad; only a birth can prove an update."""
    state = facts.state
    if state in {UpdateState.PENDING, UpdateState.SKIPPED}:
        return state, None
    if facts.firmware == facts.wanted and _later(facts.boot, facts.boot_before):
        return UpdateState.INSTALLED, None
    if state is UpdateState.INSTALLED:
        return UpdateState.FAILED, f"went back to {facts.firmware}"
    if state is UpdateState.FAILED:
        return state, None
    return _at_work(facts)


def _at_work(facts: Facts) -> tuple[UpdateState, str | None]:
    """Return where a device stands that was told and has not come back with the new version."""
    failed = None
    if facts.command is CommandState.EXPIRED and facts.attempts == 0:
        return UpdateState.SKIPPED, "was not there"
    if facts.command is CommandState.EXPIRED:
        failed = "did not answer"
    elif facts.command is CommandState.FAILED:
        failed = facts.answer or "the device said no"
    elif facts.command is CommandState.ACKED:
        if facts.boot_acked is not None and _later(facts.boot, facts.boot_acked):
            failed = f"started again with {facts.firmware}"
        elif facts.restart_overdue:
            failed = "did not come back with the new version"
    if failed is not None:
        return UpdateState.FAILED, failed
    return (UpdateState.DOWNLOADING if facts.progress is not None else facts.state), None


def _later(boot: int | None, before: int | None) -> bool:
    return boot is not None and (before is None or boot > before)
