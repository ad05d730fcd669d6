"""Links that customers get: derived from the installation's key, so that they can be shown again and stored nowhere."""

import base64
import hashlib
import hmac
from uuid import UUID

from kernel.settings import get_settings


def token(quote_id: UUID) -> str:
    """Return the token of a quote: HMAC-SHA256 of its id, 256 bits."""
    key = get_settings().secret_key.get_secret_value().encode()
    digest = hmac.new(key, b"quote:" + quote_id.bytes, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def url(quote_id: UUID) -> str:
    """Return where the customer answers."""
    return f"{get_settings().public_url.rstrip('/')}/quote/{token(quote_id)}"
