"""A private Redis or Valkey, the transport of Celery's wake-ups."""

from dataclasses import dataclass
from pathlib import Path

from kernel.processes.binaries import Program
from kernel.processes.layout import Layout, write_private
from kernel.processes.probes import redis_answers
from kernel.processes.supervisor import Process


@dataclass(frozen=True)
class RedisServer:
    """Where a private Redis lies and how to reach it."""

    program: Program
    folder: Path
    port: int
    password: str

    @property
    def url(self) -> str:
        """Return the address with its password."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def make(self) -> None:
        """Write the configuration."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(
            self.folder / "redis.conf",
            f"""\
bind 127.0.0.1
port {self.port}
dir {quoted(self.folder)}
requirepass {self.password}
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
daemonize no
""",
        )

    def process(self) -> Process:
        """Describe the server for the supervisor."""
        return Process(
            name="redis",
            command=(str(self.program.path), str(self.folder / "redis.conf")),
            environment=self.program.environment,
            ready=lambda: redis_answers("127.0.0.1", self.port, self.password),
            folder=self.folder,
        )


def quoted(path: Path) -> str:
    """Write a path as a Redis configuration file wants it."""
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def private_redis(layout: Layout, program: Program, *, port: int) -> RedisServer:
    """Describe the Redis of one `var`."""
    return RedisServer(program=program, folder=layout.var / "redis", port=port, password=layout.secret("redis"))
