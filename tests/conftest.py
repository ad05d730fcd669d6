"""Fixtures that need services: one private cluster per run, one database per worker, a broker, a Redis.

Nothing here needs root or a running service; everything lies in one temporary folder and ends with the run.
"""

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import hypothesis
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session
from xdist.scheduler.loadgroup import LoadGroupScheduling

from kernel import db, migrate, pki
from kernel.ids import new_id
from kernel.processes import database as bootstrap
from kernel.processes.binaries import find_chromium
from kernel.processes.broker import Broker, password_line
from kernel.processes.children import process_identity
from kernel.processes.layout import Layout, write_private
from kernel.processes.resolve import Service
from kernel.processes.services import Durability, PrivateServices
from kernel.settings import get_settings

ROOT = Path(__file__).resolve().parents[1]
RUN = "FIELDHAND_TEST_RUN"
PREFIX = "fieldhand-test-"
TEMPLATE = "fieldhand_template"
NOWHERE = "127.0.0.1:1"
DEFAULTS = {
    "FIELDHAND_DATABASE_URL": f"postgresql://fieldhand_app@{NOWHERE}/none",
    "FIELDHAND_INGEST_DATABASE_URL": f"postgresql://fieldhand_ingest@{NOWHERE}/none",
    "FIELDHAND_SYSTEM_DATABASE_URL": f"postgresql://fieldhand_system@{NOWHERE}/none",
    "FIELDHAND_REDIS_URL": f"redis://{NOWHERE}/0",
    "FIELDHAND_LOG_LEVEL": "WARNING",
}
"""Settings of a test that asked for no service: valid, and leading nowhere."""


hypothesis.settings.load_profile("ci")
"""Everywhere as in CI: the same examples in every run, none of them against the clock."""


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder of this run in the process that outlives all workers, and forget the user's own settings."""
    if hasattr(config, "workerinput"):
        return
    for name in [name for name in os.environ if name.startswith("FIELDHAND_") and name != "FIELDHAND_DATA"]:
        del os.environ[name]
    remove_dead_runs()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    folder.chmod(0o711)
    (folder / "owner").write_text(f"{os.getpid()} {(process_identity(os.getpid()) or ('', ''))[0]}")
    secret_key = secrets.token_urlsafe(32)
    os.environ.update(DEFAULTS | {RUN: f"{folder}:{os.getpid()}", "FIELDHAND_SECRET_KEY": secret_key})
    os.environ["FIELDHAND_VAR_DIR"] = str(folder / "files")
    config.add_cleanup(lambda: end_run(folder))


def remove_dead_runs() -> None:
    """Remove the folders of runs that were killed; their services ended with them."""
    for owner in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/owner"):
        with contextlib.suppress(OSError):
            pid, started = owner.read_text().split(" ", 1)
            if (process_identity(int(pid)) or ("", ""))[0] != started:
                shutil.rmtree(owner.parent, ignore_errors=True)


class TogetherScheduling(LoadGroupScheduling):
    """Hands tests out one by one, but those that share a running company to one worker: it is started once."""

    TOGETHER = ("tests/e2e/main_path/", "tests/e2e/console/")

    def _split_scope(self, nodeid: str) -> str:
        return next((folder for folder in self.TOGETHER if nodeid.startswith(folder)), nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> TogetherScheduling | None:
    """Schedule by folder: the group marks of xdist 3.8 do not reach the ids of pytest 9.2."""
    return TogetherScheduling(config, log) if config.getvalue("dist") == "loadgroup" else None


def end_run(folder: Path) -> None:
    """Stop the clusters of the workers and remove the folder of the run."""
    for holder in folder.glob("*/holder.pid"):
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(holder.read_text()), 15)
    wait_for(lambda: not any(folder.glob("*/cluster/run/postgres.process.json")), seconds=60)
    shutil.rmtree(folder, ignore_errors=True)


def wait_for(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Wait until a condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture(scope="session")
def run_folder() -> Path:
    """Return the folder that this run's workers share."""
    return Path(os.environ[RUN].rpartition(":")[0])


@pytest.fixture(scope="session")
def worker_name() -> str:
    """Return the name of this worker; without workers it is `solo`."""
    return os.environ.get("PYTEST_XDIST_WORKER", "solo")


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let one worker at a time do what only one has to."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def settings_of(values: Mapping[str, str]) -> Iterator[None]:
    """Put settings into the environment and have them read anew, before and after."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in values.items():
            patch.setenv(name, value)
        forget_settings()
        yield
    forget_settings()


def forget_settings() -> None:
    """Read the settings again at their next use, with new connections."""
    for login in db.Login:
        if db.engine.cache_info().currsize:
            db.engine(login).dispose()
    db.engine.cache_clear()
    get_settings.cache_clear()


@dataclass(frozen=True)
class SharedCluster:
    """The cluster of this worker."""

    environment: Mapping[str, str]
    admin_url: str

    def logins(self, database: str) -> dict[str, str]:
        """Return the settings that point the three logins at a database."""
        names = ("FIELDHAND_DATABASE_URL", "FIELDHAND_INGEST_DATABASE_URL", "FIELDHAND_SYSTEM_DATABASE_URL")
        return {name: bootstrap.with_database(self.environment[name], database) for name in names}


@pytest.fixture(scope="session")
def cluster(run_folder: Path, worker_name: str) -> SharedCluster:
    """Return the private cluster of this worker, with its template database.

    One for each, since who reads in commit order waits for every transaction of a cluster, those of other tests too.
    """
    home = run_folder / worker_name
    home.mkdir(mode=0o711, exist_ok=True)
    start_cluster(home)
    answer = json.loads((home / "cluster/environment.json").read_text())
    shared = SharedCluster(answer["environment"], answer["admin"])
    make_template(shared)
    return shared


def start_cluster(folder: Path) -> None:
    """Start the holder of the cluster, which lives as long as the whole run."""
    owner = os.environ[RUN].rpartition(":")[2]
    log = folder / "holder.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "kernel.processes.hold", str(folder / "cluster"), owner, Service.POSTGRES],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            start_new_session=True,
        )
    (folder / "holder.pid").write_text(str(process.pid))
    told = folder / "cluster/environment.json"
    wait_for(lambda: told.exists() or process.poll() is not None, seconds=90)
    process.returncode = 0 if process.returncode is None else process.returncode  # it is the run's, not this worker's
    if not told.exists():
        pytest.fail(f"no private PostgreSQL: {log.read_text()[-3000:]}")


def make_template(shared: SharedCluster) -> None:
    """Make the database that every worker gets a copy of."""
    passwords = bootstrap.Passwords(
        app=bootstrap.password_of(shared.environment["FIELDHAND_DATABASE_URL"]),
        ingest=bootstrap.password_of(shared.environment["FIELDHAND_INGEST_DATABASE_URL"]),
        system=bootstrap.password_of(shared.environment["FIELDHAND_SYSTEM_DATABASE_URL"]),
    )
    bootstrap.bootstrap(shared.admin_url, TEMPLATE, passwords)
    with settings_of(shared.logins(TEMPLATE)):
        migrate.upgrade()


@dataclass(frozen=True)
class Database:
    """The database of this worker."""

    name: str
    admin_url: str
    environment: Mapping[str, str]


@pytest.fixture(scope="session")
def database(cluster: SharedCluster, worker_name: str, run_folder: Path) -> Iterator[Database]:
    """Return this worker's own copy of the template; the settings and `kernel.db.transaction` lead to it."""
    name = f"fieldhand_{worker_name}"
    with locked(run_folder / "clone.lock"):
        bootstrap.clone_database(cluster.admin_url, TEMPLATE, name)
    environment = cluster.logins(name)
    with settings_of(environment):
        yield Database(name, bootstrap.with_database(cluster.admin_url, name), environment)


@pytest.fixture
def fresh_database(cluster: SharedCluster, run_folder: Path) -> Iterator[Database]:
    """Return one more copy of the template, for a test that counts rows of all tenants or changes the schema."""
    name = f"fieldhand_{secrets.token_hex(6)}"
    with locked(run_folder / "clone.lock"):
        bootstrap.clone_database(cluster.admin_url, TEMPLATE, name)
    environment = cluster.logins(name)
    with settings_of(environment):
        yield Database(name, bootstrap.with_database(cluster.admin_url, name), environment)


def make_tenant() -> UUID:
    """Commit a new tenant."""
    tenant_id = new_id()
    with db.transaction(db.Login.SYSTEM) as session:
        session.add(db.Tenant(id=tenant_id, slug=f"t{tenant_id.hex}", name="Test"))
    return tenant_id


@pytest.fixture
def tenant(database: Database) -> UUID:
    """Return a tenant of this test alone."""
    return make_tenant()


@pytest.fixture
def other_tenant(database: Database) -> UUID:
    """Return a second tenant, whose rows must stay out of sight."""
    return make_tenant()


@pytest.fixture
def session(tenant: UUID) -> Iterator[Session]:
    """Return a session of the app login bound to `tenant`; what it does is rolled back."""
    with Session(db.engine(db.Login.APP), expire_on_commit=False) as open_session:
        db.bind_tenant(open_session, tenant)
        yield open_session
        open_session.rollback()


@pytest.fixture
def admin(database: Database) -> Iterator[Session]:
    """Return a superuser's session of this worker's database, rolled back at the end."""
    engine = create_engine(db.with_driver(database.admin_url))
    with Session(engine) as open_session:
        yield open_session
        open_session.rollback()
    engine.dispose()


class PrivateBroker:
    """A Mosquitto of this worker, and a way to let devices in."""

    def __init__(self, services: PrivateServices, broker: Broker) -> None:
        """Serve a running broker."""
        self._services = services
        self._broker = broker
        self.environment = services.environment
        self.host = "127.0.0.1"
        self.port = broker.device_port
        self.tls_port, self.certificate_port = broker.tls_port, broker.certificate_port
        self.gateway_port = broker.gateway_port
        self.authority = pki.load_authority(broker.authority)
        self.gateways = broker.gateways
        self.gateway_user, self.gateway_password = next(iter(broker.gateways.items()))

    def add_device(self, name: str, *, tenant: str = "demo") -> str:
        """Let a device in under its tenant's slug; return its password."""
        password = secrets.token_urlsafe(24)
        root = f"fieldhand/v1/{tenant}/{name}"
        rules = [f"topic write {root}/{leaf}" for leaf in ("telemetry", "event", "state", "cmd/ack", "twin/reported")]
        rules += [f"topic read {root}/{leaf}" for leaf in ("cmd", "ack", "twin/desired")]
        users, rights = self._broker.password_file.read_text(), self._broker.acl_file.read_text()
        write_private(self._broker.password_file, users + password_line(name, password) + "\n")
        write_private(self._broker.acl_file, rights + "\n".join([f"user {name}", *rules]) + "\n\n")
        self.reload()
        return password

    def reload(self) -> None:
        """Have the broker read its users and rights again."""
        self._services.supervisor.signal("mosquitto", 1)
        time.sleep(0.15)

    def kill(self) -> None:
        """End the broker as a crash would; it stays down until `start`."""
        pid = self._services.supervisor.pid("mosquitto")
        self._services.supervisor.signal("mosquitto", 9)
        wait_for(lambda: self._services.supervisor.pid("mosquitto") != pid, seconds=30)
        self._services.supervisor.stop_process("mosquitto")

    def stop(self) -> None:
        """End the broker in order; it stays down until `start`."""
        self._services.supervisor.stop_process("mosquitto")

    def start(self) -> None:
        """Start the broker again on the same ports."""
        self._services.supervisor.start_process("mosquitto")
        self._services.supervisor.wait("mosquitto")


def service_folder(run_folder: Path, worker_name: str, name: str) -> Path:
    """Return a folder for services of this worker alone."""
    return run_folder / f"{worker_name}-{name}"


@pytest.fixture(scope="session")
def broker(run_folder: Path, worker_name: str) -> Iterator[PrivateBroker]:
    """Return this worker's broker; the MQTT settings lead to it."""
    var = service_folder(run_folder, worker_name, "broker")
    wanted = (Service.MOSQUITTO,)
    with PrivateServices(var, wanted, durability=Durability.FORGET, ephemeral_ports=True, gateways=2) as services:
        assert services.broker is not None
        mqtt = {name: value for name, value in services.environment.items() if "MQTT" in name or "CA_DIR" in name}
        with settings_of(mqtt):
            yield PrivateBroker(services, services.broker)


@pytest.fixture(scope="session")
def redis(run_folder: Path, worker_name: str) -> Iterator[str]:
    """Return the URL of this worker's Redis; the settings lead to it."""
    var = service_folder(run_folder, worker_name, "redis")
    wanted = (Service.REDIS,)
    with PrivateServices(var, wanted, durability=Durability.FORGET, ephemeral_ports=True) as services:
        url = services.environment["FIELDHAND_REDIS_URL"]
        with settings_of({"FIELDHAND_REDIS_URL": url}):
            yield url


@pytest.fixture
def private_layout(tmp_path: Path) -> Layout:
    """Return the folders of a `var` of this test alone."""
    layout = Layout(tmp_path / "var")
    layout.make()
    return layout


@pytest.fixture(scope="session")
def browser_path() -> Path:
    """Return Chromium's program; skips where there is none."""
    found = find_chromium()
    if found is None:
        pytest.skip("no Chromium on this machine: install the package `chromium` to run the browser tests")
    return found


def count_rows(session: Session, table: str) -> int:
    """Return how many rows of a table the session sees."""
    return int(session.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one())
