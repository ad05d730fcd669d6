"""How a device gets its identity: it trades a claim over HTTPS. Written from docs/device-protocol.md alone."""

import json
import os
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import msgspec

from firmware_sim.errors import CredentialsError

TRADE = "/api/v1/device-claims/trade"
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_SECONDS = 15.0


class Granted(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: who the device is and where it connects."""

    name: str
    model: str
    tenant: str
    host: str
    port: int
    secret: str
    ca: str | None = None

    def __repr__(self) -> str:
        """Leave the secret out of logs and tracebacks."""
        return f"Granted({self.name}, {self.tenant})"


@dataclass(frozen=True)
class Claim:
    """Where to trade, and the token."""

    url: str
    token: str

    def __repr__(self) -> str:
        """Leave the token out of logs and tracebacks."""
        return f"Claim({self.url})"


def read_claim(text: str) -> Claim:
    """Read what the QR code says: `fieldhand:claim?u=<address>&t=<token>`.

    Raises:
        CredentialsError: it is something else, or would send the token unencrypted.
    """
    parts = urlsplit(text.strip())
    fields = parse_qs(parts.query)
    if (parts.scheme, parts.path) != ("fieldhand", "claim") or not {"u", "t"} <= set(fields):
        raise CredentialsError("a claim reads fieldhand:claim?u=<address>&t=<token>")
    url = urlsplit(fields["u"][0])
    if url.scheme != "https" and not (url.scheme == "http" and url.hostname in _LOOPBACK):
        raise CredentialsError("a claim is traded over https only")
    return Claim(fields["u"][0].rstrip("/"), fields["t"][0])


def trade(claim: Claim, *, hardware_id: str, ca: Path | None) -> Granted:
    """Trade a claim for an identity; the same hardware may do so again when the answer got lost.

    Raises:
        CredentialsError: nobody answers, or the claim is refused; the text says why.
    """
    body = json.dumps({"token": claim.token, "hardware_id": hardware_id}).encode()
    request = urllib.request.Request(  # noqa: S310 - the scheme was looked at
        claim.url + TRADE, data=body, headers={"Content-Type": "application/json"}, method="POST"
    )
    try:
        trust = ssl.create_default_context(cafile=str(ca) if ca is not None else None)
        with urllib.request.urlopen(request, timeout=_SECONDS, context=trust) as answer:  # noqa: S310
            return msgspec.json.decode(answer.read(), type=Granted)
    except urllib.error.HTTPError as error:
        with error:
            raise CredentialsError(f"the claim is refused: {_reason(error.read())}") from error
    except (OSError, msgspec.DecodeError) as error:
        raise CredentialsError(f"the claim cannot be traded: {error}") from error


def keep(granted: Granted, credentials: Path) -> None:
    """Write the credentials file, readable by its owner only, and the authority beside it."""
    listed: dict[str, object] = {
        "tenant": granted.tenant,
        "host": granted.host,
        "port": granted.port,
        "ca": None,
        "devices": [{"name": granted.name, "model": granted.model, "secret": granted.secret}],
    }
    if granted.ca is not None:
        beside = credentials.with_suffix(".ca.crt")
        beside.write_text(granted.ca)
        listed["ca"] = beside.name
    draft = credentials.with_suffix(".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(listed, file, indent=2)
    draft.replace(credentials)


def _reason(body: bytes) -> str:
    try:
        problem = json.loads(body)
        return f"{problem['title']} ({problem['type'].rpartition(':')[2]})"
    except (ValueError, KeyError, TypeError, AttributeError):
        return "no reason given"
