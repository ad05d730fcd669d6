"""Idempotency keys: the same POST again gives the same answer back.

After the IETF draft `idempotency-key-header`: same key and body replays, another body is 422, in flight is 409.
The answer is stored in the transaction of the effect, so that both are there or neither. It is encrypted with a key
made of the caller's own Idempotency-Key, which is kept as a hash only, and the deployment's secret: an answer may hold
a device's secret or a token, and neither a copy of the table nor the table with the deployment's secret opens it.
"""

import hashlib
import os
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Index, LargeBinary, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from kernel import clock
from kernel.auth import hash_secret
from kernel.db import TenantRow, tenant_args
from kernel.errors import Conflict, Invalid
from kernel.settings import get_settings

NONCE_BYTES = 12


class KeyInFlight(Conflict):
    """A request with this Idempotency-Key is still being worked on."""

    slug = "idempotency-key-in-flight"


class KeyReused(Invalid):
    """This Idempotency-Key came before with another request."""

    slug = "idempotency-key-reused"


class AnswerLost(Conflict):
    """The request was done before, and its answer cannot be read any more."""

    slug = "idempotency-answer-lost"


class StoredAnswer(TenantRow):
    """The answer that a key has got."""

    __tablename__ = "idempotency_key"
    __table_args__ = tenant_args(
        Index("uq_idempotency_key", "tenant_id", "user_id", "key", unique=True), Index("ix_idempotency_key_at", "at")
    )

    user_id: Mapped[UUID]
    key: Mapped[str]
    """SHA-256 of the caller's key."""
    request_hash: Mapped[str]
    status: Mapped[int]
    media_type: Mapped[str]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    """AES-256-GCM; the first 12 bytes are the nonce."""
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
        AnswerLost: it was done, and the deployment's secret has changed since.
    """
    number = int.from_bytes(hashlib.sha256(f"{user_id}:{key}".encode()).digest()[:8], "big", signed=True)
    if not session.scalar(text("SELECT pg_try_advisory_xact_lock(:number)"), {"number": number}):
        raise KeyInFlight("The first request with this key has not ended yet. Try again in a moment.")
    known = session.scalar(
        select(StoredAnswer).where(StoredAnswer.user_id == user_id, StoredAnswer.key == hash_secret(key))
    )
    if known is None:
        return Claim(user_id=user_id, key=key, request_hash=digest)
    if known.request_hash != digest:
        raise KeyReused("Take a new key for another request.")
    raise Replay(known.status, known.media_type, _opened(known, key))


def _opened(known: StoredAnswer, key: str) -> bytes:
    try:
        cipher, sealed = _cipher(known.user_id, key), known.body
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], known.request_hash.encode())
    except (InvalidTag, ValueError) as error:
        raise AnswerLost("Look up what it made; it was not done a second time.") from error


def _cipher(user_id: UUID, key: str) -> AESGCM:
    secret = get_settings().secret_key.get_secret_value().encode()
    derive = HKDF(algorithm=hashes.SHA256(), length=32, salt=user_id.bytes, info=b"fieldhand stored answer")
    return AESGCM(derive.derive(secret + b"\0" + key.encode()))


def store(session: Session, held: Claim, *, status: int, media_type: str, body: bytes) -> None:
    """Keep the answer with the effect."""
    nonce = os.urandom(NONCE_BYTES)
    sealed = nonce + _cipher(held.user_id, held.key).encrypt(nonce, body, held.request_hash.encode())
    session.add(
        StoredAnswer(
            user_id=held.user_id,
            key=hash_secret(held.key),
            request_hash=held.request_hash,
            status=status,
            media_type=media_type,
            body=sealed,
            at=clock.now(),
        )
    )
    session.flush()
