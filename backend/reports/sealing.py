"""The seal of a report: the digest of its content, and a signature by the installation's own authority."""

import base64
import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from kernel import pki
from kernel.settings import get_settings

PURPOSE = b"fieldhand service report 1\n"
"""Stands before the digest, so that the signature means nothing else."""


class SignatureState(StrEnum):
    """What a signature says; `other_authority`: made by an authority that is not this installation's, or not now."""

    VALID = "valid"
    INVALID = "invalid"
    NONE = "none"
    OTHER_AUTHORITY = "other_authority"


@dataclass(frozen=True, kw_only=True)
class Seal:
    """What proves a content."""

    digest: str
    signature: str | None
    signed_by: str | None


def digest_of(content: dict[str, Any]) -> str:
    """Return the SHA-256 of a content as JSON with sorted members and no blanks, in UTF-8."""
    written = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(written.encode()).hexdigest()


def seal(content: dict[str, Any]) -> Seal:
    """Return the seal of a content; without an authority it is the digest alone."""
    digest, authority = digest_of(content), _authority()
    if authority is None:
        return Seal(digest=digest, signature=None, signed_by=None)
    signature = authority.key.sign(PURPOSE + digest.encode(), ec.ECDSA(hashes.SHA256()))
    return Seal(digest=digest, signature=base64.b64encode(signature).decode(), signed_by=_fingerprint(authority))


def check(content: dict[str, Any], seal: Seal) -> SignatureState:
    """Tell whether a content is the one that was sealed, and by whom."""
    if digest_of(content) != seal.digest:
        return SignatureState.INVALID
    if seal.signature is None:
        return SignatureState.NONE
    authority = _authority()
    if authority is None or _fingerprint(authority) != seal.signed_by:
        return SignatureState.OTHER_AUTHORITY
    try:
        signature = base64.b64decode(seal.signature)
        authority.key.public_key().verify(signature, PURPOSE + seal.digest.encode(), ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError):
        return SignatureState.INVALID
    return SignatureState.VALID


def _authority() -> pki.Authority | None:
    folder = get_settings().ca_dir
    if folder is None:
        return None
    try:
        return pki.load_authority(folder)
    except pki.NoAuthorityError:
        return None


def _fingerprint(authority: pki.Authority) -> str:
    return authority.certificate.fingerprint(hashes.SHA256()).hex()
