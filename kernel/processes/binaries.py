"""Finding server programs on this machine, or in a folder of unpacked system packages."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

OLDEST_POSTGRES = 14

POSTGRES_GLOBS = (
    "usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "usr/pgsql-*/bin",  # PGDG on Red Hat
    "usr/lib/postgresql*/bin",  # Alpine, SUSE
    "usr/libexec/postgresql*",
    "opt/homebrew/opt/postgresql@*/bin",
    "usr/local/opt/postgresql@*/bin",
    "usr/bin",
    "usr/local/bin",
    "usr/local/pgsql/bin",
)
PROGRAM_FOLDERS = ("usr/sbin", "usr/bin", "usr/local/sbin", "usr/local/bin", "opt/homebrew/bin", "opt/homebrew/sbin")


@dataclass(frozen=True)
class PostgresPrograms:
    """A PostgreSQL server with PostGIS."""

    folder: Path
    version: int
    environment: Mapping[str, str] = field(default_factory=dict)

    def program(self, name: str) -> str:
        """Return the path of one of its programs."""
        return str(self.folder / name)


@dataclass(frozen=True)
class Program:
    """A server that is a single program."""

    path: Path
    environment: Mapping[str, str] = field(default_factory=dict)


def find_postgres(root: Path = Path("/")) -> PostgresPrograms | None:
    """Return the newest PostgreSQL below `root` that has PostGIS."""
    found = [
        PostgresPrograms(folder, version, library_environment(root))
        for folder in sorted(set(postgres_folders(root)))
        if (version := postgres_version(folder)) >= OLDEST_POSTGRES and has_postgis(folder, version, root)
    ]
    return max(found, key=lambda programs: programs.version, default=None)


def find_postgres_without_postgis(root: Path = Path("/")) -> list[int]:
    """Return the versions of PostgreSQL that lack PostGIS, for the doctor."""
    return sorted(
        {
            version
            for folder in postgres_folders(root)
            if (version := postgres_version(folder)) and not has_postgis(folder, version, root)
        }
    )


def postgres_folders(root: Path) -> Iterator[Path]:
    """Yield folders that hold a `postgres` and an `initdb`."""
    for pattern in POSTGRES_GLOBS:
        for folder in root.glob(pattern):
            if (folder / "postgres").exists() and (folder / "initdb").exists():
                yield folder.resolve() if root == Path("/") else folder
    on_path = shutil.which("postgres") if root == Path("/") else None
    if on_path:
        yield Path(on_path).resolve().parent


def postgres_version(folder: Path) -> int:
    """Return the major version that a program folder's name or neighbours tell, 0 if none does."""
    for part in (folder.parent.name, folder.name):
        digits = re.search(r"(\d{2})(?:\.\d+)?$", part)
        if digits:
            return int(digits[1])
    return version_by_asking(folder / "postgres")


def version_by_asking(program: Path) -> int:
    """Return the major version that the program prints."""
    answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    digits = re.search(r"(\d+)", answer.stdout)
    return int(digits[1]) if digits else 0


def has_postgis(folder: Path, version: int, root: Path) -> bool:
    """Tell whether the server in `folder` has PostGIS to load."""
    shares = (
        root / f"usr/share/postgresql/{version}/extension",
        folder.parent / "share/extension",
        folder.parent / "share/postgresql/extension",
        folder.parent / f"share/postgresql{version}/extension",
        folder.parent / f"share/postgresql@{version}/extension",
    )
    return any((share / name).exists() for share in shares for name in ("postgis.control", "postgis-3.control"))


def find_program(*names: str, root: Path = Path("/")) -> Program | None:
    """Return the first of these programs that is there; `sbin` folders count though they are not on a user's PATH."""
    for name in names:
        if root == Path("/") and (on_path := shutil.which(name)):
            return Program(Path(on_path))
        for folder in PROGRAM_FOLDERS:
            path = root / folder / name
            if path.exists() and os.access(path, os.X_OK):
                return Program(path, library_environment(root))
    return None


def find_mosquitto(root: Path = Path("/")) -> Program | None:
    """Return the MQTT broker."""
    return find_program("mosquitto", root=root)


def find_redis(root: Path = Path("/")) -> Program | None:
    """Return the Redis or Valkey server."""
    return find_program("redis-server", "valkey-server", root=root)


def library_environment(root: Path) -> dict[str, str]:
    """Return what programs of an unpacked tree need to find their libraries and data."""
    if root == Path("/"):
        return {}
    libraries = [root / "usr/lib", root / "lib", *root.glob("usr/lib/*-linux-*"), *root.glob("lib/*-linux-*")]
    nested = [folder / name for folder in libraries for name in ("blas", "lapack", "libproxy", "odbc")]
    folders = [str(folder) for folder in (*libraries, *nested) if folder.is_dir()]
    return {"LD_LIBRARY_PATH": ":".join(folders), "PROJ_DATA": str(root / "usr/share/proj")}


def find_chromium() -> Path | None:
    """Return a Chromium for browser tests."""
    program = find_program("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return program.path if program else None
