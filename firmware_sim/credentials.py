"""The credentials file: which devices may connect, where, and as whom."""

from pathlib import Path

import msgspec

from firmware_sim.errors import CredentialsError


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """One device as the operator provisioned it; `secret` is its MQTT password."""

    name: str
    model: str
    secret: str

    def __repr__(self) -> str:
        """Leave the secret out of logs and tracebacks."""
        return f"Identity({self.name}, {self.model})"


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """The devices of one tenant and the broker they talk to; `ca` switches TLS on."""

    devices: tuple[Identity, ...]
    tenant: str
    host: str
    port: int
    ca: str | None = None

    def __repr__(self) -> str:
        """Leave the secrets out of logs and tracebacks."""
        return f"Credentials({self.tenant}, {len(self.devices)} devices)"


def read_credentials(path: Path) -> Credentials:
    """Read the file that provisioning wrote; a relative `ca` is looked up beside it.

    Raises:
        CredentialsError: missing, unreadable, incomplete, or a device listed twice.
    """
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Credentials)
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise CredentialsError(f"credentials file {path}: {reason}") from error
    except msgspec.DecodeError as error:
        raise CredentialsError(f"credentials file {path}: {error}") from error
    names = [device.name for device in found.devices]
    if not names:
        raise CredentialsError(f"credentials file {path} names no device")
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise CredentialsError(f"credentials file {path} lists {twice} twice")
    if not 0 < found.port < 65536:
        raise CredentialsError(f"credentials file {path}: port {found.port} is none")
    if found.ca and not (path.parent / found.ca).exists():
        raise CredentialsError(f"credentials file {path}: no certificate at {found.ca}")
    return found
