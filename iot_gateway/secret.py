"""Device secrets, their hashes in the broker's format, and the gateways' own secret word."""

import base64
import hashlib
import hmac
import secrets

ITERATIONS = 101
"""What mosquitto itself uses; safe only because the secrets are random 256-bit values, never passwords."""


def new_secret() -> str:
    """Return a random 256-bit device secret."""
    return secrets.token_urlsafe(32)


def hash_for_broker(secret: str, *, salt: bytes | None = None) -> str:
    """Return the PBKDF2-SHA512 hash of a secret as mosquitto keeps it in its password file."""
    salt = salt if salt is not None else secrets.token_bytes(12)
    digest = hashlib.pbkdf2_hmac("sha512", secret.encode(), salt, ITERATIONS, dklen=64)
    return f"$7${ITERATIONS}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


def matches(secret: str, kept: str) -> bool:
    """Tell whether a secret belongs to a kept hash."""
    salt = base64.b64decode(kept.split("$")[3])
    return hmac.compare_digest(hash_for_broker(secret, salt=salt), kept)


def share_group(key: str) -> str:
    """Return the name of the gateways' share group, the same for all replicas and known to nobody else.

    Mosquitto lets every client subscribe and checks rights at delivery: a device that joined the group would be handed
    its part of all telemetry, be refused it, and the message would be gone.
    """
    return "ingest-" + hmac.new(key.encode(), b"mqtt share group", hashlib.sha256).hexdigest()[:32]
