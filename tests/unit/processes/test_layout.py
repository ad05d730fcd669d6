"""Folders, secrets and ports of one `var`."""

import os
import socket
import stat
from pathlib import Path

import pytest

from kernel.processes.layout import SOCKET_PATH_LIMIT, Layout, Ports, next_free_port, port_is_free


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    made = Layout(tmp_path / "var")
    made.make()
    return made


def test_a_secret_is_made_once_and_read_by_its_owner_only(layout: Layout) -> None:
    first = layout.secret("redis")

    assert layout.secret("redis") == first
    assert len(first) >= 40
    assert stat.S_IMODE((layout.secrets / "redis").stat().st_mode) == 0o600
    assert stat.S_IMODE(layout.secrets.stat().st_mode) == 0o700


def test_a_socket_lies_elsewhere_when_the_path_is_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", "")
    deep = Layout(tmp_path / ("x" * 60) / ("y" * 60))
    deep.make()

    folder = deep.socket_folder()

    assert deep.var not in folder.parents
    assert len(os.fsencode(folder)) + 20 <= SOCKET_PATH_LIMIT
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.rmdir()


def test_a_busy_port_is_seen_and_the_next_one_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        assert not port_is_free(port)
        assert next_free_port(port) > port


def test_ports_are_remembered_and_differ(layout: Layout) -> None:
    path = layout.run / "ports.json"
    chosen = [Ports(path, ephemeral=True).choose(name, 15000) for name in ("postgres", "mqtt", "redis")]

    again = [Ports(path, ephemeral=True).choose(name, 15000) for name in ("postgres", "mqtt", "redis")]

    assert again == chosen
    assert len(set(chosen)) == 3


def test_a_remembered_port_that_somebody_took_is_chosen_anew(layout: Layout) -> None:
    path = layout.run / "ports.json"
    before = Ports(path, ephemeral=True).choose("redis", 15000)

    with socket.create_server(("127.0.0.1", before)):
        after = Ports(path, ephemeral=True).choose("redis", 15000)

    assert after != before
