"""Where things lie: the checkout, its `var` folder, generated secrets and chosen ports."""

import hashlib
import json
import os
import random
import secrets
import socket
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The checkout, or the folder the packages were installed into."""

SOCKET_PATH_LIMIT = 100
"""Bytes of a unix socket's path; the kernel takes 107."""

POSTGRES_SOCKET_NAME = "/.s.PGSQL.65535"


@dataclass(frozen=True)
class Layout:
    """The folders below one `var`."""

    var: Path

    @property
    def secrets(self) -> Path:
        """Generated passwords and keys, readable by their owner only."""
        return self.var / "secrets"

    @property
    def run(self) -> Path:
        """Process records, chosen ports, locks."""
        return self.var / "run"

    @property
    def log(self) -> Path:
        """One log file per process."""
        return self.var / "log"

    @property
    def packages(self) -> Path:
        """System packages unpacked without root: one tree per checkout, whichever `var` is used."""
        return (ROOT / "var" if os.access(ROOT, os.W_OK) else self.var) / "deb"

    def make(self) -> None:
        """Make the folders that every run needs."""
        for folder in (self.var, self.run, self.log):
            folder.mkdir(parents=True, exist_ok=True)
        self.secrets.mkdir(mode=0o700, exist_ok=True)

    @property
    def digest(self) -> str:
        """A short name for this `var`, for folders that must lie elsewhere."""
        return hashlib.sha256(os.fsencode(self.var.resolve())).hexdigest()[:12]

    def secret(self, name: str) -> str:
        """Return a generated secret, made at first use."""
        path = self.secrets / name
        if not path.exists():
            write_private(path, secrets.token_urlsafe(32))
        return path.read_text().strip()

    def socket_folder(self) -> Path:
        """Return a folder whose path is short enough for a unix socket, made for its owner only."""
        folder = self.run / "postgres"
        if len(os.fsencode(str(folder) + POSTGRES_SOCKET_NAME)) > SOCKET_PATH_LIMIT:
            base = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
            folder = Path(base) / f"fieldhand-{os.getuid()}-{self.digest}"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.is_symlink():
            raise PermissionError(f"{folder} is a symbolic link; remove it")
        return folder


def write_private(path: Path, content: str) -> None:
    """Write a file that only its owner may read, all of it or nothing."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(content)
    draft.replace(path)


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Tell whether a server could listen there; a port in TIME_WAIT counts as free."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def next_free_port(first: int, host: str = "127.0.0.1") -> int:
    """Return `first` or the next port above it that is free."""
    for port in range(first, min(first + 500, 65536)):
        if port_is_free(port, host):
            return port
    raise OSError(f"no free port from {first} on")


class Ports:
    """Ports of the private services: chosen once, remembered, chosen again only when taken by someone else."""

    def __init__(self, path: Path, *, ephemeral: bool = False) -> None:
        """Remember them in `path`; `ephemeral` picks at random, for tests that run side by side."""
        self._path = path
        self._ephemeral = ephemeral
        self._chosen: dict[str, int] = json.loads(path.read_text()) if path.exists() else {}

    def choose(self, name: str, first: int) -> int:
        """Return the remembered port of a service, or a free one from `first` on."""
        known = self._chosen.get(name)
        if known is not None and port_is_free(known):
            return known
        start = random.SystemRandom().randrange(20000, 31000) if self._ephemeral else first
        port = start
        while not port_is_free(port) or port in self._chosen.values():
            port += 1
        self._chosen[name] = port
        write_private(self._path, json.dumps(self._chosen, indent=2) + "\n")
        return port

    def forget(self, *names: str) -> None:
        """Choose other ports at the next start."""
        for name in names:
            self._chosen.pop(name, None)
