"""What the gateway commits per tenant and minute, counted in memory and added to the table every few seconds.

A counter row touched by every batch would make replicas wait for each other; this costs the writer a tally per batch.
"""

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from iot_gateway.batch import Letter, Stored

ADD = text(
    "INSERT INTO ingest_minute AS m"
    " (tenant_id, minute, sample_count, letter_count, commit_ms, commit_ms_max, newest_age_ms)"
    " VALUES (:tenant_id, :minute, :samples, :letters, :commit_ms, :commit_ms_max, :newest_age_ms)"
    " ON CONFLICT (tenant_id, minute) DO UPDATE SET sample_count = m.sample_count + excluded.sample_count,"
    " letter_count = m.letter_count + excluded.letter_count, commit_ms = m.commit_ms + excluded.commit_ms,"
    " commit_ms_max = GREATEST(m.commit_ms_max, excluded.commit_ms_max),"
    " newest_age_ms = LEAST(m.newest_age_ms, excluded.newest_age_ms)"
)


@dataclass
class Beat:
    """One tenant's minute."""

    samples: int = 0
    letters: int = 0
    commit_ms: int = 0
    commit_ms_max: int = 0
    newest_age_ms: int | None = None


Beats = dict[tuple[UUID, datetime], Beat]


class Pulse:
    """Counts of minutes that are not in the table yet; the writer adds, another thread takes them away."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._lock = threading.Lock()
        self._beats: Beats = {}

    def add(self, samples: Sequence[Stored], letters: Sequence[Letter], *, first_at: datetime, at: datetime) -> None:
        """Count a batch whose first message came at `first_at` and whose commit was over at `at`."""
        minute = at.replace(second=0, microsecond=0)
        waited = max(0, int((at - first_at).total_seconds() * 1000))
        now = int(at.timestamp() * 1000)
        slugs = Counter([sample.device.tenant_slug for sample in samples])
        last = {sample.device.tenant_slug: sample for sample in samples} if len(slugs) > 1 else {}
        with self._lock:
            for slug, count in slugs.items():
                one = last.get(slug) or samples[-1]
                beat = self._beats.setdefault((one.device.tenant_id, minute), Beat())
                beat.samples += count
                beat.commit_ms += waited * count
                beat.commit_ms_max = max(beat.commit_ms_max, waited)
                age = now - one.ts
                if age >= 0 and (beat.newest_age_ms is None or age < beat.newest_age_ms):
                    beat.newest_age_ms = age
            for letter in letters:
                if letter.tenant_id is not None:
                    self._beats.setdefault((letter.tenant_id, minute), Beat()).letters += 1

    def take(self) -> Beats:
        """Return what was counted since the last time; `give_back` when it could not be written."""
        with self._lock:
            taken, self._beats = self._beats, {}
        return taken

    def give_back(self, taken: Beats) -> None:
        """Count again what could not be written."""
        with self._lock:
            for key, beat in taken.items():
                kept = self._beats.setdefault(key, Beat())
                kept.samples += beat.samples
                kept.letters += beat.letters
                kept.commit_ms += beat.commit_ms
                kept.commit_ms_max = max(kept.commit_ms_max, beat.commit_ms_max)
                ages = [age for age in (kept.newest_age_ms, beat.newest_age_ms) if age is not None]
                kept.newest_age_ms = min(ages, default=None)


def add_to_table(session: Session, beats: Beats) -> None:
    """Add counts to those that other gateways and earlier moments left; rows in one order."""
    if beats:
        session.execute(ADD, [_row(key, beats[key]) for key in sorted(beats)])


def _row(key: tuple[UUID, datetime], beat: Beat) -> dict[str, object]:
    tenant_id, minute = key
    return {
        "tenant_id": tenant_id,
        "minute": minute,
        "samples": beat.samples,
        "letters": beat.letters,
        "commit_ms": beat.commit_ms,
        "commit_ms_max": beat.commit_ms_max,
        "newest_age_ms": beat.newest_age_ms,
    }
