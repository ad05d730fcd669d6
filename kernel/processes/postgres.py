"""A private PostgreSQL cluster: made once, run as a foreground child."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from kernel.processes.accounts import Account, unprivileged_account
from kernel.processes.binaries import PostgresPrograms
from kernel.processes.layout import Layout
from kernel.processes.refusals import ClusterFailed
from kernel.processes.supervisor import Process

SUPERUSER = "fieldhand_owner"
OWNER_SECRET = "postgres-owner"  # noqa: S105 - the name of a file

DURABLE: Mapping[str, str] = {"max_wal_size": "2GB", "wal_compression": "on", "checkpoint_timeout": "10min"}
"""Settings of a cluster that keeps what it was given."""

FORGETFUL: Mapping[str, str] = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum_naptime": "60s",
}
"""Settings of a cluster for tests: fast, and gone after a power cut."""


@dataclass(frozen=True)
class Cluster:
    """Where a private cluster lies and how to reach it."""

    programs: PostgresPrograms
    data: Path
    sockets: Path
    port: int
    password: str
    account: Account | None
    settings: Mapping[str, str]

    def url(self, database: str = "postgres") -> str:
        """Return the superuser's address of a database, over loopback."""
        return f"postgresql://{SUPERUSER}:{quote(self.password)}@127.0.0.1:{self.port}/{database}"

    def make(self) -> None:
        """Initialise the data folder at first use.

        Raises:
            ClusterFailed: initdb refused, or the folder is of another major version.
        """
        marker = self.data / "PG_VERSION"
        if marker.exists():
            found = int(marker.read_text().split(".")[0])
            if found != self.programs.version:
                raise ClusterFailed(
                    f"{self.data} was made by PostgreSQL {found}; this machine has {self.programs.version}: "
                    f"install PostgreSQL {found} with PostGIS, or dump it there and move the folder away"
                )
            return
        make_owned(self.data, self.account)
        with tempfile.NamedTemporaryFile("w", suffix=".pw") as password_file:
            password_file.write(self.password)
            password_file.flush()
            if self.account:
                os.chown(password_file.name, self.account.uid, self.account.gid)
            self._initdb(password_file.name)

    def _initdb(self, password_file: str) -> None:
        command = [
            self.programs.program("initdb"),
            *("--pgdata", str(self.data), "--username", SUPERUSER, "--pwfile", password_file),
            *("--auth", "scram-sha-256", "--encoding", "UTF8", "--no-instructions"),
            *(("--no-sync",) if self.settings.get("fsync") == "off" else ()),
        ]
        refusals = []
        for locale in ("C.UTF-8", "C"):
            answer = subprocess.run(
                [*command, "--locale", locale],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                cwd=self.data,
                env=self._environment(),
                user=self.account.uid if self.account else None,
                group=self.account.gid if self.account else None,
                extra_groups=[] if self.account else None,
            )
            if answer.returncode == 0:
                return
            refusals.append(answer.stderr.strip())
        raise ClusterFailed(f"initdb failed: {refusals[0]}")

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "TZ") if name in os.environ}
        return kept | {"LANG": "C", "LC_MESSAGES": "C"} | dict(self.programs.environment)

    def process(self) -> Process:
        """Describe the server for the supervisor."""
        settings = {
            "port": str(self.port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": f'"{self.sockets}"',
            "password_encryption": "scram-sha-256",
            "max_connections": "200",
            "shared_buffers": "256MB",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "jit": "off",
            "log_min_messages": "warning",
            "logging_collector": "off",
            **self.settings,
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return Process(
            name="postgres",
            command=(self.programs.program("postgres"), "-D", str(self.data), *options),
            environment=self._environment(),
            inherit=False,
            ready=self.accepts_connections,
            folder=self.data,
            account=self.account,
            stop_signal=signal.SIGINT,
        )

    def accepts_connections(self) -> bool:
        """Tell whether the server takes log-ins."""
        try:
            psycopg.connect(self.url(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


def make_owned(folder: Path, account: Account | None) -> None:
    """Make an empty private folder for the server's user."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    if account:
        account.own(folder)
    else:
        folder.mkdir(mode=0o700)


def private_cluster(
    layout: Layout, programs: PostgresPrograms, *, port: int, settings: Mapping[str, str] = DURABLE
) -> Cluster:
    """Describe the cluster of one `var`; as root it belongs to another user, elsewhere where that one cannot get in."""
    account = unprivileged_account()
    known = (layout.secrets / OWNER_SECRET).exists()
    data, sockets = layout.var / "postgres", layout.socket_folder()
    if account:
        sockets = account_folder(sockets, layout, account, "sockets")
        data = account_folder(data, layout, account, "postgres")
    if not known and data.exists():
        put_aside(data)
    return Cluster(
        programs=programs,
        data=data,
        sockets=sockets,
        port=port,
        password=layout.secret(OWNER_SECRET),
        account=account,
        settings=settings,
    )


def put_aside(data: Path) -> None:
    """Move a cluster away whose password is gone: its `var` was emptied while the data lay elsewhere."""
    aside = data.with_name(f"{data.name}.old")
    shutil.rmtree(aside, ignore_errors=True)
    data.rename(aside)


def account_folder(wanted: Path, layout: Layout, account: Account, name: str) -> Path:
    """Return a folder the account owns and can reach: `wanted`, or one under /var/lib."""
    folder = wanted
    if not account.can_traverse(wanted.parent):
        base = Path("/var/lib") / f"fieldhand-{layout.digest}"
        base.mkdir(mode=0o755, exist_ok=True)
        folder = base / name
    if name == "sockets":
        account.own(folder)
    return folder
