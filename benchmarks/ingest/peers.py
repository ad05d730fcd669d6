"""What others reach with the same broker, database and messages: a naive script, and Node-RED."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.ingest.phases import Drained, spent
from benchmarks.ingest.runner import publishers, run_jobs
from benchmarks.ingest.watch import Counted, frozen, memory_mb
from benchmarks.ingest.world import NAIVE, NODE_RED, ROOT, World, say, wait

PACKAGES = ("node-red@4.1.15", "pg@8.23.1")
INSTALL_SECONDS = 180
INSERT = """\
const parts = msg.topic.split("/"), body = msg.payload;
global.get("pool").query(
  "INSERT INTO nodered_reading (device, ts, boot, seq, vals) VALUES ($1, to_timestamp($2 / 1000.0), $3, $4, $5)",
  [parts[3], body.ts, body.boot, body.seq, JSON.stringify(body.values)]
).then(() => node.done(), (error) => node.error(error, msg));
"""


class AbsentError(Exception):
    """The peer cannot be had on this machine; the message says why."""


def naive(world: World, count: int) -> Drained:
    """Measure the script of `naive.py`."""
    own = {
        "NAIVE_DATABASE_URL": world.environment["FIELDHAND_SYSTEM_DATABASE_URL"].replace(
            "postgresql://", "postgresql+psycopg://", 1
        ),
        "NAIVE_USER": NAIVE,
        "NAIVE_PASSWORD": world.secrets[NAIVE],
        "NAIVE_PORT": str(world.broker.gateway_port),
        "PYTHONPATH": str(ROOT),
    }
    command = (sys.executable, "-P", "-m", "benchmarks.ingest.naive")
    try:
        world.start(NAIVE, command, own, line="naive_subscribed")
        return _drain(world, NAIVE, "naive_reading", count)
    finally:
        world.stop(NAIVE)


def node_red(world: World, count: int) -> Drained:
    """Measure Node-RED: an MQTT node into a function node with a pool of ten connections.

    Raises:
        AbsentError: there is no node or npm here, or the packages cannot be brought here.
    """
    modules = install()
    home = world.folder / "node-red"
    home.mkdir(exist_ok=True)
    (home / "flows.json").write_text(json.dumps(_flow(world)))
    (home / "flows_cred.json").write_text(
        json.dumps({"broker": {"user": NODE_RED, "password": world.secrets[NODE_RED]}})
    )
    with world.connect() as connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS nodered_reading (device text, ts timestamptz, boot int, seq bigint, vals jsonb,"
            " PRIMARY KEY (device, ts, boot, seq))"
        )
    own = {"PEER_MODULES": str(modules), "PEER_DATABASE_URL": world.admin_url}
    settings = str(Path(__file__).with_name("node_red.js"))
    command = ("node", str(modules / "node-red/red.js"), "--userDir", str(home), "--settings", settings)
    try:
        world.start(NODE_RED, command, own, line="Connected to broker")
        time.sleep(1.0)  # it says nothing of its subscription
        return _drain(world, NODE_RED, "nodered_reading", count)
    finally:
        world.stop(NODE_RED)


def install() -> Path:
    """Bring the packages of the peer into the user's cache, once; return the folder of the modules.

    Raises:
        AbsentError: it cannot be done here.
    """
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            raise AbsentError(f"there is no {program} on this machine")
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = base / "fieldhand-benchmark" / "-".join(name.replace("@", "-") for name in PACKAGES)
    if not (folder / "complete").exists():
        say(f"npm install {' '.join(PACKAGES)} into {folder}")
        folder.mkdir(parents=True, exist_ok=True)
        options = ("--no-audit", "--no-fund", "--ignore-scripts", "--omit=dev", "--save-exact")
        try:
            subprocess.run(
                ["npm", "install", *options, "--prefix", str(folder), *PACKAGES],
                check=True,
                capture_output=True,
                text=True,
                timeout=INSTALL_SECONDS,
                stdin=subprocess.DEVNULL,
            )
        except subprocess.TimeoutExpired:
            raise AbsentError(f"npm install was not done in {INSTALL_SECONDS} s") from None
        except subprocess.CalledProcessError as error:
            lines = error.stderr.strip().splitlines()
            raise AbsentError(f"npm install failed: {lines[0] if lines else error.returncode}") from None
        (folder / "complete").touch()
    return folder / "node_modules"


def _flow(world: World) -> list[dict[str, object]]:
    broker: dict[str, object] = {
        "id": "broker",
        "type": "mqtt-broker",
        "broker": "127.0.0.1",
        "port": world.broker.gateway_port,
        "clientid": NODE_RED,
        "autoConnect": True,
        "usetls": False,
        "protocolVersion": "5",
        "keepalive": "60",
        "cleansession": False,
        "autoUnsubscribe": False,
        "sessionExpiry": "3600",
    }
    source: dict[str, object] = {
        "id": "in",
        "type": "mqtt in",
        "z": "flow",
        "topic": "fieldhand/v1/+/+/telemetry",
        "qos": "1",
        "datatype": "json",
        "broker": "broker",
        "wires": [["store"]],
    }
    store: dict[str, object] = {
        "id": "store",
        "type": "function",
        "z": "flow",
        "func": INSERT,
        "outputs": 0,
        "wires": [],
    }
    return [{"id": "flow", "type": "tab", "label": "ingest"}, broker, source, store]


def _drain(world: World, name: str, table: str, count: int) -> Drained:
    say(f"{name}, {count} messages")
    boot, pid = world.next_boot(), world.pid(name)
    with world.connect() as connection:
        connection.execute("CHECKPOINT")
        with frozen([pid]):
            run_jobs(publishers(world, count, boot=boot), seconds=60)
            before, begun = spent(world, [pid]), time.monotonic()

        def rows() -> int:
            found = connection.execute(f"SELECT count(*) FROM {table} WHERE boot = %s", [boot]).fetchone()
            return int(found[0]) if found else 0

        wait(lambda: rows() >= count, seconds=90, what=f"{count} rows of {name}", every=0.05)
        ended = time.monotonic()
        used, carried, stored = (after - one for after, one in zip(spent(world, [pid]), before, strict=True))
        rows_now = rows()
    return Drained(
        rate=count / (ended - begun),
        cpu_us=used / count * 1e6,
        broker_us=carried / count * 1e6,
        postgres_us=stored / count * 1e6,
        memory=memory_mb(pid, "VmHWM"),
        counted=Counted(rows_now, count - rows_now, 0, 0),
    )
