"""Idempotency keys: the same POST again gives the same answer back.

After the IETF draft `idempotency-key-header`: same key and body replays, another body is 422, in flight is 409.
The answer is stored in the transaction of the effect, so that both are there or neither.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, LargeBinary, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from kernel import clock
from kernel.db import TenantRow, tenant_args
from kernel.errors import Conflict, Invalid


class KeyInFlight(Conflict):
    """A request with this Idempotency-Key is still being worked on."""

    slug = "idempotency-key-in-flight"


class KeyReused(Invalid):
    """This Idempotency-Key came before with another request."""

    slug = "idempotency-key-reused"


class StoredAnswer(TenantRow):
    """The answer that a key has got."""

    __tablename__ = "idempotency_key"
    __table_args__ = tenant_args(
        Index("uq_idempotency_key", "tenant_id", "user_id", "key", unique=True), Index("ix_idempotency_key_at", "at")
    )

    user_id: Mapped[UUID]
    key: Mapped[str]
    request_hash: Mapped[str]
    status: Mapped[int]
    media_type: Mapped[str]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime]


class Replay(Exception):  # noqa: N818 - not an error: it carries the earlier answer out of the dependencies
    """The answer is already known."""

    def __init__(self, status: int, media_type: str, body: bytes) -> None:
        """Keep the stored answer."""
        super().__init__(status)
        self.status, self.media_type, self.body = status, media_type, body


@dataclass(frozen=True)
class Claim:
    """A key that this request holds until its transaction ends."""

    user_id: UUID
    key: str
    request_hash: str


def request_hash(method: str, url: str, body: bytes) -> str:
    """Return what makes two requests the same."""
    return hashlib.sha256(b"\0".join([method.encode(), url.encode(), body])).hexdigest()


def claim(session: Session, *, user_id: UUID, key: str, digest: str) -> Claim:
    """Hold the key for this transaction.

    Raises:
        Replay: the answer is known.
        KeyInFlight: another transaction holds it.
        KeyReused: it came with another request.
    """
    number = int.from_bytes(hashlib.sha256(f"{user_id}:{key}".encode()).digest()[:8], "big", signed=True)
    if not session.scalar(text("SELECT pg_try_advisory_xact_lock(:number)"), {"number": number}):
        raise KeyInFlight("The first request with this key has not ended yet. Try again in a moment.")
    known = session.scalar(select(StoredAnswer).where(StoredAnswer.user_id == user_id, StoredAnswer.key == key))
    if known is None:
        return Claim(user_id=user_id, key=key, request_hash=digest)
    if known.request_hash != digest:
        raise KeyReused("Take a new key for another request.")
    raise Replay(known.status, known.media_type, known.body)


def store(session: Session, held: Claim, *, status: int, media_type: str, body: bytes) -> None:
    """Keep the answer with the effect."""
    session.add(
        StoredAnswer(
            user_id=held.user_id,
            key=held.key,
            request_hash=held.request_hash,
            status=status,
            media_type=media_type,
            body=body,
            at=clock.now(),
        )
    )
    session.flush()
