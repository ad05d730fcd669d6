"""Finding programs, packages, screens; reading `.env`; the doctor; ports for people."""

import json
import os
import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kernel.processes import binaries, doctor, dotenv, packages, ui, up
from kernel.processes.accounts import Account
from kernel.processes.cli import app
from kernel.processes.layout import Layout
from kernel.processes.refusals import PortTaken, ServicesMissing, SettingsIncomplete
from kernel.processes.resolve import Service, resolve
from kernel.processes.services import missing_services


def install(root: Path, version: int, *, postgis: bool) -> Path:
    folder = root / f"usr/lib/postgresql/{version}/bin"
    folder.mkdir(parents=True)
    for name in ("postgres", "initdb"):
        (folder / name).write_text("")
    extension = root / f"usr/share/postgresql/{version}/extension"
    extension.mkdir(parents=True)
    if postgis:
        (extension / "postgis-3.control").write_text("")
    return folder


def test_the_newest_postgres_that_has_postgis_is_taken(tmp_path: Path) -> None:
    install(tmp_path, 13, postgis=True)
    wanted = install(tmp_path, 15, postgis=True)
    install(tmp_path, 17, postgis=False)

    found = binaries.find_postgres(tmp_path)

    assert found is not None
    assert (found.folder, found.version) == (wanted, 15)
    assert binaries.find_postgres_without_postgis(tmp_path) == [17]


def test_programs_of_an_unpacked_tree_are_told_where_their_libraries_are(tmp_path: Path) -> None:
    install(tmp_path, 15, postgis=True)
    (tmp_path / "usr/lib/x86_64-linux-gnu/blas").mkdir(parents=True)

    found = binaries.find_postgres(tmp_path)

    assert found is not None
    assert found.environment["LD_LIBRARY_PATH"].endswith("x86_64-linux-gnu/blas")
    assert found.environment["PROJ_DATA"] == str(tmp_path / "usr/share/proj")


def test_unpacked_extensions_get_the_names_that_the_packages_would_link(tmp_path: Path) -> None:
    install(tmp_path, 15, postgis=True)

    packages.link_extensions(tmp_path)
    packages.link_extensions(tmp_path)

    assert (tmp_path / "usr/share/postgresql/15/extension/postgis.control").exists()


def test_without_programs_and_package_manager_the_way_out_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIELDHAND_NO_PACKAGES", "1")
    for name in ("find_mosquitto", "find_redis", "find_postgres"):
        monkeypatch.setattr(binaries, name, lambda _root: None)

    with pytest.raises(ServicesMissing) as refusal:
        resolve(tuple(Service), Layout(tmp_path))

    assert "apt-get install postgresql-postgis mosquitto redis-server" in str(refusal.value)
    assert "docker compose" in str(refusal.value)


def test_a_service_that_settings_name_is_not_started_here() -> None:
    elsewhere = {"FIELDHAND_REDIS_URL": "redis://cache/0", "FIELDHAND_MQTT_HOST": "mqtt"}

    assert missing_services({}) == tuple(Service)
    assert missing_services(elsewhere) == (Service.POSTGRES,)


def test_half_a_service_in_the_settings_is_refused() -> None:
    with pytest.raises(SettingsIncomplete, match="FIELDHAND_INGEST_DATABASE_URL"):
        missing_services({"FIELDHAND_DATABASE_URL": "postgresql://db/x"})


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIELDHAND_LOG_LEVEL", "DEBUG")
    monkeypatch.delenv("FIELDHAND_PORT", raising=False)
    file = tmp_path / ".env"
    file.write_text("# note\nexport FIELDHAND_PORT='8123'\nFIELDHAND_LOG_LEVEL=INFO\nFIELDHAND_HOST=\nPATH=/nowhere\n")

    found = dotenv.load(file)

    assert found == {"FIELDHAND_PORT": "8123", "FIELDHAND_LOG_LEVEL": "INFO"}
    assert (os.environ["FIELDHAND_PORT"], os.environ["FIELDHAND_LOG_LEVEL"]) == ("8123", "DEBUG")
    monkeypatch.delenv("FIELDHAND_PORT")


def test_a_named_port_that_is_busy_is_refused_and_an_unnamed_one_moves_on(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        busy = server.getsockname()[1]
        monkeypatch.setattr(up, "USUAL_PORT", busy)

        with pytest.raises(PortTaken, match=str(busy)):
            up.choose_port(up.Plan(port=busy))

        assert up.choose_port(up.Plan()) > busy


def test_heads_are_read_from_the_migration_files(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text('revision = "aaa"\ndown_revision = None\n')
    (tmp_path / "b.py").write_text('revision: str = "bbb"\ndown_revision: str | None = "aaa"\n')

    assert up.schema_heads(tmp_path) == {"bbb"}


def test_the_stamp_of_the_screens_follows_their_sources(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    page = tmp_path / "src/page.tsx"
    page.write_text("one")
    (tmp_path / "node_modules").mkdir()
    before = ui.digest(ui.sources(tmp_path))

    (tmp_path / "node_modules/any.js").write_text("changes nothing")
    same = ui.digest(ui.sources(tmp_path))
    page.write_text("two")

    assert same == before
    assert ui.digest(ui.sources(tmp_path)) != before


def test_a_user_cannot_pass_a_closed_folder(tmp_path: Path) -> None:
    nobody = Account("nobody", 65534, 65534)
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)

    assert not nobody.can_traverse(closed)
    assert Account("owner", closed.stat().st_uid, closed.stat().st_gid)._may_enter(closed.stat())


def test_the_doctor_answers_for_machines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FIELDHAND_REDIS_URL", "FIELDHAND_DATABASE_URL", "FIELDHAND_INGEST_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("FIELDHAND_SYSTEM_DATABASE_URL", raising=False)

    answer = CliRunner().invoke(app, ["doctor", "--json", "--var", str(tmp_path)])

    findings = {finding["name"]: finding for finding in json.loads(answer.stdout)}
    assert {"postgres", "mosquitto", "redis", "python", "folder", "user", "screens", "browser"} <= set(findings)
    assert answer.exit_code == (1 if any(f["verdict"] == "missing" for f in findings.values()) else 0)


def test_the_doctor_names_a_server_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIELDHAND_REDIS_URL", "redis://127.0.0.1:1/0")

    answer = CliRunner().invoke(app, ["doctor", "--var", str(tmp_path)])

    assert answer.exit_code == 1
    assert "127.0.0.1:1 does not answer" in answer.stdout


def test_the_doctor_names_shared_memory_that_nobody_may_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fine = doctor.shared_memory(tmp_path)
    monkeypatch.setattr(os, "access", lambda *_: False)

    closed = doctor.shared_memory(tmp_path)

    assert (fine.verdict, closed.verdict) == (doctor.Verdict.FINE, doctor.Verdict.MISSING)
    assert str(tmp_path) in closed.mend
