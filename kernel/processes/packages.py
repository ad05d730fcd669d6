"""Bringing system packages here: by apt where this is root, else downloaded and unpacked into a folder of our own."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from kernel.processes import binaries
from kernel.processes.layout import Layout

NAMES = {"postgres": "postgresql-postgis", "mosquitto": "mosquitto", "redis": "redis-server"}
"""Debian's and Ubuntu's packages of each service, for people to install."""

UNITS = {"postgres": (), "mosquitto": ("mosquitto",), "redis": ("redis-server",)}
"""System services that the packages would start at the next boot."""

INSTALL = r"""
set -eu
export DEBIAN_FRONTEND=noninteractive
policy=/usr/sbin/policy-rc.d
made=
tidy() { if [ -n "$made" ]; then rm -f "$policy"; fi; }
trap tidy EXIT
trap 'exit 1' HUP INT TERM
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    made=yes
fi
if ! dpkg-query -W -f='${Status}' postgresql-common 2>/dev/null | grep -q 'ok installed'; then
    mkdir -p /etc/postgresql-common
    if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
        echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
    fi
fi
apt-get install --yes --quiet --no-install-recommends --option Dpkg::Options::=--force-confold "$@"
"""
"""Installs without starting anything: no service, no PostgreSQL cluster, and only while nobody else has a say in it."""


def say(text: str) -> None:
    """Tell the person at the keyboard what takes time now."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - set-up speaks before any log exists


def fetch(services: tuple[str, ...], layout: Layout) -> str:
    """Bring the packages of services onto this machine; return why it could not be done, or nothing."""
    if os.environ.get("FIELDHAND_NO_PACKAGES"):
        return "(FIELDHAND_NO_PACKAGES is set: nothing was fetched)"
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        return ""
    prefix = root_prefix()
    if prefix is not None:
        return install(services, prefix)
    return unpack(services, layout)


def root_prefix() -> list[str] | None:
    """Return what to put before a command to run it as root, or none where that takes a password."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and run(["sudo", "-n", "true"]).returncode == 0:
        return ["sudo", "-n"]
    return None


def run(command: Sequence[str], *, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command without input and keep what it prints."""
    return subprocess.run(
        list(command), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, cwd=folder
    )


def install(services: tuple[str, ...], prefix: Sequence[str]) -> str:
    """Install the packages of services, leaving system services as they are; return why not, or nothing."""
    new_units = [unit for service in services for unit in UNITS[service] if not unit_is_known(unit)]
    say(f"installing system packages for {', '.join(services)} (some minutes on a slow line) ...")
    reason = refresh(prefix)
    names = [name for service in services for name in package_names(service)]
    answer = run([*prefix, "sh", "-c", INSTALL, "install", *names])
    if answer.returncode != 0:
        return f"apt-get install {' '.join(names)} failed: {last_lines(answer.stderr or answer.stdout)} {reason}"
    for unit in new_units:
        run([*prefix, "deb-systemd-helper", "disable", f"{unit}.service"])
    return ""


def install_extras(*names: str) -> str:
    """Install packages that are welcome but not needed; return why not, or nothing."""
    prefix = root_prefix() if shutil.which("apt-get") else None
    if prefix is None or os.environ.get("FIELDHAND_NO_PACKAGES"):
        return f"install {' '.join(names)} with the system's package manager"
    say(f"installing {', '.join(names)} ...")
    reason = "" if has_candidate(names[0]) else refresh(prefix)
    answer = run([*prefix, "sh", "-c", INSTALL, "install", *names])
    return "" if answer.returncode == 0 else f"{last_lines(answer.stderr)} {reason}".strip()


def unit_is_known(unit: str) -> bool:
    """Tell whether the machine has a system service of that name already."""
    return any((Path(folder) / f"{unit}.service").exists() for folder in ("/lib/systemd/system", "/etc/systemd/system"))


def refresh(prefix: Sequence[str], options: Sequence[str] = ()) -> str:
    """Read the package lists anew; return why that failed, or nothing."""
    answer = run([*prefix, "apt-get", *options, "update", "--quiet"])
    return "" if answer.returncode == 0 else f"(apt-get update: {last_lines(answer.stderr)})"


def package_names(service: str, options: Sequence[str] = ()) -> list[str]:
    """Return the packages of a service, PostGIS for the PostgreSQL that is here or the newest on offer."""
    if service != "postgres":
        return [NAMES[service]]
    offered = postgis_versions(options)
    here = [version for version in binaries.find_postgres_without_postgis() if version in offered]
    if here:
        return [f"postgresql-{here[-1]}-postgis-3"]
    if has_candidate(NAMES[service], options):
        return [NAMES[service]]
    return [f"postgresql-{offered[-1]}-postgis-3"] if offered else [NAMES[service]]


def postgis_versions(options: Sequence[str] = ()) -> list[int]:
    """Return the versions of PostgreSQL that the package lists have PostGIS for."""
    names = run(["apt-cache", *options, "pkgnames", "postgresql-"]).stdout
    return sorted({int(version) for version in re.findall(r"^postgresql-(\d+)-postgis-3$", names, re.MULTILINE)})


def has_candidate(name: str, options: Sequence[str] = ()) -> bool:
    """Tell whether the package lists offer a package."""
    answer = run(["apt-cache", *options, "policy", name]).stdout
    return bool(re.search(r"Candidate: (?!\(none\))", answer))


def unpack(services: tuple[str, ...], layout: Layout) -> str:
    """Download and unpack the packages of services, without root; return why not, or nothing."""
    layout.make()
    state = layout.packages.with_name("apt")
    for folder in ("lists/partial", "cache/archives/partial"):
        (state / folder).mkdir(parents=True, exist_ok=True)
    options = private_apt(state)
    say(f"no root here: downloading packages for {', '.join(services)} into {layout.packages} ...")
    reason = refresh([], options)
    names = [name for service in services for name in explicit_names(service, options)]
    answer = run(["apt-get", *options, "install", "--yes", "--download-only", "--no-install-recommends", *names])
    if answer.returncode != 0:
        return f"downloading {' '.join(names)} failed: {last_lines(answer.stderr)} {reason}"
    reason = extract(sorted((state / "cache/archives").glob("*.deb")), layout.packages)
    shutil.rmtree(state)
    return reason


def private_apt(state: Path) -> list[str]:
    """Return the options that let apt work in a folder of our own, reading only which packages the system has."""
    settings = {
        "Dir::State": state,
        "Dir::State::Lists": state / "lists",
        "Dir::State::status": "/var/lib/dpkg/status",
        "Dir::Cache": state / "cache",
        "Dir::Cache::Archives": state / "cache/archives",
        "Debug::NoLocking": "true",
        "APT::Sandbox::User": "",
        "APT::Get::ReInstall": "true",
    }
    return [part for name, value in settings.items() for part in ("--option", f"{name}={value}")]


def explicit_names(service: str, options: Sequence[str]) -> list[str]:
    """Return every package that must lie in our own tree, even where the system has it already."""
    if service == "redis":
        return ["redis-server", "redis-tools"]
    if service != "postgres":
        return [NAMES[service]]
    versions = postgis_versions(options)
    if not versions:
        return [NAMES[service]]
    newest = f"postgresql-{versions[-1]}"
    return [
        *(newest, newest.replace("postgresql", "postgresql-client")),
        *(f"{newest}-postgis-3", f"{newest}-postgis-3-scripts"),
    ]


def extract(archives: Iterable[Path], tree: Path) -> str:
    """Unpack package files; return why not, or nothing."""
    tree.mkdir(parents=True, exist_ok=True)
    for archive in archives:
        if archive.name.startswith(("libc6_", "libc-bin_")):
            continue  # the system's own loader goes with the system's own C library only
        answer = run(["dpkg-deb", "--extract", str(archive), str(tree)])
        if answer.returncode != 0:
            return f"unpacking {archive.name} failed: {last_lines(answer.stderr)}"
    link_extensions(tree)
    return ""


def link_extensions(tree: Path) -> None:
    """Give PostGIS the names that the packages' own scripts would have linked."""
    for control in tree.glob("usr/share/postgresql/*/extension/*-3.control"):
        link = control.with_name(control.name.replace("-3.control", ".control"))
        if not link.is_symlink():
            link.symlink_to(control.name)


def last_lines(text: str, count: int = 3) -> str:
    """Return the end of what a command printed, on one line."""
    return " / ".join(text.strip().splitlines()[-count:])
